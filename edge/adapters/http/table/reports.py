"""The rows of figures, the survey, notes and the pilot."""

from __future__ import annotations

from edge.adapters import sheets
from edge.adapters.http import reports_out
from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import notes, pilot, reports, survey
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.shapes.reports import (
    ActionWish,
    Filled,
    NoteCard,
    NoteWish,
    OpenData,
    Report,
    VariantsWish,
)
from edge.adapters.http.table.rows import ANYONE, FRONT, MANAGING

_RANGE = ("from", "to")
_VIEW = (*_RANGE, "slice", "variant", "lang")

PORTAL: tuple[Endpoint, ...] = (
    ANYONE.page("/my/survey", survey.mine, "The survey after a visit", refuses=(404,), query=("lang",)),
    ANYONE.form("/my/survey", survey.fill_mine, Filled, "Answer it, once", refuses=(400, 404, 409, 429)),
    ANYONE.page("/f/{link}/survey", survey.paper, "The same from a paper ticket", refuses=(404,), query=("lang",)),
    ANYONE.form("/f/{link}/survey", survey.fill_paper, Filled, "Answer it, once", refuses=(400, 404, 409, 429)),
)

PAGES: tuple[Endpoint, ...] = (
    MANAGING.page("/reports", reports.overview, "Figures of a day or a range", query=_VIEW, refuses=(400,)),
    MANAGING.live("/reports/live", reports.overview_live, "The same live", query=_VIEW, refuses=(400,)),
    MANAGING.page("/reports/daily", reports.daily, "The report of a day", query=("day", "lang"), refuses=(400,)),
    MANAGING.page(
        "/reports/fairness", reports.fair, "Who was called out of order", query=("day", "lang"), refuses=(400,)
    ),
    MANAGING.page("/reports/pilot", pilot.pilot, "Before and after, two variants, the action plan", query=("lang",)),
    MANAGING.form("/reports/pilot/variants", pilot.set_variants, VariantsWish, "Choose the variants", refuses=(400,)),
    MANAGING.form(
        "/reports/pilot/plan", pilot.change_plan, ActionWish, "Change the action plan", refuses=(400, 404, 409)
    ),
    FRONT.page("/notes", notes.notes, "Notes, incidents and suggestions of staff", query=("lang",)),
    FRONT.form("/notes", notes.write, NoteWish, "Write one", refuses=(400,)),
    MANAGING.form("/notes/{note}/remove", notes.remove, Nothing, "Take one away", refuses=(404,)),
)

API: tuple[Endpoint, ...] = (
    MANAGING.get(
        "/api/v1/reports",
        reports.report,
        "Closed days with survey and notes",
        Report,
        query=_RANGE,
        refuses=(400,),
    ),
    MANAGING.get(
        "/api/v1/reports.csv",
        reports.report_csv,
        "Closed days as CSV, by channel and service; with `sheet=1` as a spreadsheet in Spanish or Catalan opens it",
        str,
        media=reports_out.CSV_TYPE,
        query=(*_RANGE, "sheet"),
        refuses=(400,),
    ),
    MANAGING.get(
        "/api/v1/reports.xlsx",
        reports.report_xlsx,
        "Closed days, survey and notes as a workbook",
        str,
        media=sheets.XLSX_TYPE,
        query=(*_RANGE, "lang"),
        refuses=(400,),
    ),
    FRONT.get("/api/v1/notes", notes.latest, "Notes of the last month, the newest first", list[NoteCard]),
    FRONT.post("/api/v1/notes", notes.add, NoteWish, "Write a note", NoteCard, status=201, refuses=(400, 413, 415)),
    ANYONE.get(
        "/api/v1/open/kpi",
        reports.open_data,
        "Open data: figures of closed days; null where fewer than five people are behind them",
        OpenData,
        query=_RANGE,
        refuses=(400,),
    ),
    ANYONE.get(
        "/api/v1/open/kpi.csv",
        reports.open_csv,
        "The same as CSV",
        str,
        media=reports_out.CSV_TYPE,
        query=_RANGE,
        refuses=(400,),
    ),
)
