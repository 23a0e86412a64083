"""Figures of the house in a stretch of time: appointments, desks, devices, people inside, help, survey."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from edge.domain.desks import DeskState
from edge.domain.kpi.figures import NONE, Spread, spread
from edge.domain.kpi.rows import (
    HELP_ASKED,
    HELP_SEEN,
    QUARTER_MEASURED,
    STATES_NOTED,
    SUBMITTED,
    LogRow,
    Window,
    seconds,
)
from edge.domain.kpi.turns import TurnFacts

_WORKS = frozenset({"ok", "degraded"})
_UNKNOWN = frozenset({"", "unknown"})
_FREED = ("appointment_rescheduled", "appointment_cancelled_citizen", "appointment_cancelled_office")
_PRINTED: Mapping[str, str] = MappingProxyType(
    {
        "job_done": "printed",
        "job_partial": "printed_partly",
        "job_failed": "not_printed",
        "job_expired": "not_printed",
    }
)
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class HouseFigures:
    """What is not a matter of one turn."""

    booked: int = 0
    checked_in: int = 0
    missed: int = 0  # appointments whose holder did not come
    cancelled: int = 0
    freed: int = 0  # slots given back
    reused: int = 0  # of them: booked again
    desk_open_s: int = 0  # all desks together; a paused desk is not open
    desk_busy_s: int = 0  # of it, with somebody called or served
    devices: Mapping[str, tuple[int, int]] = field(default_factory=lambda: _NOTHING)  # device -> (works, known) seconds
    people_most: int | None = None
    people_least: int | None = None  # while a desk was open
    measured_s: int = 0  # of the quarters of opening: how long every door was seen well
    measurable_s: int = 0  # how long they lasted; 0: nothing counts people
    help: Spread = NONE  # from asking to "I am coming"
    submissions: int = 0  # receipts given
    documents: int = 0  # submitted with them
    printed: int = 0  # tickets and papers, all of it
    printed_partly: int = 0
    not_printed: int = 0  # failed, or no printer took it in time
    video_known: int = 0  # of a day: video visits of seven days before that can be told again
    journeys_saved: int = 0  # of them: nobody came to the office for the same case since


def house(rows: Sequence[LogRow], turns: Iterable[TurnFacts], window: Window) -> HouseFigures:
    """Return the figures of *window*; *rows* begin early enough to know the states at its start."""
    inside = [row for row in rows if window.holds(row.at)]
    counted = Counter(row.type for row in inside)
    opened = desk_spans(rows, window)
    busy = _busy(turns, opened, window)
    most, least = _people(rows, [span for spans in opened.values() for span in spans], window)
    noted = (row for row in rows if row.type == QUARTER_MEASURED and window.holds(_start_of(row)))
    measured = {_start_of(row): row.body for row in noted}.values()  # closing that was tried again: the last note
    freed, reused = _freed(rows, window)
    return HouseFigures(
        booked=counted["appointment_booked"],
        checked_in=counted["appointment_checked_in"],
        missed=counted["appointment_no_show"],
        cancelled=counted["appointment_cancelled_citizen"] + counted["appointment_cancelled_office"],
        freed=freed,
        reused=reused,
        desk_open_s=sum(seconds(*span) for spans in opened.values() for span in spans),
        desk_busy_s=busy,
        devices=_devices(rows, window),
        people_most=most,
        people_least=least,
        measured_s=sum(int(body["seen_s"]) for body in measured),
        measurable_s=sum(int(body["seconds"]) for body in measured),
        help=_help(rows, window),
        submissions=counted[SUBMITTED],
        documents=sum(len(row.body.get("documents", ())) for row in inside if row.type == SUBMITTED),
        **_prints(rows, window),
    )


def desk_spans(rows: Iterable[LogRow], window: Window) -> dict[str, list[tuple[datetime, datetime]]]:
    """Return when each desk was open inside *window*."""
    since: dict[str, datetime] = {}
    spans: list[tuple[str, datetime, datetime]] = []
    said = [(row.at, *said) for row in rows if row.at < window.end for said in _states(row, "desk_", "desks", "desk")]
    for at, desk, state in said:
        if desk in since and state != DeskState.OPEN:
            spans.append((desk, since.pop(desk), at))
        elif state == DeskState.OPEN:
            since.setdefault(desk, at)
    spans += [(desk, start, window.end) for desk, start in since.items()]
    found: dict[str, list[tuple[datetime, datetime]]] = {}
    for desk, start, end in sorted(spans):
        if window.overlap_s(start, end):
            found.setdefault(desk, []).append((max(start, window.start), min(end, window.end)))
    return found


def _states(row: LogRow, prefix: str, noted: str, key: str) -> list[tuple[str, str]]:
    """Return what *row* says of the state of desks or devices."""
    if row.type == STATES_NOTED:
        return [(str(name), str(state)) for name, state in row.body.get(noted, {}).items()]
    if row.type.startswith(prefix) and key in row.body and "state" in row.body:
        return [(str(row.body[key]), str(row.body["state"]))]
    return []


def _busy(turns: Iterable[TurnFacts], opened: Mapping[str, Sequence[tuple[datetime, datetime]]], window: Window) -> int:
    return sum(
        Window(start, end).overlap_s(stay.start, stay.end or window.end)
        for turn in turns
        for stay in turn.stays
        for start, end in opened.get(stay.desk, ())
    )


def _devices(rows: Iterable[LogRow], window: Window) -> Mapping[str, tuple[int, int]]:
    last: dict[str, tuple[str, datetime]] = {}
    found: dict[str, tuple[int, int]] = {}

    def add(device: str, until: datetime) -> None:
        state, since = last[device]
        lasted = window.overlap_s(since, until)
        if lasted and state not in _UNKNOWN:
            works, known = found.get(device, (0, 0))
            found[device] = works + (lasted if state in _WORKS else 0), known + lasted

    for row in rows:
        if row.at >= window.end:
            continue
        for device, state in _states(row, "device_status", "devices", "device"):
            if device in last:
                add(device, row.at)
            last[device] = state, row.at
    for device in last:
        add(device, window.end)
    return MappingProxyType(dict(sorted(found.items())))


def _people(
    rows: Iterable[LogRow], opened: Sequence[tuple[datetime, datetime]], window: Window
) -> tuple[int | None, int | None]:
    """Return the most people inside in *window*, and the fewest while a desk was open."""
    known = [(row.at, int(row.body["people"])) for row in rows if _tells_people(row) and row.at < window.end]
    until = [at for at, _ in known[1:]] + [window.end]
    spans = [(Window(at, end), people) for (at, people), end in zip(known, until, strict=True)] if known else []
    inside = [(span, people) for span, people in spans if span.overlap_s(window.start, window.end)]
    while_open = [people for span, people in inside if any(span.overlap_s(*desk) for desk in opened)]
    return max((people for _, people in inside), default=None), min(while_open, default=None)


def _tells_people(row: LogRow) -> bool:
    return row.stream == "occupancy" and isinstance(row.body.get("people"), int)


def _freed(rows: Iterable[LogRow], window: Window) -> tuple[int, int]:
    """Return how many slots were given back in *window*, and how many of them were booked again since."""
    free: Counter[tuple[str, str]] = Counter()
    freed = reused = 0
    for row in rows:
        slot = (str(row.body.get("service", "")), str(row.body.get("slot_at", "")))
        if row.type in _FREED and window.holds(row.at):
            free[slot] += 1
            freed += 1
        elif row.type == "appointment_booked" and free[slot]:
            free[slot] -= 1
            reused += 1
    return freed, reused


def _help(rows: Iterable[LogRow], window: Window) -> Spread:
    asked: dict[str, datetime] = {}
    waits: list[int] = []
    for row in rows:
        key = str(row.body.get("alert", ""))
        if row.type == HELP_ASKED and row.body.get("kind") == "help":
            asked[key] = row.at
        elif row.type == HELP_SEEN and key in asked:
            at = asked.pop(key)
            if window.holds(row.at):
                waits.append(max(0, seconds(at, row.at)))
    return spread(waits)


def _prints(rows: Iterable[LogRow], window: Window) -> dict[str, int]:
    """Return how print jobs ended in *window*; one that a printer finished after it was given up counts as it ended."""
    prints: set[str] = set()
    ended: dict[str, str] = {}
    for row in rows:
        job = str(row.body.get("job", ""))
        if row.type == "job_queued" and str(row.body.get("ability", "")).startswith("print"):
            prints.add(job)
        elif row.type in _PRINTED and job in prints and window.holds(row.at):
            ended[job] = _PRINTED[row.type]
    return dict(Counter(ended.values()))


def _start_of(row: LogRow) -> datetime | None:
    return datetime.fromisoformat(str(row.body["start"]))
