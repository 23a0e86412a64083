from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.adapters.http.limits import Buckets, Passes, is_loopback, network_of


def test_a_bucket_gives_its_tokens_and_refills_evenly() -> None:
    buckets = Buckets(10, 60)

    granted = [buckets.take("phone", 0.0) for _ in range(11)]

    assert granted == [0.0] * 10 + [pytest.approx(6.0)]
    assert buckets.take("phone", 6.1) == 0.0
    assert buckets.take("phone", 6.2) > 0


def test_keys_do_not_disturb_each_other() -> None:
    buckets = Buckets(1, 60)
    buckets.take("one", 0.0)

    assert buckets.take("other", 0.0) == 0.0


def test_memory_is_bounded() -> None:
    buckets = Buckets(1, 60, max_keys=3)
    for name in "abcd":
        buckets.take(name, 0.0)

    assert buckets.take("a", 0.0) == 0.0
    assert buckets.take("d", 0.0) > 0


@given(st.lists(st.floats(0, 5), max_size=80))
def test_nobody_gets_more_than_burst_and_refill(steps: list[float]) -> None:
    buckets, now, granted = Buckets(10, 60), 0.0, 0
    for step in steps:
        now += step
        granted += buckets.take("phone", now) == 0.0

    assert granted <= 10 + now / 6 + 1e-6


def test_a_pass_is_over_after_its_time_and_bound_to_its_phone() -> None:
    passes = Passes(ttl_s=300)
    passes.give("a", "net", 0.0)

    assert passes.holds("a", 299.0)
    assert not passes.holds("a", 300.0)
    assert not passes.holds("b", 1.0)


def test_a_pass_that_is_shown_again_lasts_again() -> None:
    passes = Passes(ttl_s=300)
    passes.give("a", "net", 0.0)
    passes.give("a", "net", 200.0)

    assert passes.holds("a", 499.0)
    assert not passes.holds("a", 500.0)


def test_many_passes_of_one_network_take_none_away_from_who_was_there_before_or_is_elsewhere() -> None:
    passes = Passes(ttl_s=300, max_keys=5, per_network=3)
    passes.give("first", "loud", 0.0)
    for number in range(100):
        passes.give(f"robot {number}", "loud", 1.0)
    passes.give("neighbour", "quiet", 2.0)

    held = [passes.holds(name, 3.0) for name in ("first", "robot 0", "robot 1", "robot 2", "neighbour")]

    assert held == [True, True, True, False, True]
    passes.give("later", "loud", 301.0)
    assert passes.holds("later", 302.0)


def test_passes_of_many_networks_are_bounded() -> None:
    passes = Passes(ttl_s=300, max_keys=5, per_network=3)
    for number in range(100):
        passes.give(f"phone {number}", f"net {number}", 1.0)

    assert sum(passes.holds(f"phone {number}", 2.0) for number in range(100)) == 5


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "unknown"),
    ],
)
def test_a_network_is_what_one_household_has(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.3.9", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_known(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize("address", ["192.0.2.7", "::", "2001:db8::1", "::ffff:192.0.2.7", "testclient", ""])
def test_everybody_else_is_not_this_machine(address: str) -> None:
    assert not is_loopback(address)
