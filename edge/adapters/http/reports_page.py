"""What the manager's page of figures shows: tiles, plots and one table, of a day by hours or of a range by days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from markupsafe import Markup

from edge.adapters.http.words import Words
from edge.contracts.kpi import KpiDay, KpiHouse, KpiQuarter, KpiSurvey, KpiTurns
from edge.runtime import kpi_plots as plots
from edge.runtime.kpi_plots import Curve, Part
from edge.runtime.kpi_view import (
    BY_KEY,
    DASH,
    HOUSE,
    MEASURES,
    Number,
    csat,
    houses,
    left,
    mean_min,
    part,
    response,
    slice_of,
    surveys,
    together,
    written,
)

GOAL_PERCENT = 70.0  # served within ten minutes
ETA_GOAL_MIN = 5.0
GROUPS = {
    "people": ("issued", "arrived", "served", "procedures", "no_phone", "not_arrived", "refused"),
    "waits": (
        "wait_mean", "wait_p50", "wait_p90", "wait_most", "within_10", "within_15", "within_25", "no_show", "abandoned",
    ),
    "told": ("eta_mae", "eta_p80", "eta_longer"),
    "service": ("way_mean", "service_mean", "service_p90", "inaccurate", "visit_mean", "visit_p90"),
    "desks": ("desk_open", "desk_busy", "recalls", "overrides", "transferred", "returned"),
    "appointments": ("appointments", "booked", "delay_mean", "missed", "cancelled", "reused"),
    "house": ("people_most", "people_least", "measured", "devices", "help_p50"),
    "papers": ("video", "journeys", "journeys_part", "documents", "prints", "printed", "printed_partly"),
}  # fmt: skip
TILES = ("wait_mean", "within_10", "visit_p90", "served", "no_show", "abandoned", "refused", "eta_mae")


@dataclass(frozen=True, slots=True)
class Filter:
    """Of which slice: at most one of channel and service."""

    channel: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One hour of a day or one day of a range."""

    label: str
    turns: KpiTurns
    house: KpiHouse
    queue: int | None = None


@dataclass(frozen=True, slots=True)
class MeasureGroup:
    """Measures that are read together: a heading, and (name, value) of each."""

    title: str
    rows: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Tile:
    """One number in large, and a line below it."""

    label: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Picture:
    """One plot with its heading and legend."""

    title: str
    svg: Markup
    key: Markup


def hours(quarters: Sequence[KpiQuarter], chosen: Filter, words: Words) -> list[Step]:
    """Return the hours in which anything happened, from the first to the last without a hole."""
    groups: dict[datetime, list[KpiQuarter]] = {}
    for one in quarters:
        hour = one.start.replace(minute=0, second=0, microsecond=0)
        groups.setdefault(hour, []).append(one)
    used = [hour for hour, rows in groups.items() if any(_is_used(q) for q in rows)]
    found, queue = [], 0
    for hour, rows in sorted(groups.items()):
        turns = together(_slice(q, chosen) for q in rows)
        queue += turns.arrived - turns.wait.n - _unserved(turns)
        if used and min(used) <= hour <= max(used):
            label = f"{hour.astimezone(words.zone):%H}"
            found.append(Step(label, turns, houses(q.house for q in rows), max(0, queue)))
    return found


def days(records: Sequence[KpiDay], chosen: Filter) -> list[Step]:
    """Return the days."""
    return [Step(f"{r.day.day}/{r.day.month}", slice_of(r, chosen.channel, chosen.service), r.house) for r in records]


def tiles(
    turns: KpiTurns, house: KpiHouse, before: KpiTurns | None, words: Words, *, survey: Number, answers: int
) -> list[Tile]:
    """Return the tiles; *before* is the same a week ago."""
    found = [_tile(key, turns, before, words) for key in TILES]
    busy = next(m for m in HOUSE if m.key == "desk_busy")
    found.append(Tile(words.say("reports.house.desk_busy"), _text(busy.value(house), "percent", words), ""))
    note = words.say("reports.survey.n", n=answers) if answers else words.say("reports.survey.few")
    found.append(Tile(words.say("reports.survey.csat"), _text(survey, "mark", words), note))
    return found


def pictures(
    steps: Sequence[Step], earlier: Sequence[tuple[str, str, Sequence[Step]]], words: Words, *, one_day: bool
) -> list[Picture]:
    """Return the plots; *earlier*: kind, legend and hours of days to compare with."""
    labels = [step.label for step in steps]

    def same(rows: Sequence[Step], value: Callable[[KpiTurns], Number]) -> list[Number]:
        known = {row.label: value(row.turns) for row in rows}
        return [known.get(label) for label in labels]

    say = words.say
    waits = [Curve(kind, same(rows, lambda t: mean_min(t.wait))) for kind, _, rows in earlier]
    waits.append(Curve("now", [mean_min(s.turns.wait) for s in steps]))
    now = ("now", say("reports.legend.now" if one_day else "reports.legend.mean"))
    visit = "visit_mean" if one_day else "visit_p90"
    level = [part(s.turns.within_10, s.turns.wait.n) for s in steps]
    return [
        _picture("waits", waits, labels, words, [now, *((kind, text) for kind, text, _ in earlier)]),
        _picture(
            "level",
            [Curve("goal", [GOAL_PERCENT] * len(steps)), Curve("now", level)],
            labels,
            words,
            [now, ("goal", say("reports.legend.goal", n=round(GOAL_PERCENT)))],
            top=100.0,
        ),
        _picture(
            "eta",
            [Curve("goal", [ETA_GOAL_MIN] * len(steps)), Curve("now", [mean_min(s.turns.eta) for s in steps])],
            labels,
            words,
            [now, ("goal", say("reports.legend.eta_goal", n=round(ETA_GOAL_MIN)))],
        ),
        _people(steps, labels, words),
        _picture(visit, [Curve("now", [BY_KEY[visit].value(s.turns) for s in steps])], labels, words, [now]),
    ]


def channels(records: Sequence[KpiDay], words: Words) -> Picture:
    """Return the plot of how turns were taken."""
    names = sorted({name for r in records for name in r.channels})
    counted = [(name, sum(r.channels[name].issued for r in records if name in r.channels)) for name in names]
    shown = [Part(words.say(f"reports.channel.{name}"), n) for name, n in sorted(counted, key=lambda c: -c[1]) if n]
    title = words.say("reports.plot.channels")
    said = "; ".join(f"{one.label}: {one.value:g}" for one in shown) or words.say("reports.nothing")
    return Picture(title, Markup(plots.shares("channels", title, said, shown)), Markup(""))  # noqa: S704


def table(steps: Sequence[Step], words: Words, *, one_day: bool) -> tuple[list[str], list[list[str]]]:
    """Return the headings and rows of the numbers behind the plots."""
    keys = (
        "issued",
        "served",
        "wait_mean",
        "within_10",
        "within_25",
        "eta_mae",
        "visit_mean",
        "visit_p90",
        "abandoned",
    )
    shown = [BY_KEY[key] for key in keys if not (one_day and BY_KEY[key].one_day)]
    head = [words.say("reports.column.hour" if one_day else "reports.column.day")]
    head += [words.say(f"reports.measure.{m.key}") for m in shown]
    head += [words.say("reports.column.queue")] if one_day else []
    head += [words.say("reports.house.people_most")]
    rows = []
    for step in steps:
        cells = [f"{step.label}:00" if one_day else step.label]
        cells += [_text(m.value(step.turns), m.unit, words) for m in shown]
        cells += [str(step.queue)] if one_day else []
        rows.append([*cells, _text(step.house.people_most, "count", words)])
    return head, rows


def measures(turns: KpiTurns, house: KpiHouse, words: Words, *, one_day: bool) -> list[MeasureGroup]:
    """Return every measure with its value under its heading; of a slice the house is left out by the caller."""
    found = {
        m.key: (words.say(f"reports.measure.{m.key}"), _text(m.value(turns), m.unit, words))
        for m in MEASURES
        if one_day or not m.one_day
    }
    found |= {m.key: (words.say(f"reports.house.{m.key}"), _text(m.value(house), m.unit, words)) for m in HOUSE}
    return [
        MeasureGroup(words.say(f"reports.group.{name}"), [found[key] for key in keys if key in found])
        for name, keys in GROUPS.items()
    ]


def devices(house: KpiHouse, words: Words) -> list[tuple[str, str]]:
    """Return how long each device worked of the time in which its state was known."""
    return [(name, _text(part(*pair), "percent", words)) for name, pair in house.devices.items()]


def reasons(turns: KpiTurns, words: Words) -> list[tuple[str, int]]:
    """Return why turns were refused, the most frequent first."""
    known = sorted(turns.refused.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(words.say(f"problems.{reason}"), n) for reason, n in known]


def satisfaction(records: Sequence[KpiDay], channel: str = "") -> tuple[Number, int]:
    """Return the mean mark and how many answered, over days that may be told."""
    told = surveys(r.survey[channel] for r in records if channel in r.survey)
    return csat(told), told.answered if told else 0


def survey_by_channel(records: Sequence[KpiDay], words: Words) -> list[list[str]]:
    """Return a row for all and one for each channel: name, attended, answers, response, mark; [] without answers.

    A channel of fewer than five answers in a day has none of that day here, so that nobody is found out.
    """
    if surveys(r.survey[""] for r in records if "" in r.survey) is None:
        return []
    names = sorted({name for r in records for name in r.channels})
    return [_asked(name, surveys(r.survey[name] for r in records if name in r.survey), words) for name in ("", *names)]


def _asked(name: str, told: KpiSurvey | None, words: Words) -> list[str]:
    counts = [str(told.invited), str(told.answered)] if told else [DASH, words.say("reports.survey.few_short")]
    cells = [*counts, _text(response(told), "percent", words), _text(csat(told), "mark", words)]
    return [words.say(f"reports.channel.{name}") if name else words.say("reports.all"), *cells]


def week_before(day: date) -> date:
    """Return the same weekday a week ago."""
    return day - timedelta(days=7)


def _tile(key: str, turns: KpiTurns, before: KpiTurns | None, words: Words) -> Tile:
    measure = BY_KEY[key]
    note = ""
    if before is not None and (was := measure.value(before)) is not None:
        note = words.say("reports.week_ago", value=_text(was, measure.unit, words))
    value = measure.value(turns)
    if measure.one_day and not value:
        measure, value = BY_KEY["visit_mean"], BY_KEY["visit_mean"].value(turns)
        note = ""
    return Tile(words.say(f"reports.measure.{measure.key}"), _text(value, measure.unit, words), note)


def _picture(
    name: str,
    curves: Sequence[Curve],
    labels: Sequence[str],
    words: Words,
    legend: Sequence[tuple[str, str]],
    *,
    top: float = 0.0,
) -> Picture:
    title = words.say(f"reports.plot.{name}")
    last = curves[-1].values
    known = [(label, v) for label, v in zip(labels, last, strict=True) if v is not None]
    worst = max(known, key=lambda pair: pair[1], default=None)
    if worst is None:
        return _nothing(title, words)
    said = words.say("reports.plot_words", n=len(known), at=worst[0], value=words.decimal(worst[1], 1))
    svg = plots.lines(name, title, said, labels, curves, top=top)
    return Picture(title, Markup(svg), Markup(plots.key(legend)))  # noqa: S704 - every text in it is escaped


def _nothing(title: str, words: Words) -> Picture:
    return Picture(title, Markup('<p class="empty">{}</p>').format(words.say("reports.nothing")), Markup(""))


def _people(steps: Sequence[Step], labels: Sequence[str], words: Words) -> Picture:
    """Return the plot of people inside, against the queue where it is known: of a day by hours."""
    most = [None if s.house.people_most is None else float(s.house.people_most) for s in steps]
    inside, legend = Curve("now", most), ("now", words.say("reports.legend.inside"))
    queue = [None if s.queue is None else float(s.queue) for s in steps]
    known = [n for n in queue if n is not None]
    if not known:
        return _picture("inside", [inside], labels, words, [legend])
    title, said = words.say("reports.plot.people"), words.say("reports.people_words", n=round(max(known)))
    svg = plots.columns("people", title, said, labels, queue, curve=inside)
    key = plots.key([("bar", words.say("reports.legend.queue")), legend])
    return Picture(title, Markup(svg), Markup(key))  # noqa: S704 - every text in it is escaped


def _slice(quarter: KpiQuarter, chosen: Filter) -> KpiTurns:
    if chosen.channel:
        return quarter.channels.get(chosen.channel, KpiTurns())
    return quarter.services.get(chosen.service, KpiTurns()) if chosen.service else quarter.all


def _unserved(turns: KpiTurns) -> int:
    return left(turns) - turns.served - turns.broken_off


def _is_used(quarter: KpiQuarter) -> bool:
    return bool(quarter.all.issued or quarter.all.served or quarter.all.calls or quarter.house.desk_open_s)


def _text(value: Number, unit: str, words: Words) -> str:
    return written(value, unit, words.language)
