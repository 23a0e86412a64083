"""Who goes with whom: the cheapest pairing of rows and columns, leaving far ones alone.

SciPy's solver would cost every counter 47 MB of memory. In practice most pairs are undisputed; only the few people who
stand close to each other form groups that need the exact method.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

EXACT_UP_TO = 24  # rows of one group; a larger crowd is paired nearest first

F64 = NDArray[np.float64]
Pair = tuple[int, int]


def assign(cost: F64, limit: float) -> list[Pair]:
    """Return (row, column) pairs with the least total cost, an unpaired row counting *limit*; all pairs cost less."""
    allowed = cost < limit
    if not allowed.any():
        return []
    by_row, by_column = allowed.sum(axis=1), allowed.sum(axis=0)
    alone = allowed & (by_row == 1)[:, None] & (by_column == 1)[None, :]
    pairs: list[Pair] = [(int(r), int(c)) for r, c in np.argwhere(alone)]
    disputed = allowed & ~alone
    for rows, columns in _groups(disputed):
        part = cost[np.ix_(rows, columns)]
        chosen = _cheapest(part, limit) if len(rows) <= EXACT_UP_TO else _nearest_first(part, limit)
        pairs += [(rows[r], columns[c]) for r, c in chosen]
    return pairs


def _groups(allowed: NDArray[np.bool_]) -> list[tuple[list[int], list[int]]]:
    """Return the rows and columns of each connected part."""
    groups = []
    left = allowed.any(axis=1)
    while left.any():
        rows: NDArray[np.bool_] = np.zeros(len(allowed), bool)
        rows[int(np.argmax(left))] = True
        while True:
            columns = allowed[rows].any(axis=0)
            wider: NDArray[np.bool_] = np.asarray(allowed[:, columns].any(axis=1))
            if (wider == rows).all():
                break
            rows = wider
        groups.append((np.flatnonzero(rows).tolist(), np.flatnonzero(columns).tolist()))
        left &= ~rows
    return groups


def _nearest_first(cost: F64, limit: float) -> list[Pair]:
    pairs: list[Pair] = []
    left = cost.copy()
    while float(np.min(left)) < limit:
        row, column = (int(i) for i in np.unravel_index(int(np.argmin(left)), left.shape))
        pairs.append((row, column))
        left[row, :] = left[:, column] = np.inf
    return pairs


def _cheapest(cost: F64, limit: float) -> list[Pair]:
    """Solve exactly by shortest augmenting paths; every row has a private column that costs *limit*."""
    rows, columns = cost.shape
    wide = [
        [*(min(float(value), 1e9) for value in cost[r]), *(limit if r == own else 1e9 for own in range(rows))]
        for r in range(rows)
    ]
    owner = _augment(wide, columns + rows)
    return [(row, c) for c, row in enumerate(owner[:columns]) if row >= 0 and wide[row][c] < limit]


def _augment(cost: list[list[float]], columns: int) -> list[int]:
    """Return the row of each column, -1 for none (Hungarian method with potentials)."""
    row_price, column_price, owner = [0.0] * len(cost), [0.0] * columns, [-1] * columns
    for start in range(len(cost)):
        least, via, done = [float("inf")] * columns, [-1] * columns, [False] * columns
        row, column = start, -1
        while row >= 0:
            _relax(cost[row], row_price[row], column_price, (least, via, done), column)
            following = min((c for c in range(columns) if not done[c]), key=least.__getitem__)
            step = least[following]
            row_price[start] += step
            for c in range(columns):
                if done[c]:
                    row_price[owner[c]] += step
                    column_price[c] -= step
                else:
                    least[c] -= step
            done[following], column = True, following
            row = owner[column]
        while column >= 0:
            before = via[column]
            owner[column] = owner[before] if before >= 0 else start
            column = before
    return owner


def _relax(
    cost: list[float],
    row_price: float,
    column_price: list[float],
    search: tuple[list[float], list[int], list[bool]],
    column: int,
) -> None:
    """Note where the row that *column* leads to is a cheaper way."""
    least, via, done = search
    for c, price in enumerate(cost):
        reduced = price - row_price - column_price[c]
        if not done[c] and reduced < least[c]:
            least[c], via[c] = reduced, column
