"""The estimate is the calling rules played forward: with nothing left to chance it is the quick forecast."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.domain.calling import Policy, WorkProfile, choose
from edge.domain.desks import DeskSession, DeskState
from edge.domain.turns import TurnState
from edge.domain.waiting import OpenDesk, forecast
from edge.domain.waiting.chance import Chance, remaining
from edge.domain.waiting.laws import Law, arrival_offsets, laws
from edge.domain.waiting.play import NEVER, Board, Run, play
from edge.domain.waiting.scene import DeskNow, desk_now, is_absent
from edge.domain.waiting.simulation import simulate
from edge.domain.waiting.standing import standing
from edge.domain.waiting.tallies import Tally
from tests.unit.edge.crowds import NOW, certain, person, scene

MINUTES = {"q": 10.0, "r": 4.0, "s": 15.0}
CHANCE = Chance(7, 20)
MINUTE = timedelta(minutes=1)

# No wait and no hour ends just when a desk calls: what holds at that very moment is a rule of its own (test_calling)
waits = st.integers(0, 7200).map(lambda seconds: (seconds + 0.37) / 60)
dues = st.integers(-3600, 3600).map(lambda seconds: (seconds + 0.41) / 60)
people = st.lists(st.tuples(waits, st.none() | dues, st.sampled_from("qrs")), max_size=15).map(
    lambda rows: [person(f"t{n:02}", w, due=d, queue=q) for n, (w, d, q) in enumerate(rows)]
)
desks = st.lists(st.sampled_from(["q", "r", "qr", "qrs"]), min_size=1, max_size=4).map(
    lambda rows: [WorkProfile(frozenset(queues), desk=str(n)) for n, queues in enumerate(rows)]
)
skilled = st.dictionaries(st.sampled_from("qrs"), st.integers(0, 2)).map(
    lambda skills: WorkProfile(frozenset("q"), skills, desk="1")
)
policies = st.builds(
    Policy,
    due_lead=st.sampled_from([timedelta(), 5 * MINUTE]),
    walk_in_cap=st.none() | st.sampled_from([25 * MINUTE, 60 * MINUTE]),
    help_after=st.none() | st.sampled_from([10 * MINUTE, 40 * MINUTE]),
)


@settings(max_examples=60, deadline=None)
@given(people, desks)
def test_without_chance_the_estimate_is_the_forecast(turns: list, profiles: list) -> None:
    told = simulate(scene(turns, profiles), certain(MINUTES), CHANCE).turns

    calls = forecast(
        turns,
        [OpenDesk(profile, NOW) for profile in profiles],
        now=NOW,
        policy=Policy(),
        service_time=lambda turn: timedelta(minutes=MINUTES[turn.service]),
    )
    expected = {call.turn.id: call.at for call in calls}
    assert told.keys() == expected.keys()
    for name, at in expected.items():
        assert abs(told[name].mid - (at - NOW) / timedelta(seconds=1)) < 1
        assert told[name].low <= told[name].mid <= told[name].late <= told[name].high <= told[name].last


@settings(max_examples=150, deadline=None)
@given(people, skilled, policies)
def test_one_desk_calls_as_the_calling_engine_does(turns: list, profile: WorkProfile, policy: Policy) -> None:
    told = simulate(scene(turns, [profile], policy=policy), certain(MINUTES), Chance(1, 2)).turns

    left, at, called = list(turns), NOW + timedelta(milliseconds=1), []
    while (choice := choose(left, profile, now=at, policy=policy)) is not None:
        called.append(choice.turn.id)
        left.remove(choice.turn)
        at += timedelta(minutes=MINUTES[choice.turn.service])

    assert sorted(told, key=lambda name: told[name].mid) == called


@settings(max_examples=40, deadline=None)
@given(people, desks, st.integers(0, 5))
def test_nobody_is_lost_called_twice_or_called_before_now(turns: list, profiles: list, seed: int) -> None:
    hall = scene(turns, profiles)
    result = simulate(hall, laws(Tally(), MINUTES, days=1), Chance(seed, 20))

    able = {t.id for t in turns if any(profile.level(t) for profile in profiles)}
    assert result.turns.keys() == able
    assert all(0 <= spread.low <= spread.high for spread in (*result.turns.values(), *result.newcomers.values()))


@settings(max_examples=40, deadline=None)
@given(people)
def test_who_comes_last_waits_no_less_when_somebody_more_is_there(turns: list) -> None:
    profiles = [WorkProfile(frozenset("qrs"), desk="1")]
    known = certain(MINUTES)

    fewer = simulate(scene(turns, profiles), known, CHANCE).newcomers["q"].mid
    more = simulate(scene([*turns, person("zz", 1)], profiles), known, CHANCE).newcomers["q"].mid

    assert more >= fewer + 600 - 1


def test_a_newcomer_is_told_what_the_next_person_would_be_told() -> None:
    turns = [person(f"t{n}", 10 - n) for n in range(5)]
    profiles = [WorkProfile(frozenset("q"), desk=str(n)) for n in range(2)]
    known = certain(MINUTES)

    newcomer = simulate(scene(turns, profiles), known, CHANCE).newcomers["q"]
    joined = simulate(scene([*turns, person("new", 0)], profiles), known, CHANCE).turns["new"]

    assert newcomer == joined


def test_numbers_do_not_flicker_and_the_seed_is_all_the_chance_there_is() -> None:
    hall = scene([person(f"t{n}", 30 - n) for n in range(20)], [WorkProfile(frozenset("q"), desk="1")])
    known = laws(Tally(), MINUTES, days=1)

    assert simulate(hall, known, Chance(3, 40)) == simulate(hall, known, Chance(3, 40))
    later = replace(hall, now=NOW + timedelta(seconds=5))
    before, after = simulate(hall, known, Chance(3, 40)), simulate(later, known, Chance(3, 40))
    assert before.turns
    assert all(abs(after.turns[t].mid - before.turns[t].mid) < 30 for t in before.turns)


def test_a_desk_that_ends_its_shift_takes_nobody_more() -> None:
    turns = [person("a", 5), person("b", 4)]
    hall = scene(turns, [WorkProfile(frozenset("q"), desk="1")])
    window = ((NOW, NOW + 5 * MINUTE), (NOW + 60 * MINUTE, NOW + 90 * MINUTE))
    hall = replace(hall, desks=(replace(hall.desks[0], windows=window),))

    told = simulate(hall, certain(MINUTES), CHANCE).turns

    assert (round(told["a"].mid), round(told["b"].mid)) == (0, 3600)


def test_an_absent_desk_does_not_count_until_it_is_likely_to_be_back() -> None:
    hall = scene([person("a", 5)], [WorkProfile(frozenset("q"), desk="1")])
    away = replace(hall, desks=(replace(hall.desks[0], away_since=NOW - 10 * MINUTE),))
    known = replace(certain(MINUTES), away=Law(3.4, 0.3))  # about half an hour

    here, gone = (simulate(one, known, CHANCE).turns["a"].mid for one in (hall, away))

    assert here < 1
    assert gone > 10 * 60


def test_a_transfer_joins_the_other_queue_with_the_old_place() -> None:
    turns = [person("a", 30), person("b", 20, queue="r"), person("c", 10, queue="r")]
    hall = scene(turns, [WorkProfile(frozenset("q"), desk="1"), WorkProfile(frozenset("r"), desk="2")])
    known = replace(certain({"q": 2.0, "r": 4.0, "s": 1.0}), moves={"q": (("r", 1.0),)})

    told = simulate(hall, known, CHANCE).turns

    assert [round(told[name].mid) for name in "abc"] == [0, 0, 480]  # c comes after a's second service


def test_who_has_left_is_not_called_and_takes_no_time() -> None:
    places = standing([person("a", 5), person("b", 3)], [WorkProfile(frozenset("q"))], now=NOW, policy=Policy())
    board = Board(
        places.ranks, places.changes, places.owner, places.group, 1, (0, 1), frozenset({0, 1}), [((0, 0),)],
        [((0.0, 1e6),)],
    )  # fmt: skip
    run = Run([], [60.0, 60.0], [-1.0, NEVER], [NEVER, -NEVER], 30.0, [0.0], [NEVER], [0.0], {}, {})

    assert play(board, run) == [None, 0.0]


def test_a_desk_that_leaves_people_waiting_is_absent_after_a_minute() -> None:
    since = NOW - timedelta(minutes=10)

    assert is_absent(since, NOW - timedelta(seconds=61), NOW)
    assert not is_absent(since, NOW - timedelta(seconds=59), NOW)
    assert not is_absent(since, None, NOW)


def test_what_a_desk_is_taken_to_do() -> None:
    profile, plan = WorkProfile(frozenset("q"), desk="1"), ((NOW - 60 * MINUTE, NOW + 60 * MINUTE),)

    def seen(state: DeskState, plan: tuple | None = plan, waits: timedelta | None = None) -> DeskNow | None:
        session = DeskSession("1", state, since=NOW - 30 * MINUTE)
        waits_since = None if waits is None else NOW - waits
        idle = NOW - 20 * MINUTE if state is DeskState.OPEN else None
        return desk_now(session, profile, plan, turn=None, idle_since=idle, waits_since=waits_since, now=NOW)

    assert seen(DeskState.CLOSED, None) is None
    assert seen(DeskState.OPEN) == DeskNow(profile, plan)
    assert seen(DeskState.PAUSED) == DeskNow(profile, plan, away_since=NOW - 30 * MINUTE)
    assert seen(DeskState.OPEN, waits=2 * MINUTE) == DeskNow(profile, plan, away_since=NOW - 20 * MINUTE)
    assert seen(DeskState.CLOSED, ((NOW + MINUTE, NOW + 9 * MINUTE),)) == DeskNow(
        profile, ((NOW + MINUTE, NOW + 9 * MINUTE),)
    )
    assert seen(DeskState.CLOSED, ()) is None


@given(st.floats(0.001, 0.999), st.floats(0, 200), st.floats(0.1, 1.0))
def test_what_is_left_of_a_time_is_never_negative(level: float, passed: float, sigma: float) -> None:
    assert remaining(level, passed, 2.3, sigma) >= 0


def test_a_busy_desk_is_told_by_what_is_left_of_its_service() -> None:
    turn = replace(person("x", 30), state=TurnState.SERVING, started_at=NOW - 4 * MINUTE, desk="1")
    hall = scene([person("a", 5)], [WorkProfile(frozenset("q"), desk="1")])
    hall = replace(hall, desks=(replace(hall.desks[0], turn=turn),))

    assert (
        round(simulate(hall, replace(certain(MINUTES), services={"q": Law(2.302585, 1e-6)}), CHANCE).turns["a"].mid)
        == 360
    )


def test_who_has_not_come_by_now_can_only_come_later() -> None:
    even = (1 / 20,) * 20

    assert arrival_offsets(even, [0.25, 0.75]) == pytest.approx([-35.0, 15.0])
    assert min(arrival_offsets(even, CHANCE.levels, after_min=10.0)) > 10
