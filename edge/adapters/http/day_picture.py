"""One day at the doors as the manager's page shows it: a figure for the plots, a table, and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from edge.adapters.http.call import Call
from edge.adapters.http.words import Words
from edge.contracts.wire import Message
from edge.domain.counts import QUARTER, Inside, Place, Tally, busiest
from edge.services.counts import Day

AROUND = timedelta(hours=1)  # shown before opening and after closing
DAYTIME = (7, 21)  # hours shown of a day on which the office does not open
INSIDE_STEP_S = 300
GAP_S = 60.0  # a quarter of which less was seen well is shown as not seen


class Figure(Message, frozen=True, kw_only=True):
    """What the plots draw. Times are seconds of Unix time; None is a gap."""

    start: float
    end: float
    zone: str
    at: list[float]  # beginnings of quarters
    people_in: list[int | None]
    people_out: list[int | None]
    usual_in: list[float | None]
    usual_out: list[float | None]
    ok: list[float]  # parts of each quarter in [0, 1]
    trusted: list[float]
    passed: list[float]  # how much of it is over
    inside_at: list[float]
    inside: list[int | None]
    low: list[int | None]
    high: list[int | None]
    capacity: int


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: words only."""

    time: str
    people_in: str
    people_out: str
    usual: str
    inside: str
    seen: str
    state: str  # key of counts.state


@dataclass(frozen=True, slots=True)
class ZoneCard:
    """One zone over the day: words only."""

    name: str
    facts: list[tuple[str, str]]  # label, value


def values(call: Call, day: Day) -> dict[str, Any]:
    """Return what the templates of the day are given."""
    words, now = call.words, call.now
    window = _window(call, day)
    shown = [row for row in day.doors if window[0] <= row.start < window[1]]
    over = [row for row in shown if row.start + QUARTER <= now]
    most = busiest(shown)
    return {
        "day": day,
        "today": now.astimezone(words.zone).date(),
        "heading": date_words(words, day.day),
        "before": day.day - timedelta(days=1) if day.first and day.first < day.day else None,
        "after": day.day + timedelta(days=1) if day.day < now.astimezone(words.zone).date() else None,
        "figure": msgspec.json.encode(figure(day, shown, window, now, words)).decode() if shown else "",
        "lines": [_line(row, day, now, words) for row in shown],
        "zones": [_zone(place, tally, words) for place, tally in day.zones],
        "busiest": words.say(
            "counts.busiest", start=words.time(most.start), end=words.time(most.start + QUARTER), n=most.people_in
        )
        if most
        else words.say("counts.quiet"),
        "seen": _percent(sum(_part(row.trusted_s) for row in over) / len(over), words)
        if over
        else words.say("counts.dash"),
        "limit": call.web.office().limits.capacity,
        "gaps": sum(row.trusted_s < GAP_S for row in over),
    }


def figure(day: Day, shown: Sequence[Tally], window: tuple[datetime, datetime], now: datetime, words: Words) -> Figure:
    """Return what the plots draw of the quarters *shown*."""
    inside = [row for row in _thinned(day.inside) if window[0] <= row.at < window[1]]
    known = [row.health != "unknown" for row in inside]
    expected = [day.usual.get(row.start.astimezone(words.zone).time()) for row in shown]
    return Figure(
        start=window[0].timestamp(),
        end=window[1].timestamp(),
        zone=words.zone.key,
        at=[row.start.timestamp() for row in shown],
        people_in=[None if row.is_gap else row.people_in for row in shown],
        people_out=[None if row.is_gap else row.people_out for row in shown],
        usual_in=[usual[0] if usual else None for usual in expected],
        usual_out=[usual[1] if usual else None for usual in expected],
        ok=[_part(row.ok_s) for row in shown],
        trusted=[_part(row.trusted_s) for row in shown],
        passed=[_part((now - row.start).total_seconds()) for row in shown],
        inside_at=[row.at.timestamp() for row in inside],
        inside=[row.people if is_known else None for row, is_known in zip(inside, known, strict=True)],
        low=[row.low if is_known else None for row, is_known in zip(inside, known, strict=True)],
        high=[row.high if is_known else None for row, is_known in zip(inside, known, strict=True)],
        capacity=inside[-1].capacity if inside else 0,
    )


def date_words(words: Words, day: date) -> str:
    """Return *day* as people write it."""
    weekday = words.say(f"portal.weekday.{day.weekday()}")
    month = words.say(f"counts.month.{day.month}")
    return words.say("counts.date", weekday=weekday, day=day.day, month=month, year=day.year)


def state_of(row: Tally, now: datetime) -> str:
    """Return how a quarter was seen: ``ok``, ``degraded``, ``partly``, ``gap``, or ``now`` while it lasts."""
    length = QUARTER.total_seconds()
    if row.start + QUARTER > now:
        return "now"
    if row.trusted_s < GAP_S:
        return "gap"
    if not row.believed(length):
        return "partly"
    return "ok" if row.ok_s >= 0.9 * min(row.coverage_s, length) else "degraded"


def _window(call: Call, day: Day) -> tuple[datetime, datetime]:
    """Return from when to when the plots reach: around the opening hours, and further where people came."""
    openings = call.web.office().calendar.openings(day.day)
    if openings:
        start, end = openings[0].opens - AROUND, openings[-1].closes + AROUND
    else:
        start, end = (day.starts + timedelta(hours=hour) for hour in DAYTIME)
    busy = [row.start for row in day.doors if row.people_in or row.people_out]
    start, end = min([start, *busy]), max([end, *(at + QUARTER for at in busy)])
    return max(day.starts, start), min(day.ends, end)


def _line(row: Tally, day: Day, now: datetime, words: Words) -> Line:
    dash = words.say("counts.dash")
    usual = day.usual.get(row.start.astimezone(words.zone).time())
    at_end = [one for one in day.inside if row.start <= one.at < row.start + QUARTER and one.health != "unknown"]
    last = at_end[-1] if at_end else None
    between = words.say("counts.inside_between", n=last.people, low=last.low, high=last.high) if last else dash
    return Line(
        time=words.say("counts.from_to", start=words.time(row.start), end=words.time(row.start + QUARTER)),
        people_in=dash if row.is_gap else str(row.people_in),
        people_out=dash if row.is_gap else str(row.people_out),
        usual=dash if usual is None else f"{usual[0]:.0f}",
        inside=str(last.people) if last and last.low == last.high else between,
        seen=_percent(_part(row.trusted_s), words),
        state=state_of(row, now),
    )


def _zone(place: Place, tally: Tally, words: Words) -> ZoneCard:
    facts = [("peak", str(tally.peak)), ("mean", words.decimal(tally.mean or 0, 1)), ("entered", str(tally.entered))]
    if (stay := tally.mean_dwell_s) is not None:
        facts.append(("stay", _length(stay, words)))
    if place.queue and (wait := tally.wait_s) is not None:
        facts.append(("wait", _length(wait, words)))
    return ZoneCard(place.name.rpartition("/")[2], [(words.say(f"counts.zone.{key}"), value) for key, value in facts])


def _length(seconds: float, words: Words) -> str:
    return words.say("counts.seconds", n=round(seconds)) if seconds < 90 else words.span(round(seconds / 60))


def _thinned(rows: Sequence[Inside]) -> list[Inside]:
    """Return the last row of every five minutes: finer would be restless."""
    kept: dict[int, Inside] = {}
    for row in rows:
        kept[int(row.at.timestamp()) // INSIDE_STEP_S] = row
    return list(kept.values())


def _percent(part: float, words: Words) -> str:
    return words.say("counts.percent", n=round(100 * part))


def _part(seconds: float) -> float:
    return round(min(1.0, max(0.0, seconds / QUARTER.total_seconds())), 3)
