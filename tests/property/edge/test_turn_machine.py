"""The turn and visit machines under any order of actions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from edge.domain.errors import IllegalTransition
from edge.domain.turns import (
    EVENT_TYPES,
    FINAL,
    TRANSITIONS,
    Channel,
    Kind,
    Turn,
    TurnAction,
    TurnState,
)
from edge.domain.visits import Visit, VisitAction, VisitState

START = datetime(2026, 11, 23, 8, tzinfo=UTC)


def new_turn() -> Turn:
    return Turn(
        id="T", visit="V", day="2026-11-23", code="A001", queue="q", service="s",
        kind=Kind.WALK_IN, channel=Channel.BOARD, language="es", created_at=START,
    )  # fmt: skip


class TurnMachine(RuleBasedStateMachine):
    """Apply anything at any time; compare with the table and with the clocks."""

    @initialize()
    def begin(self) -> None:
        self.turn = new_turn()
        self.now = START
        self.events: list[str] = []

    @rule(action=st.sampled_from(TurnAction), seconds=st.integers(0, 3600))
    def act(self, action: TurnAction, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        before = self.turn
        expected = TRANSITIONS.get((before.state, action))
        if expected is None or (action is TurnAction.RETURN and before.returns == 1):
            with pytest.raises(IllegalTransition):
                before.apply(action, at=self.now, actor="test")
            return
        step = before.apply(action, at=self.now, actor="test")
        assert step.turn.state is expected
        assert step.turn.version == before.version + 1
        assert step.event.type == EVENT_TYPES[action]
        assert step.event.at == self.now
        self.turn = step.turn
        self.events.append(step.event.type)

    @invariant()
    def what_never_changes(self) -> None:
        turn = self.turn
        assert (turn.id, turn.code, turn.day, turn.created_at) == ("T", "A001", "2026-11-23", START)

    @invariant()
    def clocks_never_run_backwards(self) -> None:
        times = [self.turn.created_at, self.turn.called_at, self.turn.started_at, self.turn.ended_at]
        if self.turn.state in (TurnState.SERVING, TurnState.COMPLETED):
            known = [t for t in times if t is not None]
            assert known == sorted(known)

    @invariant()
    def a_final_state_has_an_end(self) -> None:
        assert (self.turn.ended_at is not None) == (self.turn.state in FINAL)

    @invariant()
    def seniority_is_kept(self) -> None:
        if "turn_arrived" in self.events and self.turn.state is not TurnState.REMOTE:
            assert self.turn.waiting_since is not None
            assert self.turn.waiting_since <= self.now


TestTurnMachine = TurnMachine.TestCase


def test_every_state_that_is_not_final_can_be_left() -> None:
    left = {state for state, _ in TRANSITIONS}

    assert left == set(TurnState) - FINAL


def test_every_action_has_an_event_and_a_row() -> None:
    assert set(EVENT_TYPES) == set(TurnAction)
    assert {action for _, action in TRANSITIONS} == set(TurnAction)


@given(st.lists(st.sampled_from(VisitAction), max_size=6))
def test_a_visit_ends_once_more_than_it_is_reopened(actions: list[VisitAction]) -> None:
    visit, ended = Visit("V", START), 0
    for action in actions:
        try:
            visit, event = visit.apply(action, at=START, actor="test")
        except IllegalTransition:
            continue
        ended += {"visit_ended": 1, "visit_reopened": -1}.get(event.type, 0)

    assert ended == (visit.state is VisitState.ENDED)
