"""Where the data folders of the distribution are: ``config/`` and ``models/``, in a checkout or installed."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def root() -> Path:
    """Return the folder that holds ``config/`` and ``models/``.

    ``O360_SHARE`` wins; then a checkout (the folders beside the package); then the environment's ``share/o360``.
    """
    if chosen := os.environ.get("O360_SHARE"):
        return Path(chosen)
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "config").is_dir() and (checkout / "models").is_dir():
        return checkout
    return Path(sys.prefix) / "share" / "o360"


def config_dir() -> Path:
    """Return ``config/`` of the distribution."""
    return root() / "config"


def models_dir() -> Path:
    """Return ``models/`` of the distribution."""
    return root() / "models"
