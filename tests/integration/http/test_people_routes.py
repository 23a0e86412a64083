"""Accounts of staff over HTTP: closed at once, never a login shown, a code that is good once."""

from __future__ import annotations

import re

import pytest
from httpx import Client

from edge.domain.accounts import CODE_TRIES
from edge.runtime.passwords import verify_password
from tests.fakes.client import client
from tests.fakes.office import PASSWORD, FakeOffice

NEW = "una frase nueva 7"


def enter(office: FakeOffice, login: str, password: str = PASSWORD) -> tuple[Client, int]:
    browser = client(office.app())
    return browser, browser.post("/login", data={"login": login, "password": password}).status_code


def redeem(office: FakeOffice, code: str, password: str = NEW, login: str = "marta", again: str | None = None):
    browser = client(office.app())
    form = {"login": login, "code": code, "password": password, "again": password if again is None else again}
    return browser, browser.post("/login/code", data=form)


@pytest.fixture
def luis(log_in):
    return log_in("luis")


def code(luis, staff: str = "agent") -> str:
    shown = luis.form(f"/people/{staff}/code").text
    found = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", shown)
    assert found is not None
    return found[0]


def types(office: FakeOffice) -> list[tuple[str, str]]:
    return [(e.type, e.actor) for e in office.database.events if e.body.get("staff") == "agent"]


def test_the_page_names_people_and_their_last_day_and_no_login(office: FakeOffice, luis) -> None:
    enter(office, "marta")

    shown = luis.get("/people").text

    assert "Marta" in shown
    assert f"Última entrada: {office.clock.now():%d/%m/%Y}" in shown
    assert "Todavía no ha entrado" in shown
    assert not re.search(r"\b(marta|jordi|rosa|tecnica|oriol)\b", re.sub(r'"[^"]*"', "", shown))


def test_who_is_closed_is_out_at_once_and_comes_in_no_more(office: FakeOffice, luis) -> None:
    marta, entered = enter(office, "marta")
    inside = marta.get("/api/v1/session").status_code
    assert luis.form("/people/agent/close").status_code == 303

    assert (entered, inside, marta.get("/api/v1/session").status_code) == (303, 200, 401)
    assert enter(office, "marta")[1] == 401
    assert ("staff_closed", "agent:manager") in types(office)
    luis.form("/people/agent/reopen")
    assert enter(office, "marta")[1] == 303
    assert types(office)[-1] == ("staff_reopened", "agent:manager")


def test_one_cannot_shut_oneself_out_nor_the_last_manager(office: FakeOffice, luis) -> None:
    own = luis.form("/people/manager/close")
    again = luis.form("/people/manager/code")

    assert (own.status_code, again.status_code) == (409, 409)
    assert "Es su propia cuenta" in own.text
    assert luis.form("/people/nobody/close").status_code == 404
    assert luis.post("/api/v1/people/manager/close").json()["code"] == "own_account"


def test_a_code_ends_the_old_password_and_makes_a_new_one_once(office: FakeOffice, luis) -> None:
    marta, _ = enter(office, "marta")
    given = code(luis)

    assert marta.get("/api/v1/session").status_code == 401
    assert enter(office, "marta")[1] == 401
    browser, answer = redeem(office, given.lower())
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff")
    assert browser.get("/api/v1/session").json()["name"] == "Marta"
    assert enter(office, "marta", NEW)[1] == 303
    assert redeem(office, given)[1].status_code == 401
    assert [kind for kind, _ in types(office)][-2:] == ["staff_code_given", "staff_code_used"]


def test_the_code_is_kept_as_a_hash_and_stands_in_no_event(office: FakeOffice, luis) -> None:
    given = code(luis)

    kept = office.database.read().__enter__().staff.code("agent")
    assert kept is not None
    assert given.replace("-", "") not in kept.digest
    assert not any(given.replace("-", "") in str(event).replace("-", "") for event in office.database.events)
    assert given not in luis.get("/people").text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"password": "corta"}, "demasiado corta: al menos 10"),
        ({"password": "x" * 300}, "demasiado larga"),
        ({"again": "otra cosa distinta"}, "no son iguales"),
        ({"login": "nadie"}, "no son correctos"),
        ({"code": "AAAA-BBBB-CCCC"}, "no son correctos"),
        ({"code": ""}, "no son correctos"),
    ],
)
def test_what_does_not_fit_is_said_and_the_code_stays_good(
    office: FakeOffice, luis, form: dict[str, str], words: str
) -> None:
    given = code(luis)

    _, answer = redeem(office, **{"code": given, **form})

    assert answer.status_code in (400, 401)
    assert words in answer.text
    assert redeem(office, given)[1].status_code == 303


def test_a_code_ends_after_a_day_and_after_many_wrong_ones(office: FakeOffice, luis, manual_clock) -> None:
    given = code(luis)
    for _ in range(CODE_TRIES):
        office.web.members.redeem("marta", "AAAA-BBBB-CCCC", "hash")
    assert office.web.members.redeem("marta", given, "hash") is None
    given = office.web.members.give_code("agent", by="manager")[1]
    office.clock.move(24 * 3600)  # type: ignore[attr-defined]
    assert office.web.members.redeem("marta", given, "hash") is None


def test_guessing_codes_is_slowed_down_as_passwords_are(office: FakeOffice, luis) -> None:
    code(luis)
    browser = client(office.app())
    form = {"login": "marta", "code": "AAAA-BBBB-CCCC", "password": NEW, "again": NEW}

    answers = [browser.post("/login/code", data=form).status_code for _ in range(8)]

    assert 429 in answers


def test_a_closed_account_gets_no_code_and_its_code_is_good_no_more(office: FakeOffice, luis) -> None:
    given = code(luis)
    luis.form("/people/agent/close")

    assert redeem(office, given)[1].status_code == 401
    refused = luis.form("/people/agent/code")
    assert (refused.status_code, "La cuenta está cerrada" in refused.text) == (409, True)


def test_only_managers_see_accounts(log_in) -> None:
    for login in ("marta", "rosa", "tecnica", "oriol"):
        assert log_in(login).get("/people").status_code == 403
        assert log_in(login).form("/people/agent/close").status_code == 403


def test_a_new_password_is_written_in_the_way_of_today(office: FakeOffice, luis) -> None:
    redeem(office, code(luis))

    account = office.database.read().__enter__().staff.by_id("agent")
    assert account is not None
    assert account.password.startswith("$argon2id$")
    assert verify_password(NEW, account.password)
