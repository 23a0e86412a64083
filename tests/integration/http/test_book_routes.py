"""Booking over HTTP: the pages without JavaScript and the JSON routes, and what staff see of it."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from httpx import Client

from edge.domain.turns import Channel
from edge.services.turns import Wish
from tests.fakes.client import client
from tests.fakes.office import FakeOffice
from tests.fixtures.letters import code_in, send_all

DAY = "2026-11-24"
MAIL = "ana@example.org"


def slots(browser: Client, service: str = "certificado") -> list[str]:
    return browser.get("/api/v1/slots", params={"service": service, "day": DAY}).json()[0]["times"]


def code_of(office: FakeOffice) -> str:
    return code_in(send_all(office.web.notices))


def book(office: FakeOffice, browser: Client, at: str, *, mail: str = MAIL) -> str:
    """Book by the forms of the pages, as a browser without JavaScript does; return the path of the appointment."""
    held = browser.post("/book", data={"service": "certificado", "at": at, "mode": "presencial", "key": "k1"})
    assert held.status_code == 303
    place = held.headers["location"]
    assert browser.post(f"{place}/contact", data={"mail": mail, "phone": ""}).status_code == 303
    assert browser.post(f"{place}/code", data={"code": code_of(office)}).status_code == 303
    return place


def test_an_appointment_is_booked_by_forms_alone(office: FakeOffice, phone: Client) -> None:
    listed = phone.get("/book").text
    page = phone.get("/book/certificado", params={"day": DAY}).text
    at = re.search(rf'name="at" value="({DAY}T[^"]+)"', page)
    assert at is not None
    place = book(office, phone, at[1])

    shown = phone.get(place).text

    assert 'href="/book/certificado"' in listed
    assert "Cita confirmada" in shown
    assert "DNI o NIE" in shown
    assert "Calle de Carretas 4" in shown
    assert MAIL not in shown


def test_each_page_is_one_step_and_what_happens_to_a_contact_is_said_before_it_is_sent(
    office: FakeOffice, phone: Client
) -> None:
    choose = phone.get("/book/certificado").text
    held = phone.post("/book", data={"service": "certificado", "at": slots(phone)[0], "mode": "presencial"})
    contact = phone.get(held.headers["location"]).text
    phone.post(f"{held.headers['location']}/contact", data={"mail": MAIL})
    code = phone.get(held.headers["location"]).text

    for n, page in enumerate((choose, contact, code), 1):
        assert f"Paso {n} de 3" in page
    assert contact.index("Solo lo usamos para esta cita") < contact.index("Enviarme el código")


def test_the_file_for_the_calendar_has_the_appointment(office: FakeOffice, phone: Client) -> None:
    place = book(office, phone, slots(phone)[0])

    answer = phone.get(f"{place}/cita.ics")

    rows = answer.text.split("\r\n")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert {"BEGIN:VCALENDAR", "STATUS:CONFIRMED", "DTSTART:20261124T080000Z", "END:VCALENDAR"} <= set(rows)
    assert rows
    assert all(len(row.encode()) <= 75 for row in rows)
    assert MAIL not in answer.text


def test_a_double_click_holds_one_slot(office: FakeOffice, phone: Client) -> None:
    form = {"service": "certificado", "at": slots(phone)[0], "mode": "presencial", "key": "same"}

    places = {phone.post("/book", data=form).headers["location"] for _ in range(2)}

    assert len(places) == 1


def test_a_replayed_form_of_each_step_changes_nothing(office: FakeOffice, phone: Client) -> None:
    place = book(office, phone, slots(phone)[0])

    assert phone.post(f"{place}/contact", data={"mail": MAIL}).status_code == 303
    assert phone.post(f"{place}/code", data={"code": "000000"}).status_code == 303
    for _ in range(2):
        assert phone.post(f"{place}/cancel").status_code == 303
    assert "Cita anulada" in phone.get(place).text


def test_a_slot_that_went_meanwhile_is_said_beside_those_that_are_left(office: FakeOffice, phone: Client) -> None:
    at = slots(phone)[0]
    for n in range(3):  # three desks serve the queue
        office.web.agenda.book(
            "certificado", datetime.fromisoformat(at), language="es", channel="desk", actor="test", key=f"{n}"
        )

    answer = phone.post("/book", data={"service": "certificado", "at": at, "mode": "presencial"})

    assert answer.status_code == 409
    assert "Elija otra hora" in answer.text
    assert 'name="at"' in answer.text


@pytest.mark.parametrize("typed", ["<b>x</b>", "\u202eana@example.org", "🙂", "a" * 300, "ana@", "'; drop table"])
def test_a_contact_that_is_none_is_said_beside_the_field_and_kept_as_typed(
    office: FakeOffice, phone: Client, typed: str
) -> None:
    held = phone.post("/book", data={"service": "certificado", "at": slots(phone)[0], "mode": "presencial"})
    place = held.headers["location"]

    answer = phone.post(f"{place}/contact", data={"mail": typed})

    assert answer.status_code == 400
    assert "<b>x</b>" not in answer.text
    if len(typed) <= 254:
        assert 'aria-invalid="true"' in answer.text
        assert "No entendemos ese correo" in answer.text


def test_the_page_of_the_code_says_where_it_went_and_how_often(office: FakeOffice, phone: Client) -> None:
    held = phone.post("/book", data={"service": "certificado", "at": slots(phone)[0], "mode": "presencial"})
    place = held.headers["location"]
    phone.post(f"{place}/contact", data={"mail": MAIL})
    first, code = phone.get(place).text, code_of(office)
    phone.post(f"{place}/again")
    second = phone.get(place).text
    phone.post(f"{place}/again")
    third = phone.get(place).text

    assert "a…@example.org" in first
    assert MAIL not in first
    assert "Le hemos enviado otro" not in first
    assert "Le hemos enviado otro código (2 en total)" in second
    assert "No podemos enviar más códigos" in third
    assert f'action="{place}/again"' not in third
    assert phone.post(f"{place}/code", data={"code": code}).status_code == 400


def test_a_mistyped_contact_is_changed_without_starting_again(office: FakeOffice, phone: Client) -> None:
    held = phone.post("/book", data={"service": "certificado", "at": slots(phone)[0], "mode": "presencial"})
    place = held.headers["location"]
    phone.post(f"{place}/contact", data={"mail": "ann@example.org"})
    old = code_of(office)

    form = phone.get(f"{place}/contact").text
    refused = phone.post(f"{place}/contact", data={"mail": "ana@"})
    changed = phone.post(f"{place}/contact", data={"phone": "612 345 678"})
    again = phone.post(f"{place}/contact", data={"phone": "612 345 678"})
    page = phone.get(place).text

    assert 'name="mail"' in form
    assert "Escriba el correo o el móvil correcto" in form
    assert (refused.status_code, changed.status_code, again.status_code) == (400, 303, 303)
    assert 'name="mail"' in refused.text
    assert "número acabado en ⁨678⁩" in page
    assert "@example.org" not in page
    assert phone.post(f"{place}/code", data={"code": old}).status_code == 400
    assert phone.post(f"{place}/code", data={"code": code_of(office)}).status_code == 303
    assert phone.get(f"{place}/contact").headers["location"] == place
    with office.database.read() as stores:
        booked = office.web.agenda.of_link(place.removeprefix("/c/"))
        assert len(stores.bookings.persons_of(booked.id)) == 1
        assert stores.contacts.find(f"{booked.id}.2") is None


def test_no_more_codes_go_to_other_addresses_than_to_one(office: FakeOffice, phone: Client) -> None:
    held = phone.post("/book", data={"service": "certificado", "at": slots(phone)[0], "mode": "presencial"})
    place = held.headers["location"]

    answers = [phone.post(f"{place}/contact", data={"mail": f"a{n}@example.org"}).status_code for n in range(4)]

    assert answers == [303, 303, 303, 409]
    assert "a…@example.org" in phone.get(place).text


def test_who_gives_up_is_told_so(office: FakeOffice, phone: Client) -> None:
    held = phone.post("/book", data={"service": "certificado", "at": slots(phone)[0], "mode": "presencial"})
    phone.post(f"{held.headers['location']}/cancel")

    page = phone.get(held.headers["location"]).text

    assert "La ha dejado libre" in page
    assert "No se confirmó a tiempo" not in page


def test_a_wrong_code_is_said_and_the_last_one_ends_it(office: FakeOffice, phone: Client) -> None:
    held = phone.post("/book", data={"service": "certificado", "at": slots(phone)[0], "mode": "presencial"})
    place = held.headers["location"]
    phone.post(f"{place}/contact", data={"mail": MAIL})
    wrong = "000000" if code_of(office) != "000000" else "111111"

    answers = [phone.post(f"{place}/code", data={"code": wrong}) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [400] * 4 + [409]
    assert "Ese código no es el que le hemos enviado" in answers[0].text
    assert "vuelve a estar libre" in answers[-1].text


def test_an_appointment_is_moved_by_forms_and_keeps_its_address(office: FakeOffice, phone: Client) -> None:
    place, later = book(office, phone, slots(phone)[0]), slots(phone)[8]

    page = phone.get(f"{place}/move", params={"day": DAY}).text
    asked = phone.post(f"{place}/move", data={"at": later, "mode": "presencial"})
    question = phone.get(asked.headers["location"]).text
    before = phone.get(f"/api/v1/bookings/{place.removeprefix('/c/')}").json()["slot_at"]
    moved = phone.post(f"{place}/move", data={"at": later, "mode": "presencial", "sure": "true"})

    assert f'action="{place}/move"' in page
    assert "Paso 1 de 3" not in page
    assert asked.status_code == 303
    assert "¿Cambiar su cita?" in question
    assert before == slots(phone)[0]
    assert "Cita cambiada" in phone.get(place).text
    assert (moved.status_code, moved.headers["location"]) == (303, place)
    assert phone.get(f"/api/v1/bookings/{place.removeprefix('/c/')}").json()["slot_at"] == later


def test_the_way_back_after_a_move_leads_to_the_appointment(office: FakeOffice, phone: Client) -> None:
    place, later = book(office, phone, slots(phone)[0]), slots(phone)[8]
    question = phone.post(f"{place}/move", data={"at": later, "mode": "presencial"}).headers["location"]
    phone.post(f"{place}/move", data={"at": later, "mode": "presencial", "sure": "true"})

    back = phone.get(question)
    elsewhere = phone.get(f"{place}/move", params={"at": slots(phone)[3]})

    assert (back.status_code, back.headers["location"]) == (303, place)
    assert "¿Cambiar su cita?" in elsewhere.text
    assert phone.get(f"{place}/move", params={"at": "mañana"}).status_code == 400


def test_the_answer_to_a_lost_link_is_the_same_whether_there_is_one(office: FakeOffice, phone: Client) -> None:
    book(office, phone, slots(phone)[0])

    known = phone.post("/lost-link", data={"contact": MAIL})
    unknown = phone.post("/lost-link", data={"contact": "nadie@example.org"})

    assert known.status_code == unknown.status_code == 303
    assert known.headers["location"] == unknown.headers["location"]
    assert "le acabamos de enviar el enlace" in phone.get(known.headers["location"]).text


def test_video_is_a_conflict_where_it_is_not_offered_and_no_page_shows_it(office: FakeOffice, phone: Client) -> None:
    wish = {"service": "certificado", "at": slots(phone)[0], "mode": "video"}

    refused = phone.post("/api/v1/bookings", json=wish)

    assert (refused.status_code, refused.json()["code"]) == (409, "mode_not_offered")
    listed = phone.get("/api/v1/slots", params={"service": "certificado", "mode": "video"})
    assert (listed.status_code, listed.json()["code"]) == (409, "mode_not_offered")
    assert "video" not in phone.get("/book").text
    assert phone.get("/api/v1/bookable").json()[0]["modes"] == ["presencial"]


def test_json_goes_all_the_way(office: FakeOffice, phone: Client) -> None:
    wish = {"service": "certificado", "at": slots(phone)[0], "mode": "presencial", "key": "k9"}
    held = phone.post("/api/v1/bookings", json=wish)
    at = f"/api/v1/bookings/{held.json()['link']}"

    pending = phone.post(f"{at}/contact", json={"phone": "612 345 678"}).json()
    booked = phone.post(f"{at}/code", json={"code": code_of(office)}).json()
    moved = phone.post(f"{at}/move", json={"at": slots(phone)[9]}).json()
    gone = phone.delete(at, headers={"content-type": "application/json"}).json()

    assert held.status_code == 201
    states = [row["state"] for row in (held.json(), pending, booked, moved, gone)]
    assert states == ["held", "pending_confirmation", "booked", "booked", "cancelled_citizen"]
    assert wish["at"] in slots(phone)


@pytest.mark.parametrize("mode", ["presencial", "phone", "<script>"])
@pytest.mark.parametrize("day", ["2026-02-30", "x", "9999-12-31", "2020-01-01"])
def test_nonsense_in_the_address_is_answered_in_words(phone: Client, mode: str, day: str) -> None:
    answer = phone.get("/book/certificado", params={"mode": mode, "day": day})

    assert answer.status_code in (200, 400, 409)
    assert "<script>" not in answer.text.replace('<script type="module"', "")


def test_a_time_a_day_off_or_out_of_the_world_is_refused(phone: Client) -> None:
    for at in ("2026-11-22T09:00:00Z", "0001-01-01T00:00:00", "9999-12-31T23:59:59"):
        answer = phone.post("/api/v1/bookings", json={"service": "certificado", "at": at, "mode": "presencial"})
        assert answer.status_code == 400, at


# --- staff ----------------------------------------------------------------------------------------------------------


def test_staff_see_the_day_with_every_channel(office: FakeOffice, phone: Client, log_in) -> None:
    book(office, phone, slots(phone)[0])
    desk = log_in("marta")

    rows = desk.get(f"/api/v1/appointments?day={DAY}").json()
    page = desk.get(f"/agenda?day={DAY}").text

    assert [(row["channel"], row["state"], row["part"]) for row in rows] == [("web", "booked", "public")]
    assert "Se espera" in page
    assert MAIL not in page


def test_an_agent_books_another_day_from_the_offices_part(office: FakeOffice, log_in) -> None:
    desk = log_in("marta")

    page = desk.get(f"/agenda?day={DAY}&service=certificado").text
    made = desk.form(
        "/agenda/book",
        service="certificado",
        day=DAY,
        at="10:15",
        language="es",
        contact="",
        key="k",
        mode="presencial",
    )

    assert 'value="10:15"' in page
    assert made.status_code == 200
    row = desk.get(f"/api/v1/appointments?day={DAY}").json()[0]
    assert (row["channel"], row["part"], row["slot_at"]) == ("desk", "internal", "2026-11-24T09:15:00Z")


def test_the_office_cancels_with_a_reason_and_the_page_says_it(office: FakeOffice, phone: Client, log_in) -> None:
    place = book(office, phone, slots(phone)[0])
    desk = log_in("marta")
    row = desk.get(f"/api/v1/appointments?day={DAY}").json()[0]

    done = desk.form(f"/agenda/{row['id']}/withdraw", reason="staff")

    assert done.status_code == 303
    assert "falta personal" in phone.get(place).text


def test_a_manager_closes_a_range_and_opens_it_again(office: FakeOffice, phone: Client, log_in) -> None:
    manager = log_in("luis")
    form = {"day": DAY, "start": "09:00", "end": "12:00", "reason": "works"}

    assert manager.form("/agenda/close", **form).status_code == 303
    assert min(slots(phone)) == "2026-11-24T11:00:00Z"
    page = manager.get(f"/agenda?day={DAY}").text
    closed = re.search(r"/agenda/closed/(\w+)/reopen", page)
    assert closed is not None
    assert manager.form(f"/agenda/closed/{closed[1]}/reopen?day={DAY}").status_code == 303
    assert min(slots(phone)) == "2026-11-24T08:00:00Z"
    assert manager.form("/agenda/close", **form | {"end": "08:00"}).status_code == 400


def test_only_a_manager_closes_and_only_staff_see(office: FakeOffice, phone: Client, log_in) -> None:
    assert phone.get("/api/v1/appointments").status_code == 401
    closed = {"day": DAY, "start": "09:00", "end": "12:00", "reason": "works"}
    assert log_in("marta").post("/api/v1/agenda/closed", **closed).status_code == 403


def test_the_use_of_the_agenda_is_told(office: FakeOffice, phone: Client, log_in) -> None:
    book(office, phone, slots(phone)[0])

    used = log_in("luis").get(f"/api/v1/agenda/usage?from={DAY}&to={DAY}").json()

    assert used[0]["by_channel"] == {"web": 1}
    assert 0 < used[0]["used_percent"] < 5


def test_no_page_of_booking_weighs_more_than_sixty_kilobytes(office: FakeOffice, phone: Client) -> None:
    place = book(office, phone, slots(phone)[0])

    for path in ("/book", "/book/certificado", place, f"{place}/move", "/lost-link"):
        page = phone.get(path)
        assets = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
        size = len(page.content) + sum(len(phone.get(asset).content) for asset in assets)
        assert size <= 60_000, (path, size)
        assert "<script" not in page.text


def test_another_phone_cannot_guess_a_link(office: FakeOffice) -> None:
    other = client(office.app())

    assert other.get("/c/" + "A" * 32).status_code == 404
    assert other.get("/api/v1/bookings/" + "A" * 32).json()["code"] == "unknown_link"


def test_a_turn_asked_for_at_the_region_and_on_the_phone_is_one(office: FakeOffice, phone: Client) -> None:
    request = "r" * 24
    wish = Wish("certificado", Channel.CENTRE, "es", key=request)
    by_centre = office.web.turns.take(wish, actor="centre:web").turn

    page = phone.get("/t", params={"r": request}).text
    taken = phone.post("/turns", data={"service": "certificado", "key": request})

    assert by_centre.code in page
    assert taken.status_code == 303
    assert phone.get("/api/v1/turns/mine").json()["code"] == by_centre.code


def test_a_wish_of_the_region_whose_turn_is_over_leads_to_a_new_one(office: FakeOffice, phone: Client) -> None:
    request = "r" * 24
    first = office.web.turns.take(Wish("certificado", Channel.CENTRE, "es", key=request), actor="centre:web").turn
    office.web.turns.cancel(first.id, actor="phone")

    form = phone.get("/t", params={"r": request}).text
    key = form.split('name="key" value="')[1].split('"')[0]
    phone.post("/turns", data={"service": "certificado", "key": key})

    assert first.code not in form
    assert key != request
    assert phone.get("/api/v1/turns/mine").json()["code"] != first.code


def test_the_pages_of_the_desk_and_the_door_show_who_is_booked(office: FakeOffice, log_in) -> None:
    at = datetime.fromisoformat("2026-11-23T11:00:00+00:00")
    office.web.agenda.book("certificado", at, language="es", channel="chatbot", actor="test")

    assert "Chatbot" in log_in("marta").get("/desk/1").text
    assert "Chatbot" in log_in("rosa").get("/helper").text
