"""The job as the office knows it: work for a device, whose truth is here and not in the device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from edge.domain.events import Event, Stream


class JobState(StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    HELD = "held"  # waits for a person, e.g. paper
    DONE = "done"
    FAILED = "failed"
    PARTIAL = "partial"
    EXPIRED = "expired"


_S = JobState
_FINAL = frozenset({_S.DONE, _S.FAILED, _S.PARTIAL, _S.EXPIRED})

NEXT: Mapping[JobState, frozenset[JobState]] = MappingProxyType(
    {
        _S.QUEUED: frozenset({_S.RUNNING, _S.HELD}) | _FINAL,
        _S.RUNNING: frozenset({_S.HELD}) | _FINAL,
        _S.HELD: frozenset({_S.RUNNING}) | _FINAL,
        **{state: frozenset[JobState]() for state in _FINAL},
    }
)


NO_ANSWER = "no_answer"  # the office's own reason to end a job


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work; *work* is the payload as JSON text, opaque to the rules."""

    id: str
    device: str
    work: str
    created_at: datetime
    expires_at: datetime
    turn: str = ""
    state: JobState = JobState.QUEUED
    reason: str = ""
    version: int = 0

    def report(self, state: JobState, *, at: datetime, reason: str = "") -> tuple[Job, Event] | None:
        """Return the job after a device's report and its event; None when the report changes nothing.

        Reports repeat and overtake each other on the wire: one that does not lead on from the present state is
        ignored, so that a finished job never changes; only a device that was given up for silence may still tell.
        """
        late = self.state is _S.EXPIRED and self.reason == NO_ANSWER and state in _FINAL - {_S.EXPIRED}
        if state not in NEXT[self.state] and not late:
            return None
        work = "" if state in _FINAL else self.work  # what was to be printed is nobody's business any more
        after = replace(self, state=state, reason=reason, work=work, version=self.version + 1)
        body = {"job": self.id, "device": self.device, "turn": self.turn}
        return after, Event(Stream.DEVICES, f"job_{state}", at, f"device:{self.device}", reason, body)
