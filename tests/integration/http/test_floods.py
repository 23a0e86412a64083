"""Five hundred requests from one address, and a person behind the same one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from httpx import Client, Response
from starlette.applications import Starlette

from edge.domain.turns import TurnState
from tests.fakes.client import client
from tests.fakes.office import FakeOffice

FLOOD = 500
WISH = {"service": "registro"}

Send = Callable[[int], Response]


def as_one_phone(app: Starlette, office: FakeOffice) -> Send:
    phone = client(app)
    phone.get("/")
    return lambda _: phone.post("/api/v1/turns", json=WISH)


def as_nobody(app: Starlette, office: FakeOffice) -> Send:
    return lambda _: client(app).post("/api/v1/turns", json=WISH)


def as_made_up_phones_in_the_hall(app: Starlette, office: FakeOffice) -> Send:
    def send(number: int) -> Response:
        phone = client(app)
        phone.cookies.set("turn", f"{number:022d}")
        return phone.post("/api/v1/turns", json={**WISH, "code": office.hall_code().code})

    return send


def as_guesser(app: Starlette, office: FakeOffice) -> Send:
    return lambda number: client(app).post("/api/v1/turns", json={**WISH, "code": f"AAAA{number:04d}"})


def as_reader_of_pages(app: Starlette, office: FakeOffice) -> Send:
    def send(_: int) -> Response:
        client(app).get("/")
        return client(app).post("/api/v1/turns", json=WISH)

    return send


def arrives(app: Starlette) -> Client:
    """Somebody opens the page and reads it."""
    person = client(app)
    person.get("/")
    return person


@pytest.mark.slow
@pytest.mark.parametrize(
    "flood", [as_one_phone, as_nobody, as_made_up_phones_in_the_hall, as_guesser, as_reader_of_pages]
)
@pytest.mark.parametrize("first", ["person", "flood"])
def test_a_person_behind_a_flooding_neighbour_gets_a_turn_and_may_wait(office: FakeOffice, flood, first: str) -> None:
    app = office.app()
    send = flood(app, office)
    person = arrives(app) if first == "person" else None
    office.clock.move(5)

    answers = [send(number) for number in range(FLOOD)]
    if person is None:
        person = arrives(app)
        office.clock.move(5)
    person.post("/turns", data=WISH)
    proved = person.post("/my/presence", data={"code": office.hall_code().code})

    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) >= FLOOD - 61
    assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
    assert proved.status_code == 303
    turn = office.web.board.find(person.get("/api/v1/turns/mine").json()["code"])
    assert turn.state is TurnState.WAITING


def robots_that_come_back(app: Starlette, office: FakeOffice, number: int = 200) -> None:
    """A neighbour whose phones open the page, wait as people do, and then ask, guess codes, and ask without a page."""
    robots = [arrives(app) for _ in range(number)]
    office.clock.move(1.1)
    for robot in robots:
        robot.post("/api/v1/turns", json=WISH)
    for n, robot in enumerate(robots):
        robot.post("/api/v1/turns", json={**WISH, "code": f"AAAA{n:04d}"})
        as_nobody(app, office)(n)


@pytest.mark.slow
def test_who_opened_the_page_before_the_flood_gets_a_turn_whatever_the_flood_does(office: FakeOffice) -> None:
    app = office.app()
    person = arrives(app)

    robots_that_come_back(app, office)
    office.clock.move(5)
    taken = person.post("/turns", data=WISH)
    proved = person.post("/my/presence", data={"code": office.hall_code().code})

    assert (taken.status_code, proved.status_code) == (303, 303)
    turn = office.web.board.find(person.get("/api/v1/turns/mine").json()["code"])
    assert turn.state is TurnState.WAITING
    assert len(office.web.board.open_turns()) <= 12 + 12 + 30


@pytest.mark.slow
@pytest.mark.parametrize("opens_a_page", [True, False])
def test_who_shows_the_code_of_the_hall_gets_a_turn_in_the_middle_of_a_flood(
    office: FakeOffice, opens_a_page: bool
) -> None:
    app = office.app()
    robots_that_come_back(app, office)
    person = client(app)

    if opens_a_page:
        assert person.get("/t", params={"c": office.hall_code().code}).status_code == 200
    taken = person.post("/api/v1/turns", json={**WISH, "code": office.hall_code().code})

    assert taken.status_code == 201
    assert office.web.board.find(taken.json()["code"]).state is TurnState.WAITING


def test_a_place_is_for_one_turn(office: FakeOffice) -> None:
    app = office.app()
    person = arrives(app)
    for number in range(12):
        strangers(app, number).post("/api/v1/turns", json=WISH)

    first = person.post("/api/v1/turns", json=WISH)
    person.post("/my/leave")
    second = person.post("/api/v1/turns", json=WISH)

    assert first.status_code == 201
    assert (second.status_code, second.json()["code"]) == (429, "too_many_remote")


def test_who_opened_the_page_before_the_slots_of_an_address_were_used_up_may_hold_one(office: FakeOffice) -> None:
    app = office.app()
    person, late = arrives(app), client(app)
    for number in range(24):
        hold_by_talking(strangers(app, number), number)
        office.clock.move(2)

    assert hold_by_talking(late, 1) is False
    assert hold_by_talking(person, 2) is True


@pytest.mark.parametrize(
    ("language", "words"),
    [("es", "Espere un momento"), ("ca", "Espereu un moment"), ("en", "Wait a moment"), ("ar", "انتظروا لحظة")],
)
def test_who_asks_too_often_is_told_when_to_ask_again(office: FakeOffice, language: str, words: str) -> None:
    phone = arrives(office.app())
    phone.headers["accept-language"] = language

    answers = [phone.post("/turns", data=WISH) for _ in range(12)]

    assert words in answers[-1].text
    assert int(answers[-1].headers["retry-after"]) > 0


def test_a_page_program_cannot_make_phones_known_without_end(office: FakeOffice) -> None:
    app = office.app()
    robots = [arrives(app) for _ in range(200)]
    office.clock.move(5)

    wish = {**WISH, "code": office.hall_code().code}
    taken = [robot.post("/api/v1/turns", json=wish).status_code for robot in robots]

    assert taken.count(201) <= 120  # what the hall gives to phones that are known, and to strangers


def test_a_scan_in_the_hall_opens_the_own_turn(office: FakeOffice) -> None:
    phone = arrives(office.app())
    phone.post("/turns", data=WISH)

    again = phone.get("/t", params={"c": office.hall_code().code})

    assert (again.status_code, again.headers["location"]) == (303, "/my")


def test_a_form_that_the_browser_sends_again_takes_no_second_turn(office: FakeOffice) -> None:
    phone = arrives(office.app())
    nonce = phone.get("/").text.split('name="key" value="')[1].split('"')[0]
    phone.post("/turns", data={**WISH, "key": nonce})
    phone.post("/my/leave")

    phone.post("/turns", data={**WISH, "key": nonce})

    assert office.web.board.open_turns() == {}
    assert phone.get("/api/v1/turns/mine").json()["state"] == "cancelled"


@pytest.mark.parametrize(("language", "words"), [("es", "página es antigua"), ("en", "This page is old")])
def test_a_form_of_another_phone_is_refused_in_words(office: FakeOffice, language: str, words: str) -> None:
    app = office.app()
    nonce = arrives(app).get("/").text.split('name="key" value="')[1].split('"')[0]
    phone = arrives(app)

    refused = phone.post("/turns", data={**WISH, "key": nonce}, headers={"accept-language": language})

    assert refused.status_code == 400
    assert words in refused.text
    assert office.web.board.open_turns() == {}


def strangers(app: Starlette, number: int) -> Client:
    """A phone with a secret of its own making, that has opened no page."""
    phone = client(app)
    phone.cookies.set("turn", f"{number:022d}")
    return phone


def test_the_chat_gives_no_more_turns_to_one_address_than_the_form(office: FakeOffice) -> None:
    app = office.app()
    by_form = [strangers(app, n).post("/api/v1/turns", json=WISH).status_code for n in range(15)]

    said = []
    for number in range(20):
        office.clock.move(6)
        phone = strangers(app, 100 + number)
        phone.post("/api/v1/talk", json={"text": "escrito"})
        said.append(phone.post("/api/v1/talk", json={"option": "now"}).json()["lines"][-1]["text"])

    assert by_form.count(201) == 12
    assert len(office.web.board.open_turns()) <= 12 + 3  # what two minutes give back
    assert "Desde esta conexión se han pedido muchos turnos" in said[0]
    assert "Puede probar" in said[0]


def test_who_has_a_turn_asks_the_chat_for_it_again_at_no_cost(office: FakeOffice) -> None:
    app = office.app()
    person = arrives(app)
    office.clock.move(5)
    person.post("/api/v1/talk", json={"text": "escrito"})
    first = person.post("/api/v1/talk", json={"option": "now"}).json()["lines"][-1]["text"]
    for number in range(12):
        strangers(app, number).post("/api/v1/turns", json=WISH)

    person.post("/api/v1/talk", json={"text": "escrito"})
    again = person.post("/api/v1/talk", json={"option": "now"}).json()["lines"][-1]["text"]

    assert "R001" in first
    assert "R001" in again


def test_the_chat_holds_no_more_slots_for_one_address_than_the_form(office: FakeOffice) -> None:
    app = office.app()
    for number in range(40):
        office.clock.move(2)
        hold_by_talking(strangers(app, number), number)

    held = [event for event in office.database.events if event.type == "appointment_held"]
    assert 20 <= len(held) <= 23  # twenty, and what eighty seconds give back


def hold_by_talking(phone: Client, number: int) -> bool:
    """Talk until a slot is held; return whether it was."""
    phone.post("/api/v1/talk", json={"text": "escrito"})
    talk = phone.get("/api/v1/talk").json()
    for start in ("day:", "hour:"):
        options = [o["id"] for o in talk["lines"][-1]["options"] if o["id"].startswith(start)]
        talk = phone.post("/api/v1/talk", json={"option": options[number % len(options)]}).json()
    return "correo" in talk["lines"][-1]["text"]
