"""Papers against the log: whatever is changed in a table behind the office's back is named."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

import pytest

from edge.adapters.sqlite.connection import open_reader
from edge.adapters.sqlite.replay_papers import paper_differences
from edge.bootstrap.office import OfficeParts
from edge.domain.documents import DocumentKind, Drawing
from edge.domain.retention import RULES
from edge.domain.turns import Channel
from edge.runtime.clock import ManualClock
from tests.fixtures.office import take


@dataclass(frozen=True)
class Papers:
    """An office with one paper of each kind."""

    office: OfficeParts
    names: dict[str, str]

    def differences(self) -> list[str]:
        with closing(open_reader(self.office.database.path)) as reader:
            return paper_differences(reader, self.office.clock.now())

    def change(self, statement: str) -> None:
        with closing(sqlite3.connect(self.office.database.path)) as connection:
            connection.execute(statement)
            connection.commit()


@pytest.fixture
def papers(office: OfficeParts) -> Papers:
    poster = office.posters.make("Escaparate", actor="test")
    turn = take(office, channel=Channel.BOARD, poster=poster.id, present=True).turn
    party = office.documents.party_of_turn(turn)
    place = office.documents.make_room(party)
    document = office.documents.received(place, party, DocumentKind.PDF, 10, actor="phone")
    office.documents.checked(document.id)
    office.documents.clean(document.id, Drawing(DocumentKind.PDF, 1, 9, "ab" * 32), set())
    office.submissions.identify(party, {"name": "Ada"}, provider="Cl@ve", level="high", actor="phone")
    receipt = office.submissions.submit(party, actor="phone")
    attested = office.certificates.make(turn, "", actor="phone")
    names = {
        "poster": poster.id,
        "document": document.id,
        "submission": receipt.id,
        "certificate": attested.certificate.code,
        "identity": party.id,
    }
    return Papers(office, names)


def test_untouched_papers_are_what_the_log_says(papers: Papers) -> None:
    assert papers.differences() == []


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("poster", "update poster set used = 7"),
        ("poster", "update poster set state = 'revoked'"),
        ("poster", "delete from poster"),
        ("document", "update document set sha256 = 'f'"),
        ("document", "delete from document"),
        ("submission", "update submission set number = 'X-2026-000009'"),
        ("submission", "update submission set at = '2026-01-01T00:00:00.000000+00:00'"),
        ("submission", "delete from submission"),
        ("certificate", "update certificate set arrived_at = '2026-01-01T00:00:00.000000+00:00'"),
        ("certificate", "delete from certificate"),
        ("identity", "update identity set means = 'assisted'"),
    ],
)
def test_a_changed_paper_is_named(papers: Papers, kind: str, change: str) -> None:
    papers.change(change)

    assert papers.differences() == [f"{kind} {papers.names[kind]}"]


def test_a_paper_that_nobody_made_is_named(papers: Papers) -> None:
    papers.change("insert into certificate select 'FORGED00', visit, made_at, arrived_at, left_at from certificate")

    assert papers.differences() == ["certificate FORGED00"]


def test_what_retention_has_forgotten_is_not_missed(papers: Papers, manual_clock: ManualClock) -> None:
    manual_clock.move(timedelta(days=31).total_seconds())
    papers.office.housekeeping.tidy()
    papers.office.documents.tidy()
    papers.office.documents.tidy()
    gone = [papers.office.retention.forget(rule) for rule in RULES if rule.what in ("document", "submission")]

    assert gone == [1, 1]
    assert papers.differences() == []
