from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.runtime.mqtt import Backoff


def test_waits_double_up_to_the_longest() -> None:
    backoff = Backoff(first_s=0.5, last_s=4.0)

    assert [backoff.wait(attempt, 0.0) for attempt in range(5)] == [0.5, 1.0, 2.0, 4.0, 4.0]


@given(st.integers(0, 10_000), st.floats(0, 1, exclude_max=True))
def test_chance_shortens_a_wait_by_up_to_half(attempt: int, chance: float) -> None:
    backoff = Backoff()

    assert backoff.wait(attempt, 0.0) / 2 <= backoff.wait(attempt, chance) <= backoff.last_s
