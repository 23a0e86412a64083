from __future__ import annotations

import csv
import io
import json

import pytest

from edge.contracts.cameras import AuditReport
from edge.contracts.wire import decode
from tests.fakes.audits import connect, report
from tests.fakes.office import FakeOffice

BEGIN = "/api/v1/audits/live/hall/door"


@pytest.fixture
def tecnica(office: FakeOffice, log_in):
    connect(office, door=["main"])
    office.web.audits.report(report())
    return log_in("tecnica")


def test_an_audit_from_the_first_key_to_the_end(office: FakeOffice, tecnica) -> None:
    begun = tecnica.post(BEGIN)
    session = begun.json()["session"]
    marked = tecnica.post(f"/api/v1/audits/sessions/{session}/marks", line="main", direction="in", seq=1, ago_s=0.5)
    ended = tecnica.post(f"/api/v1/audits/sessions/{session}/end")

    assert (begun.status_code, marked.status_code, ended.status_code) == (201, 200, 200)
    assert marked.json()["tally"] == [{"line": "main", "people_in": 1, "people_out": 0}]
    assert [said.state for said in office.post.sessions] == ["begin", "end"]
    path = f"/api/v1/audits/sessions/{session}"
    before = tecnica.get(path).json()
    office.web.audits.report(report(session))
    assert (before["reported"], tecnica.get(path).json()["reported"]) == (False, True)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"line": "main", "direction": "up", "seq": 1}, 400),
        ({"line": "roof", "direction": "in", "seq": 1}, 400),
        ({"line": "main", "direction": "in", "seq": 0}, 400),
        ({"line": "main", "direction": "in", "seq": 1, "ago_s": -1}, 400),
        ({"line": "main", "direction": "in"}, 400),
    ],
)
def test_a_wrong_mark_is_refused(tecnica, body: dict[str, object], status: int) -> None:
    session = tecnica.post(BEGIN).json()["session"]

    answer = tecnica.post(f"/api/v1/audits/sessions/{session}/marks", **body)

    assert answer.status_code == status


def test_unknown_cameras_sessions_and_reports_are_not_found(tecnica) -> None:
    mark = {"line": "main", "direction": "in", "seq": 1}

    assert tecnica.post("/api/v1/audits/live/hall/roof").json()["code"] == "no_camera"
    assert tecnica.post("/api/v1/audits/sessions/none/marks", **mark).json()["code"] == "audit_over"
    assert tecnica.get("/api/v1/audits/none").json()["code"] == "no_audit"
    assert [tecnica.get(path).status_code for path in ("/audits/none", "/audits/live/hall/roof")] == [404, 404]
    assert tecnica.get("/audits/none/crossings.csv").status_code == 404


def test_without_a_bus_the_answer_says_to_try_again(office: FakeOffice, tecnica) -> None:
    office.post.up = False

    answer = tecnica.post(BEGIN)

    assert (answer.status_code, answer.json()["code"]) == (503, "counter_away")


def test_no_audit_begins_while_the_counter_is_gone_or_silent(office: FakeOffice, tecnica) -> None:
    connect(office, for_s=0, door=["main"])
    office.clock.move(31)
    silent = tecnica.post(BEGIN)
    page = tecnica.get("/audits/live/hall/door").text

    assert (silent.status_code, silent.json()["code"]) == (503, "counter_away")
    assert "El contador de personas no responde" in page
    assert 'data-away="yes"' in page
    connect(office, door=["main"])
    assert tecnica.post(BEGIN).status_code == 201
    assert 'data-away=""' in tecnica.get("/audits/live/hall/door").text
    office.web.cameras.lost("hall")  # a good-bye
    assert tecnica.post(BEGIN).status_code == 503
    assert office.post.sessions[-1].state == "begin"
    assert len(office.post.sessions) == 1


def test_who_comes_back_is_told_of_an_audit_that_goes_on(office: FakeOffice, tecnica, log_in) -> None:
    session = tecnica.post(BEGIN).json()["session"]
    for seq, undo in ((1, False), (2, False), (3, True)):
        body = {"line": "main", "direction": "in", "seq": seq, "undo": undo}
        tecnica.post(f"/api/v1/audits/sessions/{session}/marks", **body)
    mine, theirs = (one.get("/audits").text for one in (tecnica, log_in("luis")))
    keys = tecnica.get("/audits/live/hall/door").text

    assert "Marcas: 1 · empezada a las" in mine
    assert f'action="/api/v1/audits/sessions/{session}/end"' in mine
    assert session not in theirs
    kept = json.loads(keys.partition('id="kept">')[2].partition("</script>")[0])
    assert (kept["session"], kept["seq"], kept["marks"]) == (session, 3, [["main", "in"]])
    tecnica.post(f"/api/v1/audits/sessions/{session}/end")
    assert session not in tecnica.get("/audits").text
    assert 'id="kept">null<' in tecnica.get("/audits/live/hall/door").text


def test_a_report_comes_as_page_json_and_table(tecnica) -> None:
    page = tecnica.get("/audits/S1")
    whole = decode(tecnica.get("/api/v1/audits/S1").content, AuditReport)
    table = tecnica.get("/audits/S1/crossings.csv")

    assert "9 de 10" in page.text
    assert page.text.count('class="plot"') == 1 + 3
    assert "style=" not in page.text.partition("<main")[2]
    assert whole == report()
    assert table.headers["content-disposition"] == 'attachment; filename="audit-S1.csv"'
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert rows[0] == {"line": "main", "direction": "in", "seen_s": "10.0", "counted_s": "10.2", "result": "matched"}
    assert [row["result"] for row in rows[-2:]] == ["missed", "extra"]


def test_lists_tell_what_was_and_what_can_be_audited(tecnica) -> None:
    page = tecnica.get("/audits").text

    assert tecnica.get("/api/v1/audits/cameras").json() == [
        {"group": "hall", "camera": "door", "lines": ["main"], "health": "ok", "reason": ""}
    ]
    assert [one["id"] for one in tecnica.get("/api/v1/audits").json()] == ["S1"]
    assert 'href="/audits/live/hall/door"' in page
    assert 'href="/audits/S1"' in page
    assert "90,0" in page


@pytest.mark.parametrize("login", ["marta", "rosa"])
def test_audits_are_for_technicians_and_managers(office: FakeOffice, tecnica, log_in, login: str) -> None:
    other = log_in(login)

    assert other.get("/audits").status_code == 403
    assert other.get("/api/v1/audits/S1").status_code == 403
    assert other.post(BEGIN).status_code == 403
    assert log_in("luis").get("/audits").status_code == 200
