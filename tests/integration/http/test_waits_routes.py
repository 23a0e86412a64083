"""Waiting times over HTTP: open data without anybody in it, the usual week, how good the estimates were."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from httpx import Client

from edge.contracts.office import RulesEntry
from edge.domain.desks import DeskState
from edge.domain.waiting.chance import Chance
from edge.domain.waiting.simulation import simulate
from edge.domain.waiting.tallies import Tally
from tests.fakes.client import client
from tests.fakes.office import FakeOffice, office_at


def estimate(office: FakeOffice) -> None:
    """Make one round of estimates in this process."""
    waiting = office.web.waiting
    waiting.follow()
    asked = waiting.asked()
    result = asked.calibration.corrected(simulate(asked.scene, asked.laws, Chance(1, 20)))
    office.estimates.put(result)
    waiting.record(result)
    office.hub.publish({"waits"})


def close_the_other(office: FakeOffice) -> None:
    """Leave desk 1 alone: nobody serves grants."""
    office.web.attention.set_desk("2", DeskState.CLOSED, agent="jordi-2")
    office.hub.publish({"desks"})


@pytest.fixture
def silent(tmp_path: Path) -> FakeOffice:
    """Desk 3 is the only one of the registry, is free, and leaves somebody waiting; desk 2 has nobody to call."""
    office = office_at(tmp_path / "silent", rules=RulesEntry(longest_wait_min=15))
    office.web.attention.set_desk("1", DeskState.CLOSED, agent="jordi")
    office.open_desk("2", "jordi-2")
    office.open_desk("3", "agent")
    office.clock.move(60)
    office.turn("registro")
    office.clock.move(61)
    estimate(office)
    return office


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("es", "Ahora ningún puesto está llamando para este trámite"),
        ("ca", "Ara cap taula no està cridant per a aquest tràmit"),
        ("en", "No desk is calling for this service at the moment"),
        ("ar", "لا ينادي أي شباك الآن لهذه الخدمة"),
    ],
)
def test_whoever_comes_is_told_that_no_desk_calls(silent: FakeOffice, language: str, said: str) -> None:
    phone = client(silent.app())

    page = phone.get("/", params={"lang": language}).text
    refused = phone.post("/api/v1/turns", json={"service": "registro"})
    cards = {card["id"]: card for card in phone.get("/api/v1/services").json()}

    assert page.count(said) == 1
    assert (refused.status_code, refused.json()["code"]) == (409, "not_calling")
    assert (cards["registro"]["reason"], cards["registro"]["retry_at"]) == ("not_calling", None)
    assert (cards["certificado"]["reason"], cards["certificado"]["admitted"]) == ("ok", True)


def test_staff_see_which_desk_does_not_call_and_where_no_turns_are_given(silent: FakeOffice, staff_of) -> None:
    glance = " ".join(staff_of(silent, "luis").get("/overview").text.split())
    own = staff_of(silent, "marta").get("/desk/3").text

    assert glance.count('<strong class="problem-line">No llama</strong>') == 1
    assert glance.count('<strong class="problem-line">Ningún puesto llama</strong>') == 1
    assert glance.count("<strong>No se dan turnos.</strong></p>") == 1
    assert "Hay personas esperando y este puesto no las llama" in own


def test_a_desk_that_calls_again_is_like_any_other(silent: FakeOffice, staff_of) -> None:
    silent.web.attention.call_next("3", agent="agent")
    silent.hub.publish({"turns"})

    glance = staff_of(silent, "luis").get("/overview").text
    own = staff_of(silent, "marta").get("/desk/3").text

    assert "No llama" not in glance
    assert "Ningún puesto llama" not in glance
    assert "este puesto no las llama" not in own


def test_waits_by_service_are_open_to_anyone(office: FakeOffice, phone: Client) -> None:
    close_the_other(office)
    for _ in range(4):
        office.turn("certificado")
    estimate(office)

    answer = phone.get("/api/v1/waits")

    services = {row["service"]: row for row in answer.json()["services"]}
    told = services["certificado"]
    assert answer.headers["cache-control"] == "public, max-age=15"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert told["wait_low_min"] <= told["wait_min"] <= told["wait_high_min"]
    assert told["waiting"] == 4
    assert "wait_min" not in services["beca"] or services["beca"]["wait_min"] is None  # no desk serves it
    assert "A001" not in answer.text


def test_the_same_as_csv(office: FakeOffice, phone: Client) -> None:
    close_the_other(office)
    office.turn("certificado")

    answer = phone.get("/api/v1/waits.csv")

    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert answer.headers["content-type"].startswith("text/csv")
    assert {row["office"] for row in rows} == {"carretas4"}
    assert {row["service"] for row in rows} == set(office.settings.office.services)


def test_the_usual_week_leaves_out_what_too_few_people_made(office: FakeOffice, phone: Client) -> None:
    busy = Tally(waits={"10/0": 5.0, "10/5": 5.0, "12/1": 4.0})
    with office.database.write() as uow:
        uow.waiting.put_tally("2026-11-16", json.dumps(busy.document()))  # a Monday
        uow.commit()

    answer = phone.get("/api/v1/waits/week").json()

    assert answer["hours"] == [{"weekday": 0, "hour": 10, "turns": 10, "median_min": 5, "p90_min": 30}]


def test_a_manager_sees_how_good_the_estimates_were(office: FakeOffice, log_in) -> None:
    close_the_other(office)
    for _ in range(3):
        office.turn("certificado")
    estimate(office)
    for _ in range(2):
        office.web.attention.call_next("1", agent="jordi")
        office.web.attention.start("1", agent="jordi")
        office.clock.move(600)
        office.web.attention.finish("1", agent="jordi", outcome="resolved")
    estimate(office)

    answer = log_in("luis").get("/api/v1/waits/accuracy").json()

    assert answer["overall"]["turns"] == 1  # the first was told to come at once, the third has not been called
    assert 0 <= answer["overall"]["covered"] <= 1
    assert [row["turns"] for row in answer["hours"]] == [1]


def test_nobody_else_sees_that_and_a_long_range_is_refused(office: FakeOffice, phone: Client, log_in) -> None:
    assert phone.get("/api/v1/waits/accuracy").status_code == 401
    assert log_in("marta").get("/api/v1/waits/accuracy").status_code == 403
    assert log_in("luis").get("/api/v1/waits/accuracy?from=2026-01-01&to=2026-11-01").status_code == 400


@pytest.mark.parametrize("language", ["es", "ca", "en", "ar"])
def test_the_page_of_a_turn_says_what_to_count_on(office: FakeOffice, phone: Client, language: str) -> None:
    close_the_other(office)
    for _ in range(5):
        office.turn("certificado")
    phone.get("/", params={"lang": language})
    phone.post("/api/v1/turns", json={"service": "certificado", "code": office.hall_code().code})
    estimate(office)

    text = phone.get("/my", params={"lang": language}).text

    told = office.web.board.open_turns()
    assert max(view.estimate.announced for view in told.values() if view.estimate) > timedelta(minutes=20)
    words = {"es": "Cuente con que sea antes", "ca": "Compteu que serà", "en": "Count on it", "ar": "توقعوا أن يكون"}
    assert words[language] in text
