"""Records that wait until the office has kept them: in memory, on disk, and with a disk that fails."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from counter.outbox import RESEND_S, WINDOW, Outbox, Record


def record(number: int, payload: bytes = b"{}") -> Record:
    return Record(f"door/E/{number}", "office/v1/counter/hall/interval", payload)


def send(outbox: Outbox, now: float) -> list[str]:
    due = outbox.due(now)
    for one in due:
        outbox.sent(one.id, now)
    return [one.id for one in due]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "outbox"


def test_a_record_is_due_until_it_is_kept_and_not_at_once_again() -> None:
    outbox = Outbox(None, 10)
    outbox.put(record(1))

    assert send(outbox, 100.0) == ["door/E/1"]
    assert send(outbox, 100.0 + RESEND_S / 2) == []
    assert send(outbox, 100.0 + RESEND_S) == ["door/E/1"]
    outbox.kept("door/E/1")
    assert (send(outbox, 1e6), len(outbox)) == ([], 0)


def test_a_new_session_sends_everything_again() -> None:
    outbox = Outbox(None, 10)
    outbox.put(record(1))
    send(outbox, 100.0)
    outbox.all_again()

    assert send(outbox, 100.1) == ["door/E/1"]


def test_so_many_are_under_way_and_new_ones_go_before_those_that_are_never_kept() -> None:
    outbox = Outbox(None, 10 * WINDOW)
    for number in range(WINDOW + 5):
        outbox.put(record(number))

    assert send(outbox, 0.0) == [f"door/E/{number}" for number in range(WINDOW)]
    assert send(outbox, 1.0) == []
    again = send(outbox, RESEND_S)
    assert again[:5] == [f"door/E/{number}" for number in range(WINDOW, WINDOW + 5)]
    assert again[5:] == [f"door/E/{number}" for number in range(WINDOW - 5)]


def test_the_oldest_is_given_up_when_there_are_too_many(folder: Path) -> None:
    outbox = Outbox(folder, 3)
    for number in range(5):
        outbox.put(record(number))

    assert send(outbox, 0.0) == ["door/E/2", "door/E/3", "door/E/4"]
    assert outbox.dropped == 2
    assert len(list(folder.iterdir())) == 3


def test_a_power_cut_loses_no_record_and_keeps_their_order(folder: Path) -> None:
    before = Outbox(folder, 20)
    for number in range(12):
        before.put(record(number, f'{{"n":{number},"text":"a\\nb"}}'.encode() + b"\n"))
    before.kept("door/E/0")
    (folder / "000000000099.part").write_bytes(b"door/E/99\nhalf of it")

    after = Outbox(folder, 20)
    found = after.due(0.0)
    after.put(record(12))
    after.kept("door/E/3")

    assert [one.id for one in found] == [f"door/E/{number}" for number in range(1, 12)]
    assert found[4].payload == b'{"n":5,"text":"a\\nb"}\n'
    assert [one.id for one in Outbox(folder, 20).due(0.0)] == [f"door/E/{number}" for number in (1, 2, *range(4, 13))]
    assert not list(folder.glob("*.part"))


@pytest.mark.parametrize("junk", [b"", b"one line", b"\xff\xfe\n\xff\n{}", b"\x00" * 5000])
def test_files_that_are_no_records_are_removed(folder: Path, junk: bytes) -> None:
    Outbox(folder, 5).put(record(1))
    (folder / "000000000000.record").write_bytes(junk)
    (folder / "nonsense.record").write_bytes(junk)

    outbox = Outbox(folder, 5)

    assert [one.id for one in outbox.due(0.0)] == ["door/E/1"]
    assert len(list(folder.iterdir())) == 1


def test_a_disk_that_fails_leaves_records_in_memory(folder: Path) -> None:
    outbox = Outbox(folder, 5)
    shutil.rmtree(folder)
    outbox.put(record(1))
    outbox.put(record(2))
    folder.mkdir()
    outbox.put(record(3))

    assert send(outbox, 0.0) == ["door/E/1", "door/E/2", "door/E/3"]
    for number in (1, 2, 3):
        outbox.kept(f"door/E/{number}")
    assert not list(folder.iterdir())


def test_a_folder_that_cannot_be_made_is_no_end(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    outbox = Outbox(tmp_path / "file" / "outbox", 5)
    outbox.put(record(1))

    assert send(outbox, 0.0) == ["door/E/1"]
