"""What a display does not know it does not say: people that nobody counts, and a picture of unknown age."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from edge.contracts.board import BoardOccupancy
from tests.unit.kiosk.boards import NOW, call, presenter, snapshot


@pytest.mark.parametrize("wait_outside", [False, True])
@pytest.mark.parametrize("state", ["free", "full"])
def test_the_door_asks_for_the_staff_when_nobody_counts(wait_outside: bool, state: str) -> None:
    board = presenter()
    occupancy = BoardOccupancy(people=17, capacity=24, state=state, health="unknown")  # type: ignore[arg-type]
    board.accept(
        snapshot(occupancy=occupancy, wait_outside=wait_outside, enter=["A001"]), now=NOW, mono=0.0, is_live=True
    )

    view = board.view(now=NOW, mono=0.0)

    assert (view.door.state, view.door.codes) == ("ask", ("A001",))
    assert view.occupancy == "unknown"
    assert "17" not in view.occupancy_text


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"occupancy": None}, "enter"),
        ({"occupancy": BoardOccupancy(people=3, capacity=24, health="degraded"), "wait_outside": True}, "wait"),
        ({"occupancy": BoardOccupancy(people=3, capacity=24), "open": False}, "closed"),
    ],
)
def test_the_door_speaks_when_it_knows_or_need_not(changes: dict[str, Any], state: str) -> None:
    board = presenter()
    board.accept(snapshot(**changes), now=NOW, mono=0.0, is_live=True)

    assert board.view(now=NOW, mono=0.0).door.state == state


def test_a_retained_board_from_the_future_is_stale_until_a_live_one_comes() -> None:
    board, behind = presenter(), NOW - timedelta(hours=1)

    heard = board.accept(snapshot(call(1)), now=behind, mono=0.0, is_live=False)
    before = board.view(now=behind, mono=0.0)
    board.accept(snapshot(call(1)), now=behind, mono=1.0, is_live=True)
    after = board.view(now=behind, mono=1.0)

    assert (heard, before.strip, before.door.state, before.occupancy) == ([], "stale", "ask", "unknown")
    assert (after.strip, after.door.state, after.occupancy) == ("notice", "enter", "free")


def test_clocks_that_differ_a_little_make_nothing_stale() -> None:
    board = presenter()

    board.accept(snapshot(call(1)), now=NOW - timedelta(seconds=1.5), mono=0.0, is_live=False)

    assert board.age_s(0.0) == 0.0
    assert board.view(now=NOW, mono=0.0).door.state == "enter"
