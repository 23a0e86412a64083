"""Several procedures, several people, desk or video: from the fields of the pages to the turn that is called."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from httpx import Client

from edge.contracts.office import DeskEntry, RulesEntry
from edge.domain.turns import Mode
from tests.fakes.client import client
from tests.fakes.office import FakeOffice, office_at, settings
from tests.integration.http.test_book_routes import DAY, MAIL, code_of


def held(phone: Client, **company: object) -> str:
    at = phone.get("/api/v1/slots", params={"service": "certificado", "day": DAY}).json()[0]["times"][0]
    answer = phone.post("/book", data={"service": "certificado", "at": at, "key": "k", **company})
    assert answer.status_code == 303
    return answer.headers["location"]


def test_a_turn_of_a_family_with_two_errands_is_one_turn_that_says_so(office: FakeOffice, phone: Client) -> None:
    assert phone.post("/turns", data={"service": "certificado", "procedures": "2", "party": "4"}).status_code == 303

    turn = office.web.board.find("A001")

    assert (turn.declared, turn.party) == (2, 4)


@pytest.mark.parametrize("field", ["party", "procedures"])
@pytest.mark.parametrize("value", ["0", "-3", "100", "dos", "", "1.5"])
def test_a_number_that_cannot_be_is_answered_in_words_and_takes_no_turn(
    office: FakeOffice, phone: Client, field: str, value: str
) -> None:
    answer = phone.post("/turns", data={"service": "certificado", field: value})

    assert answer.status_code == 400
    assert "de 1 a 20 personas y de 1 a 99 trámites" in answer.text
    assert phone.get("/api/v1/turns/mine").status_code == 404


def test_too_many_errands_without_an_appointment_lead_to_one(tmp_path: Path) -> None:
    rules = RulesEntry(bulk_limit=3, bulk_rest="appointment")
    office = office_at(tmp_path / "spool", rules=rules)
    office.open_desk("1", "jordi")
    phone = client(office.app())

    shown = phone.get("/").text
    answer = phone.post("/turns", data={"service": "certificado", "procedures": "4"})

    assert "Sin cita se hacen hasta 3; para más, pida cita." in shown
    assert answer.status_code == 409
    assert "Para tantos trámites hace falta una cita." in answer.text
    assert 'href="/book"' in answer.text


def with_video(tmp_path: Path) -> FakeOffice:
    given = settings()
    entries = dict(given.catalogue.service)
    entries["certificado"] = msgspec.structs.replace(entries["certificado"], modes=["presencial", "video"])
    desks = dict(given.office.desk) | {
        "9": DeskEntry(label="9", zone="Cabina", queues=["general"], modes=["presencial", "video"])
    }
    changed = msgspec.structs.replace(
        given,
        catalogue=msgspec.structs.replace(given.catalogue, service=entries),
        office=msgspec.structs.replace(given.office, desk=desks),
    )
    office = FakeOffice(office_at(tmp_path / "other").clock, tmp_path / "spool", changed)
    office.open_desk("9", "jordi")
    return office


def test_video_is_offered_only_where_the_service_and_a_desk_have_it(tmp_path: Path) -> None:
    office = with_video(tmp_path)
    phone = client(office.app())

    shown = phone.get("/").text
    taken = phone.post("/turns/video", data={"service": "certificado"})
    other = client(office.app())
    other.get("/")
    refused = other.post("/turns/video", data={"service": "registro"})

    assert shown.count('formaction="/turns/video"') == 1
    assert taken.status_code == 303
    assert office.web.board.find("A001").mode is Mode.VIDEO
    assert (refused.status_code, "no se ofrece de esa forma" in refused.text) == (409, True)


def test_the_helper_says_how_many_and_in_which_way(tmp_path: Path) -> None:
    office = with_video(tmp_path)
    browser = client(office.app())
    browser.post("/login", data={"login": "luis", "password": "correct horse battery"})
    csrf = browser.get("/api/v1/session").json()["csrf"]

    answer = browser.post(
        "/helper/turns",
        data={
            "csrf": csrf,
            "service": "certificado",
            "language": "es",
            "mode": "video",
            "procedures": "2",
            "party": "3",
        },
    )

    turn = office.web.board.find("A001")
    assert answer.status_code == 303
    assert (turn.mode, turn.declared, turn.party) == (Mode.VIDEO, 2, 3)


# --- appointments -----------------------------------------------------------------------------------------------------


def test_an_appointment_for_two_errands_takes_twice_as_long(office: FakeOffice, phone: Client) -> None:
    place = held(phone, procedures="2", party="3")
    link = place.removeprefix("/c/")

    one = phone.get(f"/api/v1/bookings/{link}").json()

    single = office.web.slots.length("certificado") / timedelta(minutes=1)
    assert (one["minutes"], one["procedures"], one["party"]) == (2 * single, 2, 3)


def test_hours_are_offered_only_where_all_errands_fit(office: FakeOffice, phone: Client) -> None:
    def last(procedures: int) -> str:
        query = {"service": "certificado", "day": DAY, "procedures": procedures}
        return phone.get("/api/v1/slots", params=query).json()[0]["times"][-1]

    assert last(3) < last(2) < last(1)


def test_what_was_booked_for_stands_on_the_turn_after_check_in(office: FakeOffice, phone: Client) -> None:
    place = held(phone, procedures="2", party="3")
    phone.post(f"{place}/contact", data={"mail": MAIL, "phone": ""})
    phone.post(f"{place}/code", data={"code": code_of(office)})
    booked = office.web.agenda.of_link(place.removeprefix("/c/"))
    shown = phone.get(place).text
    office.clock.move((booked.slot_at - office.clock.now()).total_seconds())  # type: ignore[attr-defined]
    office.open_desk("1", "jordi")
    phone.post(place, data={"code": ""})

    turn = office.web.board.find("A001")

    assert "2 trámites · 3 personas" in shown
    assert (turn.declared, turn.party, turn.due_at) == (2, 3, booked.slot_at)


def test_an_appointment_keeps_its_errands_when_it_is_moved(office: FakeOffice, phone: Client) -> None:
    place = held(phone, procedures="2", party="3")
    phone.post(f"{place}/contact", data={"mail": MAIL, "phone": ""})
    phone.post(f"{place}/code", data={"code": code_of(office)})
    query = {"service": "certificado", "day": DAY, "procedures": 2}
    to = phone.get("/api/v1/slots", params=query).json()[0]["times"][-1]

    assert phone.post(f"{place}/move", data={"at": to, "mode": "presencial", "sure": "true"}).status_code == 303

    moved = office.web.agenda.of_link(place.removeprefix("/c/"))
    assert (moved.procedures, moved.party, moved.minutes) == (
        2,
        3,
        2 * office.web.slots.length("certificado").seconds // 60,
    )


@pytest.mark.parametrize(
    ("company", "words"),
    [
        ({"procedures": "4"}, "En una cita no caben tantos trámites."),
        ({"procedures": "x"}, "de 1 a 20 personas y de 1 a 99 trámites"),
        ({"party": "21"}, "de 1 a 20 personas y de 1 a 99 trámites"),
    ],
)
def test_the_page_of_hours_says_what_cannot_be_and_goes_on(phone: Client, company: dict[str, str], words: str) -> None:
    asked = phone.get("/book/certificado", params={"day": DAY, **company})

    assert asked.status_code == 200
    assert words in asked.text
    assert 'name="at"' in asked.text


def test_more_errands_than_fit_are_refused_by_the_form_too(phone: Client) -> None:
    at = phone.get("/api/v1/slots", params={"service": "certificado", "day": DAY}).json()[0]["times"][0]

    answer = phone.post("/book", data={"service": "certificado", "at": at, "procedures": "4", "party": "2"})

    assert answer.status_code == 409
    assert "En una cita no caben tantos trámites." in answer.text
    assert 'name="party" type="number" min="1" max="20" value="2"' in answer.text


def test_the_log_knows_of_several_and_says_nothing_of_one(office: FakeOffice, phone: Client) -> None:
    held(phone, procedures="2", party="1")

    body = next(e.body for e in reversed(office.database.events) if e.type == "appointment_held")

    assert body["procedures"] == 2
    assert "party" not in body
