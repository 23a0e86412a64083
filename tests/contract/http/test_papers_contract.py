"""One set of promises, two databases: posters, documents, submissions and certificates."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from edge.domain.agenda import Appointment, AppointmentState
from edge.domain.certificates import Certificate
from edge.domain.documents import Document, DocumentAction, DocumentKind, DocumentState, submitted
from edge.domain.errors import Conflict, NotFound
from edge.domain.posters import Poster, PosterAction, PosterState
from edge.domain.submissions import Identity, Means, Receipt
from edge.domain.turns import Channel, Kind, Turn, TurnState
from edge.domain.visits import Visit
from edge.services.ports import Database
from tests.fixtures.clocks import MONDAY_MORNING as NOW


def test_a_poster_is_changed_once_and_counts_its_turns(database: Database) -> None:
    poster = Poster("7K2Q9XFA", "Escaparate", NOW)
    later = Poster("8K2Q9XFA", "Puerta", NOW + timedelta(hours=1))
    with database.write() as uow:
        uow.posters.add(poster)
        uow.posters.add(later)
        uow.posters.note_use(poster.id, NOW)
        uow.commit()
    revoked, _ = poster.apply(PosterAction.REVOKE, at=NOW, actor="test")
    with database.write() as uow:
        uow.posters.save(revoked)
        with pytest.raises(Conflict):
            uow.posters.save(revoked)
        uow.posters.note_use(later.id, NOW)
        uow.commit()

    with database.read() as stores:
        found, unknown, everything = stores.posters.find(poster.id), stores.posters.find("X"), stores.posters.all()
    assert found is not None
    assert (found.state, found.used, found.used_at) == (PosterState.REVOKED, 1, NOW)
    assert unknown is None
    assert [row.id for row in everything] == [later.id, poster.id]


TURN = Turn("turn-A001", "visit-A001", "2026-11-23", "A001", "g", "dni", Kind.WALK_IN, Channel.BOARD, "es", NOW)


def test_documents_are_found_by_their_party_and_its_appointments(database: Database) -> None:
    one = Document("D1", "visit-A001", DocumentKind.PDF, 10, NOW)
    two = Document("D2", "appointment-1", DocumentKind.JPEG, 20, NOW + timedelta(minutes=1))
    booked = Appointment("appointment-1", "dni", NOW, "es", "web", AppointmentState.CHECKED_IN, "turn-A001")
    turn = replace(TURN, kind=Kind.APPOINTMENT, due_at=NOW)
    with database.write() as uow:
        uow.visits.add(Visit(turn.visit, NOW))
        uow.turns.add(turn)
        uow.appointments.add(booked)
        uow.documents.add(one)
        uow.documents.add(two)
        uow.commit()
    checked, _ = one.apply(DocumentAction.CHECK, at=NOW, actor="x")
    wiped, _ = two.apply(DocumentAction.WIPE, at=NOW, actor="x")
    with database.write() as uow:
        uow.documents.save(checked)
        uow.documents.save(wiped)
        with pytest.raises(Conflict):
            uow.documents.save(checked)
        uow.commit()

    with database.read() as stores:
        parties = stores.documents.parties_of_visit("visit-A001")
        found, live = stores.documents.of_parties(parties), stores.documents.live()
        assert stores.documents.held_bytes() == checked.bytes
        assert stores.documents.parties_of_visit("unknown") == ["unknown"]
        with pytest.raises(NotFound):
            stores.documents.get("D9")
    assert parties == ["visit-A001", "appointment-1"]
    assert found == [checked, wiped]
    assert live == [checked]


def test_what_was_put_together_and_moved_is_one_party(database: Database) -> None:
    """A turn into which another goes on, of an appointment that was moved twice, into which a third one goes on."""
    first = Appointment("a-1", "dni", NOW, "es", "web", AppointmentState.RESCHEDULED)
    moved = replace(first, id="a-2", root="a-1")
    came = replace(first, id="a-3", root="a-1", state=AppointmentState.CHECKED_IN, turn="t-2")
    kept = replace(TURN, id="t-1", visit="v-1", code="A002")
    gone = {"state": TurnState.MERGED, "kind": Kind.APPOINTMENT, "due_at": NOW}
    due = replace(TURN, id="t-2", visit="v-2", code="A003", merged_into="t-1", **gone)  # type: ignore[arg-type]
    third = replace(TURN, id="t-3", visit="v-3", code="A004", merged_into="t-2", state=TurnState.MERGED)
    alone = replace(TURN, id="t-4", visit="v-4")
    with database.write() as uow:
        for turn in (kept, due, third, alone):
            uow.visits.add(Visit(turn.visit, NOW))
            uow.turns.add(turn)
        for appointment in (first, moved, came):
            uow.appointments.add(appointment)
        uow.commit()

    with database.read() as stores:
        visits = {visit: stores.visits.together(visit) for visit in ("v-1", "v-2", "v-3", "v-4", "a-1")}
        parties = {party: stores.documents.parties_of_visit(party) for party in ("v-1", "v-3", "v-4", "a-1")}
    assert visits == {
        "v-1": ["v-1", "v-2", "v-3"], "v-2": ["v-2", "v-3"], "v-3": ["v-3"], "v-4": ["v-4"], "a-1": ["a-1"],
    }  # fmt: skip
    assert parties == {
        "v-1": ["v-1", "v-2", "v-3", "a-1", "a-2", "a-3"], "v-3": ["v-3"], "v-4": ["v-4"], "a-1": ["a-1", "a-2", "a-3"],
    }  # fmt: skip


def test_a_submission_keeps_its_documents_and_its_number_is_new(database: Database) -> None:
    clean = Document("D1", "v", DocumentKind.PDF, 10, NOW, state=DocumentState.CLEAN, format=DocumentKind.PDF, pages=1)
    receipt = Receipt("S1", "C4-2026-000001", "v", NOW, Means.OIDC, "Cl@ve", online=True, offset_ms=None)
    slip = replace(receipt, id="S2", number="C4-2026-000002", at=NOW + timedelta(days=1), online=False, offset_ms=7)
    who = Identity("v", Means.ASSISTED, NOW, "sealed", official="ana", consent="1")
    with database.write() as uow:
        uow.documents.add(clean)
        uow.documents.save(submitted(clean, "S1"))
        serials = [
            uow.submissions.next_serial(2026),
            uow.submissions.next_serial(2026),
            uow.submissions.next_serial(2027),
        ]
        uow.submissions.add(receipt)
        uow.submissions.add(slip)
        uow.submissions.identify(who)
        uow.submissions.identify(replace(who, level="high"))
        uow.commit()

    with database.read() as stores:
        assert [d.submission for d in stores.documents.of_submission("S1")] == ["S1"]
        assert stores.submissions.of_parties(["v", "w"]) == [receipt, slip]
        assert stores.submissions.identity(["v"]) == replace(who, level="high")
        assert stores.submissions.identity(["w"]) is None
    with database.write() as uow:
        uow.submissions.forget_identity("v")
        assert uow.submissions.identity(["v"]) is None
        uow.commit()
    assert serials == [1, 2, 1]


def test_certificates_are_counted_by_visit(database: Database) -> None:
    one = Certificate("7K2Q9XFA", "v", NOW, NOW, None)
    two = Certificate("8K2Q9XFA", "v", NOW + timedelta(days=1), NOW, NOW)
    with database.write() as uow:
        uow.certificates.add(one)
        uow.certificates.add(two)
        counted = uow.certificates.count("v"), uow.certificates.count("w")
        uow.commit()

    with database.read() as stores:
        assert (stores.certificates.find(one.code), stores.certificates.find(two.code)) == (one, two)
    assert counted == (2, 0)
