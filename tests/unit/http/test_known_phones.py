"""Phones that are known, and those with a place: who reads a page first is, and a flood of pages fills no memory."""

from __future__ import annotations

from edge.adapters.http.limits import Buckets, Known, Places


def test_who_comes_back_after_a_moment_is_known() -> None:
    known, arrivals = Known(after_s=1.0), Buckets(120, 600)
    known.meet("a phone", "net", 0.0)

    assert not known.holds("a phone", "net", arrivals, 0.5)
    assert known.holds("a phone", "net", arrivals, 2.0)
    assert not known.holds("another phone", "net", arrivals, 2.0)


def test_only_phones_that_come_back_are_counted_and_once() -> None:
    known, arrivals = Known(), Buckets(2, 600)
    for number in range(100):
        known.meet(f"phone {number}", "net", 0.0)

    back = [known.holds(f"phone {number}", "net", arrivals, 5.0) for number in (7, 7, 7, 8, 9)]

    assert back == [True, True, True, True, False]


def test_a_flood_of_pages_pushes_out_its_own_network_only() -> None:
    known, arrivals = Known(max_keys=1000, per_network=200), Buckets(120, 600)
    known.meet("neighbour", "quiet", 0.0)
    for number in range(5000):
        known.meet(f"robot {number}", "loud", 0.1)

    assert known.holds("neighbour", "quiet", arrivals, 5.0)
    assert not known.holds("robot 0", "loud", arrivals, 5.0)
    assert known.holds("robot 4999", "loud", arrivals, 5.0)


def test_many_networks_push_out_the_stalest() -> None:
    known, arrivals = Known(max_keys=100, per_network=50), Buckets(120, 600)
    for number in range(500):
        known.meet("phone", f"net {number}", 0.0)

    assert not known.holds("phone", "net 0", arrivals, 5.0)
    assert known.holds("phone", "net 499", arrivals, 5.0)


def test_who_is_back_is_seen_though_the_network_has_had_its_arrivals() -> None:
    known, arrivals = Known(after_s=1.0), Buckets(1, 600)
    for phone in ("robot", "person"):
        known.meet(phone, "net", 0.0)
    known.holds("robot", "net", arrivals, 2.0)

    assert not known.holds("person", "net", arrivals, 2.0)
    assert [known.is_back("person", "net", now) for now in (0.5, 2.0)] == [False, True]
    assert not known.is_back("stranger", "net", 2.0)


def test_the_first_phones_of_a_network_have_places_and_nobody_takes_them_away() -> None:
    places = Places(3, 600)
    places.meet("person", "net", 0.0)
    for number in range(5000):
        places.meet(f"robot {number}", "net", 1.0)
    places.meet("neighbour", "other", 2.0)

    assert places.holds("person", "net")
    assert [places.holds(f"robot {number}", "net") for number in (0, 1, 2, 4999)] == [True, True, False, False]
    assert places.holds("neighbour", "other")
    assert not places.holds("person", "other")


def test_a_page_opened_again_takes_no_second_place() -> None:
    places = Places(2, 600)
    for _ in range(5):
        places.meet("person", "net", 0.0)
    places.meet("next", "net", 1.0)

    assert places.holds("next", "net")


def test_places_come_back_with_time_and_stay_bounded() -> None:
    places = Places(2, 600, max_keys=6, per_network=4)
    for number in range(8):
        places.meet(f"phone {number}", "net", number * 300.0)
    for number in range(8):
        places.meet("phone", f"net {number}", 9000.0)

    kept = [places.holds(f"phone {number}", "net") for number in range(8)]
    assert kept == [False] * 8
    assert sum(places.holds("phone", f"net {number}") for number in range(8)) == 6


def test_the_oldest_places_of_one_network_make_room() -> None:
    places = Places(2, 600, max_keys=100, per_network=4)
    for number in range(8):
        places.meet(f"phone {number}", "net", number * 300.0)

    assert [places.holds(f"phone {number}", "net") for number in range(8)] == [False] * 4 + [True] * 4
