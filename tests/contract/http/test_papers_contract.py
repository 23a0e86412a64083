"""One set of promises, two databases: posters, documents, submissions and certificates."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from edge.domain.agenda import Appointment
from edge.domain.certificates import Certificate
from edge.domain.documents import Document, DocumentAction, DocumentKind, DocumentState, submitted
from edge.domain.errors import Conflict, NotFound
from edge.domain.posters import Poster, PosterAction, PosterState
from edge.domain.submissions import Identity, Means, Receipt
from edge.domain.turns import Channel, Kind, Turn
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


def test_documents_are_found_by_their_party_and_its_appointments(database: Database) -> None:
    one = Document("D1", "visit-A001", DocumentKind.PDF, 10, NOW)
    two = Document("D2", "appointment-1", DocumentKind.JPEG, 20, NOW + timedelta(minutes=1))
    booked = Appointment("appointment-1", "dni", NOW, "es", "web", turn="turn-A001")
    turn = Turn("turn-A001", "visit-A001", "2026-11-23", "A001", "g", "dni", Kind.WALK_IN, Channel.BOARD, "es", NOW)
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
