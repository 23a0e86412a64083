"""Pages and data of figures over a morning that was really played on the office."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from httpx import Client

from edge.contracts.kpi import KpiDay, KpiSurvey, KpiTurns
from edge.contracts.wire import encode
from edge.domain.turns import Channel
from edge.runtime.clock import ManualClock
from edge.runtime.kpi_view import MEASURES
from edge.services.turns import Wish
from tests.fakes.client import client
from tests.fakes.days import Day, close_days, close_quarters, parts_of
from tests.fakes.office import FakeOffice, office_at
from tests.fixtures.clocks import MONDAY_MORNING
from tests.integration.http.conftest import Staff

YESTERDAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> FakeOffice:
    """An office on Tuesday at half past ten, with a closed Monday and a morning that goes on."""
    clock = ManualClock(MONDAY_MORNING)
    office = office_at(tmp_path_factory.mktemp("spool"), clock)
    reports, parts = office.web.reports, parts_of(office)
    office.device("ticket-1")
    Day(parts, clock.move, 5, each_minute=lambda: close_quarters(reports)).play(150)
    Day(parts, clock.move, 5, per_minute=0, each_minute=lambda: close_quarters(reports)).until(
        MONDAY_MORNING + timedelta(hours=18)
    )
    close_days(reports)
    clock.move((MONDAY_MORNING + timedelta(days=1) - clock.now()).total_seconds())
    day = Day(parts, clock.move, 6, each_minute=lambda: close_quarters(reports))
    day.play(90)
    for turn, mark in zip(day.served, "5544", strict=False):
        office.web.survey.answer(turn, {"attention": mark})
    return office


@pytest.fixture
def office(played: FakeOffice) -> FakeOffice:
    return played


@pytest.fixture
def manager(office: FakeOffice) -> Staff:
    return Staff(office, "luis")


@pytest.mark.parametrize("path", ["/reports", "/reports/daily?day=2026-11-24"])
def test_the_figures_of_today_say_when_a_missed_call_counts(manager: Staff, path: str) -> None:
    page = manager.get(path).text

    assert "Quien no ha venido cuenta como no comparecido cuando ya no puede volver a la cola" in page


PAGES = (
    "/reports",
    "/reports?from=2026-11-23",
    "/reports?from=2026-11-16&to=2026-11-24",
    "/reports?slice=channel:paper",
    "/reports?from=2026-11-23&slice=service:certificado",
    "/reports?from=2026-11-23&to=2026-11-24&variant=base",
    "/reports?from=2020-01-01",
    "/reports/daily",
    "/reports/daily?day=2026-11-23",
    "/reports/daily?day=2026-11-01",
    "/reports/fairness?day=2026-11-23",
    "/reports/pilot",
    "/notes",
)


@pytest.mark.parametrize("language", ["es", "ca", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_in_every_language(manager: Staff, path: str, language: str) -> None:
    answer = manager.get(f"{path}{'&' if '?' in path else '?'}lang={language}")

    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.text


def test_the_page_shows_what_the_closed_day_holds(office: FakeOffice, manager: Staff) -> None:
    record = office.web.reports.stored(YESTERDAY)

    page = manager.get(f"/reports/daily?day={YESTERDAY}").text

    assert f"<dd>{record.all.issued}</dd>" in page
    assert f"<dd>{record.house.booked}</dd>" in page


def test_only_managers_see_figures_and_everybody_at_work_sees_notes(office: FakeOffice) -> None:
    agent = Staff(office, "marta")

    assert agent.get("/reports").status_code == 403
    assert agent.get("/api/v1/reports").status_code == 403
    assert agent.get("/notes").status_code == 200


def test_dates_that_cannot_be_asked_are_said_beside_the_form(manager: Staff) -> None:
    answer = manager.get("/reports?from=2026-11-20&to=2026-11-16")

    assert answer.status_code == 400
    assert 'value="2026-11-20"' in answer.text
    assert "La fecha final es anterior a la inicial." in answer.text
    assert 'action="/reports"' in answer.text


def test_who_meets_an_error_goes_back_to_where_they_were(manager: Staff, office: FakeOffice) -> None:
    wrong_day = manager.get("/reports/daily?day=2027-01-01").text
    no_audit = manager.get("/audits/01J00000000000000000000000").text
    helper = Staff(office, "rosa").get("/reports").text

    assert '<a class="button main" href="/reports/daily">Volver</a>' in wrong_day
    assert '<a class="button main" href="/audits">Volver</a>' in no_audit
    assert '<a class="button main" href="/staff">' in helper


def test_a_slice_that_is_not_there_is_refused(manager: Staff) -> None:
    assert manager.get("/reports?slice=channel:fax").status_code == 400
    assert manager.get("/reports?slice=service:nothing").status_code == 400
    assert manager.get("/reports?from=2030-01-01").status_code == 400
    assert manager.get("/reports?from=2020-01-01&to=2026-01-01").status_code == 400


def test_the_csv_has_a_row_for_each_slice_and_its_numbers(office: FakeOffice, manager: Staff) -> None:
    record = office.web.reports.stored(YESTERDAY)

    text = manager.get(f"/api/v1/reports.csv?from={YESTERDAY}").text
    rows = list(csv.DictReader(io.StringIO(text)))

    assert len(rows) == 1 + len(record.channels) + len(record.services)
    assert rows[0]["issued"] == str(record.all.issued)
    assert sum(int(row["issued"]) for row in rows if row["slice"] == "channel") == record.all.issued
    assert {f"{m.key}_{m.unit}" if m.unit != "count" else m.key for m in MEASURES} <= set(rows[0])


def test_a_spreadsheet_in_spanish_gets_semicolons_and_commas(manager: Staff) -> None:
    text = manager.get(f"/api/v1/reports.csv?from={YESTERDAY}&sheet=1").text

    assert text.startswith("\ufeffday;variant;")
    assert "," in text.splitlines()[1]
    assert "." not in text.splitlines()[1]


def test_the_workbook_opens_and_holds_the_same_numbers(office: FakeOffice, manager: Staff) -> None:
    record = office.web.reports.stored(YESTERDAY)

    answer = manager.get(f"/api/v1/reports.xlsx?from={YESTERDAY}&lang=en")

    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/")]
        first = book.read("xl/worksheets/sheet1.xml").decode()
        words = book.read("xl/sharedStrings.xml").decode()
    assert len(sheets) == 3
    assert f"<v>{record.all.issued}</v>" in first
    assert "Average wait (min)" in words


def test_open_data_leaves_out_groups_of_fewer_than_five(office: FakeOffice) -> None:
    record = office.web.reports.stored(YESTERDAY)

    found = client(office.app()).get(f"/api/v1/open/kpi?from={YESTERDAY}").json()

    day = found["days"][0]
    assert day["figures"]["issued"] == record.all.issued
    assert day["channels"]
    assert all(n is None or n == 0 or n >= 5 for n in day["channels"].values())
    hidden = [name for name, n in day["channels"].items() if n is None]
    assert len(hidden) != 1 or record.channels[hidden[0]].issued >= 5
    assert set(found["units"]) == set(day["figures"])
    assert "house" not in day


def test_open_data_as_csv_says_the_same(office: FakeOffice) -> None:
    browser = client(office.app())
    day = browser.get(f"/api/v1/open/kpi?from={YESTERDAY}").json()["days"][0]

    row = next(csv.DictReader(io.StringIO(browser.get(f"/api/v1/open/kpi.csv?from={YESTERDAY}").text)))

    assert row["issued"] == str(day["figures"]["issued"])
    assert row["wait_mean"] == ("" if day["figures"]["wait_mean"] is None else str(day["figures"]["wait_mean"]))


# --- survey ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def fresh(tmp_path: Path) -> FakeOffice:
    made = office_at(tmp_path / "spool")
    made.open_desk("1", "marta")
    return made


def served_phone(office: FakeOffice) -> Client:
    """A phone whose visit is over."""
    phone = client(office.app())
    phone.get("/")
    phone.post("/turns", data={"service": "certificado"})
    turn = office.web.turns.of_phone(phone.cookies["turn"])
    assert turn is not None
    office.web.turns.confirm_presence(turn.id, actor="test")
    office.web.attention.call_next("1", agent="marta")
    office.web.attention.start("1", agent="marta")
    office.web.attention.finish("1", agent="marta", outcome="resolved")
    return phone


def test_the_page_of_a_visit_that_is_over_asks_and_takes_one_answer(fresh: FakeOffice) -> None:
    phone = served_phone(fresh)

    assert 'href="/my/survey"' in phone.get("/my").text
    assert 'name="q1"' in phone.get("/my/survey").text
    assert phone.post("/my/survey", data={"q1": "5"}).status_code == 303
    assert 'name="q1"' not in phone.get("/my/survey").text
    assert phone.post("/my/survey", data={"q1": "1"}).status_code == 409
    with fresh.database.read() as stores:
        answers = stores.survey.answers(YESTERDAY, YESTERDAY)
    assert [(a.channel, a.service, dict(a.marks)) for a in answers] == [("web", "certificado", {"attention": 5})]


def test_an_empty_form_and_an_unknown_mark_come_back(fresh: FakeOffice) -> None:
    phone = served_phone(fresh)

    empty = phone.post("/my/survey", data={})
    wrong = phone.post("/my/survey", data={"q1": "9"})

    assert (empty.status_code, wrong.status_code) == (400, 400)
    assert "Elija al menos una respuesta." in empty.text
    assert 'name="q1"' in phone.get("/my/survey").text


def test_who_was_not_served_is_not_asked(fresh: FakeOffice) -> None:
    phone = client(fresh.app())
    phone.get("/")
    phone.post("/turns", data={"service": "certificado"})

    assert "/my/survey" not in phone.get("/my").text
    assert phone.post("/my/survey", data={"q1": "5"}).status_code == 409


def test_a_paper_ticket_leads_to_the_survey_as_well(fresh: FakeOffice) -> None:
    wish = Wish("certificado", Channel.PAPER, "es", present=True)
    link = fresh.web.turns.take(wish, actor="test").link
    fresh.web.attention.call_next("1", agent="marta")
    fresh.web.attention.start("1", agent="marta")
    fresh.web.attention.finish("1", agent="marta", outcome="resolved")
    browser = client(fresh.app())

    assert f'href="/f/{link}/survey"' in browser.get(f"/f/{link}").text
    assert browser.post(f"/f/{link}/survey", data={"q1": "4"}).status_code == 303
    assert browser.post(f"/f/{link}/survey", data={"q1": "4"}).status_code == 409


# --- notes, pilot ---------------------------------------------------------------------------------------------------


def test_a_note_is_kept_and_one_with_a_telephone_number_comes_back(fresh: FakeOffice) -> None:
    agent = Staff(fresh, "marta")

    assert agent.form("/notes", kind="incident", tags="impresora", text="Sin papel a las 11.").status_code == 303
    refused = agent.form("/notes", kind="note", text="Llamar a Ana al 612 345 678")

    assert refused.status_code == 400
    assert "número de teléfono" in refused.text
    assert "612 345 678" in refused.text  # what was typed is not lost
    assert [note["text"] for note in agent.get("/api/v1/notes").json()] == ["Sin papel a las 11."]
    told = [event for event in fresh.database.events if "note" in event.type]
    assert told
    assert all("Sin papel" not in str(event.body) for event in told)


def test_only_a_manager_takes_notes_away(fresh: FakeOffice) -> None:
    agent, manager = Staff(fresh, "marta"), Staff(fresh, "luis")
    agent.form("/notes", kind="note", text="Algo.")
    note = agent.get("/api/v1/notes").json()[0]["id"]

    assert agent.form(f"/notes/{note}/remove").status_code == 403
    assert manager.form(f"/notes/{note}/remove").status_code == 303
    assert manager.form(f"/notes/{note}/remove").status_code == 404
    assert manager.get("/api/v1/notes").json() == []


def test_the_plan_is_changed_by_version_and_tells_who_changed_what(fresh: FakeOffice) -> None:
    manager = Staff(fresh, "luis")
    form = {"term": "short", "owner": "Entrada", "due": "2026-12-01"}

    assert manager.form("/reports/pilot/plan", version=0, text="Reponer papel", **form).status_code == 303
    late = manager.form("/reports/pilot/plan", version=0, text="Otra cosa", **form)
    action = fresh.web.plans.plan().actions[0].id
    edited = manager.form("/reports/pilot/plan", version=1, id=action, text="Reponer papel", progress="done", **form)
    page = manager.get("/reports/pilot").text

    assert (late.status_code, edited.status_code) == (409, 303)
    assert "Añadió «Reponer papel»" in page
    assert "Previsto → Hecho" in page


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"text": "Llamar al 612345678"}, "aquí no se escriben datos de personas"),
        ({"text": ""}, "Escriba la acción"),
        ({"owner": "Luis"}, "no el nombre de una persona"),
        ({"owner": "luis martínez"}, "no el nombre de una persona"),
    ],
)
def test_an_action_that_is_refused_comes_back_in_its_form_as_it_was_typed(
    fresh: FakeOffice, typed: dict[str, str], why: str
) -> None:
    manager = Staff(fresh, "luis")
    form = {"term": "long", "text": "Reponer papel", "owner": "Entrada", "due": "2026-12-01"} | typed

    new = manager.form("/reports/pilot/plan", version=0, **form)
    manager.form("/reports/pilot/plan", version=0, text="Poner un cartel", term="long")
    action = fresh.web.plans.plan().actions[0].id
    edited = manager.form("/reports/pilot/plan", version=1, id=action, progress="doing", **form)

    for answer in (new, edited):
        assert answer.status_code == 400
        assert answer.text.count(why) == 1
        assert f'value="{form["text"]}"' in answer.text
        assert f'value="{form["owner"]}"' in answer.text
        assert 'value="2026-12-01"' in answer.text


def test_an_action_that_somebody_else_has_taken_away_comes_back_as_a_new_one(fresh: FakeOffice) -> None:
    manager = Staff(fresh, "luis")

    answer = manager.form("/reports/pilot/plan", version=0, id="gone", text="Reponer papel", term="medium")

    assert answer.status_code == 404
    assert 'value="Reponer papel"' in answer.text
    assert answer.text.count('<details class="add" open>') == 1


def test_variants_that_are_refused_come_back_as_they_were_typed(fresh: FakeOffice) -> None:
    wish = {"by": "week", "one": "citas-30", "other": "", "first": "2026-12-07"}

    answer = Staff(fresh, "luis").form("/reports/pilot/variants", **wish)

    assert answer.status_code == 400
    assert "hacen falta dos variantes" in answer.text
    assert 'value="citas-30"' in answer.text
    assert 'value="2026-12-07"' in answer.text
    assert '<option value="week" selected>' in answer.text


def test_variants_are_two_different_words(fresh: FakeOffice) -> None:
    manager = Staff(fresh, "luis")
    wish = {"by": "week", "one": "base", "first": "2026-11-23"}

    assert manager.form("/reports/pilot/variants", other="base", **wish).status_code == 400
    assert manager.form("/reports/pilot/variants", other="Con Mayúsculas", **wish).status_code == 400
    assert manager.form("/reports/pilot/variants", other="citas-30", **wish).status_code == 303
    assert fresh.web.variants.today() == "base"


# --- the survey by channel --------------------------------------------------------------------------------------------


@pytest.fixture
def surveyed(office: FakeOffice) -> KpiDay:
    """The Friday before, with answers of two channels; those of a third one are too few to be told."""
    friday = date(2026, 11, 20)
    turns = {name: KpiTurns(issued=40, served=40) for name in ("board", "web", "paper")}
    told = {"": (100, 30, 126), "board": (50, 20, 90), "web": (40, 8, 30)}
    survey = {name: KpiSurvey(invited=i, answered=n, total=marks) for name, (i, n, marks) in told.items()}
    stored = office.web.reports.stored(YESTERDAY)
    record = msgspec.structs.replace(stored, day=friday, variant="base", channels=turns, survey=survey)
    with office.database.write() as uow:
        uow.reports.save_day(friday, record.variant, record.closed_at, encode(record).decode())
        uow.commit()
    return record


@pytest.mark.parametrize("path", ["/reports?from=2026-11-20&to=2026-11-21", "/reports/daily?day=2026-11-20"])
def test_response_and_satisfaction_of_all_channels_stand_side_by_side(
    surveyed: KpiDay, manager: Staff, path: str
) -> None:
    page = re.sub(r"\s+", " ", manager.get(path).text)

    table = page[page.index("Satisfacción y respuesta por canal") :]
    cells = re.findall(r'<tr><th scope="row">([^<]+)</th>((?:<td>[^<]*</td>)+)</tr>', table[: table.index("</table>")])
    rows = {name: re.findall(r"<td>([^<]*)</td>", rest) for name, rest in cells}
    assert list(rows) == ["Todo", "Pantalla de la sala", "Papel", "Web"]
    assert rows["Todo"] == ["100", "30", "30,0 %", "4,20"]
    assert rows["Pantalla de la sala"] == ["50", "20", "40,0 %", "4,50"]
    assert rows["Web"] == ["40", "8", "20,0 %", "3,75"]
    assert rows["Papel"] == ["–", "&lt; 5", "–", "–"]


def test_the_files_hold_the_response_of_each_channel(surveyed: KpiDay, manager: Staff) -> None:
    text = manager.get("/api/v1/reports.csv?from=2026-11-20").text
    book = manager.get("/api/v1/reports.xlsx?from=2026-11-20&lang=en").content

    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(text)) if row["slice"] in ("all", "channel")}
    assert [rows[name]["response_percent"] for name in ("", "board", "web", "paper")] == ["30.0", "40.0", "20.0", ""]
    assert rows["web"]["invited"] == "40"
    with zipfile.ZipFile(io.BytesIO(book)) as opened:
        assert "Response" in opened.read("xl/sharedStrings.xml").decode()


def test_the_live_page_stays_with_its_variant(office: FakeOffice, manager: Staff) -> None:
    page = manager.get("/reports?variant=base&slice=channel:web").text

    assert "&amp;slice=channel:web&amp;variant=base" in page
