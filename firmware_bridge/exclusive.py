"""One process at a time: an advisory lock on a file, which the kernel drops when its holder dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from firmware_bridge.ports import DeviceBusy


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold *path* for this process alone; raise ``DeviceBusy`` at once when another one holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            raise DeviceBusy(f"{path.name} is held by another process") from exc
        yield
    finally:
        os.close(handle)
