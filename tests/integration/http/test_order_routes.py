"""More minutes, why, undo and the day's list, as browsers and programs ask for them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from httpx import Client

from tests.fakes.office import FakeOffice

TODAY = "2026-11-23"


@pytest.fixture
def waiting(office: FakeOffice, phone: Client) -> Client:
    """A phone whose turn waits."""
    phone.post("/turns", data={"service": "certificado", "code": office.hall_code().code})
    return phone


def test_the_button_of_the_ticket_gives_ten_minutes_once(office: FakeOffice, waiting: Client) -> None:
    assert "Necesito 10 minutos más" in waiting.get("/my").text

    answers = [waiting.post("/my/pause", data={"asked": "0"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    page = waiting.get("/my").text
    assert "No le llamaremos antes de las 09:10" in page
    assert "Necesito" not in page
    assert office.web.board.find("A001").delays == 1


def test_the_same_by_json_and_a_third_time_is_refused_in_words(waiting: Client) -> None:
    first = waiting.post("/api/v1/turns/mine/pause", json={})
    second = waiting.post("/api/v1/turns/mine/pause", json={})

    assert first.json()["paused_until"] == "2026-11-23T08:10:00Z"
    assert first.json()["may_pause"] is False
    assert (second.status_code, second.json()["code"]) == (409, "no_more_delays")
    assert second.json()["title"] == "Ya ha pedido más tiempo: no se puede otra vez."


def test_without_a_turn_there_is_nothing_to_pause(phone: Client) -> None:
    assert phone.post("/api/v1/turns/mine/pause", json={}).status_code == 404


def test_the_ticket_says_who_went_before_without_naming_anybody(office: FakeOffice, waiting: Client) -> None:
    office.clock.move(60)
    at = datetime(2026, 11, 23, 8, 5, tzinfo=UTC)
    _, link = office.web.agenda.book("certificado", at, language="es", channel="web", actor="test")
    booked = office.web.turns.check_in(link, code="", phone="", present=True, actor="test").turn
    office.clock.move(300)
    office.web.attention.call_next("1", agent="jordi")

    page = waiting.get("/my").text
    told = waiting.get("/api/v1/turns/mine/why").json()
    english = waiting.get("/api/v1/turns/mine/why", headers={"Accept-Language": "en"}).json()

    assert "una cita de las 09:05" in page
    assert [row["text"] for row in told["before"]] == ["una cita de las 09:05"]
    assert [row["text"] for row in english["before"]] == ["an appointment of 09:05"]
    assert booked.code not in page
    assert booked.id not in str(told)
    assert booked.code not in str(told)


def test_a_manager_reads_what_was_out_of_order(office: FakeOffice, log_in) -> None:
    office.turn()
    second, third = office.turn(), office.turn()
    marta, luis = log_in("marta"), log_in("luis")
    marta.post("/api/v1/desks/4/open")
    marta.post(f"/api/v1/turns/{third.id}/priority", reason="pregnancy")
    marta.post("/api/v1/desks/4/call", turn=second.id, reason="accessibility")

    told = luis.get(f"/api/v1/fairness?day={TODAY}").json()

    assert (told["calls"], told["by_rule"]) == (1, {"chosen_by_agent": 1})
    assert [(row["kind"], row["reason"], row["passed"]) for row in told["overrides"]] == [
        ("turn_prioritised", "pregnancy", 0),
        ("turn_called", "accessibility", 2),
    ]
    assert luis.get("/api/v1/fairness").json() == told
    assert luis.get("/api/v1/fairness?day=today").status_code == 400
    assert marta.get("/api/v1/fairness").status_code == 403


def test_an_agent_holds_sends_on_and_undoes_by_json(office: FakeOffice, log_in) -> None:
    office.turn("registro")
    marta = log_in("marta")
    marta.post("/api/v1/desks/3/open")
    turn = marta.post("/api/v1/desks/3/next").json()

    undone = marta.post("/api/v1/desks/3/undo").json()
    marta.post("/api/v1/desks/3/next")
    marta.post("/api/v1/desks/3/start", seen=turn["id"])
    old = marta.post("/api/v1/desks/3/finish", outcome="resolved", seen="another")
    held = marta.post("/api/v1/desks/3/hold", reason="payment", own=True, minutes=5, seen=turn["id"]).json()
    picture = marta.get("/api/v1/desks/3").json()

    assert undone["state"] == "waiting"
    assert (old.status_code, old.json()["code"]) == (409, "page_is_old")
    assert (held["held_reason"], held["held_until"]) == ("payment", "2026-11-23T08:05:00Z")
    assert (picture["undo"]["action"], picture["undo"]["code"]) == ("hold", turn["code"])


def test_several_services_of_one_visit_are_recorded_with_an_outcome_each(office: FakeOffice, log_in) -> None:
    office.turn("registro")
    marta = log_in("marta")
    for step in ("open", "next", "start"):
        marta.post(f"/api/v1/desks/3/{step}")
    done = [
        {"service": "registro", "quantity": 2, "outcome": "resolved"},
        {"service": "beca", "outcome": "information"},
    ]

    wrong = marta.post("/api/v1/desks/3/finish", outcome="partly", done=[{**done[0], "service": "none"}])
    ended = marta.post("/api/v1/desks/3/finish", outcome="partly", done=done)

    turn = office.web.board.find("R001")
    with office.database.read() as stores:
        rows = [(d.service, d.quantity, d.outcome) for _, d in stores.procedures.of_visit(turn.visit)]
    assert (wrong.status_code, ended.status_code, turn.procedures) == (404, 200, 3)
    assert rows == [("registro", 2, "resolved"), ("beca", 1, "information")]


def test_only_a_manager_gives_a_work_profile(office: FakeOffice, log_in) -> None:
    path = "/api/v1/staff/agent/profile"

    assert log_in("marta").put(path, profile="").status_code == 403
    assert log_in("luis").put(path, profile="").json() == {"staff": "agent", "profile": ""}
    assert log_in("luis").put(path, profile="nobody").json()["code"] == "no_such_profile"


@pytest.mark.parametrize("reason", ["", "friend", "<b>", "x" * 200])
def test_a_priority_without_a_reason_of_the_list_is_no_priority(office: FakeOffice, log_in, reason: str) -> None:
    turn = office.turn()

    answer = log_in("rosa").post(f"/api/v1/turns/{turn.id}/priority", reason=reason)

    assert answer.status_code == (400 if reason else 200)
    assert office.web.turns.get(turn.id).priority == ""


def test_somebody_late_is_offered_the_queue_and_not_a_dead_end(office: FakeOffice, phone: Client) -> None:
    at = datetime(2026, 11, 23, 8, 10, tzinfo=UTC)
    _, link = office.web.agenda.book("certificado", at, language="es", channel="web", actor="test")
    office.clock.move(40 * 60)

    page = phone.get(f"/c/{link}").text
    done = phone.post(f"/c/{link}", data={"code": office.hall_code().code})

    assert "Llega después de su hora" in page
    assert done.status_code == 303
    assert "A001" in phone.get("/my").text
