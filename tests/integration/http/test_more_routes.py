"""What staff do for one person who waits: ten more minutes, another way, two turns put together."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from edge.contracts.office import RulesEntry
from tests.fakes.office import FakeOffice, ManualClock, office_at, settings
from tests.fixtures.clocks import MONDAY_MORNING
from tests.integration.http.conftest import Staff


@pytest.fixture
def office(tmp_path: Path) -> FakeOffice:
    """An office with a desk that also attends by video, and a service that is given so."""
    given = settings()
    desks = given.office.desk | {"2": msgspec.structs.replace(given.office.desk["2"], modes=["presencial", "video"])}
    entry = msgspec.structs.replace(given.catalogue.service["certificado"], modes=["presencial", "video"])
    services = given.catalogue.service | {"certificado": entry}
    given = msgspec.structs.replace(
        given,
        office=msgspec.structs.replace(given.office, desk=desks),
        catalogue=msgspec.structs.replace(given.catalogue, service=services),
    )
    made = FakeOffice(ManualClock(MONDAY_MORNING), tmp_path / "spool", given)
    made.open_desk("1", "agent")
    made.open_desk("2", "jordi")
    return made


def test_ten_more_minutes_for_a_paper_turn_once(office: FakeOffice, log_in) -> None:
    turn, rosa = office.turn(), log_in("rosa")

    offered = rosa.get("/helper?code=A001").text
    first = rosa.post(f"/api/v1/turns/{turn.id}/pause")
    again = rosa.post(f"/api/v1/turns/{turn.id}/pause")

    assert f"/helper/turns/{turn.id}/pause" in offered
    assert first.json()["not_before"] == "2026-11-23T08:10:00Z"
    assert (again.status_code, again.json()["code"]) == (409, "no_more_delays")


def test_a_second_press_of_one_button_gives_no_more_minutes(tmp_path: Path) -> None:
    office = office_at(tmp_path / "twice", rules=RulesEntry(delays=2))
    office.open_desk("1", "agent")
    turn, rosa = office.turn(), Staff(office, "rosa")

    for _ in range(2):
        assert rosa.form(f"/helper/turns/{turn.id}/pause", asked="0").status_code == 303

    assert office.web.turns.get(turn.id).delays == 1
    assert '<input type="hidden" name="asked" value="1">' in rosa.get("/helper?code=A001").text
    office.clock.move(601)
    assert 'data-pause="1"' in Staff(office, "marta").get("/desk/1").text


def test_the_way_is_changed_from_both_lists_and_back(office: FakeOffice, log_in) -> None:
    turn, rosa, marta = office.turn(), log_in("rosa"), log_in("marta")

    assert "Pasar a vídeo" in rosa.get("/helper?code=A001").text
    assert 'data-ways="presencial video"' in marta.get("/desk/1").text.replace("video presencial", "presencial video")
    there = rosa.form(f"/helper/turns/{turn.id}/mode", mode="video")
    assert (there.status_code, office.web.turns.get(turn.id).mode) == (303, "video")
    assert "Pasar al puesto" in rosa.get("/helper?code=A001").text
    assert marta.post(f"/api/v1/turns/{turn.id}/mode", mode="presencial").json()["mode"] == "presencial"


def test_where_there_is_one_way_no_button_offers_another(office: FakeOffice, log_in) -> None:
    office.turn("informacion")

    assert "Pasar a" not in log_in("rosa").get("/helper?code=A001").text


def test_two_turns_are_put_together_and_it_is_taken_back(office: FakeOffice, log_in, phone) -> None:
    kept = office.turn()
    phone.post("/turns", data={"service": "certificado", "code": office.hall_code().code})
    rosa = log_in("rosa")

    merged = rosa.post(f"/api/v1/turns/{kept.id}/merge", code="a002").json()
    told = rosa.get("/helper").text
    followed = phone.get("/my").text
    gone = office.web.board.find("A002")
    back = rosa.form(f"/helper/turns/{gone.id}/unmerge")

    assert (merged["code"], merged["declared"]) == ("A001", 2)
    assert "A002 se ha unido a A001" in told
    assert ">A001<" in followed
    assert (back.status_code, office.web.board.find("A002").state) == (303, "waiting")
    assert "se ha unido" not in rosa.get("/helper").text


@pytest.mark.parametrize(
    ("code", "status", "why"), [("A001", 400, "same_turn"), ("Z9", 404, "unknown_code"), ("<b>", 404, "unknown_code")]
)
def test_a_code_that_is_nobody_elses_is_refused_in_words(
    office: FakeOffice, log_in, code: str, status: int, why: str
) -> None:
    turn, rosa = office.turn(), log_in("rosa")

    refused = rosa.post(f"/api/v1/turns/{turn.id}/merge", code=code)

    assert (refused.status_code, refused.json()["code"]) == (status, why)
    assert refused.json()["title"]
    assert "Algo ha fallado" not in refused.json()["title"]
