"""The pages of figures in the console: all offices side by side, and one office by days and by hours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from edge.central.figures import OfficeFigures
from edge.contracts.kpi import KpiDay, KpiQuarter
from edge.runtime import kpi_plots as plots
from edge.runtime.kpi_plots import Curve
from edge.runtime.kpi_view import BY_KEY, csat, mean_min, part, response, together, written

Say = Callable[..., str]

COLUMNS = (
    "issued",
    "served",
    "wait_mean",
    "within_10",
    "within_25",
    "visit_p90",
    "no_show",
    "abandoned",
    "refused",
    "eta_mae",
)
GOAL_PERCENT = 70.0


@dataclass(frozen=True, slots=True)
class Line:
    """One day of one office: words only."""

    office: str
    day: str
    variant: str
    cells: list[str]
    csat: str
    response: str


def head(say: Say) -> list[str]:
    """Return the names of the columns."""
    return [say(f"reports.measure.{key}") for key in COLUMNS]


def lines(days: Sequence[KpiDay], language: str) -> list[Line]:
    """Return a row of the table for each of *days*."""
    return [
        Line(
            day.office,
            f"{day.day.day}/{day.day.month}/{day.day.year}",
            day.variant,
            [written(BY_KEY[key].value(day.all), BY_KEY[key].unit, language) for key in COLUMNS],
            written(csat(day.survey.get("")), "mark", language),
            written(response(day.survey.get("")), "percent", language),
        )
        for day in days
    ]


def pictures(found: OfficeFigures, say: Say) -> list[tuple[str, Markup]]:
    """Return (title, drawing) of one office: its days, and the hours of the newest one."""
    labels = [f"{d.day.day}/{d.day.month}" for d in found.days]
    goal = Curve("goal", [GOAL_PERCENT] * len(labels))
    level = Curve("now", [part(d.all.within_10, d.all.wait.n) for d in found.days])
    waits = Curve("now", [mean_min(d.all.wait) for d in found.days])
    visits = Curve("now", [BY_KEY["visit_p90"].value(d.all) for d in found.days])
    drawn = [
        _drawn("days-wait", say("reports.plot.waits"), labels, [waits], say),
        _drawn("days-level", say("reports.plot.level"), labels, [goal, level], say, top=100.0),
        _drawn("days-visit", say("reports.plot.visit_p90"), labels, [visits], say),
    ]
    if found.quarters:
        hours = _hours(found)
        by_hour = [mean_min(together(q.all for q in rows).wait) for _, rows in hours]
        title = f"{say('reports.plot.waits')} · {labels[-1]}"
        drawn.append(_drawn("hours-wait", title, [hour for hour, _ in hours], [Curve("now", by_hour)], say))
    return drawn


def _hours(found: OfficeFigures) -> list[tuple[str, list[KpiQuarter]]]:
    """Return the hours from the first to the last in which anything happened, with their quarters."""
    zone = ZoneInfo(found.days[-1].zone)
    used = [q.start for q in found.quarters if q.all.issued or q.all.served or q.all.calls]
    groups: dict[datetime, list[KpiQuarter]] = {}
    for quarter in found.quarters:
        if used and used[0] <= quarter.start <= used[-1]:
            groups.setdefault(quarter.start.replace(minute=0), []).append(quarter)
    return [(f"{hour.astimezone(zone):%H}", rows) for hour, rows in groups.items()]


def _drawn(
    name: str, title: str, labels: Sequence[str], curves: Sequence[Curve], say: Say, *, top: float = 0.0
) -> tuple[str, Markup]:
    known = [v for v in curves[-1].values if v is not None]
    if not known:
        return title, Markup('<p class="sub">{}</p>').format(say("reports.nothing"))
    said = say(
        "reports.plot_words", n=len(known), at=labels[curves[-1].values.index(max(known))], value=round(max(known))
    )
    return title, Markup(plots.lines(name, title, said, labels, curves, top=top))  # noqa: S704 - escaped inside
