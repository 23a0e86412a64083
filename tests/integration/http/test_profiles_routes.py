"""Work profiles over HTTP: chosen, seen, taken back; what a page showed long ago changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.contracts.office import ProfileEntry
from edge.domain.desks import DeskState
from tests.fakes.office import FakeOffice, office_at
from tests.integration.http.conftest import Staff

PROFILES = {
    "nuevo": ProfileEntry(services={"certificado": 1, "informacion": 2}, names={"es": "Recién llegado"}),
    "becas": ProfileEntry(services={"beca": 1}),
}


@pytest.fixture
def office(tmp_path: Path) -> FakeOffice:
    made = office_at(tmp_path / "spool", work_profile=PROFILES)
    made.open_desk("1", "agent")
    return made


@pytest.fixture
def luis(log_in):
    return log_in("luis")


def calls(luis, desk: str = "1") -> dict[str, int]:
    found = luis.get("/api/v1/profiles").json()["desks"]
    return next(one["calls"] for one in found if one["desk"] == desk)


def test_a_profile_chosen_for_a_desk_changes_at_once_who_is_called(office: FakeOffice, luis) -> None:
    office.turn("registro")
    office.turn("certificado")
    assert luis.form("/profiles/desks/1", profile="nuevo", seen="").status_code == 303

    turn = office.web.attention.call_next("1", agent="agent")

    assert turn.service == "certificado"
    assert calls(luis) == {
        "registro": 0, "certificado": 1, "familia": 0, "informacion": 2, "beca": 0, "cita-previa": 0,
    }  # fmt: skip


def test_the_choice_ends_with_the_session_and_ones_own_profile_stays(office: FakeOffice, luis) -> None:
    luis.put("/api/v1/desks/1/profile", profile="nuevo")
    office.web.attention.set_desk("1", DeskState.CLOSED, agent="agent")
    office.open_desk("1", "agent")
    fresh = calls(luis)["registro"]
    luis.put("/api/v1/staff/agent/profile", profile="becas")
    office.web.attention.set_desk("1", DeskState.PAUSED, agent="agent")
    office.open_desk("1", "agent")

    assert (fresh, calls(luis)["registro"]) == (1, 0)


def test_a_change_is_undone_by_the_button_beside_it(office: FakeOffice, luis) -> None:
    luis.form("/profiles/people/agent", profile="nuevo", seen="")
    luis.form("/profiles/people/agent", profile="becas", seen="nuevo")
    shown = luis.get("/profiles").text

    undone = luis.form("/profiles/people/agent", profile="nuevo", seen="becas")

    assert shown.count(">Deshacer<") == 1
    assert "Recién llegado → <b>becas</b>" in shown
    assert undone.status_code == 303
    assert luis.get("/api/v1/profiles").json()["people"] == {"agent": "nuevo"}
    logged = [e.body for e in office.database.events if e.type == "agent_profile_set"]
    assert [(b["before"], b["profile"]) for b in logged] == [("", "nuevo"), ("nuevo", "becas"), ("becas", "nuevo")]


def test_nobody_but_staff_gets_a_profile(office: FakeOffice, luis) -> None:
    answer = luis.put("/api/v1/staff/Mar%C3%ADa%20Garc%C3%ADa%20612345678/profile", profile="nuevo")

    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_account")
    assert luis.form("/profiles/people/nobody", profile="nuevo", seen="").status_code == 404
    assert not [event for event in office.database.events if event.type == "agent_profile_set"]


def test_an_old_page_changes_nothing(office: FakeOffice, luis) -> None:
    luis.form("/profiles/desks/1", profile="nuevo", seen="")

    late = luis.form("/profiles/desks/1", profile="becas", seen="")

    assert (late.status_code, "Otra persona lo ha cambiado antes" in late.text) == (409, True)
    assert calls(luis)["certificado"] == 1


@pytest.mark.parametrize(
    ("path", "profile", "status", "words"),
    [
        ("/profiles/desks/1", "inventado", 400, "Ese perfil de trabajo no existe"),
        ("/profiles/people/agent", "inventado", 400, "Ese perfil de trabajo no existe"),
        ("/profiles/desks/2", "nuevo", 409, "El puesto está cerrado"),
        ("/profiles/desks/77", "nuevo", 404, ""),
    ],
)
def test_what_cannot_be_is_said_above_the_page(luis, path: str, profile: str, status: int, words: str) -> None:
    answer = luis.form(path, profile=profile, seen="")

    assert answer.status_code == status
    assert words in answer.text
    assert 'id="matrix"' in answer.text


def test_a_desk_that_calls_nobody_with_its_profile_is_told(luis) -> None:
    luis.form("/profiles/desks/1", profile="becas", seen="")

    assert "Con este perfil no se llama a nadie en este puesto." in luis.get("/profiles").text


def test_an_office_without_profiles_says_how_to_have_them(tmp_path: Path) -> None:
    plain = office_at(tmp_path / "plain")
    plain.open_desk("1", "agent")

    shown = Staff(plain, "luis").get("/profiles").text

    assert "Esta oficina no tiene perfiles" in shown
    assert "work_profile" not in shown
    assert 'id="matrix"' in shown


def test_the_same_choice_twice_is_one_change(office: FakeOffice, luis) -> None:
    for _ in range(2):
        luis.put("/api/v1/desks/1/profile", profile="nuevo")

    assert sum(e.type == "desk_profile_set" for e in office.database.events) == 1


def test_only_managers_choose(log_in) -> None:
    for login in ("marta", "rosa", "tecnica"):
        assert log_in(login).get("/profiles").status_code == 403
        assert log_in(login).form("/profiles/desks/1", profile="nuevo").status_code == 403
