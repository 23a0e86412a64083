"""What the journal keeps and forgets."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from firmware_bridge import journal as journals
from firmware_bridge.jobs import Action, JobRecord
from firmware_bridge.journal import Journal, JournalError

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
RECORD = JobRecord("01M7ZX0000000000000000000A", "ticket-1", "print_ticket", NOW + timedelta(minutes=2), NOW)


@pytest.fixture
def journal(tmp_path: Path):
    with closing(Journal(tmp_path / "journal.db", now=NOW)) as opened:
        yield opened


def test_a_record_comes_back_as_it_went_in(journal: Journal) -> None:
    journal.add(RECORD)
    running = RECORD.apply(Action.START, at=NOW).begin_page(1, 2)

    journal.save(running)

    assert journal.find(RECORD.job_id) == running


def test_a_finished_job_is_never_written_over(journal: Journal) -> None:
    journal.add(RECORD)
    journal.save(RECORD.void(at=NOW))

    with pytest.raises(JournalError):
        journal.save(RECORD.apply(Action.START, at=NOW))


def test_an_end_stays_unreported_until_it_is_marked(journal: Journal) -> None:
    journal.add(RECORD)
    assert journal.unreported() == []
    ended = RECORD.void(at=NOW)
    journal.save(ended)
    assert journal.unreported() == [ended]

    journal.mark_reported(RECORD.job_id)

    assert journal.unreported() == []


def test_an_id_is_forgotten_only_when_it_could_only_come_back_expired(journal: Journal) -> None:
    journal.add(RECORD)
    journal.save(RECORD.void(at=NOW))
    journal.mark_reported(RECORD.job_id)

    assert journal.prune(now=NOW + timedelta(hours=23)) == 0
    assert journal.prune(now=NOW + timedelta(hours=25)) == 1


def test_an_end_that_nobody_hears_is_kept_for_a_week(journal: Journal) -> None:
    journal.add(RECORD)
    journal.save(RECORD.void(at=NOW))

    assert journal.prune(now=NOW + timedelta(days=6)) == 0
    assert journal.prune(now=NOW + timedelta(days=8)) == 1


def test_a_full_journal_takes_no_more(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "MAX_ROWS", 1)

    assert journal.add(RECORD)
    assert not journal.add(JobRecord("01M7ZX0000000000000000000B", "t", "scan", NOW, NOW))


def test_a_journal_is_durable_before_it_answers(journal: Journal, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "journal.db")) as db:
        assert db.execute("pragma journal_mode").fetchone() == ("wal",)
    assert journal._rows("pragma synchronous") == [(2,)]


def test_a_damaged_journal_is_set_aside_and_remembered(tmp_path: Path) -> None:
    file = tmp_path / "journal.db"
    file.write_bytes(b"no database at all" * 100)

    with closing(Journal(file, now=NOW)) as opened:
        assert opened.lost_at == NOW
    with closing(Journal(file, now=NOW + timedelta(days=1))) as again:
        assert again.lost_at == NOW
    assert list(tmp_path.glob("journal.db.damaged-*"))


def test_devices_that_are_gone_are_told_once(journal: Journal) -> None:
    assert journal.announce({"a", "b"}) == set()
    assert journal.announce({"b"}) == {"a"}
    assert journal.announce({"b"}) == set()
