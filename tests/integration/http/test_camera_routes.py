from __future__ import annotations

import base64
from datetime import UTC, datetime

import msgspec
import pytest
from httpx import Client

from edge.contracts.cameras import CameraShapes, Foot, LayoutUsed, LineShape, PassageSeen, SetupFrame
from edge.contracts.counting import CameraNow, CountTotals
from edge.contracts.shapes import digest
from edge.contracts.wire import encode
from tests.fakes.audits import connect
from tests.fakes.office import FakeOffice

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LAYOUT = "/api/v1/cameras/hall/layout"


def door(x: float = 100) -> CameraShapes:
    return CameraShapes(camera="door", lines=[LineShape(name="main", points=((x, 10), (x, 400)))])


def tell(
    office: FakeOffice,
    *,
    version: int = 0,
    refused: int = 0,
    problem: str = "",
    health: str = "ok",
    unmoved: int = 0,
) -> None:
    """Let the counter of the hall say what it counts and how it sees."""
    layout = office.web.layouts.current("hall") if version else None
    cameras = layout.cameras if layout else [door()]
    used = LayoutUsed(
        group="hall",
        epoch="E",
        version=version,
        digest=digest(cameras),
        at=AT,
        cameras=cameras,
        refused=refused,
        problem=problem,
    )
    office.web.cameras.uses(used)
    office.web.layouts.adopt(used)
    reason = "" if health == "ok" else "dark"
    camera = CameraNow(camera="door", health=health, reason=reason, fps=9.6, unmoved=unmoved)  # type: ignore[arg-type]
    totals = CountTotals(group="hall", epoch="E", at=AT, cameras=[camera])
    office.web.cameras.heard(totals, mono=office.clock.monotonic())


@pytest.fixture
def hall(office: FakeOffice) -> FakeOffice:
    tell(office)
    return office


def wish(shapes: CameraShapes, version: int = 1, reason: str = "trial") -> dict[str, object]:
    return {"version": version, "reason": reason, "cameras": [msgspec.to_builtins(shapes)]}


def put_frame(office: FakeOffice, http: Client, session: str, *, device: str = "counter-hall", **facts: object):
    told = {"camera": "door", "at": AT, "size": (640, 480), "columns": 1, "rows": 2, "cells": b"abcdef", **facts}
    frame = SetupFrame(session=session, **told)  # type: ignore[arg-type]
    headers = {"Authorization": f"Bearer {office.bearer(device)}", "Content-Type": "application/json"}
    return http.put(f"/api/v1/device/camera-views/{session}", content=encode(frame), headers=headers)


def test_a_technician_reads_of_things_that_are_taken_for_people(hall: FakeOffice, log_in) -> None:
    tell(hall, unmoved=2)
    page = log_in("tecnica").get("/cameras/hall/door").text
    assert "nunca se han movido: 2" in page


# --- layouts --------------------------------------------------------------------------------------------------------


def test_a_technician_saves_a_version_and_sees_the_counter_take_it_over(hall: FakeOffice, log_in) -> None:
    tecnica = log_in("tecnica")

    saved = tecnica.put(LAYOUT, **wish(door(200)))
    waiting = tecnica.get(LAYOUT).json()
    tell(hall, version=2)
    used = tecnica.get(LAYOUT).json()

    assert (saved.status_code, saved.json()["version"]) == (200, 2)
    assert (waiting["use"], used["use"]) == ("waiting", "in_use")
    assert used["layout"]["cameras"][0]["lines"][0]["points"] == [[200, 10], [200, 400]]


def test_an_old_version_is_answered_with_a_conflict(hall: FakeOffice, log_in) -> None:
    tecnica = log_in("tecnica")
    tecnica.put(LAYOUT, **wish(door(200)))

    answer = tecnica.put(LAYOUT, **wish(door(300)))

    assert (answer.status_code, answer.json()["code"]) == (409, "layout_conflict")


def test_what_is_wrong_is_said_in_words_before_it_is_saved(hall: FakeOffice, log_in) -> None:
    tecnica = log_in("tecnica")
    shapes = CameraShapes(camera="door", lines=[LineShape(name="main", points=((5, 5), (5, 5)))])

    found = tecnica.post(f"{LAYOUT}/check", cameras=[msgspec.to_builtins(shapes)]).json()["faults"]
    refused = tecnica.put(LAYOUT, **wish(shapes))

    assert [(f["where"], f["code"]) for f in found] == [("door/lines/main", "line_short")]
    assert found[0]["words"] == "Línea main: necesita dos puntos separados."
    assert (refused.status_code, refused.json()["code"]) == (400, "layout_faulty")


def test_the_history_says_who_and_why_and_leads_back(hall: FakeOffice, log_in) -> None:
    tecnica = log_in("tecnica")
    tecnica.put(LAYOUT, **wish(door(200), reason="camera_moved"))

    back = tecnica.post(f"{LAYOUT}/rollback", version=2, to=1)
    history = tecnica.get(f"{LAYOUT}/history").json()

    assert (back.status_code, back.json()["version"]) == (200, 3)
    assert [(v["version"], v["by"], v["reason"], v["back_to"]) for v in history] == [
        (3, "Tecnica", "rollback", 1),
        (2, "Tecnica", "camera_moved", 0),
        (1, "Fichero de configuración", "seed", 0),
    ]
    assert history[1]["changes"] == [
        {"how": "changed", "what": "line", "where": "door/main"},
        {"how": "changed", "what": "view", "where": "door"},
    ]
    assert tecnica.get(f"{LAYOUT}/history/1").json()["digest"] == digest([door()])
    assert tecnica.get(f"{LAYOUT}/history/x").status_code == 400


def test_that_a_camera_was_moved_can_be_said_without_drawing(hall: FakeOffice, log_in) -> None:
    tecnica = log_in("tecnica")

    saved = tecnica.put(LAYOUT, **wish(door(), reason="camera_moved"))
    other = tecnica.put(LAYOUT, **wish(door(), version=2, reason="other"))

    assert (saved.status_code, saved.json()["cameras"][0]["view"]) == (200, 1)
    assert (other.status_code, other.json()["code"]) == (400, "layout_unchanged")
    assert "vista habitual: cambia" in tecnica.get("/cameras/hall/door").text


def test_a_refusal_of_the_counter_is_told_in_words(hall: FakeOffice, log_in) -> None:
    tecnica = log_in("tecnica")
    tecnica.put(LAYOUT, **wish(door(200)))
    tell(hall, version=1, refused=2, problem="door/lines/main: line_outside")

    card = tecnica.get("/api/v1/cameras").json()[0]

    assert (card["use"], card["problem"]) == ("refused", "Línea main: un punto queda fuera de la imagen.")
    assert "rechaza la versión 2" in tecnica.get("/cameras/hall/door").text


def test_a_counter_that_is_away_is_said_so_and_drawing_goes_on(hall: FakeOffice, log_in) -> None:
    tecnica = log_in("tecnica")
    hall.web.cameras.lost("hall")

    assert tecnica.get(LAYOUT).json()["use"] == "away"
    assert tecnica.put(LAYOUT, **wish(door(200))).status_code == 200
    assert "El contador no está" in tecnica.get("/cameras").text


def test_the_list_shows_how_cameras_see(hall: FakeOffice, log_in) -> None:
    tell(hall, version=1, health="invalid")

    text = log_in("luis").get("/cameras").text

    assert "No ve nada útil" in text
    assert "encienda la luz" in text or "oscuridad" in text
    assert 'href="/cameras/hall/door"' in text


def test_without_a_counter_the_list_says_so(office: FakeOffice, log_in) -> None:
    assert "Ningún contador" in log_in("tecnica").get("/cameras").text


def test_what_is_not_there_is_not_found(hall: FakeOffice, log_in) -> None:
    tecnica = log_in("tecnica")

    for path in ("/cameras/hall/cellar", "/cameras/roof/door", "/api/v1/cameras/roof/layout", f"{LAYOUT}/history/9"):
        assert tecnica.get(path).status_code == 404
    assert tecnica.post("/api/v1/cameras/hall/cellar/view").status_code == 404


# --- who may --------------------------------------------------------------------------------------------------------


def test_a_manager_reads_and_changes_nothing(hall: FakeOffice, log_in) -> None:
    luis = log_in("luis")

    assert luis.get(LAYOUT).status_code == 200
    assert luis.get("/cameras/hall/door").status_code == 200
    assert "data-may" not in luis.get("/cameras/hall/door").text
    for answer in (
        luis.put(LAYOUT, **wish(door(200))),
        luis.post(f"{LAYOUT}/rollback", version=1, to=1),
        luis.post("/api/v1/cameras/hall/door/view"),
    ):
        assert answer.status_code == 403


@pytest.mark.parametrize("login", ["marta", "rosa"])
def test_agents_and_helpers_see_no_camera(hall: FakeOffice, log_in, login: str) -> None:
    somebody = log_in(login)

    assert somebody.get("/cameras").status_code == 403
    assert somebody.get("/api/v1/cameras").status_code == 403
    assert somebody.get(LAYOUT).status_code == 403


def test_a_page_without_its_token_changes_nothing(hall: FakeOffice, log_in) -> None:
    tecnica = log_in("tecnica")
    tecnica.csrf = "stolen"

    assert tecnica.put(LAYOUT, **wish(door(200))).status_code == 403
    assert tecnica.post("/api/v1/cameras/hall/door/view").status_code == 403
    assert hall.web.layouts.current("hall").version == 1


# --- looking --------------------------------------------------------------------------------------------------------


def test_a_picture_comes_to_the_page_that_asked_and_ends_with_it(hall: FakeOffice, log_in, phone: Client) -> None:
    tecnica = log_in("tecnica")
    session = tecnica.post("/api/v1/cameras/hall/door/view").json()["session"]
    path = f"/api/v1/camera-views/{session}"
    assert tecnica.get(path).json()["frame"] is None

    assert put_frame(hall, phone, session).status_code == 200
    seen = tecnica.get(path)
    ended = tecnica.http.delete(path, headers={"X-CSRF-Token": tecnica.csrf})

    assert base64.b64decode(seen.json()["frame"]["cells"]) == b"abcdef"
    assert 590 < seen.json()["seconds_left"] <= 600
    assert (ended.status_code, tecnica.get(path).status_code) == (200, 404)
    assert put_frame(hall, phone, session).status_code == 404


def test_who_is_sent_away_is_told_by_whom(hall: FakeOffice, log_in) -> None:
    first, second = log_in("tecnica"), log_in("tecnica")
    path = f"/api/v1/camera-views/{first.post('/api/v1/cameras/hall/door/view').json()['session']}"
    assert first.get(path).json()["taken_by"] == ""

    second.post("/api/v1/cameras/hall/door/view")
    told = first.get(path)

    assert (told.status_code, told.json()["taken_by"], told.json()["frame"]) == (200, "Tecnica", None)
    assert log_in("luis").get(path).status_code in (403, 404)


def test_the_size_of_a_picture_judges_later_drafts(hall: FakeOffice, log_in, phone: Client) -> None:
    tecnica = log_in("tecnica")
    session = tecnica.post("/api/v1/cameras/hall/door/view").json()["session"]
    put_frame(hall, phone, session, size=(320, 240))

    found = tecnica.post(f"{LAYOUT}/check", cameras=[msgspec.to_builtins(door(200))]).json()["faults"]

    assert [fault["code"] for fault in found] == ["line_outside"]
    assert tecnica.get(LAYOUT).json()["sizes"] == {"door": [320, 240]}


def test_only_the_counter_of_the_group_may_show_a_picture(hall: FakeOffice, log_in, phone: Client) -> None:
    session = log_in("tecnica").post("/api/v1/cameras/hall/door/view").json()["session"]

    assert put_frame(hall, phone, session, device="counter-roof").status_code == 403
    assert put_frame(hall, phone, session, camera="roof").status_code == 400
    assert put_frame(hall, phone, session, cells=b"short").status_code == 400
    assert phone.put(f"/api/v1/device/camera-views/{session}", json={}).status_code == 401
    assert put_frame(hall, phone, "A" * 22).status_code == 404


def test_a_walk_test_is_answered_with_what_was_counted(hall: FakeOffice, log_in, phone: Client) -> None:
    tecnica = log_in("tecnica")
    session = tecnica.post("/api/v1/cameras/hall/door/view").json()["session"]
    blind = tecnica.post(f"/api/v1/camera-views/{session}/walk", line="main", walked=1, since=AT.isoformat())
    put_frame(hall, phone, session)

    done = tecnica.post(f"/api/v1/camera-views/{session}/walk", line="main", walked=5, since=AT.isoformat())

    assert (blind.status_code, blind.json()["code"]) == (400, "view_blind")
    assert done.json() == {"line": "main", "walked": 5, "counted": 0}
    assert hall.database.events[-1].type == "walk_tested"


def test_times_without_a_zone_are_refused(hall: FakeOffice, log_in, phone: Client) -> None:
    tecnica = log_in("tecnica")
    session = tecnica.post("/api/v1/cameras/hall/door/view").json()["session"]
    naive = AT.replace(tzinfo=None)
    passage = PassageSeen(line="main", direction="in", at=naive)
    put_frame(hall, phone, session)

    assert put_frame(hall, phone, session, passages=[passage]).status_code == 400
    body = {"line": "main", "walked": 1, "since": naive.isoformat()}
    assert tecnica.post(f"/api/v1/camera-views/{session}/walk", **body).status_code == 400


def test_no_picture_is_ever_written_down(hall: FakeOffice, log_in, phone: Client) -> None:
    session = log_in("tecnica").post("/api/v1/cameras/hall/door/view").json()["session"]
    before = len(hall.database.events)

    assert put_frame(hall, phone, session).status_code == 200

    assert len(hall.database.events) == before
    assert not list(hall.spool.rglob("*")) if hall.spool.exists() else True


# --- looking beside the keys of an audit ----------------------------------------------------------------------------


def audited(office: FakeOffice, somebody) -> str:
    """Begin an audit of the door and return its session."""
    connect(office, door=["main"])
    return str(somebody.post("/api/v1/audits/live/hall/door").json()["session"])


def test_who_audits_a_camera_sees_its_picture_without_what_the_counter_makes_of_it(
    hall: FakeOffice, log_in, phone: Client
) -> None:
    tecnica = log_in("tecnica")
    audit = audited(hall, tecnica)

    session = tecnica.post("/api/v1/cameras/hall/door/view", audit=audit).json()["session"]
    passage = PassageSeen(line="main", direction="in", at=AT)
    put_frame(hall, phone, session, passages=[passage], feet=[Foot(x=1, y=1, height=1)], zones={"queue": 3})

    frame = tecnica.get(f"/api/v1/camera-views/{session}").json()["frame"]
    assert base64.b64decode(frame["cells"]) == b"abcdef"
    assert (frame["feet"], frame["passages"], frame["zones"]) == ([], [], {})
    started = [event for event in hall.database.events if event.type == "setup_view_started"]
    assert [dict(event.body) for event in started] == [{"group": "hall", "camera": "door", "seconds": 600}]


def test_an_audit_that_is_over_or_somebody_elses_shows_no_picture(hall: FakeOffice, log_in) -> None:
    tecnica = log_in("tecnica")
    theirs = audited(hall, log_in("luis"))
    ended = audited(hall, tecnica)
    tecnica.post(f"/api/v1/audits/sessions/{ended}/end")

    for audit in (theirs, ended, "none"):
        answer = tecnica.post("/api/v1/cameras/hall/door/view", audit=audit)
        assert (answer.status_code, answer.json()["code"]) == (404, "audit_over")
    assert tecnica.post("/api/v1/cameras/hall/door/view", audit="?" * 99).status_code == 400
    assert "setup_view_started" not in {event.type for event in hall.database.events}


def test_a_manager_who_audits_is_told_why_there_is_no_picture(hall: FakeOffice, log_in) -> None:
    tecnica, luis = log_in("tecnica"), log_in("luis")
    audit = audited(hall, luis)
    own, theirs = (one.get("/audits/live/hall/door").text for one in (tecnica, luis))

    assert luis.post("/api/v1/cameras/hall/door/view", audit=audit).status_code == 403
    assert ('id="look"' in own, "audit-view" in own) == (True, True)
    assert ('id="look"' in theirs, "audit-view" in theirs) == (False, False)
    assert "solo la abre el personal técnico" in theirs
