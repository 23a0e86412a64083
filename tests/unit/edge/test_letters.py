"""What the agenda wants people told goes out by the way that they gave."""

from __future__ import annotations

from datetime import timedelta

from edge.bootstrap.letters import LetterSender
from edge.domain.agenda import Outbound
from edge.domain.contacts import Contact, ContactKind
from edge.domain.notices import NoticeKind, Rung
from edge.services.notifiers import Letter, Receipt, Refused, TryLater
from edge.services.outbound import Kind
from tests.fixtures.clocks import MONDAY_MORNING

UNTIL = MONDAY_MORNING + timedelta(minutes=20)
MAIL = Contact("a1", ContactKind.MAIL, "ana@example.org", UNTIL)
PHONE = Contact("a1.2", ContactKind.PHONE, "+34600000000", UNTIL)


class Way:
    """Takes letters, or fails as it is told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.letters = error, []

    def send(self, letter: Letter) -> Receipt:
        if self.error is not None:
            raise self.error
        self.letters.append(letter)
        return Receipt()


def send(ways: dict[Rung, Way], *contacts: Contact, kind: str = Kind.CODE) -> bool:
    message = Outbound("m1", kind, "a1", "es", {}, MONDAY_MORNING, UNTIL)
    return LetterSender(ways, sender="OFICINA360")(message, list(contacts), "Su código", "123456")


def test_each_contact_is_told_by_its_own_way_and_the_id_stays_the_same() -> None:
    mail, sms = Way(), Way()

    assert send({Rung.MAIL: mail, Rung.SMS: sms}, MAIL, PHONE)
    assert send({Rung.MAIL: mail}, MAIL)
    assert [letter.to for letter in (*mail.letters, *sms.letters)] == ["ana@example.org"] * 2 + ["+34600000000"]
    assert {letter.id for letter in mail.letters} == {"m1-mail"}
    assert mail.letters[0].useful_until == UNTIL


def test_what_may_work_later_is_tried_again_and_what_never_will_is_not() -> None:
    assert not send({Rung.MAIL: Way(TryLater())}, MAIL)
    assert not send({}, MAIL)
    assert send({Rung.MAIL: Way(Refused())}, MAIL)
    assert send({Rung.MAIL: Way(TryLater()), Rung.SMS: Way()}, MAIL, PHONE)


def test_every_kind_of_message_is_a_letter() -> None:
    way = Way()
    for kind in Kind:
        assert send({Rung.MAIL: way}, MAIL, kind=kind)

    assert {letter.kind for letter in way.letters} <= set(NoticeKind)
    assert len(way.letters) == len(Kind)
