"""Which calls chime: each once, each recall once more, old ones never."""

from __future__ import annotations

from kiosk.presenters.calls import REMEMBERED, CallTracker
from tests.unit.kiosk.boards import NOW, call, presenter, snapshot


def test_calls_older_than_ten_seconds_are_silent_at_the_start() -> None:
    said = presenter().accept(
        snapshot(call(3, age_s=1), call(2, age_s=9.9), call(1, age_s=10.1)), now=NOW, mono=0.0, is_live=True
    )

    assert [item.call_id for item in said] == ["call-2", "call-3"]


def test_the_age_of_a_retained_picture_counts_at_the_start() -> None:
    late = presenter().accept(snapshot(call(1, age_s=1), at=NOW), now=NOW.replace(minute=6), mono=0.0, is_live=False)

    assert late == []


def test_each_call_chimes_once() -> None:
    board = presenter()
    first = board.accept(snapshot(call(1)), now=NOW, mono=0.0, is_live=True)
    again = board.accept(snapshot(call(1)), now=NOW, mono=1.0, is_live=True)
    next_ = board.accept(snapshot(call(2), call(1)), now=NOW, mono=2.0, is_live=True)

    assert [item.call_id for item in first] == ["call-1"]
    assert again == []
    assert [item.call_id for item in next_] == ["call-2"]


def test_a_recall_chimes_again_and_is_highlighted() -> None:
    board = presenter()
    board.accept(snapshot(call(1)), now=NOW, mono=0.0, is_live=True)

    said = board.accept(snapshot(call(1, age_s=90, recalls=1)), now=NOW, mono=90.0, is_live=True)

    assert [(item.call_id, item.is_recall) for item in said] == [("call-1", True)]
    hero = board.view(now=NOW, mono=91.0).hero
    assert hero is not None
    assert hero.is_new


def test_a_call_made_while_the_bus_was_down_is_said_for_two_minutes() -> None:
    board = presenter()
    board.accept(snapshot(), now=NOW, mono=0.0, is_live=True)

    said = board.accept(
        snapshot(call(3, age_s=119), call(2, age_s=121), call(1, age_s=5, state="serving")),
        now=NOW,
        mono=200.0,
        is_live=True,
    )

    assert [item.call_id for item in said] == ["call-3"]


def test_memory_of_calls_is_bounded() -> None:
    tracker = CallTracker(highlight_s=6.0)

    for number in range(3 * REMEMBERED):
        tracker.hear([(call(number), 0.0)], mono=float(number), limit_s=10.0)

    assert len(tracker._recalls) == REMEMBERED
    assert len(tracker._heard_at) <= 10
