"""The manager's pages of figures: overview, daily report, fairness, and what is given out of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from starlette.responses import Response

from edge.adapters import sheets
from edge.adapters.http import counts_out, reports_out, reports_page
from edge.adapters.http.agenda_use import agenda_use
from edge.adapters.http.call import Call
from edge.adapters.http.day_picture import date_words
from edge.adapters.http.live import stream
from edge.adapters.http.pages import name_of, page, render
from edge.adapters.http.problems import problem_of
from edge.adapters.http.reports_page import Filter
from edge.adapters.http.shapes.reports import NoteCard, OpenData, Report, SurveyLine
from edge.contracts.kpi import KpiDay
from edge.domain.errors import BadInput
from edge.domain.kpi.closing import day_window
from edge.domain.notes import Note
from edge.domain.survey import Summary
from edge.domain.turns import Channel
from edge.runtime.kpi_view import houses, slice_of, together
from edge.services.staff import names_of

LONGEST_DAYS = 366
OPEN_DAYS = 31  # without a range
TOPIC = "reports"
_OPEN = {"Cache-Control": "public, max-age=300"}


@dataclass(frozen=True, slots=True)
class Range:
    """Whole days, both included."""

    first: date
    last: date

    @property
    def is_day(self) -> bool:
        """Whether it is one day."""
        return self.first == self.last


# --- pages ----------------------------------------------------------------------------------------------------------


async def overview(call: Call) -> Response:
    """Show the figures of a day or a range; what cannot be asked is said beside the form, above those of today."""
    try:
        asked = _range(call, "from", "to")
        figures = await _overview(call)
    except BadInput as error:
        asked = Range(_today(call), _today(call))
        typed = {name: call.query(name) for name in ("from", "to")}
        said = {"wrong": problem_of(error, call.web.texts, call.language), "typed": typed}
        figures = await _overview(call, of=(asked, Filter(), "")) | said
    use = await agenda_use(call, asked.first, asked.last)
    status = figures["wrong"].status if figures["wrong"] else 200
    return page(call, "reports.html", status=status, use=use, **figures)


async def overview_live(call: Call) -> Response:
    """Follow the figures: again with every quarter of an hour that is closed."""

    async def draw() -> Mapping[str, str]:
        return {"page": render(call, "reports_live.html", **await _overview(call))}

    return stream(call, (TOPIC,), draw, owner=f"staff:{call.staff_id}", staff=True)


async def daily(call: Call) -> Response:
    """Show the report of one day: figures, survey and notes together."""
    day = _range(call, "day", "day").first
    record = await call.web.read(call.web.reports.figures_of, day)
    survey, notes = await _said(call, Range(day, day))
    return page(
        call,
        "report_day.html",
        heading=date_words(call.words, day),
        day=day,
        **_neighbours(call, day),
        record=record,
        measures=_measures(call, record) if record else [],
        devices=reports_page.devices(record.house, call.words) if record else [],
        reasons=reports_page.reasons(record.all, call.words) if record else [],
        channels=reports_page.channels([record], call.words) if record else None,
        by_channel=reports_page.survey_by_channel([record] if record else [], call.words),
        survey=_asked(call, survey),
        notes=notes,
        people=names_of(await call.web.read(call.web.staff.all)),
    )


async def fair(call: Call) -> Response:
    """Show who was called out of order, and why."""
    day = _range(call, "day", "day").first
    found = await call.web.read(call.web.reports.fairness, day)
    return page(
        call,
        "fairness.html",
        heading=date_words(call.words, day),
        day=day,
        **_neighbours(call, day),
        fairness=found,
        people=names_of(await call.web.read(call.web.staff.all)),
    )


# --- data -----------------------------------------------------------------------------------------------------------


async def report(call: Call) -> Report:
    """Return closed days with their survey and notes."""
    asked = _range(call, "from", "to")
    survey, notes = await _said(call, asked)
    days = await call.web.read(call.web.reports.days, asked.first, asked.last)
    return Report(first=asked.first, last=asked.last, days=days, survey=survey, notes=notes)


async def report_csv(call: Call) -> Response:
    """Return closed days as CSV."""
    asked = _range(call, "from", "to")
    days = await call.web.read(call.web.reports.days, asked.first, asked.last)
    body = reports_out.to_csv(days, sheet=bool(call.query("sheet")))
    return Response(body, headers=_file(call, asked, "csv"), media_type=reports_out.CSV_TYPE)


async def report_xlsx(call: Call) -> Response:
    """Return closed days, survey and notes as a workbook."""
    found, title = await report(call), call.web.office().title
    body = await call.web.read(reports_out.to_xlsx, found.days, found.survey, found.notes, call.words, title)
    return Response(body, headers=_file(call, Range(found.first, found.last), "xlsx"), media_type=sheets.XLSX_TYPE)


async def open_data(call: Call) -> Response:
    """Return closed days as open data."""
    return Response(reports_out.encoded(await _open_data(call)), headers=_OPEN, media_type="application/json")


async def open_csv(call: Call) -> Response:
    """Return the same as CSV."""
    body = reports_out.open_csv((await _open_data(call)).days)
    return Response(body, headers=_OPEN, media_type=reports_out.CSV_TYPE)


async def _open_data(call: Call) -> OpenData:
    asked = _range(call, "from", "to", back=OPEN_DAYS)
    days = await call.web.read(call.web.reports.days, asked.first, asked.last)
    office = call.web.office()
    return OpenData(
        office=office.id,
        title=office.title,
        zone=office.calendar.zone.key,
        licence=reports_out.LICENCE,
        units=reports_out.units(),
        days=[reports_out.open_day(day) for day in days],
    )


# --- parts ----------------------------------------------------------------------------------------------------------


async def _overview(call: Call, *, of: tuple[Range, Filter, str] | None = None) -> dict[str, Any]:
    asked, chosen, variant = of or (_range(call, "from", "to"), _filter(call), call.query("variant"))
    reports, words = call.web.reports, call.words
    if asked.is_day:
        now = await call.web.read(reports.figures_of, asked.first)
        records = [now] if now else []
    else:
        records = await call.web.read(reports.days, asked.first, asked.last)
    variants = sorted({record.variant for record in records})
    records = [record for record in records if variant in ("", record.variant)]
    steps = reports_page.days(records, chosen)
    earlier, before = [], None
    if asked.is_day:
        steps = await _hours(call, asked.first, chosen)
        for kind, back in (("week", 7), ("before", 1)):
            other = await _hours(call, asked.first - timedelta(days=back), chosen)
            earlier += [(kind, words.say(f"reports.legend.{kind}"), other)] if other else []
        before = await call.web.read(reports.figures_of, reports_page.week_before(asked.first))
    turns = together(slice_of(record, chosen.channel, chosen.service) for record in records)
    house = houses(record.house for record in records)
    mark, answers = reports_page.satisfaction(records, chosen.channel)
    head, rows = reports_page.table(steps, words, one_day=asked.is_day)
    pictures = reports_page.pictures(steps, earlier, words, one_day=asked.is_day) if steps else []
    return {
        "wrong": None,
        "typed": {},
        "asked": asked,
        "chosen": chosen,
        "variant": variant,
        "variants": variants,
        "heading": date_words(words, asked.first) if asked.is_day else words.say(
            "reports.range", first=_short(asked.first), last=_short(asked.last)),
        "one": timedelta(days=1),
        "week": timedelta(days=7),
        "month": timedelta(days=30),
        **(_neighbours(call, asked.first)),
        "is_live": asked.is_day and asked.first == _today(call),
        "seen_at": words.time(call.now),
        "tiles": reports_page.tiles(
            turns, house, slice_of(before, chosen.channel, chosen.service) if before else None, words,
            survey=mark, answers=answers) if records else [],
        "pictures": [*pictures, reports_page.channels(records, words)] if records else [],
        "head": head,
        "rows": rows,
        "by_channel": reports_page.survey_by_channel(records, words),
        "measures": reports_page.measures(turns, house, words, one_day=asked.is_day) if records else [],
        "channels": [(str(channel), words.say(f"reports.channel.{channel}")) for channel in Channel],
        "services": [(s.id, name_of(s.names, call.language)) for s in call.web.office().services.values()],
    }  # fmt: skip


async def _hours(call: Call, day: date, chosen: Filter) -> list[reports_page.Step]:
    quarters = await call.web.read(call.web.reports.quarters, day)
    return reports_page.hours(quarters, chosen, call.words)


async def _said(call: Call, asked: Range) -> tuple[list[SurveyLine], list[NoteCard]]:
    zone = call.web.office().calendar.zone
    start, end = day_window(asked.first, zone).start, day_window(asked.last, zone).end
    survey = await call.web.read(call.web.survey.summaries, asked.first, asked.last)
    notes = await call.web.read(call.web.notes.between, start, end)
    return [_line(one) for one in survey], [note_card(note) for note in notes]


def note_card(note: Note) -> NoteCard:
    """Return *note* for programs and pages."""
    return NoteCard(
        id=note.id,
        at=note.at,
        author=note.author,
        kind=note.kind.value,
        tags=list(note.tags),
        text=note.text,
        turn=note.turn,
    )


def question_text(call: Call, question: str) -> str:
    """Return the words of a question: the office's own, else those of the catalogue."""
    own = next((q.text for q in call.web.office().survey if q.id == question), {})
    if own:
        return name_of(own, call.language)
    try:
        return call.words.say(f"survey.question.{question}")
    except KeyError:
        return question


def _line(summary: Summary) -> SurveyLine:
    return SurveyLine(
        question=summary.question, answers=summary.n, mean_percent=summary.mean_percent, marks=list(summary.marks)
    )


def _asked(call: Call, survey: list[SurveyLine]) -> list[tuple[str, SurveyLine]]:
    return [(question_text(call, line.question), line) for line in survey]


def _measures(call: Call, record: KpiDay) -> list[reports_page.MeasureGroup]:
    return reports_page.measures(record.all, record.house, call.words, one_day=True)


def _neighbours(call: Call, day: date) -> dict[str, Any]:
    today = _today(call)
    return {
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1) if day < today else None,
        "today": today,
    }


def _filter(call: Call) -> Filter:
    """Read the one slice of the query: ``channel:poster`` or ``service:registro``; raise ``BadInput``."""
    kind, _, name = call.query("slice").partition(":")
    if kind == "channel" and name in set(Channel):
        return Filter(channel=name)
    if kind == "service" and name in call.web.office().services:
        return Filter(service=name)
    if kind:
        raise BadInput(f"no slice {kind}:{name}")
    return Filter()


def _range(call: Call, first: str, last: str, *, back: int = 1) -> Range:
    """Read a range of days, today without one; raise ``BadInput`` (``bad_range``, ``day_to_come``...)."""
    today, zone = _today(call), call.web.office().calendar.zone
    start = call.query(first)[:10] or (today - timedelta(days=back - 1)).isoformat()
    end = call.query(last)[:10] or (today.isoformat() if back > 1 and not call.query(first) else start)
    asked = counts_out.asked(start, end, "", today=today, zone=zone)
    found = Range(asked.start.astimezone(zone).date(), (asked.end - timedelta(seconds=1)).astimezone(zone).date())
    if found.first > today:
        raise BadInput(f"{found.first} is still to come", code="day_to_come")
    if found.last - found.first > timedelta(days=LONGEST_DAYS):
        raise BadInput("ask for a shorter time", code="range_too_long")
    return found


def _today(call: Call) -> date:
    return call.now.astimezone(call.web.office().calendar.zone).date()


def _short(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"


def _file(call: Call, asked: Range, kind: str) -> dict[str, str]:
    name = f"report-{call.web.office().id}-{asked.first:%Y%m%d}-{asked.last:%Y%m%d}.{kind}"
    return {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
