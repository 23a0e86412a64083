"""Records that the office has not yet kept: sent again until it says so, and on disk so that a power cut loses none.

The broker's acknowledgement is not enough: it holds messages in memory while the office is away. One small file a
record, written whole or not at all; it holds counts, times and names of cameras.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from edge.runtime import log as logs

log = logs.get(__name__)

WINDOW = 64  # records under way at once
RESEND_S = 30.0
LONGEST_FILE = 4_000_000  # a record of an audit at the bounds of its contract
NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Record:
    """What is to be said, and until *id* is told to be kept."""

    id: str
    topic: str
    payload: bytes


@dataclass(slots=True)
class _Waiting:
    record: Record
    file: Path | None
    sent_at: float = NEVER


class Outbox:
    """At most *limit* records, the oldest is given up first. Without a *folder* they are in memory only."""

    def __init__(self, folder: Path | None, limit: int) -> None:
        self._folder, self._limit = folder, limit
        self._waiting: OrderedDict[str, _Waiting] = OrderedDict()
        self._number = 0
        self._failed = ""
        self.dropped = 0
        if folder is not None:
            self._load(folder)

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, record: Record) -> None:
        """Keep *record*; the same id again replaces nothing."""
        if record.id in self._waiting:
            return
        self._number += 1
        self._waiting[record.id] = _Waiting(record, self._write(self._number, record))
        self._bound()

    def kept(self, record_id: str) -> None:
        """The office has it."""
        waiting = self._waiting.pop(record_id, None)
        if waiting is not None:
            self._remove(waiting.file)

    def due(self, now: float) -> list[Record]:
        """Return what is to be sent now: what was never sent, oldest first, then what was sent longest ago.

        A record that the office cannot read is never kept, so it must not hold up those after it.
        """
        under_way = sum(now - waiting.sent_at < RESEND_S for waiting in self._waiting.values())
        ready = [waiting for waiting in self._waiting.values() if now - waiting.sent_at >= RESEND_S]
        ready.sort(key=lambda waiting: waiting.sent_at)
        return [waiting.record for waiting in ready[: max(WINDOW - under_way, 0)]]

    def sent(self, record_id: str, now: float) -> None:
        """Note that it is under way."""
        self._waiting[record_id].sent_at = now

    def all_again(self) -> None:
        """Take nothing for sent: the session is a new one, and may have lost what was under way."""
        for waiting in self._waiting.values():
            waiting.sent_at = NEVER

    # --- disk -------------------------------------------------------------------------------------------------------

    def _load(self, folder: Path) -> None:
        """Take up what an earlier run has left."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for part in folder.glob("*.part"):
                part.unlink()
            files = sorted(folder.glob("*.record"))
        except OSError as exc:
            self._told(exc)
            return
        for file in files:
            record = _read(file)
            if record is None:
                self._remove(file)
            else:
                self._waiting[record.id] = _Waiting(record, file)
            self._number = max(self._number, int(file.stem) if file.stem.isdecimal() else 0)
        if files:
            log.info("records_found", waiting=len(self._waiting))
        self._bound()

    def _bound(self) -> None:
        while len(self._waiting) > self._limit:
            _, oldest = self._waiting.popitem(last=False)
            self._remove(oldest.file)
            self.dropped += 1

    def _write(self, number: int, record: Record) -> Path | None:
        """Write *record* whole; a disk that does not take it leaves it in memory."""
        if self._folder is None:
            return None
        file = self._folder / f"{number:012d}.record"
        part = file.with_suffix(".part")
        try:
            with part.open("wb") as out:
                out.write(f"{record.id}\n{record.topic}\n".encode() + record.payload)
                out.flush()
                os.fsync(out.fileno())
            part.replace(file)
            _sync(self._folder)
        except OSError as exc:
            self._told(exc)
            return None
        self._failed = ""
        return file

    def _remove(self, file: Path | None) -> None:
        if file is not None:
            try:
                file.unlink(missing_ok=True)
            except OSError as exc:
                self._told(exc)

    def _told(self, error: OSError) -> None:
        """Log a trouble of the disk once, until it is over or another one."""
        if (reason := error.strerror or str(error)) != self._failed:
            self._failed = reason
            log.error("records_in_memory_only", reason=reason)


def _read(file: Path) -> Record | None:
    """Return the record in *file*, None when it is none."""
    try:
        with file.open("rb") as found:
            record_id, topic, payload = found.read(LONGEST_FILE).split(b"\n", 2)
        return Record(record_id.decode(), topic.decode(), payload)
    except (OSError, ValueError) as exc:
        log.warning("record_unreadable", file=file.name, reason=str(exc)[:200])
        return None


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
