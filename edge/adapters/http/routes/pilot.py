"""The pilot: before and after by week, two variants, and the action plan with its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypedDict

import msgspec
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from edge.adapters.http.call import Call
from edge.adapters.http.pages import page
from edge.adapters.http.problems import Problem, problem_of
from edge.adapters.http.shapes.reports import ActionWish, VariantsWish
from edge.adapters.http.words import Words
from edge.contracts.kpi import KpiDay
from edge.domain.errors import BadInput, Conflict, NotFound
from edge.domain.plans import Progress, Term
from edge.runtime import kpi_plots as plots
from edge.runtime.kpi_plots import Curve
from edge.runtime.kpi_view import BY_KEY, Number, mean_min, together, written
from edge.services.plans import Plan
from edge.services.staff import names_of

WEEKS = 26
SHOWN = (
    "issued",
    "served",
    "wait_mean",
    "within_10",
    "within_25",
    "visit_mean",
    "no_show",
    "abandoned",
    "refused",
    "no_phone",
)


class Facts(TypedDict):
    """What adding and editing an action have in common."""

    owner: str
    due: str
    version: int
    actor: str


@dataclass(frozen=True, slots=True)
class Line:
    """One week or one variant: words only."""

    name: str
    days: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Refused:
    """A form that came back with what was typed and why."""

    why: Problem
    variants: VariantsWish | None = None
    action: ActionWish | None = None


async def pilot(call: Call) -> Response:
    """Show the pilot."""
    return await _page(call)


async def _page(call: Call, refused: Refused | None = None) -> Response:
    today = call.now.astimezone(call.web.office().calendar.zone).date()
    monday = today - timedelta(days=today.weekday())
    records = await call.web.read(call.web.reports.days, monday - timedelta(weeks=WEEKS - 1), today)
    used = [record for record in records if record.all.issued]
    weeks = _groups(used, lambda record: _monday(record.day).isoformat())
    plan = await call.web.read(call.web.plans.plan)
    return page(
        call,
        "pilot.html",
        status=refused.why.status if refused else 200,
        wrong=refused.why if refused else None,
        typed=refused.variants if refused else None,
        wish=_placed(refused.action, plan) if refused and refused.action else None,
        head=[call.words.say(f"reports.measure.{key}") for key in SHOWN],
        weeks=[_line(_label(date.fromisoformat(name)), rows, call.words) for name, rows in weeks.items()],
        by_variant=[_line(name, rows, call.words) for name, rows in _groups(used, lambda r: r.variant).items()],
        picture=_picture(weeks, call.words),
        variants=await call.web.read(call.web.variants.plan),
        today=today,
        date_of=_dated,
        plan=plan,
        terms=[(str(term), [a for a in plan.actions if a.term is term]) for term in Term],
        progresses=[str(progress) for progress in Progress],
        history=await call.web.read(call.web.plans.history),
        people=names_of(await call.web.read(call.web.staff.all)),
    )


async def set_variants(call: Call, wish: VariantsWish) -> Response:
    """Put the variants in force; what is wrong with them is said in the form."""
    names = [name for name in (wish.one.strip(), wish.other.strip()) if name]
    try:
        await call.web.write(call.web.variants.set, wish.by, names, wish.first, actor=call.actor)
    except BadInput as error:
        return await _page(call, Refused(problem_of(error, call.web.texts, call.language), variants=wish))
    return RedirectResponse("/reports/pilot#variants", 303)


async def change_plan(call: Call, wish: ActionWish) -> Response:
    """Add, change or remove one action of the plan; what is wrong with it is said in its form, as it was typed."""
    try:
        await _change_plan(call, wish)
    except (BadInput, Conflict, NotFound) as error:
        return await _page(call, Refused(problem_of(error, call.web.texts, call.language), action=wish))
    return RedirectResponse("/reports/pilot#plan", 303)


async def _change_plan(call: Call, wish: ActionWish) -> None:
    plans, facts = call.web.plans, Facts(owner=wish.owner, due=wish.due, version=wish.version, actor=call.actor)
    if wish.remove:
        await call.web.write(plans.remove, wish.id, version=wish.version, actor=call.actor)
    elif wish.id:
        await call.web.write(plans.edit, wish.id, wish.term, wish.text, progress=wish.progress, **facts)
    else:
        await call.web.write(plans.add, wish.term, wish.text, **facts)


def _placed(wish: ActionWish, plan: Plan) -> ActionWish:
    """Return *wish* for the form that it comes back in: a new one when its action is not there any more."""
    return wish if any(a.id == wish.id for a in plan.actions) else msgspec.structs.replace(wish, id="")


def _groups(records: list[KpiDay], name: Any) -> dict[str, list[KpiDay]]:
    found: dict[str, list[KpiDay]] = {}
    for record in records:
        found.setdefault(name(record), []).append(record)
    return found


def _line(name: str, rows: list[KpiDay], words: Words) -> Line:
    turns = together(row.all for row in rows)
    shown = [BY_KEY[key] for key in SHOWN]
    return Line(name, len(rows), [written(m.value(turns), m.unit, words.language) for m in shown])


def _picture(weeks: dict[str, list[KpiDay]], words: Words) -> Markup:
    waits: list[Number] = [mean_min(together(r.all for r in rows).wait) for rows in weeks.values()]
    visits: list[Number] = [mean_min(together(r.all for r in rows).visit) for rows in weeks.values()]
    labels = [_label(date.fromisoformat(name)) for name in weeks]
    title = words.say("reports.pilot.plot")
    curves = [Curve("before", visits), Curve("now", waits)]
    svg = plots.lines("weeks", title, words.say("reports.pilot.plot_words", n=len(weeks)), labels, curves)
    key = [("now", words.say("reports.measure.wait_mean")), ("before", words.say("reports.measure.visit_mean"))]
    return Markup(svg + plots.key(key))  # noqa: S704 - every text in it is escaped


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _dated(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"


def _label(day: date) -> str:
    return f"{day.day}/{day.month}"
