from __future__ import annotations

import asyncio

import pytest

from edge.adapters.http.once import Once


class Counter:
    """Counts how often it is called."""

    def __init__(self) -> None:
        self.calls = 0

    async def __call__(self, before: int = 0) -> int:
        """Count."""
        self.calls += 1
        await asyncio.sleep(0)
        return before + self.calls


async def test_two_at_the_same_moment_are_one() -> None:
    once, work = Once[int](), Counter()

    outcomes = await asyncio.gather(*(once.run("key", work, now=0) for _ in range(5)))

    assert (outcomes, work.calls) == ([1] * 5, 1)


async def test_what_failed_may_be_tried_again() -> None:
    once, work = Once[int](), Counter()

    async def fail() -> int:
        raise LookupError

    with pytest.raises(LookupError):
        await once.run("key", fail, now=0)

    assert once.get("key", now=0) is None
    assert await once.change("key", work, now=0) is None
    assert await once.run("key", work, now=0) == 1


async def test_changes_come_one_after_the_other() -> None:
    once, work = Once[int](), Counter()
    await once.run("key", work, now=0)
    await asyncio.gather(once.change("key", work, now=0), once.change("key", work, now=0))

    assert once.get("key", now=0) == 1 + 2 + 3
    assert await once.change("other", work, now=0) is None


async def test_outcomes_are_kept_for_a_while_and_bounded() -> None:
    once, work = Once[int](keep_s=10, max_keys=3), Counter()
    for number in range(4):
        await once.run(str(number), work, now=number)

    assert [once.get(str(number), now=4) for number in range(4)] == [None, None, 3, 4]
    assert once.get("3", now=14) is None
