"""A short soak: the clients, kills and judge of ``./o360 bench turns --soak``; and the judge finds what is wrong."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from edge.bootstrap.office import OfficeParts
from tests.bench.queueing import disk, premises, soak
from tests.bench.queueing.busy import BusyOffice
from tests.bench.queueing.capacity import Capacity
from tests.bench.queueing.verdict import judge
from tests.fixtures.office import walk_in

OPS = 1500


@pytest.mark.slow
def test_sixteen_clients_and_two_kills_break_no_promise(tmp_path: Path) -> None:
    done = soak.Run(OPS, seed=20261123)

    with premises.running(BusyOffice(tmp_path, queues=soak.QUEUES)) as office:
        soak.play(office, done)
    verdict = soak.check(tmp_path)

    assert verdict.shown == []
    assert done.mistakes == []
    assert done.sync_faults == []
    assert done.kills == 2
    assert done.sum("done").total() > OPS // 2
    assert {"issue", "form", "take_remote", "take_by_poster", "centre_turn", "undo", "book"} <= set(done.sum("done"))


@pytest.fixture
def attended(office: OfficeParts, tmp_path: Path) -> Path:
    """Three people, of whom one is at desk 1 and one was served; what the clients were told lies beside."""
    turns = [walk_in(office) for _ in range(3)]
    deeds = [{"deed": "issue", "id": turn.id, "code": turn.code} for turn in turns]
    for _ in range(2):
        called = office.attention.call_next("1", agent="ana")
        deeds.append({"deed": "next", "id": called.id, "desk": "1"})
        if called.id == turns[0].id:
            office.attention.start("1", agent="ana")
            office.attention.finish("1", agent="ana", outcome="resolved")
            deeds += [{"deed": "start", "id": called.id}, {"deed": "finish", "id": called.id}]
    journal = tmp_path / "client-01.jsonl"
    journal.write_text("".join(json.dumps(deed) + "\n" for deed in deeds))
    return journal


def judged(office: OfficeParts, journal: Path, sql: str = "") -> set[str]:
    with closing(sqlite3.connect(office.database.path)) as connection, connection:
        connection.executescript(sql)
    return set(judge(office.database.path, [journal], Capacity([frozenset()])).counts)


def test_the_judge_finds_nothing_where_nothing_is_wrong(office: OfficeParts, attended: Path) -> None:
    assert judged(office, attended) == set()


@pytest.mark.parametrize(
    ("sql", "promises"),
    [
        ("delete from event where type = 'turn_completed'", {"lost", "replay_differences", "log_flaws"}),
        ("update event set type = 'turn_called' where type = 'turn_started'", {"double_calls"}),
        ("update event set body = json_set(body, '$.code', 'A001') where type = 'turn_issued'", {"duplicates"}),
        ("update turn set state = 'waiting' where state = 'called'", {"replay_differences"}),
        ("update event set actor = 'agent:eva' where seq = 2", {"log_flaws"}),
    ],
)
def test_the_judge_finds_what_was_done_to_the_office(
    office: OfficeParts, attended: Path, sql: str, promises: set[str]
) -> None:
    assert judged(office, attended, sql) >= promises


@pytest.mark.parametrize(
    ("told", "promise"),
    [
        ({"deed": "issue", "id": "none", "code": "A001"}, "duplicates"),
        ({"deed": "phone", "code": "Z001"}, "lost"),
        ({"deed": "start", "id": "none"}, "lost"),
        ({"deed": "card", "link": "x" * 22, "state": "booked", "slot_at": "2026-11-23T10:00:00+00:00"}, "lost"),
        ({"deed": "proposal", "proposal": "01J", "rule": "done", "appointment": "", "turn": ""}, "lost"),
    ],
)
def test_the_judge_believes_the_clients(
    office: OfficeParts, attended: Path, told: dict[str, str], promise: str
) -> None:
    with attended.open("a") as journal:
        journal.write(json.dumps(told) + "\n")

    assert promise in judged(office, attended)


def test_the_judge_counts_appointments_against_desks(office: OfficeParts, attended: Path) -> None:
    slot = office.clock.now().replace(hour=10)
    for _ in range(2):
        office.agenda.book("registro", slot, language="es", channel="desk", actor="test")

    assert judged(office, attended) == {"overbookings"}


DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DOCUMENT = {  # three desks, of which two serve each of two services
    "zone": "Europe/Madrid",
    "hours": [{"days": DAYS, "opens": "09:00", "closes": "18:00"}],
    "service_queue": {"s0": "s0", "s1": "s1"},
    "agenda": {"share_percent": 80, "public_percent": 80, "lease_percent": 40, "video_desks": 2},
    "desk": {"4": {"queues": ["s0", "s1"]}, "5": {"queues": ["s0"]}, "6": {"queues": ["s1"]}, "7": {"queues": ["s0"]}},
    "shift": [{"days": DAYS, "opens": "09:00", "closes": "18:00", "desks": ["4", "5", "6"]}],
}


def told_of(*bookings: tuple[str, str, str, int, str]) -> list[dict[str, object]]:
    """Return rows of a log: (state, service, local hour, minutes, part) of appointments of 24 November 2026."""
    return [
        {"type": f"appointment_{state}", "at": "2026-11-23T08:00:00+00:00", "appointment": f"{service}{n}",
         "service": service, "slot_at": f"2026-11-24T{at}:00+01:00", "minutes": minutes, "part": part,
         "mode": "presencial"}
        for n, (state, service, at, minutes, part) in enumerate(bookings)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("bookings", "faults"),
    [
        ([("booked", "s0", "10:00", 20, "internal"), ("booked", "s1", "10:10", 20, "internal")], []),
        # Three desks at ten o'clock, of which two serve s0: the third person finds none.
        ([("booked", "s0", "10:00", 10, "internal")] * 3, ["s0 at 24 10:00 is one too many for the desks"]),
        # Two of the desks serve s1: of their 120 minutes 96 are for appointments.
        (
            [("booked", "s1", f"11:{m:02d}", 10, "internal") for m in range(0, 60, 10)] * 2,
            [f"s1 at 24 11:{m} takes more than the share of all in the hour of 10:00" for m in (30, 40, 50)],
        ),
        ([("lapsed", "s0", "10:00", 10, "public")] * 5, []),
        ([("booked", "s0", "02:00", 10, "internal")], ["s0 at 24 02:00 is one too many for the desks"]),
    ],
)  # fmt: skip
def test_capacity_is_worked_out_from_the_document_alone(
    bookings: list[tuple[str, str, str, int, str]], faults: list[str]
) -> None:
    assert list(Capacity(document=DOCUMENT).faults(told_of(*bookings))) == faults


def test_a_closed_range_and_a_moment_that_is_over_take_nobody() -> None:
    capacity = Capacity(document=DOCUMENT)
    closed = {"type": "agenda_closed", "at": "2026-11-23T07:00:00+00:00", "range": "r",
              "start": "2026-11-24T09:15:00+00:00", "end": "2026-11-24T10:00:00+00:00"}  # fmt: skip
    rows = told_of(("booked", "s0", "10:00", 20, "internal"))
    late = [{**row, "at": "2026-11-24T09:30:00+00:00"} for row in rows]

    reopened = {"type": "agenda_reopened", "at": "2026-11-23T07:30:00+00:00", "range": "r"}

    assert list(capacity.faults([closed, *rows])) == ["s0 at 24 10:00 is in a range that was closed"]
    assert list(capacity.faults([closed, reopened, *rows])) == []
    assert list(capacity.faults(late)) == ["s0 at 24 10:00 was over before it was booked"]


@pytest.mark.slow
def test_a_slow_disk_is_as_slow_as_it_is_told(tmp_path: Path) -> None:
    program = "from tests.bench.queueing import disk; disk.slow(20.0); print(disk.commit_ms(5))"
    slow = float(subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, timeout=30).stdout)

    assert slow >= 20.0
    assert disk.commit_ms(5) > 0
