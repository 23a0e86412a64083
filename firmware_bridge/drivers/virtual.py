"""What all virtual devices share: a folder, a lock, and faults that a person or a test sets in a small file.

The file ``fault`` in the device's folder holds one word: ``offline``, ``paper_out``, ``cover_open``,
``paper_near_end`` or ``link_error``. No file, or an empty one, means that all is well.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from pathlib import Path

from firmware_bridge.exclusive import exclusive
from firmware_bridge.ports import CoverOpen, DeviceError, DeviceOffline, LinkError, OutOfPaper, Setup, Status

FAULTS = ("offline", "paper_out", "cover_open", "paper_near_end", "link_error")

_ERRORS: dict[str, type[DeviceError]] = {"offline": DeviceOffline, "paper_out": OutOfPaper, "cover_open": CoverOpen}


class Faults:
    """The fault file of one virtual device."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "fault"

    def set(self, word: str) -> None:
        """Let the device have the fault *word*; an empty one repairs it."""
        if word and word not in FAULTS:
            raise ValueError(f"{word!r} is no fault; there are {', '.join(FAULTS)}")
        self._file.parent.mkdir(parents=True, exist_ok=True)
        if not word:
            self._file.unlink(missing_ok=True)
            return
        part = self._file.with_suffix(".part")
        part.write_text(word, "utf-8")
        part.replace(self._file)

    def read(self) -> str:
        """Return the fault, or an empty word; one that nobody knows counts as none."""
        try:
            word = self._file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""
        return word if word in FAULTS else ""


class VirtualDevice:
    """Base of the virtual drivers: session, faults, status."""

    def __init__(self, setup: Setup, folder: str) -> None:
        self.device, self.clock = setup.device, setup.clock
        self.folder = Path(folder).expanduser() if folder else setup.folder
        self.faults = Faults(self.folder)

    def session(self) -> AbstractContextManager[None]:
        """See ``Driver``."""
        return exclusive(self.folder / "lock")

    def status(self) -> Status:
        """See ``Driver``."""
        fault = self.faults.read()
        if fault == "offline":
            return Status("offline", "device_offline", self.facts())
        if fault == "link_error":
            return Status("unknown", fault, self.facts())
        return Status("degraded", fault, self.facts()) if fault else Status("ok", "", self.facts())

    def facts(self) -> dict[str, str]:
        """Return small facts for technicians."""
        return {"model": "virtual"}

    def check(self) -> None:
        """Raise the error of a fault that keeps the device from beginning."""
        error = _ERRORS.get(self.faults.read())
        if error is not None:
            raise error

    def check_line(self) -> None:
        """Raise ``LinkError`` when the line breaks in the middle of the work."""
        if self.faults.read() == "link_error":
            raise LinkError

    def close(self) -> None:
        """See ``Driver``."""


def write_whole(file: Path, data: bytes) -> None:
    """Write *file* so that it is there whole or not at all, also after a power cut."""
    part = file.with_name(f".{file.name}.part")
    with part.open("wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
    part.replace(file)
