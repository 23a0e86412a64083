"""The database: one writer, group commit, the chain, damage and full disks."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from edge.adapters.sqlite import occupancy
from edge.adapters.sqlite.connection import DatabaseDamaged, DatabaseInUse, open_reader, open_writer
from edge.adapters.sqlite.database import READERS, SqliteDatabase
from edge.adapters.sqlite.log import Flaw, Stamp, verify
from edge.adapters.sqlite.outgoing import SqliteOutgoingLog
from edge.adapters.sqlite.replay import differences
from edge.adapters.sqlite.writer import Writer
from edge.bootstrap.office import OfficeParts
from edge.domain.desks import DeskState
from edge.domain.errors import NotFound, Unavailable
from edge.domain.turns import Turn
from edge.runtime.ids import new_ulid
from tests.fixtures.office import MakeOffice, walk_in


def verified(path: Path) -> tuple[dict[str, int], list[Flaw]]:
    """Check the log as a technician would: by a reader of its own."""
    with closing(open_reader(path)) as reader:
        return verify(reader)


def fill(office: OfficeParts) -> None:
    """Issue turns until the disk refuses."""
    for _ in range(1000):
        walk_in(office)


def test_a_second_instance_is_refused(make_office: MakeOffice) -> None:
    make_office()

    with pytest.raises(DatabaseInUse, match="another process"):
        make_office()


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "office.db"
    file.write_bytes(b"this is not a database" * 100)

    for _ in range(2):  # the second time it is not "in use": nothing was kept open
        with pytest.raises(DatabaseDamaged):
            SqliteDatabase(file, Stamp(new_ulid, lambda: 0, "boot"))

    assert file.read_bytes().startswith(b"this is not")


def test_an_untouched_log_verifies(office: OfficeParts) -> None:
    for _ in range(20):
        walk_in(office)

    counts, flaws = verified(office.database.path)

    assert flaws == []
    assert counts["turns"] == 60


@pytest.mark.parametrize(
    ("change", "row", "why"),
    [
        ("update event set actor = 'agent:eva' where stream = 'turns' and seq = 4", 4, "changed"),
        ("update event set body = '{}' where stream = 'turns' and seq = 2", 2, "changed"),
        ("delete from event where stream = 'turns' and seq = 3", 4, "row 3 is missing"),
        ("delete from event where stream = 'turns' and seq = 9", 8, "end of the stream"),
        ("update stream set seq = 8 where name = 'turns'", 9, "end of the stream"),
    ],
)
def test_a_changed_log_is_found_and_the_row_named(office: OfficeParts, change: str, row: int, why: str) -> None:
    for _ in range(3):
        walk_in(office)
    with sqlite3.connect(office.database.path) as connection:
        connection.execute(change)
    connection.close()

    _, flaws = verified(office.database.path)

    assert [(flaw.stream, flaw.seq) for flaw in flaws] == [("turns", row)]
    assert why in flaws[0].why


def test_a_use_case_that_fails_leaves_nothing_and_stops_nobody(office: OfficeParts) -> None:
    writer = Writer(office.database)
    gate = threading.Event()
    blocker = writer.submit(gate.wait, 5)
    works = [writer.submit(walk_in, office) for _ in range(3)]
    fails = writer.submit(office.attention.call_next, "9", agent="ana")
    more = [writer.submit(walk_in, office) for _ in range(3)]
    writer.start()
    gate.set()

    with pytest.raises(NotFound):
        fails.result(5)
    assert blocker.result(5)
    codes = [work.result(5).code for work in (*works, *more)]
    writer.stop()

    assert codes == [f"A{n:03d}" for n in range(1, 7)]


def test_listeners_hear_only_what_is_durable(office: OfficeParts) -> None:
    heard: list[str] = []

    def listen(events: list) -> None:
        with closing(open_reader(office.database.path)) as reader:
            rows = reader.execute("select count(*) from event where stream = 'turns'").fetchone()[0]
        heard.append(f"{len(events)} of {rows}")

    office.database.on_commit(listen)
    walk_in(office)

    assert heard == ["3 of 3"]


def test_a_full_disk_refuses_and_loses_nothing(office: OfficeParts) -> None:
    kept = [walk_in(office) for _ in range(5)]
    with office.database.read() as stores:
        pages = stores.connection.execute("pragma page_count").fetchone()[0]
    with office.database.write() as uow:
        uow.connection.execute(f"pragma max_page_count = {pages + 1}")

    with pytest.raises(Unavailable):
        fill(office)
    with office.database.write() as uow:
        uow.connection.execute("pragma max_page_count = 1000000")

    after = walk_in(office)
    _, flaws = verified(office.database.path)
    with office.database.read() as stores:
        assert [stores.turns.get(turn.id).code for turn in kept] == [turn.code for turn in kept]
    assert after.code > kept[-1].code
    assert flaws == []


@pytest.mark.slow
def test_sixteen_clients_get_no_number_twice_and_call_nobody_twice(office: OfficeParts) -> None:
    for desk in "23456":
        office.attention.set_desk(desk, DeskState.OPEN, agent=f"a{desk}")
    agents = {"1": "ana", **{desk: f"a{desk}" for desk in "23456"}}
    writer = Writer(office.database)
    writer.start()
    issued: list[Turn] = []
    called: list[Turn] = []

    def citizen(n: int) -> None:
        issued.extend(writer.submit(walk_in, office).result(30) for _ in range(12))

    def agent(desk: str) -> None:
        for _ in range(20):
            try:
                called.append(writer.submit(office.attention.call_next, desk, agent=agents[desk]).result(30))
            except NotFound:
                continue
            writer.submit(office.attention.start, desk, agent=agents[desk]).result(30)
            writer.submit(office.attention.finish, desk, agent=agents[desk], outcome="resolved").result(30)

    with ThreadPoolExecutor(16) as pool:
        jobs = [pool.submit(citizen, n) for n in range(10)] + [pool.submit(agent, desk) for desk in agents]
        for job in jobs:
            job.result(60)
    writer.stop()

    assert [code for code, times in Counter(t.code for t in issued).items() if times > 1] == []
    assert [turn for turn, times in Counter(t.id for t in called).items() if times > 1] == []
    assert len(issued) == 120
    assert verified(office.database.path)[1] == []


@pytest.mark.parametrize(
    "change",
    ["update turn set desk = '6'", "update turn set state = 'waiting'", "delete from turn where code = 'A002'"],
)
def test_turns_that_the_log_did_not_make_are_found(office: OfficeParts, change: str) -> None:
    turns = [walk_in(office) for _ in range(2)]
    office.attention.call_next("1", agent="ana")
    with closing(open_reader(office.database.path)) as connection:
        assert differences(connection) == []
    with closing(sqlite3.connect(office.database.path)) as connection, connection:
        connection.execute(change)

    with closing(open_reader(office.database.path)) as connection:
        assert set(differences(connection)) & {turn.id for turn in turns}


def test_who_gives_up_waiting_does_not_stop_the_writer(office: OfficeParts) -> None:
    writer = Writer(office.database)
    given_up = writer.submit(walk_in, office)
    assert given_up.cancel()
    writer.start()

    code = writer.submit(walk_in, office).result(5).code
    writer.stop()

    assert code == "A001"


def test_on_a_full_disk_the_others_of_a_group_are_kept_or_told(office: OfficeParts) -> None:
    """Whoever is answered has a turn, whoever is refused has none."""
    with office.database.read() as stores:
        pages = stores.connection.execute("pragma page_count").fetchone()[0]
    with office.database.write() as uow:
        uow.connection.execute(f"pragma max_page_count = {pages + 3}")
    writer = Writer(office.database)
    works = [writer.submit(walk_in, office) for _ in range(60)]
    writer.start()
    refused = [work for work in works if work.exception(10) is not None]
    codes = [work.result().code for work in works if work.exception() is None]
    writer.stop()

    assert refused
    assert all(isinstance(work.exception(), Unavailable) for work in refused)
    with office.database.read() as stores:
        kept = [row[0] for row in stores.connection.execute("select code from turn order by code")]
    assert kept == sorted(codes)


def test_readers_are_few_whatever_threads_ask(office: OfficeParts) -> None:
    def look() -> int:
        with office.database.read() as stores:
            return len(stores.turns.still_open("2099-01-01"))

    for _ in range(4):
        with ThreadPoolExecutor(30) as pool:
            for work in [pool.submit(look) for _ in range(60)]:
                work.result(10)

    names = [entry.readlink() for entry in Path("/proc/self/fd").iterdir() if entry.is_symlink()]
    assert sum(name == office.database.path for name in names) <= READERS + 1


def test_a_repeated_interval_is_kept_once_and_leaves_no_hole(office: OfficeParts) -> None:
    kept = []
    for position in ("E1/1", "E1/1", "E1/2", "E1/1", "E2/1"):
        with office.database.write() as uow:
            kept.append(uow.telemetry.put("count_interval", "door/cam", position, b"{}", office.clock.now()))
            uow.commit()

    with office.database.read() as stores:
        seqs = [row[0] for row in stores.connection.execute("select seq from telemetry order by seq")]
    assert kept == [True, False, True, False, True]
    assert seqs == [1, 2, 3]


def test_what_was_taken_is_known_beyond_its_row_and_within_bounds(
    office: OfficeParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(occupancy, "TAKEN_LIMIT", 3)

    def put(position: str) -> bool:
        with office.database.write() as uow:
            new = uow.telemetry.put("count_interval", "door/cam", position, b"{}", office.clock.now())
            uow.commit()
        return new

    first = [put(f"E1/{n}") for n in range(1, 5)]
    outgoing = SqliteOutgoingLog(office.database, office.clock.now)
    outgoing.set_acked(outgoing.epoch(), {"telemetry": 3})  # the centre has all but the last
    again = [put(f"E1/{n}") for n in (4, 3, 2, 1, 4)]

    assert first == [True] * 4
    assert again == [False, False, False, True, False]  # only the oldest name is forgotten
    with office.database.read() as stores:
        names = [row[0] for row in stores.connection.execute("select position from taken order by n")]
        queued = [row[0] for row in stores.connection.execute("select key from telemetry order by seq")]
    assert (names, queued) == (["E1/3", "E1/4", "E1/1"], ["door/cam/E1/4", "door/cam/E1/1"])


def test_a_measurement_whose_name_is_forgotten_is_not_queued_twice(office: OfficeParts) -> None:
    def put() -> bool:
        with office.database.write() as uow:
            new = uow.telemetry.put("count_interval", "door/cam", "E1/1", b"{}", office.clock.now())
            uow.connection.execute("delete from taken")
            uow.commit()
        return new

    assert [put(), put()] == [True, False]


def test_what_is_forgotten_leaves_no_bytes_in_the_file(tmp_path: Path) -> None:
    file, at = tmp_path / "office.db", "2026-11-23T08:00:00.000000Z"
    with closing(open_writer(file)) as writer:
        for n in range(50):
            writer.execute("insert into contact values (?, 'key', ?, ?)", (f"v{n}.key", f"CANARY-KEY-{n:09}", at))
        writer.execute("delete from contact where id <> 'v1.key'")
        writer.execute("pragma wal_checkpoint(truncate)")

    data = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert set(re.findall(rb"CANARY-KEY-\d{9}", data)) == {b"CANARY-KEY-000000001"}  # in the table, and in its index
