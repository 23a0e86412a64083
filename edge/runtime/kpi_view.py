"""The measures that people read, computed from the figures of the office: one list for pages, spreadsheets, open data.

A measure is a count, minutes, seconds, hours, or a part in percent; None where nothing was measured. *base* says from
how many people it comes, so that small groups can be left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import msgspec

from edge.contracts.kpi import KpiDay, KpiHouse, KpiSpread, KpiSurvey, KpiTurns
from edge.runtime.i18n import decimal

Number = float | None
DIGITS = {"count": 0, "min": 1, "s": 0, "percent": 1, "h": 1, "mark": 2}
DASH = "–"
LEAST = 5  # as ``domain.kpi.release``: fewer people are no statistic


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of a slice of turns; *one_day*: percentiles of several days cannot be put together."""

    key: str
    unit: str
    value: Callable[[KpiTurns], Number]
    base: Callable[[KpiTurns], int]
    one_day: bool = False


@dataclass(frozen=True, slots=True)
class HouseMeasure:
    """One measure of the house."""

    key: str
    unit: str
    value: Callable[[KpiHouse], Number]


def part(n: float, of: float) -> Number:
    """Return *n* of *of* in percent."""
    return 100 * n / of if of else None


def mean_min(spread: KpiSpread) -> Number:
    """Return the mean in minutes."""
    return spread.total_s / spread.n / 60 if spread.n else None


def _at_min(name: str) -> Callable[[KpiSpread], Number]:
    return lambda spread: getattr(spread, name) / 60 if spread.n else None


def _of(clock: str, value: Callable[[KpiSpread], Number]) -> Callable[[KpiTurns], Number]:
    return lambda turns: value(getattr(turns, clock))


def _n(clock: str) -> Callable[[KpiTurns], int]:
    return lambda turns: int(getattr(turns, clock).n)


def _count(name: str) -> Measure:
    return Measure(name, "count", lambda turns: getattr(turns, name), lambda turns: getattr(turns, name))


def left(turns: KpiTurns) -> int:
    """Return how many who were here are not here any more, however their turn ended."""
    ends = (turns.served, turns.no_show, turns.abandoned, turns.unattended, turns.broken_off, turns.carried_over)
    return sum(ends)


def refusals(turns: KpiTurns) -> int:
    """Return how many turns were refused."""
    return sum(turns.refused.values())


def _level(minutes: int) -> Measure:
    name = f"within_{minutes}"
    return Measure(name, "percent", lambda t: part(getattr(t, name), t.wait.n), _n("wait"))


MEASURES: tuple[Measure, ...] = (
    _count("issued"),
    _count("arrived"),
    _count("served"),
    _count("appointments"),
    _count("procedures"),
    Measure("no_phone", "percent", lambda t: part(t.no_phone, t.issued), lambda t: t.issued),
    Measure("wait_mean", "min", _of("wait", mean_min), _n("wait")),
    Measure("wait_p50", "min", _of("wait", _at_min("p50_s")), _n("wait"), one_day=True),
    Measure("wait_p90", "min", _of("wait", _at_min("p90_s")), _n("wait"), one_day=True),
    Measure("wait_most", "min", _of("wait", _at_min("most_s")), _n("wait")),
    _level(10),
    _level(15),
    _level(25),
    Measure("delay_mean", "min", _of("delay", mean_min), _n("delay")),
    Measure("way_mean", "min", _of("way", mean_min), _n("way")),
    Measure("service_mean", "min", _of("service", mean_min), _n("service")),
    Measure("service_p90", "min", _of("service", _at_min("p90_s")), _n("service"), one_day=True),
    _count("inaccurate"),
    Measure("visit_mean", "min", _of("visit", mean_min), _n("visit")),
    Measure("visit_p90", "min", _of("visit", _at_min("p90_s")), _n("visit"), one_day=True),
    Measure("no_show", "percent", lambda t: part(t.no_show, left(t)), left),
    Measure("abandoned", "percent", lambda t: part(t.abandoned + t.unattended, left(t)), left),
    _count("not_arrived"),
    Measure(
        "refused", "percent", lambda t: part(refusals(t), refusals(t) + t.issued), lambda t: refusals(t) + t.issued
    ),
    _count("recalls"),
    _count("overrides"),
    _count("transferred"),
    _count("returned"),
    Measure("eta_mae", "min", _of("eta", mean_min), _n("eta")),
    Measure("eta_p80", "min", _of("eta", _at_min("p80_s")), _n("eta"), one_day=True),
    Measure("eta_longer", "percent", lambda t: part(t.eta_longer, t.eta.n), _n("eta")),
    _count("video"),
)

HOUSE: tuple[HouseMeasure, ...] = (
    HouseMeasure("booked", "count", lambda h: h.booked),
    HouseMeasure("missed", "percent", lambda h: part(h.missed, h.missed + h.checked_in)),
    HouseMeasure("cancelled", "count", lambda h: h.cancelled),
    HouseMeasure("reused", "percent", lambda h: part(h.reused, h.freed)),
    HouseMeasure("desk_open", "h", lambda h: h.desk_open_s / 3600),
    HouseMeasure("desk_busy", "percent", lambda h: part(h.desk_busy_s, h.desk_open_s)),
    HouseMeasure("people_most", "count", lambda h: h.people_most),
    HouseMeasure("people_least", "count", lambda h: h.people_least),
    HouseMeasure("measured", "percent", lambda h: part(h.measured_s, h.measurable_s)),
    HouseMeasure(
        "devices",
        "percent",
        lambda h: part(*(sum(column) for column in zip(*h.devices.values(), strict=True))) if h.devices else None,
    ),
    HouseMeasure("journeys", "count", lambda h: h.journeys_saved if h.video_known else None),
    HouseMeasure("journeys_part", "percent", lambda h: part(h.journeys_saved, h.video_known)),
    HouseMeasure("help_p50", "s", lambda h: h.help.p50_s if h.help.n else None),
    HouseMeasure("documents", "count", lambda h: h.documents),
    HouseMeasure("prints", "count", lambda h: h.printed + h.printed_partly + h.not_printed),
    HouseMeasure("printed", "percent", lambda h: part(h.printed, h.printed + h.printed_partly + h.not_printed)),
    HouseMeasure(
        "printed_partly", "percent", lambda h: part(h.printed_partly, h.printed + h.printed_partly + h.not_printed)
    ),
)

BY_KEY = {measure.key: measure for measure in MEASURES}


def together(rows: Iterable[KpiTurns]) -> KpiTurns:
    """Return the sum of slices; of several, percentiles are not known and stay zero."""
    found = list(rows)
    return found[0] if len(found) == 1 else reduce(_added, found, KpiTurns())


def houses(rows: Iterable[KpiHouse]) -> KpiHouse:
    """Return the sum of houses."""
    found = list(rows)
    return found[0] if len(found) == 1 else reduce(_house_added, found, KpiHouse())


def slice_of(record: KpiDay, channel: str = "", service: str = "") -> KpiTurns:
    """Return the figures of one channel or service of *record*, of all without either."""
    if channel:
        return record.channels.get(channel, KpiTurns())
    return record.services.get(service, KpiTurns()) if service else record.all


def csat(survey: KpiSurvey | None) -> Number:
    """Return the mean mark."""
    return survey.total / survey.answered if survey is not None and survey.answered else None


def response(survey: KpiSurvey | None) -> Number:
    """Return how many of those who were attended to answered, in percent."""
    return part(survey.answered, survey.invited) if survey is not None else None


def surveys(found: Iterable[KpiSurvey]) -> KpiSurvey | None:
    """Return the sum of the surveys of several days, None without any."""
    rows = list(found)
    if not rows:
        return None
    sums = {name: sum(getattr(row, name) for row in rows) for name in KpiSurvey.__struct_fields__}
    return KpiSurvey(**sums)


def written(value: Number, unit: str, language: str) -> str:
    """Return *value* as people write it, with its unit; a dash for what is not known."""
    if value is None:
        return DASH
    text = decimal(value, DIGITS[unit], language)
    return f"{text}\u00a0{_SIGNS[unit]}" if unit in _SIGNS else text


_SIGNS = {"min": "min", "s": "s", "percent": "%", "h": "h"}


def _added(one: KpiTurns, other: KpiTurns) -> KpiTurns:
    return msgspec.structs.replace(one, **{name: _sum(getattr(one, name), getattr(other, name)) for name in _TURNS})


def _house_added(one: KpiHouse, other: KpiHouse) -> KpiHouse:
    sums = {name: _sum(getattr(one, name), getattr(other, name)) for name in _HOUSE_SUMS}
    most = [h.people_most for h in (one, other) if h.people_most is not None]
    least = [h.people_least for h in (one, other) if h.people_least is not None]
    return msgspec.structs.replace(
        one, **sums, people_most=max(most, default=None), people_least=min(least, default=None)
    )


def _sum(one: object, other: object) -> object:
    if isinstance(one, KpiSpread) and isinstance(other, KpiSpread):
        if not one.n or not other.n:
            return one if one.n else other
        return KpiSpread(n=one.n + other.n, total_s=one.total_s + other.total_s, most_s=max(one.most_s, other.most_s))
    if isinstance(one, dict) and isinstance(other, dict):
        both = {key: _sum(one[key], other[key]) for key in one.keys() & other.keys()}
        return dict(sorted({**one, **other, **both}.items()))
    if isinstance(one, tuple) and isinstance(other, tuple):
        return tuple(a + b for a, b in zip(one, other, strict=True))
    return one + other  # type: ignore[operator]


_TURNS: Sequence[str] = KpiTurns.__struct_fields__
_HOUSE_SUMS: Sequence[str] = [name for name in KpiHouse.__struct_fields__ if not name.startswith("people_")]
