"""The phone that knows an appointment: it checks in by the code of the hall, and the home page leads to it."""

from __future__ import annotations

from datetime import UTC, datetime

from httpx import Client

from tests.fakes.client import client
from tests.fakes.office import FakeOffice

TODAY = datetime(2026, 11, 23, 8, 10, tzinfo=UTC)  # ten minutes from now
LATER = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
NEXT_WEEK = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


def booked(office: FakeOffice, at: datetime) -> str:
    return office.web.agenda.book("certificado", at, language="es", channel="web", actor="test")[1]


def scanned(office: FakeOffice, phone: Client) -> str:
    return phone.get("/t", params={"c": office.hall_code().code}).text


def test_the_code_of_the_hall_checks_in_on_the_phone_that_knows_the_appointment(
    office: FakeOffice, phone: Client
) -> None:
    link = booked(office, TODAY)
    phone.get(f"/c/{link}")

    page = scanned(office, phone)
    done = phone.post(f"/c/{link}")

    assert "Tiene cita hoy a las 09:10" in page
    assert f'action="/c/{link}"' in page
    assert done.headers["location"] == "/my"
    assert 'data-state="waiting"' in phone.get("/my").text
    assert "Tiene cita" not in phone.get("/").text


def test_before_its_window_the_home_page_only_leads_to_the_appointment(office: FakeOffice, phone: Client) -> None:
    link = booked(office, LATER)
    phone.get(f"/c/{link}")

    page = scanned(office, phone)

    assert "Tiene cita hoy a las 12:00" in page
    assert f'href="/c/{link}"' in page
    assert f'action="/c/{link}"' not in page


def test_a_phone_knows_more_than_one_appointment_and_the_first_comes_first(office: FakeOffice, phone: Client) -> None:
    links = [booked(office, at) for at in (NEXT_WEEK, TODAY)]
    for link in reversed(links):
        phone.get(f"/c/{link}")

    page = phone.get("/").text

    assert page.index(f"/c/{links[1]}") < page.index(f"/c/{links[0]}")


def test_what_is_over_is_not_shown(office: FakeOffice, phone: Client) -> None:
    cancelled = booked(office, TODAY)
    phone.get(f"/c/{cancelled}")
    office.web.agenda.cancel(cancelled, actor="test")

    assert "Tiene cita" not in phone.get("/").text


def test_another_phone_is_asked_for_the_link(office: FakeOffice, phone: Client) -> None:
    phone.get(f"/c/{booked(office, TODAY)}")

    page = scanned(office, client(office.app()))

    assert "Tiene cita" not in page
    assert 'href="/lost-link"' in page
    assert "Tengo cita" in page
    assert "Abra el enlace" in phone.get("/lost-link").text


def test_a_cookie_that_is_nonsense_is_no_appointment(phone: Client) -> None:
    for value in ("x", "../../etc", "A" * 200, ".".join(["B" * 32] * 9)):
        phone.cookies.set("cita", value)

        assert phone.get("/").status_code == 200


def test_the_cookie_ends_the_day_after_the_appointment(office: FakeOffice, phone: Client) -> None:
    answer = phone.get(f"/c/{booked(office, NEXT_WEEK)}")

    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("cita="))
    assert f"Max-Age={int((NEXT_WEEK - office.clock.now()).total_seconds()) + 86_400};" in cookie
    assert "HttpOnly" in cookie


def test_an_appointment_is_offered_where_a_person_sees_it(office: FakeOffice, phone: Client) -> None:
    open_page = phone.get("/").text
    office.clock.move(3600 * 12)
    closed_page = phone.get("/").text

    for page in (open_page, closed_page):
        assert page.index('href="/book"') < page.index('class="services"')
    assert 'class="button main" href="/book"' in closed_page
    assert 'class="button main" href="/book"' not in open_page


def test_a_booking_that_was_left_unconfirmed_is_offered_to_be_finished_until_its_time_is_over(
    office: FakeOffice, phone: Client
) -> None:
    at = phone.get("/api/v1/slots", params={"service": "certificado"}).json()[0]["times"][0]
    place = phone.post("/book", data={"service": "certificado", "at": at, "mode": "presencial"}).headers["location"]
    phone.get(place)

    pages = [phone.get(path).text for path in ("/", "/book", "/lost-link")]
    phone.post(f"{place}/contact", data={"mail": "ana@example.org"})
    pages.append(phone.get("/").text)
    office.clock.move(3600)
    after = phone.get("/").text

    for page in pages:
        assert "está sin confirmar" in page
        assert f'href="{place}"' in page
    assert "sin confirmar" not in after
