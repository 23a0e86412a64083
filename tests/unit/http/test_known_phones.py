"""Phones that are known: who reads a page first is, who only knocks is not, and a flood of pages fills no memory."""

from __future__ import annotations

from edge.adapters.http.limits import Buckets, Known


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
