"""Who has an appointment and no phone: staff let them wait from the helper's page, a desk or the agenda."""

from __future__ import annotations

from datetime import timedelta

import pytest
from httpx import Client

from tests.fakes.office import FakeOffice


def booked(office: FakeOffice, minutes: int = 15, channel: str = "phone_012") -> tuple[str, str]:
    """Book by telephone, in Catalan; return the id and the secret of the link."""
    at = office.clock.now() + timedelta(minutes=minutes)
    return office.web.agenda.book("certificado", at, language="ca", channel=channel, actor="test")


def arrival(appointment: str) -> str:
    """Return where a form of staff says that they are here."""
    return f"/helper/appointments/{appointment}/arrival"


@pytest.fixture
def appointment(office: FakeOffice) -> str:
    """Who has a slot in a quarter of an hour."""
    return booked(office)[0]


@pytest.fixture
def printer(office: FakeOffice) -> None:
    """Let a printer be there."""
    office.device("printer-1")


@pytest.mark.usefixtures("printer")
def test_the_helper_checks_in_on_paper_who_has_no_phone(office: FakeOffice, appointment: str, log_in) -> None:
    rosa = log_in("rosa")
    offered = rosa.get("/helper").text

    answer = rosa.form(arrival(appointment), paper="1")
    page = rosa.get(answer.headers["location"]).text

    assert arrival(appointment) in offered
    assert "A001" in page
    assert "El papel está en la cola de la impresora." in page
    assert [job.device for job in office.web.jobs.due()] == ["printer-1"]
    turn = office.web.board.find("A001")
    assert (turn.state, turn.kind, turn.channel, turn.language) == ("waiting", "cita", "paper", "ca")
    assert arrival(appointment) not in rosa.get("/helper").text


@pytest.mark.usefixtures("printer")
def test_an_agent_checks_in_by_voice_from_the_desk(office: FakeOffice, appointment: str, log_in) -> None:
    marta = log_in("marta")

    page = marta.get("/desk/1").text
    issued = marta.post(f"/api/v1/appointments/{appointment}/arrival")

    assert arrival(appointment) in page
    assert (issued.status_code, issued.json()["turn"]["state"]) == (201, "waiting")
    assert office.web.jobs.due() == []


def test_from_the_agenda_the_page_of_the_turn_speaks_and_leads_back_there(
    office: FakeOffice, appointment: str, log_in
) -> None:
    marta = log_in("marta")
    offered = marta.get("/agenda").text

    answer = marta.form(arrival(appointment), back="agenda")
    page = marta.get(answer.headers["location"]).text

    assert arrival(appointment) in offered
    assert 'href="/agenda"' in page
    assert 'data-now="yes"' in page


def test_who_was_noted_as_a_no_show_can_still_come_today(office: FakeOffice, appointment: str, log_in) -> None:
    office.clock.move(60 * 60)
    with office.database.write() as uow:
        after, _ = uow.appointments.get(appointment).apply("miss", at=office.clock.now(), actor="system")
        uow.appointments.save(after)
        uow.commit()
    luis = log_in("luis")

    assert arrival(appointment) in luis.get("/agenda").text
    assert luis.post(f"/api/v1/appointments/{appointment}/arrival").status_code == 201


@pytest.mark.usefixtures("printer")
def test_a_double_click_is_one_turn_and_one_paper(office: FakeOffice, appointment: str, log_in) -> None:
    rosa = log_in("rosa")

    first, again = (rosa.form(arrival(appointment), paper="1") for _ in range(2))

    assert first.headers["location"] == again.headers["location"]
    assert len(office.web.jobs.due()) == 1


def test_another_day_a_cancelled_one_and_an_unknown_one_are_refused(office: FakeOffice, log_in) -> None:
    tomorrow, _ = booked(office, 24 * 60)
    cancelled, link = booked(office)
    office.web.agenda.cancel(link, actor="phone")
    rosa = log_in("rosa")

    answers = [rosa.post(f"/api/v1/appointments/{one}/arrival") for one in (tomorrow, cancelled, "nothing")]

    assert [(a.status_code, a.json()["code"]) for a in answers] == [
        (409, "too_early"),
        (409, "illegal_transition"),
        (404, "not_found"),
    ]


@pytest.mark.parametrize("login", ["tecnica"])
def test_only_who_works_with_people_checks_in(office: FakeOffice, appointment: str, log_in, login: str) -> None:
    assert log_in(login).post(f"/api/v1/appointments/{appointment}/arrival").status_code == 403


def test_the_page_of_an_appointment_says_which_turn_it_gives_back(office: FakeOffice, phone: Client) -> None:
    _, link = booked(office)
    phone.post("/turns", data={"service": "certificado"})
    page = phone.get(f"/c/{link}").text

    done = phone.post(f"/c/{link}", data={})

    assert "Tiene también el turno A001, sin cita." in page
    assert done.headers["location"] == "/my"
    assert office.web.board.find("A001").state == "cancelled"
    assert "A002" in phone.get("/my").text


def test_a_phone_whose_turn_is_called_is_sent_to_that_desk_first(office: FakeOffice, phone: Client) -> None:
    _, link = booked(office)
    phone.post("/turns", data={"service": "certificado", "code": office.hall_code().code})
    office.web.attention.call_next("1", agent="jordi")

    refused = phone.post(f"/c/{link}", data={})

    assert refused.status_code == 409
    assert "Vaya allí primero" in refused.text
    assert "A001" in phone.get("/my").text
