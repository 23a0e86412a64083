"""Choosing how to be told over HTTP: forms without scripts, the phone's own API, and what staff see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from httpx import Client

from edge.domain.contacts import Contact, ContactKind, chat_owner
from edge.domain.notices import Rung
from edge.domain.turns import Turn
from edge.services.notifiers import Receipt
from tests.fakes.client import client
from tests.fakes.office import FakeOffice

ADDRESS = {"endpoint": "https://push.example/1", "p256dh": "B" * 87, "auth": "A" * 22}


@pytest.fixture
def mine(office: FakeOffice, phone: Client) -> Client:
    """A phone with a turn that waits."""
    phone.post("/turns", data={"service": "certificado", "code": office.hall_code().code})
    return phone


def test_the_panel_offers_what_the_office_can_send(office: FakeOffice, mine: Client) -> None:
    page = mine.get("/my").text

    assert 'name="contact"' in page
    assert "Le escribiremos como mucho 3 SMS" in page
    assert f'data-key="{office.web.push_key}"' in page


def test_where_somebody_types_the_page_does_not_load_itself_again_in_a_moment(mine: Client) -> None:
    live, still = mine.get("/my").text, mine.get("/my/notices").text
    refused = mine.post("/my/notices", data={"contact": "12"}).text

    assert 'content="15"' in live
    assert 'href="/my/notices"' in live
    assert still.index('id="contact-hint"') < still.index("<button>Avisarme</button>")
    assert '<div id="tell-live" hidden>' in live
    for page in (still, refused):
        assert 'name="contact"' in page
        assert 'content="15"' not in page
        assert "hidden><section" not in page


def test_an_office_without_notifiers_says_nothing_about_them(office: FakeOffice, mine: Client) -> None:
    office.rungs = frozenset()

    page = mine.get("/my").text

    assert 'name="contact"' not in page
    assert 'id="push"' not in page


def test_an_address_is_given_shown_by_its_end_and_taken_back(office: FakeOffice, mine: Client) -> None:
    given = mine.post("/my/notices", data={"contact": "612 345 678"})
    page = mine.get("/my").text

    assert (given.status_code, given.headers["location"]) == (303, "/my#tell")
    assert "al número acabado en 678" in page
    assert "612" not in page.replace("678", "")
    assert mine.get("/api/v1/turns/mine/notices").json() == {
        "push": False,
        "chat": False,
        "rung": "sms",
        "ending": "678",
    }
    assert mine.post("/my/notices/remove").status_code == 303
    assert 'name="contact"' in mine.get("/my").text


def told_in_chat(office: FakeOffice) -> Turn:
    """Let the turn of the phone be told in the chat of a messenger as well; return it."""
    office.rungs |= {Rung.CHAT}
    turn = office.web.board.find("A001")
    until = office.clock.now() + timedelta(hours=24)
    with office.database.write() as uow:
        uow.contacts.put(Contact(chat_owner(turn.visit), ContactKind.CHAT, "telegram:987654321", until))
        uow.commit()
    return turn


def test_the_page_says_that_the_chat_is_told_and_takes_it_back(office: FakeOffice, mine: Client) -> None:
    told_in_chat(office)
    mine.post("/my/notices", data={"contact": "612 345 678"})
    before = mine.get("/my").text

    answer = mine.post("/my/notices/remove", data={"way": "chat"})

    assert "Le avisaremos en el chat en el que pidió el turno." in before
    assert "987654321" not in before
    assert answer.status_code == 303
    assert "en el chat" not in mine.get("/my").text
    assert mine.get("/api/v1/turns/mine/notices").json()["rung"] == "sms"  # the address stays
    assert mine.post("/my/notices/remove", data={"way": "pigeon"}).status_code == 400


def test_staff_see_what_went_into_the_chat_and_how_far_it_got(
    office: FakeOffice, mine: Client, staff_of: Callable[..., Any]
) -> None:
    turn = told_in_chat(office)
    office.web.attention.call_next("1", agent="jordi")
    letter = office.web.notices.take(Rung.CHAT)
    assert letter
    office.web.notices.sent(letter.id, Receipt())

    page = staff_of(office, "rosa").get(f"/helper?code={turn.code}").text

    assert "Chat ·" in page
    assert "enviado" in page
    assert "987654321" not in page


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("12", "No entendemos ese teléfono o correo"),
        ("+34 803 12 34 56", "A ese número no podemos enviar SMS"),
        ("<script>alert(1)</script>@x", "No entendemos"),
        ("\u202e\u0000😀", "No entendemos"),
        ("", "No entendemos"),
    ],
)
def test_an_address_that_cannot_be_used_is_said_beside_the_field(mine: Client, typed: str, words: str) -> None:
    answer = mine.post("/my/notices", data={"contact": typed})

    assert answer.status_code == 400
    assert words in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "<script>alert" not in answer.text


def test_the_same_phone_number_stands_for_few_turns(office: FakeOffice, mine: Client) -> None:
    for _ in range(3):
        turn = office.turn()
        office.web.parties.want(turn.id, "612345678", actor="phone")

    assert "ya está en varios turnos" in mine.post("/my/notices", data={"contact": "612345678"}).text


def test_a_flood_of_addresses_is_stopped(mine: Client) -> None:
    answers = [mine.post("/my/notices", data={"contact": f"6123456{n:02d}"}).status_code for n in range(60)]

    assert answers[0] == 303
    assert 429 in answers


def test_a_browser_subscribes_and_takes_it_back(office: FakeOffice, mine: Client) -> None:
    assert mine.put("/api/v1/turns/mine/push", json=ADDRESS).json()["push"] is True
    assert mine.delete("/api/v1/turns/mine/push").json()["push"] is False
    assert mine.delete("/api/v1/turns/mine/push").status_code == 200


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:8360/api", "https://elsewhere.example/x", "file:///etc/passwd"])
def test_an_address_that_is_no_push_service_is_refused(mine: Client, endpoint: str) -> None:
    answer = mine.put("/api/v1/turns/mine/push", json={**ADDRESS, "endpoint": endpoint})

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_subscription")


def test_another_site_can_neither_subscribe_nor_give_an_address(mine: Client) -> None:
    elsewhere = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}

    assert mine.put("/api/v1/turns/mine/push", json=ADDRESS, headers=elsewhere).status_code == 403
    assert mine.post("/my/notices", data={"contact": "612345678"}, headers=elsewhere).status_code == 403


def test_without_a_turn_there_is_nothing_to_be_told(phone: Client) -> None:
    assert phone.put("/api/v1/turns/mine/push", json=ADDRESS).status_code == 404
    assert phone.post("/my/notices", data={"contact": "612345678"}).status_code == 404
    assert phone.get("/my/notices").status_code == 303


def test_what_the_phone_has_shown_counts_as_delivered_and_only_for_its_own_turn(
    office: FakeOffice, mine: Client
) -> None:
    mine.put("/api/v1/turns/mine/push", json=ADDRESS)
    other = office.turn()
    office.web.parties.subscribe(other.id, '{"endpoint": "https://push.example/2"}', actor="phone")
    for desk, agent in (("1", "jordi"), ("2", "jordi-2")):
        office.web.attention.call_next(desk, agent=agent)
    letters = [office.web.notices.take(Rung.PUSH), office.web.notices.take(Rung.PUSH)]
    for letter in letters:
        assert letter
        office.web.notices.sent(letter.id, Receipt())
        assert mine.post("/api/v1/turns/mine/seen", json={"notice": letter.id}).status_code == 200

    assert [told.state for told in office.web.notices.of_turn(other.id)] == ["sent"]
    assert [told.state for told in office.web.notices.of_turn(office.web.board.find("A001").id)] == ["delivered"]


def test_staff_see_by_what_somebody_was_told_and_never_where(office: FakeOffice, mine: Client, log_in) -> None:
    mine.post("/my/notices", data={"contact": "612345678"})
    turn = office.web.attention.call_next("1", agent="jordi")
    letter = office.web.notices.take(Rung.SMS)
    assert letter
    office.web.notices.sent(letter.id, Receipt())
    helper = log_in("rosa")

    page = helper.get(f"/helper?code={turn.code}").text
    facts = helper.get(f"/api/v1/turns/{turn.id}/notices").json()
    desk = log_in("jordi").get("/desk/1").text

    assert "SMS: enviado" in " ".join(desk.split())
    assert "enviado" in page
    assert [(f["kind"], f["rung"], f["state"]) for f in facts] == [("called", "sms", "sent")]
    assert "612345678" not in page + desk + str(facts)
    assert helper.get("/api/v1/turns/unknown/notices").status_code == 404


def test_the_worker_comes_from_the_top_and_is_looked_for_each_time(mine: Client) -> None:
    worker = mine.get("/sw.js")

    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["cache-control"] == "no-cache"
    assert "showNotification" in worker.text


def test_the_card_for_the_home_screen_opens_the_turn(mine: Client) -> None:
    card = mine.get("/manifest.webmanifest")

    assert card.headers["content-type"] == "application/manifest+json"
    assert (card.json()["start_url"], card.json()["display"]) == ("/my", "standalone")
    assert "manifest-src 'self'" in card.headers["content-security-policy"]


def test_a_modem_gets_the_letter_of_its_own_open_job_only(office: FakeOffice, mine: Client) -> None:
    office.device("modem", "modem", capabilities=["sms.send"])
    office.device("other", "modem", capabilities=[])
    mine.post("/my/notices", data={"contact": "612345678"})
    office.web.attention.call_next("1", agent="jordi")
    letter = office.web.notices.take(Rung.SMS)
    assert letter
    job = office.web.jobs.send_sms(letter.id, expires_at=letter.useful_until, actor="system")
    again = office.web.jobs.send_sms(letter.id, expires_at=letter.useful_until, actor="system")

    def ask(device: str):
        headers = {"Authorization": f"Bearer {office.bearer(device)}"}
        return mine.get(f"/api/v1/device/messages/{job.id}", headers=headers)

    assert job == again
    assert "612345678" not in job.work
    assert ask("modem").json() == {"to": "+34612345678", "text": letter.text}
    assert ask("other").status_code == 403
    office.report(job.id, "done")
    assert ask("modem").status_code == 409


def test_monitors_see_how_notices_go(office: FakeOffice, mine: Client) -> None:
    mine.post("/my/notices", data={"contact": "612345678"})
    office.web.attention.call_next("1", agent="jordi")

    text = client(office.app(), address="127.0.0.1").get("/metrics").text

    assert 'o360_notices{rung="sms",state="queued"} 1' in text
