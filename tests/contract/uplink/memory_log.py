"""A log in memory with the promises of ``OutgoingLog``; the contract tests hold it to them."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from edge.contracts import chain
from edge.contracts.uplink import EventRow
from edge.services.uplink import LogUnavailable

START = datetime(2026, 11, 23, 8, tzinfo=UTC)


class MemoryLog:
    """Rows by stream with a true hash chain; *broken* makes every call fail as a full disk would."""

    def __init__(self, epoch: str = "e1") -> None:
        self.broken = False
        self.refusals: list[tuple[str, int, int]] = []
        self._epoch = epoch
        self._rows: dict[str, list[EventRow]] = {}
        self._acked: dict[str, int] = {}
        self._lock = threading.Lock()

    def append(
        self, stream: str, rows: int = 1, *, kind: str = "turn_called", body: Mapping[str, Any] | None = None
    ) -> int:
        """Commit *rows* rows together; return the last seq."""
        with self._lock:
            for _ in range(rows):
                kept = self._rows.setdefault(stream, [])
                kept.append(_row(stream, kept[-1] if kept else None, kind, dict(body or {"turn": "A012"})))
            return kept[-1].seq

    def prune(self, stream: str, upto: int) -> None:
        """Forget the rows up to *upto*, as retention does."""
        with self._lock:
            self._rows[stream] = [row for row in self._rows[stream] if row.seq > upto]

    def epoch(self) -> str:
        self._check()
        return self._epoch

    def streams(self) -> dict[str, int]:
        self._check()
        with self._lock:
            return {stream: rows[-1].seq for stream, rows in self._rows.items() if rows}

    def acked(self) -> dict[str, int]:
        self._check()
        with self._lock:
            return dict(self._acked)

    def rows(self, stream: str, after_seq: int, limit: int) -> Sequence[EventRow]:
        self._check()
        with self._lock:
            kept = self._rows.get(stream, [])
            start = max(0, after_seq + 1 - kept[0].seq) if kept else 0
            return kept[start : start + limit]

    def set_acked(self, epoch: str, acked: Mapping[str, int]) -> None:
        self._check()
        with self._lock:
            if epoch == self._epoch:
                self._acked.update(acked)

    def begin_new_life(self) -> str:
        self._check()
        with self._lock:
            self._epoch, self._acked = f"{self._epoch}+", {}
            return self._epoch

    def refused(self, stream: str, first_seq: int, code: int) -> None:
        self._check()
        self.refusals.append((stream, first_seq, code))

    def _check(self) -> None:
        if self.broken:
            raise LogUnavailable("disk full")


def _row(stream: str, before: EventRow | None, kind: str, body: dict[str, Any]) -> EventRow:
    seq = before.seq + 1 if before else 1
    at = START + timedelta(milliseconds=seq)
    fields: dict[str, Any] = {"mono_ns": seq * 1_000_000, "boot": "b00t", "actor": "agent:7", "reason": ""}
    prev = before.hash if before else ""
    row_id = f"01KAZ3Q7J8{seq:016d}"
    digest = chain.row_hash(
        prev=prev, stream=stream, seq=seq, row_id=row_id, kind=kind, at=chain.timestamp(at),
        body=chain.body_json(body), **fields,
    )  # fmt: skip
    return EventRow(seq=seq, id=row_id, type=kind, at=at, body=body, prev=prev, hash=digest, **fields)
