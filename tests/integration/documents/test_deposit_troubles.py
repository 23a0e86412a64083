"""What a dying centre leaves behind of a file, and what the office itself cannot read any more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from edge.bootstrap.deposits import STALLED_AFTER, UNREADABLE_S
from edge.central.deposits import Piece, Refused
from edge.central.standin_documents import DocumentsStandIn
from edge.contracts.deposits import Deposit
from edge.domain.documents import DocumentState
from edge.runtime.clock import ManualClock
from tests.fixtures.deposits import BIG, OFFICE, Way, kept


@pytest.mark.parametrize("died", ["before the rename", "after the rename"])
def test_a_centre_that_died_with_every_byte_on_disk_keeps_the_file(
    way: Way, centre: DocumentsStandIn, died: str
) -> None:
    way.submit(BIG)
    document = _announce(way)
    folder = centre.deposits._folder / OFFICE / "files"
    (folder / (document if died == "after the rename" else f"{document}.part")).write_bytes(BIG)

    way.depositing.round()

    assert way.states() == [DocumentState.HANDED_ON]
    assert kept(centre) == {document: BIG}
    assert (folder / f"{document}.kept").exists()
    assert not (folder / f"{document}.part").exists()


def test_what_a_dying_centre_left_broken_begins_anew(way: Way, centre: DocumentsStandIn) -> None:
    way.submit(b"%PDF one")
    document = _announce(way)
    (centre.deposits._folder / OFFICE / "files" / f"{document}.part").write_bytes(bytes(8))

    way.depositing.round()

    assert kept(centre) == {document: b"%PDF one"}


def test_a_last_piece_with_a_wrong_hash_is_refused(way: Way, centre: DocumentsStandIn) -> None:
    way.submit(b"%PDF one")
    document = _announce(way)

    with pytest.raises(Refused, match="wrong_digest"):
        centre.deposits.put(OFFICE, document, Piece(0, 8, b"%PDF two"))

    assert centre.deposits.state(OFFICE, document).offset == 0


def _announce(way: Way) -> str:
    """Announce what waits as the office does; return its only document."""
    (pending,) = way.parts.deposits.pending()
    announcement = way.parts.deposits.announcement(pending)
    assert announcement is not None
    way.depot.announce(announcement)
    return pending.documents[0].id


def _lose(file: Path) -> None:
    file.unlink()


def _break(file: Path) -> None:
    file.write_bytes(b"no seal" * 50)


@pytest.mark.parametrize(("damage", "problem"), [(_lose, "no_document"), (_break, "sealed")])
def test_a_file_that_the_office_cannot_read_is_told_and_keeps_no_other_back(
    way: Way, centre: DocumentsStandIn, manual_clock: ManualClock, damage: Callable[[Path], None], problem: str
) -> None:
    way.submit(b"%PDF one", b"%PDF two")
    way.submit(b"%PDF three")
    damage(way.folder / "spool" / "documents" / way.parts.deposits.pending()[0].documents[0].id)
    manual_clock.move(STALLED_AFTER.total_seconds() + 1)

    way.depositing.round()
    way.depositing.round()  # nothing is asked for again at once, and the problem stands

    waiting = way.depositing.waiting()
    assert (waiting.documents, waiting.problem) == (1, problem)
    assert (waiting.is_unreadable, waiting.is_refused) == (True, False)
    assert sorted(kept(centre).values()) == [b"%PDF three", b"%PDF two"]
    with way.parts.database.read() as stores:
        told = stores.connection.execute("select reason from event where type = 'deposits_stalled'").fetchall()
    assert [row["reason"] for row in told] == [problem]


def test_an_identity_that_the_office_cannot_read_is_told(way: Way) -> None:
    way.submit(b"%PDF one")
    with way.parts.database.write() as uow:
        uow.connection.execute("update identity set sealed = 'bm8gc2VhbA=='")
        uow.commit()

    way.depositing.round()

    assert way.depositing.waiting().problem == "sealed"
    assert way.states() == [DocumentState.CLEAN]


def test_a_file_that_can_be_read_again_goes_after_a_rest(
    way: Way, centre: DocumentsStandIn, manual_clock: ManualClock
) -> None:
    way.submit(b"%PDF one")
    file = way.folder / "spool" / "documents" / way.parts.deposits.pending()[0].documents[0].id
    away = file.rename(way.folder / "away")
    way.depositing.round()
    away.rename(file)
    manual_clock.move(UNREADABLE_S)

    way.depositing.round()

    assert list(kept(centre).values()) == [b"%PDF one"]
    assert way.depositing.waiting().problem == ""


def test_what_an_official_takes_on_meanwhile_is_no_trouble(way: Way) -> None:
    way.submit(b"%PDF one")
    document = way.parts.deposits.pending()[0].documents[0].id
    announce = way.depot.announce

    def taken_on(deposit: Deposit) -> None:
        announce(deposit)
        way.work.carry_out(way.parts.submissions.hand_on, document, agent="ana")
        way.vault.wipe(document)

    way.depot.announce = taken_on  # type: ignore[method-assign]

    way.depositing.round()

    assert way.depositing.waiting().problem == ""
