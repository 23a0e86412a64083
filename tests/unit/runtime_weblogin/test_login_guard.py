"""Rules of trying to log in: what one key, one network and one account may try."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.runtime.login_guard import KNOWN_S, LoginGuard, LoginThrottle


def test_delays_have_a_ceiling_and_are_forgotten() -> None:
    throttle, now = LoginThrottle(free=1, first_s=1, last_s=10, forget_s=100), 0.0
    for _ in range(8):
        now += throttle.wait("k", now)
        throttle.count("k", now)

    assert throttle.wait("k", now) == 10
    assert throttle.wait("k", now + 101) == 0


def test_a_throttle_remembers_a_bounded_number_of_keys() -> None:
    throttle = LoginThrottle(free=1, max_keys=3)
    for number in range(10):
        throttle.count(f"k{number}", 0)

    assert throttle.wait("k0", 0) == 0
    assert throttle.wait("k9", 0) > 0


def test_a_network_is_the_accounts_own_for_a_while_only() -> None:
    guard = LoginGuard(account=LoginThrottle(free=1, forget_s=2 * KNOWN_S, last_s=2 * KNOWN_S, first_s=2 * KNOWN_S))
    guard.attempt("marta", "home", 0)
    guard.succeeded("marta", "home", 0)
    guard.attempt("marta", "elsewhere", 1)

    assert guard.attempt("marta", "home", 2) == 0
    assert guard.attempt("marta", "home", KNOWN_S + 3) > 0


def test_a_refused_attempt_is_not_counted() -> None:
    guard = LoginGuard(pair=LoginThrottle(free=1, first_s=10))
    guard.attempt("marta", "net", 0)
    waits = [guard.attempt("marta", "net", now) for now in (1, 2, 3)]

    assert waits == [9, 8, 7]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 3600)), max_size=120))
def test_nothing_that_strangers_do_stops_an_account_at_home(attempts: list[tuple[str, float]]) -> None:
    guard, now = LoginGuard(), 0.0
    guard.attempt("marta", "home", now)
    guard.succeeded("marta", "home", now)
    for network, step in attempts:
        now += step
        guard.attempt("marta", network, now)

    assert guard.attempt("marta", "home", now) == 0
