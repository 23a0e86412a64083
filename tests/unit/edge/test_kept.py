"""What a party has left stays with it: addresses and documents through a move, a check-in and a merge."""

from __future__ import annotations

from datetime import timedelta

import pytest

from edge.bootstrap.office import OfficeParts
from edge.domain.contacts import Contact, ContactKind, chat_owner, push_owner, ways_to
from edge.domain.documents import DocumentKind, DocumentState, Drawing
from edge.domain.notices import Rung
from edge.domain.turns import Mode
from edge.runtime.clock import ManualClock
from edge.services.documents import Party
from tests.fixtures.office import forget, walk_in
from tests.unit.edge import booking
from tests.unit.edge.telling import call, look, send, told

pytestmark = pytest.mark.usefixtures("every_rung")
DAY = timedelta(days=1)


def sent(office: OfficeParts, party: Party) -> str:
    """Send a document; return its id."""
    place = office.documents.make_room(party)
    document = office.documents.received(place, party, DocumentKind.PDF, 4, actor="phone")
    office.documents.checked(document.id)
    return office.documents.clean(document.id, Drawing(DocumentKind.PDF, 1, 4, "ab" * 32), set()).id


def test_documents_sent_ahead_move_with_their_appointment(office: OfficeParts, manual_clock: ManualClock) -> None:
    mine = booking.booked(office)
    document = sent(office, office.documents.party_of_appointment(office.agenda.of_link(mine.link)))
    for days in (1, 2):
        office.agenda.move(mine.link, booking.TOMORROW + days * DAY, Mode.PRESENCIAL, actor="phone")
        office.documents.tidy()
    manual_clock.move((booking.TOMORROW + 2 * DAY - manual_clock.now()).total_seconds())
    forget(office)
    office.documents.tidy()

    (seen,) = office.documents.of_party(office.documents.party_of_appointment(office.agenda.of_link(mine.link)))
    assert (seen.id, seen.state) == (document, DocumentState.CLEAN)
    assert office.documents.key_of(seen)


def test_documents_that_an_earlier_version_kept_under_a_later_id_are_found(office: OfficeParts) -> None:
    mine = booking.booked(office)
    moved = office.agenda.move(mine.link, booking.TOMORROW + DAY, Mode.PRESENCIAL, actor="phone")
    document = sent(office, Party(moved.id, moved.slot_at + DAY))

    office.agenda.move(mine.link, booking.TOMORROW + 2 * DAY, Mode.PRESENCIAL, actor="phone")
    office.documents.tidy()

    (seen,) = office.documents.of_party(office.documents.party_of_appointment(office.agenda.of_link(mine.link)))
    assert (seen.id, seen.state) == (document, DocumentState.CLEAN)


def test_documents_of_who_cancels_after_a_move_are_gone(office: OfficeParts) -> None:
    mine = booking.booked(office)
    document = sent(office, office.documents.party_of_appointment(office.agenda.of_link(mine.link)))
    office.agenda.move(mine.link, booking.TOMORROW + DAY, Mode.PRESENCIAL, actor="phone")
    office.agenda.cancel(mine.link, actor="phone")

    assert office.documents.tidy() == [document]


def test_a_video_appointment_is_called_on_its_mobile_too_and_both_are_taken_back(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    mine = booking.booked(office, service="certificado", mode=Mode.VIDEO)
    manual_clock.move((booking.TOMORROW - timedelta(minutes=5) - manual_clock.now()).total_seconds())
    turn = office.turns.check_in(mine.link, code="", phone="", actor="phone").turn
    with office.database.read() as stores:
        assert office.notices.reach(stores, turn.visit) == {Rung.MAIL, Rung.SMS}

    office.parties.unwant(turn.id, actor="phone")

    with office.database.read() as stores:
        assert office.notices.reach(stores, turn.visit) == set()


def test_who_waits_once_is_told_by_what_both_turns_have(office: OfficeParts, manual_clock: ManualClock) -> None:
    paper = walk_in(office)
    manual_clock.move(60)
    phone = told(office)
    office.merging.merge(paper.id, phone.code, agent="rosa")
    assert office.parties.of_turn(office.turns.get(paper.id)).rung is Rung.SMS
    assert look(office) > 0  # who is next is told so

    assert call(office).id == paper.id

    assert [letter.kind for letter in send(office) if letter.kind == "called"] == ["called"]


def test_what_was_put_together_by_mistake_has_its_own_again(office: OfficeParts, manual_clock: ManualClock) -> None:
    paper, other = walk_in(office, party=1), told(office)
    document = sent(office, office.documents.party_of_turn(other))
    kept = office.merging.merge(paper.id, other.code, agent="rosa")
    assert office.documents.of_party(office.documents.party_of_turn(kept))

    office.merging.undo(agent="rosa")
    manual_clock.move(60)
    office.documents.tidy()

    assert [d.id for d in office.documents.of_party(office.documents.party_of_turn(other))] == [document]
    assert office.documents.of_party(office.documents.party_of_turn(paper)) == []
    with office.database.read() as stores:
        assert office.notices.reach(stores, other.visit) == {Rung.SMS}
        assert office.notices.reach(stores, paper.visit) == set()


@pytest.mark.parametrize(("kept_party", "gone_party"), [(1, 4), (4, 1)])
def test_the_larger_number_of_people_counts(office: OfficeParts, kept_party: int, gone_party: int) -> None:
    one, other = walk_in(office, party=kept_party), walk_in(office, party=gone_party)

    assert office.merging.merge(one.id, other.code, agent="rosa").party == 4
    office.merging.undo(agent="rosa")
    assert office.turns.get(one.id).party == kept_party


def test_documents_of_both_are_at_the_desk_and_gone_with_the_visit(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    paper = walk_in(office)
    manual_clock.move(60)
    other = walk_in(office)
    document = sent(office, office.documents.party_of_turn(other))
    office.merging.merge(paper.id, other.code, agent="rosa")
    manual_clock.move(25 * 60)
    office.documents.tidy()
    call(office)
    office.attention.start("1", agent="ana")

    assert [d.id for d in office.documents.at_desk("1", agent="ana")] == [document]
    office.attention.finish("1", agent="ana", outcome="resolved")
    manual_clock.move(31)
    assert office.documents.tidy() == [document]


@pytest.mark.parametrize("by", [booking.PHONE, booking.MAIL])
def test_who_asks_by_either_address_is_forgotten_with_all_of_them(office: OfficeParts, by: str) -> None:
    origin = booking.booked(office, service="certificado", mode=Mode.VIDEO).appointment.origin
    with office.database.write() as uow:
        for name, kind in ((chat_owner(origin), ContactKind.CHAT), (push_owner(origin), ContactKind.PUSH)):
            uow.contacts.put(Contact(name, kind, f"{kind}:1", booking.TOMORROW))
        uow.commit()

    assert office.agenda.forget(by, actor="uid:0") == 1

    with office.database.read() as stores:
        assert [stores.contacts.find(name) for name in ways_to(origin)] == [None] * 4
