"""Figures as others read them: rows for spreadsheets (CSV, XLSX) and open data without small groups."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from edge.adapters import sheets
from edge.adapters.http.counts_out import UTF8_MARK
from edge.adapters.http.shapes.reports import NoteCard, OpenData, OpenDay, SurveyLine
from edge.adapters.http.words import Words
from edge.adapters.sheets import Cell, Column, Sheet
from edge.contracts.kpi import KpiDay, KpiTurns
from edge.contracts.wire import encode
from edge.domain.kpi.figures import NO_PHONE
from edge.domain.kpi.release import may_tell_part, released, released_groups
from edge.runtime.kpi_view import HOUSE, LEAST, MEASURES, Measure, csat, response

CSV_TYPE = "text/csv; charset=utf-8; header=present"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Of a day everybody may know these; the rest needs explanations that a table of numbers has not.
OPEN = ("issued", "served", "no_phone", "wait_mean", "wait_p50", "wait_p90", "within_10", "within_15", "within_25",
        "service_mean", "visit_mean", "visit_p90", "no_show", "abandoned", "refused", "eta_mae", "eta_p80")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """One slice of one day: what the columns before the measures say."""

    day: date
    variant: str
    slice: str  # "all", "channel" or "service"
    name: str
    figures: KpiTurns


def parts(days: Sequence[KpiDay]) -> list[Part]:
    """Return every slice of *days*: all turns first, then channels, then services."""
    found = []
    for one in days:
        found.append(Part(one.day, one.variant, "all", "", one.all))
        found += [Part(one.day, one.variant, "channel", name, turns) for name, turns in one.channels.items()]
        found += [Part(one.day, one.variant, "service", name, turns) for name, turns in one.services.items()]
    return found


def columns() -> list[str]:
    """Return the names of the columns of the CSV: stable words with the unit."""
    measures = [f"{m.key}_{m.unit}" if m.unit != "count" else m.key for m in MEASURES]
    house = [f"house_{m.key}_{m.unit}" if m.unit != "count" else f"house_{m.key}" for m in HOUSE]
    return ["day", "variant", "slice", "name", *measures, *house, "csat", "answers", "invited", "response_percent"]


def to_csv(days: Sequence[KpiDay], *, sheet: bool) -> str:
    """Return *days* as CSV (RFC 4180); a *sheet* has semicolons, decimal commas and a mark that it is UTF-8."""
    text = io.StringIO(newline="")
    text.write(UTF8_MARK if sheet else "")
    writer = csv.writer(text, delimiter=";" if sheet else ",")
    writer.writerow(columns())
    for one in days:
        for part in parts([one]):
            writer.writerow([_plain(cell, sheet=sheet) for cell in _cells(one, part)])
    return text.getvalue()


def to_xlsx(
    days: Sequence[KpiDay], survey: Sequence[SurveyLine], notes: Sequence[NoteCard], words: Words, title: str
) -> bytes:
    """Return *days*, the survey and the notes as a workbook in the person's language."""
    say = words.say
    head = [
        Column(say("reports.column.day"), width=11),
        Column(say("reports.column.variant")),
        Column(say("reports.column.slice")),
        Column(say("reports.column.name"), width=20),
        *(Column(_titled(words, "reports.measure", m.key, m.unit), m.unit) for m in MEASURES),
        *(Column(_titled(words, "reports.house", m.key, m.unit), m.unit) for m in HOUSE),
        Column(say("reports.survey.csat"), "mark"),
        Column(say("reports.survey.answers"), "count"),
        Column(say("reports.survey.invited"), "count"),
        Column(say("reports.survey.response"), "percent"),
    ]
    rows = [_cells(one, part) for one in days for part in parts([one])]
    asked = [[line.question, line.answers, _hundredth(line.mean_percent), *line.marks] for line in survey]
    said = [[_local(n, words), say(f"reports.note.{n.kind}"), ", ".join(n.tags), n.text, n.turn] for n in notes]
    marks = [Column(str(mark), "count", 8) for mark in range(1, 6)]
    return sheets.workbook(
        title,
        [
            Sheet(say("reports.sheet.figures"), head, rows),
            Sheet(
                say("reports.sheet.survey"),
                [Column(say("reports.survey.question"), width=24), Column(say("reports.survey.answers"), "count"),
                 Column(say("reports.survey.mean"), "mark"), *marks],
                cast("Sequence[Sequence[Cell]]", asked),
            ),
            Sheet(
                say("reports.sheet.notes"),
                [Column(say("reports.note.at"), width=17), Column(say("reports.note.kind"), width=14),
                 Column(say("reports.note.tags"), width=20), Column(say("reports.note.text"), width=80),
                 Column(say("desk.list.code"), width=9)],
                said,
            ),
        ],
    )  # fmt: skip


def _local(note: NoteCard, words: Words) -> str:
    return f"{note.at.astimezone(words.zone):%Y-%m-%d %H:%M}"


def open_day(record: KpiDay) -> OpenDay:
    """Return what everybody may know of a day."""
    survey = record.survey.get("")
    told = survey is not None and survey.answered >= LEAST
    issued = {name: turns.issued for name, turns in record.channels.items()}
    channels = released_groups(issued)
    figures = {m.key: _open(m, record.all) for m in MEASURES if m.key in OPEN}
    if not may_tell_part(issued, channels, NO_PHONE):
        figures["no_phone"] = None  # beside the channels it would say how many a small one had
    return OpenDay(
        day=record.day,
        variant=record.variant,
        figures=figures,
        channels=channels,
        satisfaction=_rounded(csat(survey), 2) if told else None,
        answers=survey.answered if survey is not None and told else None,
    )


def units() -> dict[str, str]:
    """Return the unit of every open figure."""
    return {m.key: m.unit for m in MEASURES if m.key in OPEN}


def open_csv(days: Sequence[OpenDay]) -> str:
    """Return open days as CSV; an empty field is a group of fewer than five."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    channels = sorted({name for day in days for name in day.channels})
    writer.writerow(["day", "variant", *units(), *(f"issued_{name}" for name in channels), "satisfaction", "answers"])
    for day in days:
        told = [day.figures.get(key) for key in units()] + [day.channels.get(name) for name in channels]
        writer.writerow([day.day.isoformat(), day.variant, *told, day.satisfaction, day.answers])
    return text.getvalue()


def _open(measure: Measure, turns: KpiTurns) -> float | None:
    if measure.unit == "count":
        return released(int(measure.value(turns) or 0))
    return _rounded(measure.value(turns), 1) if measure.base(turns) >= LEAST else None


def _cells(record: KpiDay, part: Part) -> list[Cell]:
    measures: list[Cell] = [_rounded(m.value(part.figures), 2) for m in MEASURES]
    of_all = part.slice == "all"
    house: list[Cell] = [_rounded(m.value(record.house), 2) if of_all else None for m in HOUSE]
    survey = record.survey.get("" if of_all else part.name) if part.slice != "service" else None
    counts: list[Cell] = [survey.answered, survey.invited] if survey else [None, None]
    asked: list[Cell] = [_rounded(csat(survey), 2), *counts, _rounded(response(survey), 1)]
    return [part.day.isoformat(), part.variant, part.slice, part.name, *measures, *house, *asked]


def _titled(words: Words, place: str, key: str, unit: str) -> str:
    title = words.say(f"{place}.{key}")
    return title if unit in ("count", "percent") else f"{title} ({unit})"


def _plain(cell: Cell, *, sheet: bool) -> Cell:
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(_FORMULA) else cell
    return str(cell).replace(".", ",") if sheet and isinstance(cell, float) else cell


def _hundredth(percent: int | None) -> float | None:
    return None if percent is None else percent / 100


def _rounded(value: float | None, digits: int) -> float | None:
    return value if value is None or isinstance(value, int) else round(value, digits)


def encoded(found: OpenData) -> bytes:
    """Return open data as JSON."""
    return encode(found)
