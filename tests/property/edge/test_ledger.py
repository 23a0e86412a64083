"""The ledger under any order, repetition and loss of reports."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from edge.domain.blindness import Minute, watched
from edge.domain.doors import Flow
from edge.domain.occupancy import DoorTotal, Ledger, Limits, anchor, count, staff_passed, undone

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LIMITS = Limits(capacity=20)
DOORS = ("hall/a/line", "hall/b/line", "yard/c/staff")

steps = st.tuples(st.sampled_from(DOORS), st.integers(0, 4), st.integers(0, 4), st.booleans())
acts = st.one_of(
    st.tuples(st.just("count"), steps),
    st.tuples(st.just("anchor"), st.integers(0, 40)),
    st.tuples(st.just("staff"), st.integers(-5, 5)),
    st.tuples(st.just("undo"), st.none()),
    st.tuples(st.just("minute"), st.tuples(st.sampled_from(DOORS), st.integers(0, 9), st.floats(0, 60), st.booleans())),
)


class House:
    """A ledger and the running totals of its doors."""

    def __init__(self) -> None:
        self.ledger, self.at = Ledger(), NOW
        self.totals = dict.fromkeys(DOORS, (0, 0, 0))  # epoch, in, out

    def do(self, act: tuple[str, object]) -> None:
        name, what = act
        self.at += timedelta(seconds=20)
        getattr(self, f"_{name}")(what)

    def report(self, door: str) -> dict[str, DoorTotal]:
        epoch, came, left = self.totals[door]
        return {door: DoorTotal(f"e{epoch:04}", came, left, staff=door.endswith("staff"))}

    def _count(self, what: tuple[str, int, int, bool]) -> None:
        door, came, left, restart = what
        epoch, total_in, total_out = (self.totals[door][0] + 1, 0, 0) if restart else self.totals[door]
        self.totals[door] = (epoch, total_in + came, total_out + left)
        self.ledger = count(self.ledger, self.report(door), LIMITS, at=self.at, day="2026-11-23").ledger

    def _anchor(self, people: int) -> None:
        self.ledger = anchor(self.ledger, people, at=self.at, limits=LIMITS, is_undoable=True)

    def _staff(self, change: int) -> None:
        self.ledger = staff_passed(self.ledger, change, LIMITS, at=self.at)

    def _undo(self, _: object) -> None:
        if self.ledger.can_undo(self.at):
            self.ledger = undone(self.ledger, at=self.at, limits=LIMITS)

    def _minute(self, what: tuple[str, int, float, bool]) -> None:
        door, came, covered_s, is_ok = what
        camera = door.rpartition("/")[0]
        end = self.at + timedelta(minutes=1)
        self.ledger = watched(self.ledger, Minute(camera, self.at, end, covered_s, is_ok, {door: Flow(came, came)}))


@given(st.lists(acts, max_size=60))
def test_never_negative_and_always_inside_its_bounds(what: list[tuple[str, object]]) -> None:
    house = House()
    for n, act in enumerate(what, 1):
        house.do(act)
        ledger = house.ledger
        low, high = ledger.bounds(LIMITS)
        assert 0 <= low <= ledger.people <= high
        assert ledger.staff >= 0
        assert 0 <= ledger.visitors <= ledger.people
        assert ledger.error(LIMITS).variance >= 0
        assert ledger.version <= n


@given(st.lists(steps, min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_repeated_late_and_reordered_reports_change_nothing(
    what: list[tuple[str, int, int, bool]], chance: random.Random
) -> None:
    house, told = House(), []
    for act in what:
        house.do(("count", act))
        told.append(house.report(act[0]))
    late = told * 2
    chance.shuffle(late)

    ledger = house.ledger
    for report in late:
        counted = count(ledger, report, LIMITS)
        assert not counted.changed
        ledger = counted.ledger

    assert (ledger.people, ledger.staff, ledger.bounds(LIMITS)) == (
        house.ledger.people,
        house.ledger.staff,
        house.ledger.bounds(LIMITS),
    )


flows = st.lists(st.tuples(st.sampled_from(DOORS), st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=20)


@given(flows, st.randoms(use_true_random=False))
def test_doors_commute(what: list[tuple[str, int, int]], chance: random.Random) -> None:
    """With enough people inside that nobody can be missing, the order of the doors does not matter."""

    def after(order: list[tuple[str, int, int]]) -> Ledger:
        ledger = anchor(Ledger(), 200, at=NOW, limits=LIMITS, staff=100)
        totals = {door: Flow() for door in DOORS}
        for door, came, left in order:
            totals[door] += Flow(came, left)
            now = totals[door]
            is_staff = door.endswith("staff")
            ledger = count(ledger, {door: DoorTotal("e", now.people_in, now.people_out, staff=is_staff)}, LIMITS).ledger
        return ledger

    other = list(what)
    chance.shuffle(other)
    one, two = after(what), after(other)

    assert (one.people, one.staff, one.account.whole.flows, one.bounds(LIMITS)) == (
        two.people,
        two.staff,
        two.account.whole.flows,
        two.bounds(LIMITS),
    )


@given(flows, st.sets(st.integers(0, 19)))
def test_lost_reports_heal_with_the_next(what: list[tuple[str, int, int]], lost: set[int]) -> None:
    whole = patchy = anchor(Ledger(), 200, at=NOW, limits=LIMITS)
    totals = {door: Flow() for door in DOORS}
    for n, (door, came, left) in enumerate(what):
        totals[door] += Flow(came, left)
        report = {d: DoorTotal("e", t.people_in, t.people_out) for d, t in totals.items()}
        whole = count(whole, report, LIMITS).ledger
        if n not in lost or n == len(what) - 1:
            patchy = count(patchy, report, LIMITS).ledger

    assert (whole.people, whole.bounds(LIMITS)) == (patchy.people, patchy.bounds(LIMITS))
