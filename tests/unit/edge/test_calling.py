"""Who is called next, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.domain.calling import (
    RULE_APPOINTMENT_DUE,
    RULE_APPOINTMENT_EARLY,
    RULE_LONGEST_WAITING,
    RULE_PRIORITY,
    RULE_TRANSFERRED_FIRST,
    RULE_WALK_IN_AGED,
    Choice,
    Lines,
    Policy,
    WorkProfile,
    can_be_called,
    choose,
    order,
    rule_of,
)
from edge.domain.turns import Channel, Kind, Mode, Turn, TurnState

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def waiting(name: str, minutes: int, *, due: int | None = None, queue: str = "q", **facts: Any) -> Turn:
    """A turn that has waited *minutes*; *due*: minutes until its slot."""
    turn = Turn(
        id=name, visit=name, day="2026-11-23", code=name, queue=queue, service="s",
        kind=Kind.WALK_IN if due is None else Kind.APPOINTMENT, channel=Channel.BOARD, language="es",
        created_at=NOW - timedelta(minutes=minutes), state=TurnState.WAITING,
        waiting_since=NOW - timedelta(minutes=minutes),
        due_at=None if due is None else NOW + timedelta(minutes=due),
    )  # fmt: skip
    return replace(turn, **facts)


def at(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def desk(*queues: str, **facts: Any) -> WorkProfile:
    return WorkProfile(frozenset(queues), **facts)


def ids(choices: list[Choice]) -> list[str]:
    return [choice.turn.id for choice in choices]


def called(turns: list[Turn], *queues: str) -> list[tuple[str, str]]:
    return [(c.turn.id, c.rule) for c in order(turns, desk(*(queues or ("q",))), now=NOW, policy=Policy())]


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
    assert choose([waiting("a", 5, queue="other")], desk("q"), now=NOW, policy=Policy()) is None


def test_due_lead_makes_an_appointment_due_earlier() -> None:
    turns = [waiting("a", 20, due=2), waiting("b", 30)]

    choice = choose(turns, desk("q"), now=NOW, policy=Policy(due_lead=timedelta(minutes=2)))

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
    ranked = order(turns, desk("q", "r", "s"), now=NOW, policy=Policy())

    walk_ins = [c.turn.waiting_since for c in ranked if c.rule == RULE_LONGEST_WAITING]
    due = [c.turn.due_at for c in ranked if c.rule == RULE_APPOINTMENT_DUE]
    assert walk_ins == sorted(walk_ins)
    assert due == sorted(due)
    assert {c.turn.id for c in ranked} == {t.id for t in turns}


def test_who_was_sent_on_to_be_first_then_priority_then_due_appointments() -> None:
    turns = [
        waiting("walks", 90),
        waiting("due", 5, due=0),
        waiting("pregnant", 1, priority="pregnancy"),
        waiting("sent", 2, first=True),
    ]

    assert called(turns) == [
        ("sent", RULE_TRANSFERRED_FIRST),
        ("pregnant", RULE_PRIORITY),
        ("due", RULE_APPOINTMENT_DUE),
        ("walks", RULE_LONGEST_WAITING),
    ]


def test_without_a_cap_no_walk_in_passes_a_due_appointment() -> None:
    assert called([waiting("walks", 600), waiting("due", 1, due=0)])[0] == ("due", RULE_APPOINTMENT_DUE)


def test_a_walk_in_older_than_the_cap_goes_before_due_appointments() -> None:
    policy = Policy(walk_in_cap=timedelta(minutes=25))
    turns = [waiting("exactly", 25), waiting("older", 26), waiting("due", 1, due=0)]

    ranked = order(turns, desk("q"), now=NOW, policy=policy)

    assert [(c.turn.id, c.rule) for c in ranked] == [
        ("older", RULE_WALK_IN_AGED),
        ("due", RULE_APPOINTMENT_DUE),
        ("exactly", RULE_LONGEST_WAITING),
    ]


def test_an_appointment_that_lost_its_slot_waits_at_its_place() -> None:
    late = waiting("late", 1, due=-30, place_at=at(-10))

    assert called([waiting("before", 11), late, waiting("after", 9)]) == [
        ("before", RULE_LONGEST_WAITING),
        ("late", RULE_LONGEST_WAITING),
        ("after", RULE_LONGEST_WAITING),
    ]


def test_who_asked_for_ten_minutes_is_passed_over_and_keeps_the_place() -> None:
    turns = [waiting("delayed", 30, not_before=at(10)), waiting("other", 5)]

    assert ids(order(turns, desk("q"), now=NOW, policy=Policy())) == ["other"]
    assert ids(order(turns, desk("q"), now=at(10), policy=Policy())) == ["delayed", "other"]


def test_help_is_given_only_when_no_own_work_waits() -> None:
    helper = desk("q", skills={"help": 2})
    turns = [waiting("helped", 60, queue="other", service="help"), waiting("own", 1)]

    ranked = order(turns, helper, now=NOW, policy=Policy())

    assert [(c.turn.id, c.level) for c in ranked] == [("own", 1), ("helped", 2)]


def test_who_has_waited_long_enough_is_everybodys_work() -> None:
    helper, policy = desk("q", skills={"help": 2}), Policy(help_after=timedelta(minutes=20))
    turns = [waiting("long", 20, queue="other", service="help"), waiting("short", 19, queue="other", service="help")]

    assert ids(order([*turns, waiting("own", 5)], helper, now=NOW, policy=policy)) == ["long", "own", "short"]


def test_a_skill_of_level_zero_is_never_served() -> None:
    assert order([waiting("a", 5, service="x")], desk("q", skills={"x": 0}), now=NOW, policy=Policy()) == []


def test_a_turn_for_a_named_desk_is_called_there_only() -> None:
    turn = waiting("a", 5, target="3")

    assert choose([turn], desk("q", desk="2"), now=NOW, policy=Policy()) is None
    assert choose([turn], desk("q", desk="3"), now=NOW, policy=Policy()) is not None


def test_a_video_turn_needs_a_desk_with_video() -> None:
    turn = waiting("a", 5, mode=Mode.VIDEO)

    assert choose([turn], desk("q"), now=NOW, policy=Policy()) is None
    assert choose([turn], desk("q", modes=frozenset(Mode)), now=NOW, policy=Policy()) is not None


anybody = st.builds(
    lambda n, minutes, due, place, delay, queue, service, mode, target, **facts: waiting(
        f"t{n:04}", minutes, due=due, queue=queue, service=service, mode=mode, target=target,
        place_at=None if place is None else at(place), not_before=None if delay is None else at(delay), **facts,
    ),
    st.integers(0, 9999), st.integers(0, 90), st.none() | st.integers(-60, 60), st.none() | st.integers(-60, 0),
    st.none() | st.none() | st.integers(-5, 60), st.sampled_from("qr"), st.sampled_from("stu"), st.sampled_from(Mode),
    st.sampled_from(["", "", "1"]), first=st.booleans(), priority=st.sampled_from(["", "", "pregnancy"]),
)  # fmt: skip
levels = st.dictionaries(st.sampled_from("stu"), st.integers(0, 2))
desks_ = st.builds(
    WorkProfile,
    st.frozensets(st.sampled_from("qr")), levels, st.frozensets(st.sampled_from(Mode)), st.sampled_from("12"),
)  # fmt: skip
caps = st.none() | st.integers(0, 40).map(lambda m: timedelta(minutes=m))
policies = st.builds(
    lambda lead, cap, help_: Policy(timedelta(minutes=lead), cap, help_), st.integers(0, 5), caps, caps
)


@settings(max_examples=400)
@given(
    st.lists(anybody, max_size=20, unique_by=lambda turn: turn.id),
    st.lists(desks_, min_size=1, max_size=4),
    policies,
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), max_size=30),
)
def test_lines_and_lists_call_the_same_people_in_the_same_order(
    turns: list[Turn], desks: list[WorkProfile], policy: Policy, calls: list[tuple[int, int]]
) -> None:
    """Desks call in any order as time passes; some of the people come meanwhile, some delay themselves."""
    here, coming = [t for t in turns if t.seniority <= at(-20)], [t for t in turns if t.seniority > at(-20)]
    lines, listed, now = Lines(desks, policy, here), list(here), at(-20)
    for turn in coming:
        lines.join(turn, max(turn.seniority, turn.not_before or turn.seniority))
    lines = lines.copy()
    for number, minutes in calls:
        now += timedelta(minutes=minutes)
        listed += [t for t in coming if t.seniority <= now and t not in listed]
        coming = [t for t in coming if t.seniority > now]
        profile = desks[number % len(desks)]
        choice = choose(listed, profile, now=now, policy=policy)
        taken = lines.take(number % len(desks), now)

        assert taken == (choice.turn if choice else None)
        if choice is not None:
            listed.remove(choice.turn)
            assert rule_of(choice.turn, now, policy) == choice.rule
            assert can_be_called(choice.turn, now)


def test_a_copy_of_the_lines_is_played_apart() -> None:
    lines = Lines([desk("q"), desk("r")], Policy(), [waiting("a", 5), waiting("b", 4)])
    twin = lines.copy()
    twin.join(waiting("c", 9, queue="r"))
    lines.join(waiting("d", 9, queue="r", service="other"))

    assert [getattr(twin.take(n, NOW), "id", None) for n in (0, 0, 0, 1, 1)] == ["a", "b", None, "c", None]
    assert [getattr(lines.take(n, NOW), "id", None) for n in (0, 0, 0, 1, 1)] == ["a", "b", None, "d", None]


def test_lines_say_when_the_next_becomes_somebody_for_a_desk() -> None:
    lines = Lines([desk("q"), desk("r")], Policy(), [waiting("a", 5, not_before=at(8))])
    lines.join(waiting("b", 0), at(3))

    assert lines.take(0, NOW) is None
    assert (lines.next_arrival(0), lines.next_arrival(1)) == (at(3), None)
