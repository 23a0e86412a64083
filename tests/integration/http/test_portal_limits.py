"""How much of the office one phone, one network and one poster may take."""

from __future__ import annotations

from httpx import Client

from tests.fakes.client import client
from tests.fakes.office import FakeOffice


def test_a_phone_that_asks_too_often_is_told_to_wait(phone: Client) -> None:
    phone.post("/turns", data={"service": "certificado"})
    answers = [phone.post("/turns", data={"service": "certificado"}) for _ in range(11)]

    refused = answers[-1]

    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert "Espere un momento" in refused.text


def test_forty_phones_of_the_hall_behind_one_address_all_get_a_turn(office: FakeOffice) -> None:
    app = office.app()
    phones = [client(app) for _ in range(40)]
    for phone in phones:
        phone.get("/")
    office.clock.move(2)
    wish = {"service": "registro", "code": office.hall_code().code}
    codes = {phone.post("/api/v1/turns", json=wish).json()["code"] for phone in phones}

    assert len(codes) == 40


def test_one_network_cannot_use_up_the_numbers_from_afar(office: FakeOffice) -> None:
    app = office.app()
    answers = []
    for _ in range(60):
        answers.append(client(app).post("/api/v1/turns", json={"service": "registro"}))
        office.clock.move(1)
    neighbour = client(app, address="198.51.100.9").post("/api/v1/turns", json={"service": "registro"})
    here = client(app).post("/api/v1/turns", json={"service": "registro", "code": office.hall_code().code})

    assert [a.status_code for a in answers].count(201) == 13  # twelve, and one for the minute that it took
    assert answers[-1].json()["code"] == "too_many_remote"
    assert int(answers[-1].headers["retry-after"]) > 0
    assert (neighbour.status_code, here.status_code) == (201, 201)
    assert len(office.web.board.open_turns()) == 15


def test_one_network_in_the_hall_has_limits_too(office: FakeOffice) -> None:
    app = office.app()
    answers = []
    for number in range(90):
        phone = client(app)
        phone.get("/")
        office.clock.move(2)
        service = ("registro", "certificado", "beca")[number % 3]
        wish = {"service": service, "code": office.hall_code().code}
        answers.append(phone.post("/api/v1/turns", json=wish).status_code)

    assert answers.count(201) == 77  # sixty, and one for each ten seconds that it took
    assert answers[-1] == 429


def test_strangers_cannot_use_up_a_poster(office: FakeOffice) -> None:
    app, wish = office.app(), {"service": "registro", "poster": office.poster()}
    floods = [client(app, address=f"198.51.100.{n}") for n in range(3)]
    for _ in range(50):
        for flood in floods:
            flood.cookies.clear()
            flood.post("/api/v1/turns", json=wish)

    assert client(app).post("/api/v1/turns", json=wish).status_code == 201


def test_a_refusal_by_limits_leaves_no_trace_in_the_log(office: FakeOffice) -> None:
    app = office.app()
    for _ in range(12):
        client(app).post("/api/v1/turns", json={"service": "registro"})
    before = list(office.database.events)

    refused = client(app).post("/api/v1/turns", json={"service": "registro"})

    assert refused.status_code == 429
    assert office.database.events == before


def test_asking_again_for_the_turn_that_one_has_counts_only_once(office: FakeOffice) -> None:
    app = office.app()
    phone = client(app)
    phone.get("/")
    answers = [phone.post("/turns", data={"service": "registro"}).status_code for _ in range(9)]
    wish = {"service": "registro"}
    neighbours = [client(app).post("/api/v1/turns", json=wish).status_code for _ in range(12)]

    assert answers == [303] * 9
    assert neighbours == [201] * 11 + [429]
