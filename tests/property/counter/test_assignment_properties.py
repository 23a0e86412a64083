from __future__ import annotations

from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from counter.domain.assignment import EXACT_UP_TO, Pair, assign

LIMIT = 1.0
costs = st.one_of(st.floats(0, 2, allow_nan=False), st.just(float("inf")))


def total(cost: np.ndarray, pairs: list[Pair]) -> float:
    return float(sum(cost[pair] for pair in pairs)) + LIMIT * (len(cost) - len(pairs))


def best(cost: np.ndarray) -> float:
    """Try everything: every row takes a column, or none."""
    rows, columns = cost.shape
    choices = [*range(columns), *([-1] * rows)]
    return min(
        sum(LIMIT if c < 0 else float(cost[r, c]) for r, c in enumerate(chosen))
        for chosen in set(permutations(choices, rows))
    )


@given(arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=4), elements=costs))
def test_the_pairing_is_the_cheapest(cost: np.ndarray) -> None:
    assert total(cost, assign(cost, LIMIT)) <= best(cost) + 1e-9


@given(arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=EXACT_UP_TO + 6), elements=costs))
def test_nobody_is_paired_twice_or_beyond_the_limit(cost: np.ndarray) -> None:
    pairs = assign(cost, LIMIT)

    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    assert all(cost[pair] < LIMIT for pair in pairs)


@given(st.integers(0, 5), st.integers(0, 5))
def test_nothing_to_pair_is_no_pair(rows: int, columns: int) -> None:
    assert assign(np.full((rows, columns), np.inf), LIMIT) == []
