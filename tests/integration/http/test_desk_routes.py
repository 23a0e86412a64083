from __future__ import annotations

import pytest
from httpx import Client

from edge.domain.turns import TurnState
from tests.fakes.client import client
from tests.fakes.office import PASSWORD, FakeOffice


def test_an_agent_attends_a_person_from_call_to_outcome(office: FakeOffice, log_in) -> None:
    office.turn("registro")
    marta = log_in("marta")
    marta.post("/api/v1/desks/3/open")

    steps = [
        marta.post("/api/v1/desks/3/next").json()["state"],
        marta.post("/api/v1/desks/3/start").json()["state"],
        marta.post("/api/v1/desks/3/finish", outcome="resolved", procedures=2).json()["state"],
    ]

    assert steps == ["called", "serving", "completed"]
    assert office.web.board.find("R001").procedures == 2


def test_the_same_works_with_plain_forms(office: FakeOffice, log_in) -> None:
    office.turn("registro")
    marta = log_in("marta")

    answers = [
        marta.form("/desk/3/open"),
        marta.form("/desk/3/next"),
        marta.form("/desk/3/start"),
        marta.form("/desk/3/finish", outcome="partly", procedures="1"),
    ]

    assert [(a.status_code, a.headers["location"]) for a in answers] == [(303, "/desk/3")] * 4
    assert office.web.board.find("R001").outcome == "partly"


def test_hold_transfer_and_missed_are_one_request_each(office: FakeOffice, log_in) -> None:
    first, second = office.turn("registro"), office.turn("registro")
    marta = log_in("marta")
    marta.post("/api/v1/desks/3/open")

    marta.post("/api/v1/desks/3/next")
    marta.post("/api/v1/desks/3/miss")
    marta.post("/api/v1/desks/3/next")
    marta.post("/api/v1/desks/3/start")
    marta.post("/api/v1/desks/3/transfer", service="beca")
    back = marta.post(f"/api/v1/turns/{first.id}/give-back").json()

    assert back["state"] == "waiting"
    assert office.web.turns.get(second.id).queue == "ayudas"


def test_calling_out_of_order_needs_a_reason(office: FakeOffice, log_in) -> None:
    office.turn("registro")
    second = office.turn("registro")
    marta = log_in("marta")
    marta.post("/api/v1/desks/3/open")

    without = marta.post("/api/v1/desks/3/call", turn=second.id, reason="because")
    called = marta.post("/api/v1/desks/3/call", turn=second.id, reason="accessibility")

    assert without.json()["code"] == "reason_needed"
    assert called.json()["code"] == "R002"


def test_the_picture_of_a_desk_says_who_is_next_and_why(office: FakeOffice, log_in) -> None:
    office.turn("registro")
    office.turn("registro", present=False)
    marta = log_in("marta")

    picture = marta.get("/api/v1/desks/3").json()

    assert [(t["code"], t["rule"]) for t in picture["next"]] == [("R001", "longest_waiting")]
    assert [t["code"] for t in picture["remote"]] == ["R002"]
    assert picture["state"] == "closed"


def test_the_console_shows_the_open_call_and_its_keys(office: FakeOffice, log_in) -> None:
    office.turn("registro")
    marta = log_in("marta")
    marta.post("/api/v1/desks/3/open")
    marta.post("/api/v1/desks/3/next")

    page = marta.get("/desk/3").text

    assert "R001" in page
    assert 'data-key="S"' in page
    assert 'data-key="X"' in page
    assert marta.get("/desk/3/now").status_code == 200


def test_nobody_waits_is_said_in_the_agents_language(log_in) -> None:
    marta = log_in("marta")
    marta.http.get("/desk?lang=ca")
    marta.post("/api/v1/desks/3/open")

    problem = marta.post("/api/v1/desks/3/next").json()

    assert problem == {"code": "nobody_waits", "title": "No espera ningú per a aquesta taula.", "status": 404}


def test_a_desk_of_another_agent_is_not_taken(log_in) -> None:
    problem = log_in("marta").post("/api/v1/desks/1/next").json()

    assert (problem["code"], problem["status"]) == ("desk_taken", 409)


def test_only_a_manager_takes_over_a_desk_and_only_on_purpose(office: FakeOffice, log_in) -> None:
    marta, luis = log_in("marta"), log_in("luis")

    by_agent = marta.post("/api/v1/desks/1/open", take_over=True).json()
    by_chance = luis.post("/api/v1/desks/1/open").json()
    on_purpose = luis.form("/desk/1/open", take_over="1")

    assert (by_agent["code"], by_chance["code"]) == ("desk_taken", "desk_taken")
    assert on_purpose.status_code == 303
    assert office.web.board.desk("1").session.agent == "manager"


def test_a_call_announced_too_soon_is_told_how_long_to_wait(office: FakeOffice, log_in) -> None:
    office.turn("registro")
    marta = log_in("marta")
    marta.post("/api/v1/desks/3/open")
    marta.post("/api/v1/desks/3/next")
    office.clock.move(8)

    answer = marta.post("/api/v1/desks/3/recall")
    office.clock.move(answer.json()["retry_after_s"])

    assert (answer.status_code, answer.json()["code"]) == (409, "too_soon")
    assert answer.json()["title"] == f"Espere {answer.json()['retry_after_s']} s antes de volver a llamar."
    assert marta.post("/api/v1/desks/3/recall").status_code == 200


def test_people_missed_last_stand_first(office: FakeOffice, log_in) -> None:
    for _ in range(3):
        office.turn("registro")
        office.turn("registro", present=False)
        office.clock.move(1)
    marta = log_in("marta")
    marta.post("/api/v1/desks/3/open")
    for _ in range(3):
        marta.post("/api/v1/desks/3/next")
        office.clock.move(1)
        marta.post("/api/v1/desks/3/miss")

    page = marta.get("/desk/3").text

    assert page.index("R005") < page.index("R003") < page.index("R001")
    assert page.index("R006") < page.index("R004") < page.index("R002")


@pytest.mark.parametrize("language", ["es", "ca", "en", "ar"])
@pytest.mark.parametrize("reason", ["lost", "stopped"])
def test_every_kind_of_device_that_is_gone_has_its_own_sentence(
    office: FakeOffice, log_in, reason: str, language: str
) -> None:
    for name, kind in (("counter-hall", "counter"), ("display-1", "display"), ("printer-9", "printer")):
        office.device(name, kind=kind, state="offline", reason=reason)

    page = log_in("tecnica").get(f"/devices?lang={language}").text
    told = [office.texts.text(language, f"devices.{of}.{reason}") for of in ("of_counter", "of_display", "reason")]

    assert [page.count(text) for text in told] == [1, 1, 1]


@pytest.mark.parametrize("path", ["/desk", "/desk/3", "/helper", "/devices", "/staff"])
def test_pages_of_staff_ask_to_log_in(phone: Client, path: str) -> None:
    answer = phone.get(path)

    assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={path}")


def test_the_api_of_staff_says_401(phone: Client) -> None:
    assert phone.get("/api/v1/desks").status_code == 401
    assert phone.post("/api/v1/desks/3/next").json()["code"] == "not_logged_in"


def test_without_the_token_of_the_page_nothing_happens(office: FakeOffice, log_in) -> None:
    marta = log_in("marta")

    form = marta.http.post("/desk/3/open", data={"csrf": "guess"})
    api = marta.http.post("/api/v1/desks/3/open", json={})

    assert (form.status_code, api.status_code) == (403, 403)
    assert api.json()["code"] == "csrf"
    assert office.web.board.desk("3").session.state == "closed"


@pytest.mark.parametrize(
    ("login", "home", "refused"),
    [
        ("marta", "/desk", ["/helper", "/devices"]),
        ("rosa", "/helper", ["/desk", "/devices"]),
        ("luis", "/overview", ["/submissions"]),
        ("tecnica", "/devices", ["/desk", "/helper"]),
        ("nuria", "/submissions", ["/desk", "/devices"]),
    ],
)
def test_every_role_has_its_pages(log_in, login: str, home: str, refused: list[str]) -> None:
    staff = log_in(login)

    assert staff.get("/staff").headers["location"] == home
    assert staff.get(home).status_code == 200
    assert [staff.get(path).status_code for path in refused] == [403] * len(refused)


def test_a_wrong_password_is_refused_without_a_hint(office: FakeOffice) -> None:
    browser = client(office.app())

    wrong = browser.post("/login", data={"login": "marta", "password": "guess"})
    unknown = browser.post("/login", data={"login": "nobody", "password": "guess"})

    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.text.replace("marta", "nobody") == unknown.text


def test_guessing_passwords_is_slowed_down(office: FakeOffice) -> None:
    browser = client(office.app())
    for _ in range(5):
        browser.post("/login", data={"login": "marta", "password": "guess"})

    slowed = browser.post("/login", data={"login": "marta", "password": PASSWORD})

    assert slowed.status_code == 429
    assert "Demasiados intentos" in slowed.text


@pytest.mark.parametrize("place", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_a_log_in_leads_to_our_own_pages_only(office: FakeOffice, place: str) -> None:
    browser = client(office.app())

    answer = browser.post("/login", data={"login": "marta", "password": PASSWORD, "next": place})

    assert answer.headers["location"] == "/staff"


def test_an_idle_session_is_over_and_logging_out_ends_it(office: FakeOffice, log_in) -> None:
    marta, luis = log_in("marta"), log_in("luis")
    luis.form("/logout")

    assert luis.get("/desk").headers["location"] == "/login?next=/desk"
    office.clock.move(2 * 3600 + 1)
    assert marta.get("/desk").headers["location"] == "/login?next=/desk"


def test_a_desk_that_does_not_exist_is_said(log_in) -> None:
    marta = log_in("marta")

    assert marta.get("/desk/99").status_code == 404
    assert marta.post("/api/v1/desks/99/next").json()["code"] == "no_such_desk"
    assert marta.post("/api/v1/desks/3/dance").status_code == 404


def test_leaving_a_desk_frees_it(office: FakeOffice, log_in) -> None:
    marta = log_in("marta")
    marta.post("/api/v1/desks/3/open")

    paused = marta.post("/api/v1/desks/3/pause").json()
    marta.post("/api/v1/desks/3/open")
    closed = marta.post("/api/v1/desks/3/close").json()

    assert (paused["state"], closed["state"]) == ("paused", "closed")
    assert office.web.board.desk("3").session.agent == ""


def test_staff_confirm_and_cancel_turns_of_others(office: FakeOffice, log_in) -> None:
    here, gone = office.turn(present=False), office.turn(present=False)
    rosa = log_in("rosa")

    rosa.form(f"/helper/turns/{here.id}/presence")
    rosa.post(f"/api/v1/turns/{gone.id}/cancel")

    assert office.web.turns.get(here.id).state is TurnState.WAITING
    assert office.web.turns.get(gone.id).state is TurnState.CANCELLED
