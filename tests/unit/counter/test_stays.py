from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter.camera import zone_interval
from counter.domain.stays import StayMeter, Stays, StayTally, Steadied
from counter.domain.trails import Trails
from counter.domain.zone import ZoneCounter
from edge.contracts.counting import DWELL_CLASSES_S
from tests.unit.counter.people import Sighting, feed, straight

SQUARE = [(400.0, 300.0), (800.0, 300.0), (800.0, 700.0), (400.0, 700.0)]
Film = list[tuple[float, list[Sighting]]]


def watch(film: Film) -> StayTally:
    trails, zone = Trails(), ZoneCounter(SQUARE, stays=DWELL_CLASSES_S)
    for t, people in film:
        zone.update(trails, feed(trails, t, people))
    return zone.stays


def stand(x: float, begin: float, end: float, track: int = 1) -> Film:
    return [(k / 10, [(track, x, 500.0)]) for k in range(round(begin * 10), round(end * 10))]


def nobody(begin: float, end: float) -> Film:
    return [(k / 10, []) for k in range(round(begin * 10), round(end * 10))]


def test_who_walks_through_stays_as_long_as_the_way_takes() -> None:
    stays = watch(straight(200, 1100, speed=100) + nobody(9.1, 12))

    assert (stays.entered, stays.left) == (1, 1)
    assert stays.seconds == pytest.approx(4.0, abs=0.2)  # 400 pixels at 100 a second
    assert stays.classes == [1, 0, 0, 0, 0, 0, 0, 0]


def test_who_sits_and_is_lost_and_found_again_stays_once() -> None:
    film = stand(600, 0, 40) + nobody(40, 46) + stand(605, 46, 80, track=2) + nobody(80, 100)
    stays = watch(film)

    assert (stays.entered, stays.left) == (1, 1)
    assert stays.seconds == pytest.approx(80, abs=2.5)
    assert stays.classes == [0, 0, 1, 0, 0, 0, 0, 0]  # 60 to 120 s


def test_a_new_track_number_of_the_same_person_is_the_same_stay() -> None:
    film = stand(600, 0, 20) + stand(600, 20.5, 40, track=7) + nobody(40, 60)

    stays = watch(film)

    assert (stays.entered, stays.left) == (1, 1)
    assert stays.seconds == pytest.approx(40, abs=2.5)


def test_who_leaves_the_picture_walking_has_left() -> None:
    stays = watch(straight(200, 780, speed=150) + nobody(3.9, 8))

    assert (stays.entered, stays.left) == (1, 1)
    assert stays.seconds == pytest.approx(2.5, abs=0.3)


def test_a_jump_of_the_source_ends_no_stay() -> None:
    trails, zone = Trails(), ZoneCounter(SQUARE, stays=DWELL_CLASSES_S)
    for t, people in stand(600, 0, 5):
        zone.update(trails, feed(trails, t, people))
    trails.reset()
    zone.reset()

    assert (zone.stays.entered, zone.stays.left) == (1, 0)


def test_a_zone_that_was_drawn_anew_begins_at_zero_whatever_its_numbers() -> None:
    meter, before, after = StayMeter(), StayTally(DWELL_CLASSES_S), StayTally(DWELL_CLASSES_S)
    for tally, seconds in ((before, 40.0), (after, 3.0)):  # one stay each: the numbers do not tell them apart
        tally.entered += 1
        tally.ended(seconds)
    meter.close({"hall": before})

    stays = meter.close({"hall": after})["hall"]

    assert (stays.entered, stays.left, stays.classes[0], stays.mean_s) == (1, 1, 1, 3.0)


def test_each_interval_has_its_own_part() -> None:
    meter, tally = StayMeter(), StayTally(DWELL_CLASSES_S)
    tally.entered = 3
    tally.ended(45)
    first = meter.close({"hall": tally})["hall"]
    tally.ended(3000)
    second = meter.close({"hall": tally, "new": StayTally(DWELL_CLASSES_S)})
    drawn_anew = meter.close({"hall": StayTally(DWELL_CLASSES_S, entered=1)})["hall"]

    assert (first.entered, first.left, first.mean_s, first.classes[1]) == (3, 1, 45, 1)
    assert (second["hall"].entered, second["hall"].left, second["hall"].classes[-1]) == (0, 1, 1)
    assert second["new"] == Stays(0, 0, [0] * 8, None)
    assert (drawn_anew.entered, drawn_anew.left) == (1, 0)


@given(st.lists(st.floats(0, 10_000), max_size=40))
def test_every_stay_is_in_one_class(stays: list[float]) -> None:
    tally = StayTally(DWELL_CLASSES_S)
    for seconds in stays:
        tally.ended(seconds)

    assert sum(tally.classes) == tally.left == len(stays)
    assert tally.seconds == pytest.approx(sum(stays))


def test_the_wait_of_a_queue_is_littles() -> None:
    served = Stays(entered=6, left=6, classes=[0, 0, 6, 0, 0, 0, 0, 0], mean_s=100.0)
    interval = zone_interval("hall/queue", 10.0, 12, served, 60.0, queue=True)

    assert (interval.wait_s, interval.dwell_s, interval.unsteady) == (100.0, 100.0, False)
    assert zone_interval("hall/seats", 10.0, 12, served, 60.0, queue=False).wait_s is None


def test_a_queue_that_grows_is_told_as_unsteady() -> None:
    served = Stays(entered=30, left=6, classes=[0, 0, 6, 0, 0, 0, 0, 0], mean_s=60.0)
    few = Stays(entered=3, left=2, classes=[0, 0, 2, 0, 0, 0, 0, 0], mean_s=60.0)

    assert zone_interval("q", 10.0, 20, served, 60.0, queue=True).unsteady
    assert not zone_interval("q", 10.0, 20, few, 60.0, queue=True).unsteady
    assert few.wait_s(0.0, 60.0) == 0.0
    assert Stays(0, 0, [0] * 8, None).wait_s(3.0, 60.0) is None


def test_a_count_that_flickers_for_a_moment_is_steady() -> None:
    steady = Steadied()
    told = [steady.update(k / 10, 5 if k in (12, 13, 25) else 3) for k in range(40)]

    assert set(told) == {3}
    assert [steady.update(4 + k / 10, 6) for k in range(11)][-1] == 6
    assert steady.update(1.0, 2) == 2  # the clock went back
