"""Who is called next, and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from edge.domain.calling import (
    RULE_APPOINTMENT_DUE,
    RULE_APPOINTMENT_EARLY,
    RULE_LONGEST_WAITING,
    Policy,
    choose,
    order,
)
from edge.domain.turns import Channel, Kind, Turn, TurnState

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def waiting(name: str, minutes: int, *, due: int | None = None, queue: str = "q") -> Turn:
    """A turn that has waited *minutes*; *due*: minutes until its slot."""
    return Turn(
        id=name, visit=name, day="2026-11-23", code=name, queue=queue, service="s",
        kind=Kind.WALK_IN if due is None else Kind.APPOINTMENT, channel=Channel.BOARD, language="es",
        created_at=NOW - timedelta(minutes=minutes), state=TurnState.WAITING,
        waiting_since=NOW - timedelta(minutes=minutes),
        due_at=None if due is None else NOW + timedelta(minutes=due),
    )  # fmt: skip


def called(turns: list[Turn], *queues: str) -> list[tuple[str, str]]:
    return [(c.turn.id, c.rule) for c in order(turns, queues or ("q",), now=NOW, policy=Policy())]


def test_the_longest_waiting_walk_in_is_first() -> None:
    assert called([waiting("a", 5), waiting("b", 9)])[0] == ("b", RULE_LONGEST_WAITING)


def test_a_due_appointment_goes_before_walk_ins() -> None:
    assert called([waiting("a", 60), waiting("b", 3, due=0)])[0] == ("b", RULE_APPOINTMENT_DUE)


def test_the_earlier_slot_goes_first_whoever_came_first() -> None:
    assert [name for name, _ in called([waiting("a", 30, due=-5), waiting("b", 2, due=-20)])] == ["b", "a"]


def test_an_early_appointment_does_not_pass_a_walk_in() -> None:
    assert called([waiting("a", 20, due=10), waiting("b", 1)]) == [
        ("b", RULE_LONGEST_WAITING),
        ("a", RULE_APPOINTMENT_EARLY),
    ]


def test_a_desk_calls_only_what_it_serves() -> None:
    assert choose([waiting("a", 5, queue="other")], ["q"], now=NOW, policy=Policy()) is None


def test_due_lead_makes_an_appointment_due_earlier() -> None:
    turns = [waiting("a", 20, due=2), waiting("b", 30)]

    choice = choose(turns, ["q"], now=NOW, policy=Policy(due_lead=timedelta(minutes=2)))

    assert choice is not None
    assert (choice.turn.id, choice.eligible) == ("a", 2)


people = st.lists(st.tuples(st.integers(0, 120), st.none() | st.integers(-60, 60), st.sampled_from("qrs")), max_size=25)


@given(people, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_how_the_turns_are_listed(rows: list, chance) -> None:  # type: ignore[no-untyped-def]
    turns = [waiting(f"t{n:02}", minutes, due=due, queue=queue) for n, (minutes, due, queue) in enumerate(rows)]
    shuffled = list(turns)
    chance.shuffle(shuffled)

    assert called(turns, "q", "r") == called(shuffled, "q", "r")


@given(people)
def test_within_a_rule_nobody_is_overtaken(rows: list) -> None:
    turns = [waiting(f"t{n:02}", minutes, due=due, queue=queue) for n, (minutes, due, queue) in enumerate(rows)]
    ranked = order(turns, ["q", "r", "s"], now=NOW, policy=Policy())

    walk_ins = [c.turn.waiting_since for c in ranked if c.rule == RULE_LONGEST_WAITING]
    due = [c.turn.due_at for c in ranked if c.rule == RULE_APPOINTMENT_DUE]
    assert walk_ins == sorted(walk_ins)
    assert due == sorted(due)
    assert {c.turn.id for c in ranked} == {t.id for t in turns}
