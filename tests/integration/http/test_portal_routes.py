from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from httpx import Client

from edge.domain.turns import Channel, TurnState
from tests.fakes.client import client
from tests.fakes.office import FakeOffice, office_at


def test_the_first_page_names_services_waits_and_hours(office: FakeOffice, phone: Client) -> None:
    office.turn("certificado")

    page = phone.get("/").text

    assert "Certificado digital" in page
    assert "1 persona delante" in page
    assert "entre 0 y" not in page
    assert "Abierto hasta las 17:00" in page
    assert "Libro de familia" in page


def test_a_phone_takes_a_turn_and_follows_it(phone: Client) -> None:
    taken = phone.post("/turns", data={"service": "certificado"})

    assert (taken.status_code, taken.headers["location"]) == (303, "/my")
    assert "A001" in phone.get("/my").text


def test_a_second_wish_of_the_same_phone_gives_the_same_turn(phone: Client) -> None:
    phone.post("/turns", data={"service": "certificado"})
    phone.post("/turns", data={"service": "registro"})

    mine = phone.get("/api/v1/turns/mine").json()

    assert (mine["code"], mine["service"]) == ("A001", "certificado")


def test_the_code_of_the_hall_lets_a_turn_wait_at_once(office: FakeOffice, phone: Client) -> None:
    phone.get("/t", params={"c": office.hall_code().code})
    phone.post("/turns", data={"service": "certificado"})

    turn = office.web.board.find("A001")

    assert (turn.state, turn.channel) == (TurnState.WAITING, Channel.BOARD)


def test_the_code_counts_although_it_has_changed_while_the_person_was_reading(office: FakeOffice, phone) -> None:
    phone.get("/t", params={"c": office.hall_code().code})
    office.clock.move(200)
    phone.post("/turns", data={"service": "certificado"})

    assert office.web.board.find("A001").state is TurnState.WAITING


def test_an_old_code_gives_a_remote_turn_and_says_so(office: FakeOffice, phone: Client) -> None:
    code = office.hall_code().code
    office.clock.move(180)

    page = phone.get("/t", params={"c": code}).text
    phone.post("/turns", data={"service": "certificado", "code": code})

    assert "El código ha caducado" in page
    assert office.web.board.find("A001").state is TurnState.REMOTE


def test_a_poster_is_remembered_as_the_channel(office: FakeOffice, phone: Client) -> None:
    poster = office.poster()

    page = phone.get("/t", params={"p": poster}).text
    phone.post("/turns", data={"service": "certificado", "poster": poster})

    turn = office.web.board.find("A001")
    uses = [event.body for event in office.database.events if event.type == "poster_used"]
    assert f'name="poster" value="{poster}"' in page
    assert turn.channel is Channel.POSTER
    assert uses == [{"poster": poster, "turn": turn.id}]
    assert office.web.posters.all()[0].used == 1


@pytest.mark.parametrize(("revoked", "status"), [(True, 410), (False, 404)])
def test_a_poster_that_does_not_lead_here_says_what_to_do(
    office: FakeOffice, phone: Client, revoked: bool, status: int
) -> None:
    poster = office.poster(revoked=True) if revoked else "OTRAOFIC"

    page = phone.get("/t", params={"p": poster, "lang": "ca"})
    turn = phone.post("/api/v1/turns", json={"service": "certificado", "poster": poster})

    assert page.status_code == status
    assert "Aquest cartell ja no serveix" in page.text
    assert 'href="/"' in page.text
    assert turn.status_code in (404, 409)
    assert turn.json()["code"] == ("poster_revoked" if revoked else "poster_unknown")
    assert "cartell" in turn.json()["title"]
    assert not [event for event in office.database.events if event.type == "turn_issued"]


def test_presence_is_proved_by_the_code_on_the_display(office: FakeOffice, phone: Client) -> None:
    phone.post("/turns", data={"service": "certificado"})

    wrong = phone.post("/my/presence", data={"code": "AAAA-AAAA"})
    right = phone.post("/my/presence", data={"code": office.hall_code().code.lower()})

    assert wrong.status_code == 400
    assert "no es el de la pantalla" in wrong.text
    assert right.status_code == 303
    assert office.web.board.find("A001").state is TurnState.WAITING


def test_leaving_asks_first_and_then_leaves(office: FakeOffice, phone: Client) -> None:
    phone.post("/turns", data={"service": "certificado"})

    question = phone.get("/my/leave").text
    phone.post("/my/leave")

    assert "¿Dejar su turno A001?" in question
    assert office.web.board.find("A001").state is TurnState.CANCELLED
    assert "Ha dejado su turno" in phone.get("/my").text


def test_the_page_of_a_called_turn_says_where_to_go(office: FakeOffice, phone: Client) -> None:
    phone.get("/t", params={"c": office.hall_code().code})
    phone.post("/turns", data={"service": "certificado"})
    office.web.attention.call_next("1", agent="jordi")

    page = phone.get("/my").text

    assert "Es su turno" in page
    assert "Puesto 1" in page
    assert "Planta baja" in page
    assert "Puede entrar" in page


def test_a_full_office_means_waiting_outside(office: FakeOffice, phone: Client) -> None:
    office.web.occupancy.correct(40, actor="test", reason="test")
    phone.get("/t", params={"c": office.hall_code().code})
    phone.post("/turns", data={"service": "certificado"})

    assert "Espere fuera" in phone.get("/my").text


def test_a_refusal_says_why_and_when_to_come_back(tmp_path) -> None:
    closed = office_at(tmp_path)
    closed.clock.move(timedelta(hours=9).total_seconds())
    phone = client(closed.app())

    page = phone.get("/", headers={"accept-language": "en"}).text
    refused = phone.post("/turns", data={"service": "certificado"}, headers={"accept-language": "en"})
    problem = phone.post("/api/v1/turns", json={"service": "certificado"}, headers={"accept-language": "ca"})

    assert "Closed now" in page
    assert "Opens tomorrow at 09:00" in page
    assert refused.status_code == 409
    assert "The office is closed." in refused.text
    assert "tomorrow at 09:00" in refused.text
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json() == {
        "code": "closed",
        "title": "L'oficina és tancada.",
        "status": 409,
        "retry_at": "2026-11-24T08:00:00Z",
    }


def test_a_paper_ticket_is_followed_by_its_link(office: FakeOffice, phone: Client, log_in) -> None:
    issued = log_in("rosa").post("/api/v1/helper/turns", service="certificado", language="es", paper=True).json()
    link = issued["link"].removeprefix("https://office.example")

    page = phone.get(link)

    assert "A001" in page.text
    assert "Dejar mi turno" not in page.text
    assert phone.get(link + "/now").status_code == 200


@pytest.mark.parametrize("path", ["/f/AAAAAAAAAAAAAAAAAAAAAA", "/f/x", "/c/AAAAAAAAAAAAAAAAAAAAAA", "/c/x", "/nothing"])
def test_what_does_not_exist_is_said_kindly(phone: Client, path: str) -> None:
    answer = phone.get(path)

    assert answer.status_code == 404
    assert "No ha sido posible" in answer.text


def test_an_appointment_is_checked_in_with_two_taps(office: FakeOffice, phone: Client) -> None:
    at = datetime(2026, 11, 23, 8, 10, tzinfo=UTC)
    _, link = office.web.agenda.book("certificado", at, language="ca", channel="web", actor="test")

    page = phone.get(f"/c/{link}").text
    done = phone.post(f"/c/{link}")
    again = phone.post(f"/c/{link}")

    assert "hoy a las 09:10" in page
    assert (done.status_code, again.status_code) == (303, 303)
    assert "A001" in phone.get("/my").text
    assert "Su llegada ya está confirmada" not in phone.get(f"/c/{link}").text
    assert len(office.web.board.open_turns()) == 1


def test_an_appointment_is_confirmed_only_by_the_code_of_the_hall(office: FakeOffice, phone: Client) -> None:
    at = datetime(2026, 11, 23, 8, 10, tzinfo=UTC)
    _, link = office.web.agenda.book("certificado", at, language="es", channel="web", actor="test")
    phone.post(f"/c/{link}")

    asked = phone.get(f"/c/{link}").text
    wrong = phone.post(f"/c/{link}", data={"code": "AAAA-AAAA"})
    right = phone.post(f"/c/{link}", data={"code": office.hall_code().code})
    confirmed = phone.get(f"/c/{link}").text
    office.web.turns.cancel(office.web.board.find("A001").id, actor="test")

    assert 'name="code"' in asked
    assert (wrong.status_code, right.status_code) == (400, 303)
    assert 'value="AAAA-AAAA"' in wrong.text
    assert 'aria-describedby="code-problem code-hint"' in wrong.text
    assert "Su llegada ya está confirmada" in confirmed
    assert "Esta cita ya no es válida" in phone.get(f"/c/{link}").text


def test_a_wrong_code_is_said_beside_the_field_with_the_typed_text(phone: Client) -> None:
    phone.post("/turns", data={"service": "certificado"})

    wrong = phone.post("/my/presence", data={"code": "<b>7F3K"})

    assert wrong.status_code == 400
    assert 'aria-invalid="true"' in wrong.text
    assert 'value="&lt;b&gt;7F3K"' in wrong.text
    assert "A001" in wrong.text
    assert "No ha sido posible" not in wrong.text


def test_a_change_of_language_beside_a_wrong_code_leads_back_to_the_turn(phone: Client) -> None:
    phone.post("/turns", data={"service": "certificado"})
    phone.post("/my/presence", data={"code": "AAAA-AAAA"})

    answer = phone.get("/my/presence?lang=ca")

    assert (answer.status_code, answer.headers["location"]) == (303, "/my")
    assert "Confirmeu que heu arribat" in phone.get("/my").text


def test_a_page_that_asks_for_a_code_does_not_reload_by_itself(office: FakeOffice, phone: Client) -> None:
    phone.post("/turns", data={"service": "certificado"})
    remote = phone.get("/my").text
    phone.post("/my/presence", data={"code": office.hall_code().code})

    assert 'http-equiv="refresh"' not in remote
    assert 'http-equiv="refresh"' in phone.get("/my").text


def test_after_too_many_wrong_codes_the_page_still_opens_and_says_when(office: FakeOffice, phone: Client) -> None:
    phone.post("/turns", data={"service": "certificado"})
    for number in range(10):
        phone.post("/my/presence", data={"code": f"AAAA000{number}"})

    page = phone.get("/t", params={"c": office.hall_code().code})
    asked = phone.post("/my/presence", data={"code": office.hall_code().code})

    assert page.status_code == 200
    assert "volverá a servir dentro de 31 segundos" in page.text
    assert "Certificado digital" in page.text
    assert int(asked.headers["retry-after"]) == 31
    assert "Podrá probar otra vez dentro de 31 segundos" in asked.text


def test_no_time_is_promised_before_somebody_has_arrived(office: FakeOffice, phone: Client) -> None:
    phone.post("/turns", data={"service": "certificado"})
    remote = phone.get("/my").text
    phone.post("/my/presence", data={"code": office.hall_code().code})
    waiting = phone.get("/my").text

    assert "Le llamaremos" not in remote
    assert "Hasta entonces no está en la cola" in remote
    assert waiting.count("Le llamaremos") == 1
    assert "Espera aproximada" not in waiting


def test_a_full_hall_is_said_before_somebody_comes_in(office: FakeOffice, phone: Client) -> None:
    office.web.occupancy.correct(40, actor="test", reason="counted_by_hand")
    office.hub.publish(["occupancy"])

    assert "La oficina está llena" in phone.get("/").text


def test_an_appointment_says_when_it_is_too_early(office: FakeOffice, phone: Client) -> None:
    at = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
    _, link = office.web.agenda.book("certificado", at, language="es", channel="web", actor="test")

    page = phone.get(f"/c/{link}").text

    assert "hoy a las 11:30, no antes" in page
    assert "He llegado" not in page
    assert phone.post(f"/c/{link}").status_code == 409


@pytest.mark.parametrize(
    ("language", "words", "direction"),
    [
        ("es", "¿Qué necesita?", "ltr"),
        ("ca", "Què necessiteu?", "ltr"),
        ("en", "What do you need?", "ltr"),
        ("ar", "ماذا تحتاجون؟", "rtl"),
    ],
)
def test_every_language_has_its_page(phone: Client, language: str, words: str, direction: str) -> None:
    page = phone.get("/", headers={"accept-language": f"{language}-XX,de;q=0.5"})

    assert words in page.text
    assert f'<html lang="{language}" dir="{direction}">' in page.text


def test_a_chosen_language_is_remembered(phone: Client) -> None:
    phone.get("/?lang=ca", headers={"accept-language": "en"})

    assert "Què necessiteu?" in phone.get("/", headers={"accept-language": "en"}).text


@pytest.mark.parametrize("path", ["/accessibility", "/privacy"])
def test_statements_name_the_office_and_its_address(phone: Client, path: str) -> None:
    page = phone.get(path).text

    assert "Oficina de Carretas" in page
    assert "Calle de Carretas 4" in page


def test_a_phone_cookie_is_bound_to_this_host_and_hidden_from_scripts(tmp_path) -> None:
    secure = office_at(tmp_path, secure=True)
    secure.open_desk("1")
    phone = client(secure.app(), base_url="https://office.example")

    cookie = phone.get("/t").headers["set-cookie"]
    again = phone.post("/turns", data={"service": "certificado"}).headers["set-cookie"]

    assert again == cookie  # kept for two days from the turn on
    assert cookie.startswith("__Host-turn=")
    assert {"Path=/", "HttpOnly", "Secure", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert len(cookie.split("=")[1].split(";")[0]) >= 22
    assert "Strict-Transport-Security" in phone.get("/").headers


def test_every_answer_protects_the_person(phone: Client) -> None:
    for path in ("/", "/login", "/api/v1/office", "/nothing", "/health"):
        headers = phone.get(path).headers

        assert "unsafe-inline" not in headers["content-security-policy"]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_pages_hold_no_inline_script_or_style(office: FakeOffice, phone: Client) -> None:
    phone.post("/turns", data={"service": "certificado"})

    for path in ("/", "/my", "/my/leave", "/login", "/accessibility"):
        page = phone.get(path).text

        assert " style=" not in page
        assert "<style" not in page
        assert " onclick=" not in page
        assert "<script>" not in page


def test_another_site_cannot_take_a_turn_for_the_person(phone: Client) -> None:
    foreign = phone.post("/turns", data={"service": "certificado"}, headers={"origin": "https://evil.example"})
    neighbour = phone.post("/turns", data={"service": "certificado"}, headers={"sec-fetch-site": "same-site"})
    own = phone.post("/turns", data={"service": "certificado"}, headers={"origin": "http://testserver"})

    assert (foreign.status_code, neighbour.status_code, own.status_code) == (403, 403, 303)


def test_a_double_tap_of_a_new_phone_is_one_turn(office: FakeOffice) -> None:
    app = office.app()
    cookie = client(app).get("/t").headers["set-cookie"].split(";")[0]
    wish = {"service": "registro"}
    taps = [client(app).post("/turns", data=wish, headers={"cookie": cookie}) for _ in range(2)]

    assert [tap.status_code for tap in taps] == [303, 303]
    assert len(office.web.board.open_turns()) == 1


def test_a_browser_without_cookies_is_told_and_gets_no_turn_that_it_cannot_follow(office: FakeOffice) -> None:
    refused = client(office.app()).post("/turns", data={"service": "registro"})

    assert refused.status_code == 400
    assert "no guarda cookies" in refused.text
    assert office.web.board.open_turns() == {}


def test_the_eleventh_wrong_code_of_a_phone_is_not_even_compared(office: FakeOffice, phone: Client) -> None:
    phone.post("/turns", data={"service": "certificado"})
    guesses = [phone.post("/my/presence", data={"code": f"AAAA000{n}"}).status_code for n in range(10)]

    right = phone.post("/my/presence", data={"code": office.hall_code().code})

    assert guesses == [400] * 10
    assert right.status_code == 429
    assert "códigos equivocados" in right.text


def test_a_body_without_end_is_refused(phone: Client) -> None:
    answer = phone.post(
        "/turns", content=b"service=" + b"a" * 20_000, headers={"content-type": "application/x-www-form-urlencoded"}
    )

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("es", ["Delante de usted", "Si llega ahora", "Venga antes de las 09:30"]),
        ("ca", ["Davant vostre", "Si arribeu ara", "abans de les 09:30"]),
        ("en", ["Ahead of you", "If you arrive now", "Come before 09:30"]),
        ("ar", ["قبلكم", "إذا وصلتم الآن", "09:30"]),
    ],
)
def test_who_took_a_turn_at_home_sees_the_wait_and_by_when_to_come(
    office: FakeOffice, phone: Client, language: str, words: list[str]
) -> None:
    for _ in range(3):
        office.turn("certificado")
    phone.post("/turns", data={"service": "certificado"})

    page = phone.get("/my", params={"lang": language}).text
    told = phone.get("/api/v1/turns/mine").json()

    assert all(word in page for word in words)
    assert told["ahead"] == 3
    assert told["come_by"] == "2026-11-23T08:30:00Z"


def test_who_is_in_the_hall_is_asked_for_one_thing_only(office: FakeOffice, phone: Client) -> None:
    phone.post("/turns", data={"service": "certificado"})
    phone.get("/t", params={"c": office.hall_code().code})

    page = phone.get("/my").text

    assert "Toque el botón para entrar en la cola" in page
    assert "Si llega ahora" not in page
