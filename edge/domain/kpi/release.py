"""What may be told to everybody: a group of one to four people is no statistic and is left out.

One group left out of several could be found by subtraction from their sum: then the next smallest is left out too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

LEAST = 5


def released(n: int) -> int | None:
    """Return the number *n* if it says nothing about few people."""
    return None if 0 < n < LEAST else n


def released_groups(groups: Mapping[str, int]) -> dict[str, int | None]:
    """Return *groups* of one sum without small ones, and without what would give a single small one away."""
    hidden = {name for name, n in groups.items() if 0 < n < LEAST}
    others = sorted((n, name) for name, n in groups.items() if n >= LEAST)
    if hidden and sum(groups[name] for name in hidden) < LEAST and others:
        hidden.add(others[0][1])
    return {name: None if name in hidden else n for name, n in groups.items()}


def may_tell_part(groups: Mapping[str, int], told: Mapping[str, int | None], part: Collection[str]) -> bool:
    """Whether the sum of the groups of *part* may be told beside what is *told* of *groups*.

    It splits them into two sums: each must be large, and hide at least two groups of five or more people, or none.
    """
    sides = [[name for name in groups if (name in part) is inside] for inside in (True, False)]
    return all(_is_safe([groups[n] for n in side], [groups[n] for n in side if told[n] is None]) for side in sides)


def _is_safe(groups: Sequence[int], hidden: Sequence[int]) -> bool:
    return not 0 < sum(groups) < LEAST and (not hidden or (len(hidden) > 1 and sum(hidden) >= LEAST))
