"""What is remembered while a transaction is open is forgotten with what it did: log, turns and table never disagree."""

from __future__ import annotations

import threading
from contextlib import closing
from datetime import timedelta

import pytest

from edge.adapters.sqlite.connection import open_reader
from edge.adapters.sqlite.log import verify
from edge.adapters.sqlite.replay import differences
from edge.adapters.sqlite.writer import Writer
from edge.bootstrap.office import OfficeParts
from edge.domain.errors import RuleViolation
from edge.domain.turns import Turn, TurnAction, TurnState
from tests.fixtures.office import walk_in


def spoil(office: OfficeParts, turn: Turn) -> None:
    """Cancel *turn*, read it again in the same transaction, and then fail."""
    with office.database.write() as uow:
        step = uow.turns.get(turn.id).apply(TurnAction.CANCEL, at=office.clock.now(), actor="spoiler")
        uow.turns.save(step.turn)
        uow.log.append(step.event)
        assert uow.turns.get(turn.id).state is TurnState.CANCELLED
        raise RuleViolation("after all not")


def judged(office: OfficeParts) -> tuple[list[object], list[str]]:
    with closing(open_reader(office.database.path)) as reader:
        return list(verify(reader)[1]), differences(reader)


@pytest.mark.parametrize("grouped", [True, False])
def test_a_use_case_that_fails_leaves_no_version_and_no_end_of_the_log_behind(
    office: OfficeParts, grouped: bool
) -> None:
    turns = [walk_in(office) for _ in range(3)]
    writer, gate = Writer(office.database), threading.Event()
    if grouped:
        first = writer.submit(gate.wait, 5)
        writer.start()
        works = [writer.submit(office.attention.call_next, "1", agent="ana"), writer.submit(spoil, office, turns[1])]
        works += [writer.submit(walk_in, office), writer.submit(office.turns.cancel, turns[1].id, actor="phone")]
        gate.set()
        assert first.result(5)
        assert isinstance(works[1].exception(5), RuleViolation)
        after = [works[2].result(5), works[3].result(5)]
        writer.stop()
    else:
        with pytest.raises(RuleViolation):
            spoil(office, turns[1])
        after = [walk_in(office), office.turns.cancel(turns[1].id, actor="phone")]

    assert after[0].code == "A004"
    assert judged(office) == ([], [])
    with office.database.read() as stores:
        assert stores.turns.get(turns[1].id).version == turns[1].version + 1
        log = stores.connection.execute("select actor from event where type = 'turn_cancelled'").fetchall()
    assert [row["actor"] for row in log] == ["phone"]


def test_readers_see_each_version_that_was_committed(office: OfficeParts) -> None:
    turn = walk_in(office)
    seen = []
    for _ in range(2):
        with office.database.read() as stores:
            seen.append([t.state for t in stores.turns.in_state(turn.day, TurnState)])
        office.attention.call_next("1", agent="ana") if len(seen) == 1 else None

    assert seen == [[TurnState.WAITING], [TurnState.CALLED]]


def test_a_reader_of_the_log_cannot_add_to_it(office: OfficeParts) -> None:
    turn = walk_in(office)
    step = turn.apply(TurnAction.CANCEL, at=office.clock.now() + timedelta(seconds=1), actor="test")

    with office.database.read() as stores, pytest.raises(TypeError):
        stores.log.append(step.event)
