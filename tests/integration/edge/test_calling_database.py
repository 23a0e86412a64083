"""What calling keeps in the database, and how it comes from an older one."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from edge.adapters.sqlite.rows import marks
from edge.domain.desks import DeskState
from edge.domain.turns import Mode, TurnState
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.schema import migrated, schema_before

_AT = "2026-11-23T08:00:00.000000Z"


def test_turns_and_desks_from_before_are_as_they_were_for_everybody(tmp_path: Path) -> None:
    file = tmp_path / "office.db"
    with schema_before("m0010_places", file) as old:
        old.execute("insert into visit values ('V', ?, 'present', null, 2)", (_AT,))
        old.execute(
            "insert into turn values ('T', 'V', '2026-11-23', 'A001', 'general', 'certificado', 'sin_cita', 'web',"
            " 'es', ?, 'waiting', ?, null, null, null, null, '', '', 0, 0, '', 0, 2)",
            (_AT, _AT),
        )
        old.execute("insert into desk values ('1', 'open', 'ana', ?, 3)", (_AT,))

    with migrated(file) as made, made.read() as stores:
        turn, session = stores.turns.get("T"), stores.desks.get("1")

    assert (turn.state, turn.version, turn.mode, turn.first) == (TurnState.WAITING, 2, Mode.PRESENCIAL, False)
    assert (turn.priority, turn.place_at, turn.not_before, turn.declared, turn.party) == ("", None, None, 1, 1)
    assert (session.state, session.agent, session.profile, session.version) == (DeskState.OPEN, "ana", "", 3)


def test_calls_that_were_logged_before_are_found_and_nothing_can_be_undone(tmp_path: Path) -> None:
    file = tmp_path / "office.db"
    with schema_before("m0011_deeds", file) as old:
        old.execute(
            "insert into event values (1, 'E', 'turns', 1, 'turn_called', ?, 0, 'boot', 'agent:ana', '',"
            " '{\"turn\": \"T\"}', '', 'hash')",
            (_AT,),
        )

    with migrated(file) as made, made.read() as stores:
        found = stores.log.calls(MONDAY_MORNING, MONDAY_MORNING + timedelta(hours=1))
        deed, profile = stores.desks.deed("1"), stores.desks.profile_of("ana")

    assert [event.type for event in found] == ["turn_called"]
    assert (deed, profile) == (None, "")


def test_turns_from_before_go_on_as_themselves_and_an_undo_of_before_is_read(tmp_path: Path) -> None:
    file = tmp_path / "office.db"
    with schema_before("m0065_merged", file) as old:
        old.execute("insert into visit values ('V', ?, 'present', null, 2)", (_AT,))
        columns = [row[1] for row in old.execute("pragma table_info(turn)")]
        known = {"id": "T", "visit": "V", "day": "2026-11-23", "code": "A001", "queue": "q", "service": "s"}
        known |= {"kind": "sin_cita", "channel": "web", "language": "es", "created_at": _AT, "state": "waiting"}
        known |= {"mode": "presencial", "declared": 1, "party": 1, "version": 2}
        times = {
            "waiting_since",
            "due_at",
            "called_at",
            "started_at",
            "ended_at",
            "place_at",
            "not_before",
            "held_until",
        }
        numbers = {"recalls", "returns", "procedures", "first", "delays", "eligible"}
        row = {c: known.get(c, None if c in times else 0 if c in numbers else "") for c in columns}
        old.execute(f"insert into turn values ({', '.join('?' * len(row))})", tuple(row.values()))
        old.execute("insert into deed values ('1', 'call', ?, 'ana', ?)", (_AT, json.dumps(row)))
        old.execute("insert into deed values ('2', 'call', ?, 'eva', '')", (_AT,))

    with migrated(file) as made, made.read() as stores:
        turn, deed, undone = stores.turns.get("T"), stores.desks.deed("1"), stores.desks.deed("2")

    assert (turn.state, turn.merged_into) == (TurnState.WAITING, "")
    assert deed is not None
    assert deed.before == turn
    assert undone is not None
    assert undone.before is None


def test_turns_and_deeds_from_before_know_of_no_call_that_was_taken_back(tmp_path: Path) -> None:
    file = tmp_path / "office.db"
    with schema_before("m0075_uncalled", file) as old:
        old.execute("insert into visit values ('V', ?, 'present', null, 2)", (_AT,))
        names = [row[1] for row in old.execute("pragma table_info(turn)")]
        facts = {"id": "T", "visit": "V", "day": "2026-11-23", "code": "A001", "queue": "general", "version": 2}
        facts |= {"service": "certificado", "kind": "sin_cita", "channel": "web", "language": "es"}
        facts |= {"created_at": _AT, "state": "waiting", "waiting_since": _AT, "desk": "", "rule": "", "recalls": 0}
        facts |= {"returns": 0, "outcome": "", "procedures": 0}
        old.execute(f"insert into turn ({', '.join(facts)}) values ({marks(len(facts))})", tuple(facts.values()))
        row = old.execute(f"select {', '.join(names)} from turn").fetchone()
        before = json.dumps(dict(zip(names, row, strict=True)))
        old.executemany("insert into deed values (?, 'call', ?, 'ana', ?)", [("1", _AT, before), ("2", _AT, "")])

    with migrated(file) as made, made.read() as stores:
        turn, deed, other = stores.turns.get("T"), stores.desks.deed("1"), stores.desks.deed("2")

    assert turn.uncalled_at is None
    assert deed is not None
    assert deed.before == turn
    assert other is not None
    assert other.before is None
