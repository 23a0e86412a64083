"""What a manager does with accounts, over a real database: a closed one leaves no desk open."""

from __future__ import annotations

import pytest

from edge.bootstrap.office import OfficeParts
from edge.domain.desks import DeskSession, DeskState
from edge.domain.turns import Turn, TurnState
from edge.runtime.clock import ManualClock
from tests.fixtures.office import add_agent, walk_in


@pytest.fixture
def staffed(office: OfficeParts) -> OfficeParts:
    """The office with an account for who sits at desk 1, and one for somebody else."""
    for name in ("ana", "eva"):
        add_agent(office, name)
    return office


def desk(office: OfficeParts, name: str = "1") -> DeskSession:
    with office.database.read() as stores:
        return stores.desks.get(name)


def now(office: OfficeParts, turn: Turn) -> Turn:
    with office.database.read() as stores:
        return stores.turns.get(turn.id)


def last_events(office: OfficeParts, count: int) -> list[tuple[str, str, str]]:
    with office.database.read() as stores:
        rows = stores.connection.execute("select type, actor, reason from event order by n").fetchall()
    return [tuple(row) for row in rows[-count:]]


@pytest.mark.parametrize("state", [DeskState.OPEN, DeskState.PAUSED])
def test_a_closed_account_leaves_no_desk_open(staffed: OfficeParts, state: DeskState) -> None:
    staffed.attention.set_desk("1", state, agent="ana")
    staffed.attention.set_desk("2", DeskState.OPEN, agent="eva")

    staffed.members.close("ana", by="rosa")

    assert (desk(staffed).state, desk(staffed).agent) == (DeskState.CLOSED, "")
    assert desk(staffed, "2").agent == "eva"
    assert last_events(staffed, 2) == [
        ("staff_closed", "agent:rosa", ""),
        ("desk_closed", "agent:rosa", "account_closed"),
    ]


@pytest.mark.parametrize("recalls", [0, 1])
def test_who_was_called_there_waits_again_where_they_were(
    staffed: OfficeParts, manual_clock: ManualClock, recalls: int
) -> None:
    first, second = walk_in(staffed), walk_in(staffed)
    staffed.attention.call_next("1", agent="ana")
    for _ in range(recalls):
        manual_clock.move(60)
        staffed.attention.recall("1", agent="ana")

    staffed.members.close("ana", by="rosa")

    after = now(staffed, first)
    assert (after.state, after.desk, after.called_at, after.returns) == (TurnState.WAITING, "", None, 0)
    assert after.uncalled_at == staffed.clock.now()  # the page says so
    staffed.attention.set_desk("1", DeskState.OPEN, agent="eva")
    assert staffed.attention.call_next("1", agent="eva").id == first.id
    assert now(staffed, second).state is TurnState.WAITING


def test_who_was_served_there_is_the_next_one(staffed: OfficeParts) -> None:
    waiting = [walk_in(staffed) for _ in range(3)]
    staffed.attention.call_next("1", agent="ana")
    staffed.attention.start("1", agent="ana")

    staffed.members.close("ana", by="rosa")

    after = now(staffed, waiting[0])
    assert (after.state, after.desk, after.started_at, after.first) == (TurnState.WAITING, "", None, True)
    assert (after.queue, after.service) == (waiting[0].queue, waiting[0].service)
    staffed.attention.set_desk("1", DeskState.OPEN, agent="eva")
    assert staffed.attention.call_next("1", agent="eva").id == waiting[0].id
    assert last_events(staffed, 3)[0] == ("desk_closed", "agent:rosa", "account_closed")
