"""Typst, wrapped once: a template and data become a PDF in a child process, so that neither waits for the other.

Texts travel as data and never become markup: nobody can typeset with a name.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from edge.domain.errors import Unavailable
from edge.runtime import log as logs
from edge.runtime.resources import config_dir

TIMEOUT_S = 30.0
FOLDER = Path(__file__).parent / "templates"
_CHILD = Path(__file__).parent / "typeset_child.py"
_PASSED_ON = ("PATH", "LANG", "TMPDIR", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")

log = logs.get(__name__)


def typeset(template: str, data: Mapping[str, Any], *, at: datetime, archival: bool = False) -> bytes:
    """Return the PDF of *template* with *data*, dated *at*; *archival* makes it PDF/A-2b.

    Raises ``Unavailable`` (``no_paper``) when it cannot be made in 30 s.
    """
    order = {
        "template": str(FOLDER / template),
        "root": str(FOLDER),
        "fonts": str(config_dir() / "fonts"),
        "data": json.dumps(data, ensure_ascii=False),
        "at": int(at.timestamp()),
        "standards": ["a-2b"] if archival else [],
    }
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_CHILD)],
            input=json.dumps(order).encode(),
            capture_output=True,
            env=environment,
            timeout=TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise Unavailable(f"{template} was not set: {type(exc).__name__}", code="no_paper") from exc
    if done.returncode != 0:
        log.error("typeset_failed", template=template, code=done.returncode, why=_reason(done.stderr))
        raise Unavailable(f"{template} was not set", code="no_paper")
    return done.stdout


def _reason(stderr: bytes) -> str:
    """Return typst's own first line: what it quotes after that may be somebody's data."""
    lines = [line for line in stderr.decode(errors="replace").splitlines() if line.startswith("error:")]
    return lines[0][:200] if lines else "no reason given"
