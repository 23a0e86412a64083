"""Talking to the assistant on the portal, and staff who take over, over HTTP."""

from __future__ import annotations

import re

import pytest
from httpx import Client

from edge.adapters.http.pages import linked
from edge.domain.turns import Channel, TurnState
from edge.services.turns import Wish
from tests.fakes.client import client
from tests.fakes.office import FakeOffice
from tests.fixtures.letters import code_in, send_all


def say(phone: Client, text: str = "", option: str = "") -> dict:
    answer = phone.post("/api/v1/talk", json={"text": text, "option": option})
    assert answer.status_code == 200, answer.text
    return answer.json()


def chosen(talk: dict, start: str) -> str:
    return next(o["id"] for o in talk["lines"][-1]["options"] if o["id"].startswith(start))


def test_the_page_says_that_nobody_is_typing_and_works_without_javascript(phone: Client, office: FakeOffice) -> None:
    first = phone.get("/talk").text
    after = phone.post("/talk", data={"option": "service:registro"}, follow_redirects=True).text

    assert "no soy una persona" in first
    assert "Hablar con una persona" in first
    assert 'value="service:registro"' in first
    assert "¿Cuándo quiere venir?" in after
    assert after.index("no soy una persona") < after.index("¿Cuándo quiere venir?")


def test_reading_the_page_begins_no_conversation(phone: Client, office: FakeOffice) -> None:
    phone.get("/talk")
    phone.get("/api/v1/talk")

    assert [event.type for event in office.database.events if "conversation" in event.type] == []


def test_an_appointment_is_booked_by_talking(phone: Client, office: FakeOffice) -> None:
    talk = say(phone, "quiero presentar un escrito")
    talk = say(phone, option=chosen(talk, "day:"))
    talk = say(phone, option=chosen(talk, "hour:"))
    say(phone, "ana@example.org")
    talk = say(phone, code_in(send_all(office.web.notices)))

    [booked] = [event for event in office.database.events if event.type == "appointment_booked"]
    assert talk["lines"][-1]["text"].startswith("Cita confirmada")
    assert booked.body["channel"] == "chatbot"


def test_a_turn_taken_by_talking_is_the_phone_s_turn(phone: Client) -> None:
    say(phone, "escrito")
    talk = say(phone, option="now")

    assert "Su turno es R001" in talk["lines"][-1]["text"]
    assert "R001" in phone.get("/my").text


def test_the_turn_that_the_phone_took_on_the_pages_is_known_and_given_back_here(phone: Client) -> None:
    phone.post("/turns", data={"service": "registro"})

    asked = say(phone, "¿cuánto me queda?")["lines"][-1]["text"]
    sure = say(phone, "anular mi turno")["lines"][-1]["text"]
    gone = say(phone, "sí")["lines"][-1]["text"]

    assert asked.startswith("Turno R001: nadie por delante.")
    assert sure.startswith("¿Seguro que quiere dejar el turno R001")
    assert gone.startswith("Anulado.")
    assert say(phone, "¿cuánto me queda?")["lines"][-1]["text"].startswith("Por aquí no ha pedido")


def test_more_time_before_the_check_in_is_answered_with_how_long_the_turn_is_kept(phone: Client) -> None:
    phone.post("/turns", data={"service": "registro"})

    said = say(phone, "10 minutos más")["lines"][-1]["text"]

    kept = (
        "Primero confirme que ha llegado: hasta entonces no está en la cola y no le llamaremos. Le guardamos el turno"
    )
    assert said.startswith(f"{kept} hasta las 09:30.")


def test_the_turn_of_another_phone_is_not_told(phone: Client, office: FakeOffice) -> None:
    phone.post("/turns", data={"service": "registro"})
    other = client(office.app())
    other.get("/")

    assert "R001" not in say(other, "¿cuánto falta para mi turno?")["lines"][-1]["text"]


def test_addresses_of_the_office_are_links_and_no_others_are(phone: Client) -> None:
    say(phone, "https://office.example/my escrito")
    say(phone, option="now")

    page = phone.get("/talk").text

    assert '<a href="https://office.example/my">https://office.example/my</a>. Al llegar' in page
    assert page.count('<a href="https://office.example/') == 1  # what people write is no link


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see https://a.example/c/x?y=1&z=2, and", 'see <a href="https://a.example/c/x?y=1&amp;z=2">'),
        ('https://a.example/"><b>', '<a href="https://a.example/&#34;&gt;&lt;b&gt;">'),
        ("https://a.example.org/my", "https://a.example.org/my"),
        ("http://a.example/my <i>", "http://a.example/my &lt;i&gt;"),
    ],
)
def test_a_link_holds_no_more_than_an_address(text: str, shown: str) -> None:
    assert str(linked(text, "https://a.example")).startswith(shown)


def test_markup_is_shown_as_text_and_nothing_said_is_refused(phone: Client) -> None:
    page = phone.post("/talk", data={"text": "<b>hola</b> \u202e👋"}, follow_redirects=True).text
    empty = phone.post("/talk", data={"text": " \u200b "})
    long = phone.post("/api/v1/talk", json={"text": "a" * 1500})

    assert "&lt;b&gt;hola&lt;/b&gt;" in page
    assert "<b>hola" not in page
    assert empty.status_code == 400
    assert "Escriba algo antes de enviarlo" in empty.text
    assert long.json()["code"] == "too_long"


def test_a_flood_of_one_phone_is_slowed_down(phone: Client) -> None:
    answers = [phone.post("/api/v1/talk", json={"text": "hola"}).status_code for _ in range(80)]

    assert 429 in answers
    assert answers[0] == 200


def test_staff_take_over_answer_and_hand_back(phone: Client, office: FakeOffice, log_in) -> None:
    rosa, jordi = log_in("rosa"), log_in("jordi")
    say(phone, "quiero hablar con una persona")
    say(phone, "es por una carta que me ha llegado")
    [waiting] = rosa.get("/api/v1/conversations").json()
    place = f"/api/v1/conversations/{waiting['id']}"

    taken = rosa.post(f"{place}/take").json()
    refused = jordi.post(f"{place}/say", text="yo también")
    rosa.post(f"{place}/say", text="Buenos días. ¿Qué carta es?")
    seen = phone.get("/talk").text
    page = rosa.get(f"/conversations/{waiting['id']}").text
    back = rosa.post(f"{place}/hand-back").json()

    assert "es por una carta" in [line["text"] for line in taken["lines"] if line["who"] == "party"][-1]
    assert refused.status_code == 409
    assert refused.json()["code"] == "talk_taken"
    assert "Buenos días. ¿Qué carta es?" in seen
    assert "Persona de la oficina" in seen
    assert "Devolver al asistente" in page
    assert back["answering"] == "office"
    assert rosa.get("/api/v1/conversations").json() == []


def test_forms_of_staff_do_the_same_and_a_messenger_is_told(office: FakeOffice, log_in) -> None:
    rosa = log_in("rosa")
    talk = office.conversations.start("telegram", "42", language="en", address="42")
    office.conversations.ask_person(talk.id)

    listed = rosa.get("/conversations").text
    taken = rosa.form(f"/conversations/{talk.id}/take")
    rosa.form(f"/conversations/{talk.id}/say", text="Good morning")
    rosa.form(f"/conversations/{talk.id}/end")

    assert "Telegram" in listed
    assert taken.status_code == 303
    assert [line.text for _, _, line in office.posted] == [
        "A member of staff is with you now.",
        "Good morning",
        "The conversation has ended.",
    ]
    assert office.conversations.of_key("telegram", "42") is None


def test_nobody_reads_the_conversation_of_another_phone(phone: Client, office: FakeOffice) -> None:
    say(phone, "un secreto")
    other = client(office.app())
    other.get("/")

    assert other.get("/api/v1/talk").json()["lines"] == []
    assert "un secreto" not in other.get("/talk").text
    assert other.get("/conversations", follow_redirects=False).status_code == 303


def test_a_new_beginning_forgets_what_was_said(phone: Client, office: FakeOffice) -> None:
    say(phone, "escrito")
    phone.post("/talk/again")

    assert phone.get("/api/v1/talk").json()["lines"] == []
    assert office.transcripts.counts() == {}


def test_the_page_is_light(phone: Client) -> None:
    page = phone.get("/talk")
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    total = len(page.content) + sum(len(phone.get(file).content) for file in files)

    assert total < 60_000


@pytest.mark.parametrize("path", ["/talk/live", "/help/live"])
def test_there_is_no_stream_before_there_is_something_to_follow(phone: Client, office: FakeOffice, path: str) -> None:
    stranger = client(office.app())

    assert stranger.get(path).status_code == 404
    assert phone.get(path).status_code == 404
    assert office.hub.subscribers == 0


def chat_turn(office: FakeOffice) -> tuple[str, str]:
    """Take a turn as a messenger does; return its code and the path of its link."""
    wish = Wish("registro", Channel.CHAT, "es", phone="secret-of-the-chat-only")
    turn = office.web.turns.take(wish, actor="chat").turn
    return turn.code, f"/f/{office.conversations.follow(turn.id)}"


def test_the_link_of_a_messenger_s_turn_lets_this_phone_hold_it(office: FakeOffice) -> None:
    code, link = chat_turn(office)
    phone = client(office.app())

    shown = phone.get(link).text
    held = phone.post(f"{link}/mine")
    scanned = phone.get("/t", params={"c": office.hall_code().code})
    here = phone.post("/my/presence", data={})

    assert "Llevar el turno en este móvil" in shown
    assert (held.status_code, held.headers["location"]) == (303, "/my")
    assert code in phone.get("/my").text
    assert phone.get(link).headers["location"] == "/my"
    assert (scanned.status_code, scanned.headers["location"]) == (303, "/my")  # no second turn
    assert here.status_code == 303
    assert office.web.board.find(code).state is TurnState.WAITING
    assert phone.post("/my/leave").status_code == 303
    assert office.web.board.open_turns() == {}


def test_a_paper_s_link_and_a_phone_with_a_turn_hold_nothing(office: FakeOffice, phone: Client) -> None:
    paper = office.web.turns.take(Wish("registro", Channel.PAPER, "es", present=True), actor="kiosk")
    code, link = chat_turn(office)
    phone.post("/turns", data={"service": "registro"})

    by_paper = phone.post(f"/f/{paper.link}/mine")
    second = phone.post(f"{link}/mine")

    assert by_paper.status_code == 404
    assert "Llevar el turno" not in phone.get(f"/f/{paper.link}").text
    assert second.status_code == 409
    assert "ya tiene otro turno" in second.text
    assert phone.get("/api/v1/turns/mine").json()["code"] != code


def test_a_messenger_s_link_stays_one_when_its_turn_goes_on_as_that_of_a_paper(office: FakeOffice) -> None:
    paper = office.web.turns.take(Wish("registro", Channel.PAPER, "es", present=True), actor="kiosk")
    code, link = chat_turn(office)
    office.web.turns.confirm_presence(office.web.board.find(code).id, actor="helper")
    office.web.merging.merge(paper.turn.id, code, agent="rosa")
    phone = client(office.app())

    assert "Llevar el turno en este móvil" in phone.get(link).text
    assert "Llevar el turno" not in phone.get(f"/f/{paper.link}").text
    assert phone.post(f"{link}/mine").status_code == 303
    assert paper.turn.code in phone.get("/my").text


def test_a_messenger_s_turn_that_is_over_is_held_by_nobody(office: FakeOffice) -> None:
    code, link = chat_turn(office)
    office.web.turns.cancel(office.web.board.find(code).id, actor="chat")
    phone = client(office.app())

    assert "Llevar el turno" not in phone.get(link).text
    assert phone.post(f"{link}/mine").status_code == 409


def test_the_page_is_the_same_until_something_is_said(phone: Client) -> None:
    say(phone, "escrito")
    first, second = phone.get("/talk").text, phone.get("/talk").text
    say(phone, option="back")
    key = re.compile('name="key" value="([^"]+)"')

    assert first == second
    assert key.findall(first) != key.findall(phone.get("/talk").text)


def test_who_asked_for_a_person_is_told_that_somebody_reads_it(phone: Client) -> None:
    unasked = phone.get("/talk").text
    say(phone, "registro")
    before = phone.get("/talk").text
    say(phone, option="person")
    after = phone.get("/talk").text

    told = "Si pide hablar con una persona, el personal de la oficina podrá leer lo que ha escrito aquí."
    assert [told in page for page in (unasked, before, after)] == [True, True, False]
    assert ["borra un día después." in page for page in (unasked, before, after)] == [True, True, True]
    assert "no se guarda" not in (unasked + before + after).lower()
    assert "Una persona de la oficina puede leer esta conversación." in after
    assert "leerá lo que ya ha escrito aquí" in after


def test_the_hours_and_the_place_of_the_office_are_told(phone: Client) -> None:
    hours = say(phone, "¿a qué hora abrís mañana?")["lines"][-1]["text"]
    place = say(phone, "¿dónde estáis?")["lines"][-1]["text"]

    assert re.search(r"la oficina abre de \d\d:\d\d a \d\d:\d\d", hours)
    assert "La oficina está en " in place
