from __future__ import annotations

from pathlib import Path

import pytest

from edge.runtime import resources


def test_a_checkout_uses_its_own_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("O360_SHARE", raising=False)

    assert (resources.root() / "pyproject.toml").is_file()
    assert (resources.config_dir() / "messages" / "es").is_dir()


def test_another_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("O360_SHARE", str(tmp_path))

    assert resources.config_dir() == tmp_path / "config"
    assert resources.models_dir() == tmp_path / "models"
