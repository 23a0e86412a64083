"""Rules of the display that hold for any sequence of snapshots and any passing of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.presenters.announcements import Announcement, AnnouncementQueue, Line
from tests.unit.kiosk.boards import NOW, call, code, presenter, snapshot

NUMBERS = st.lists(st.integers(1, 40), unique=True, max_size=6)


@dataclass(frozen=True)
class Step:
    numbers: list[int]
    recalled: frozenset[int]
    passes_s: float
    is_open: bool


STEPS = st.lists(
    st.builds(
        Step,
        numbers=NUMBERS,
        recalled=st.frozensets(st.integers(1, 40), max_size=3),
        passes_s=st.floats(0, 700),
        is_open=st.booleans(),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(STEPS)
def test_no_call_chimes_twice_without_a_recall(steps: list[Step]) -> None:
    board, mono = presenter(), 0.0
    recalls = dict.fromkeys(range(1, 41), 0)
    chimes: list[tuple[str, bool, int]] = []
    for step in steps:
        mono += step.passes_s
        for number in step.recalled:
            recalls[number] += 1
        calls = [call(number, recalls=recalls[number]) for number in step.numbers]
        said = board.accept(snapshot(*calls), now=NOW, mono=mono, is_live=True)
        chimes += [(item.call_id, item.is_recall, recalls[int(item.call_id[5:])]) for item in said]

    assert len(set(chimes)) == len(chimes)
    firsts = [call_id for call_id, is_recall, _ in chimes if not is_recall]
    assert len(set(firsts)) == len(firsts)


@settings(deadline=None)
@given(STEPS, st.floats(0, 2000), st.integers(-3600, 3600))
def test_any_moment_has_a_whole_picture(steps: list[Step], later_s: float, clock_error_s: int) -> None:
    board, mono = presenter(), 0.0
    for step in steps:
        mono += step.passes_s
        calls = [call(number) for number in step.numbers]
        board.accept(snapshot(*calls, open=step.is_open), now=NOW, mono=mono, is_live=True)

    view = board.view(now=NOW + timedelta(seconds=clock_error_s), mono=mono + later_s)

    assert (view.hero is None) == (view.mode != "calling")
    assert (view.headlines == ()) == (view.mode == "calling")
    assert len(view.rows) <= 5
    assert bool(view.join.url) == bool(view.join.code)
    assert view.strip != "none" or not steps
    assert not (later_s > 15 and steps) or view.strip == "stale"
    assert view.strip != "stale" or view.door.state == "ask"


@given(st.integers(0, 600), st.lists(st.integers(0, 9), min_size=1, max_size=10, unique=True))
def test_a_shown_code_is_always_valid(second: int, minutes: list[int]) -> None:
    board = presenter()
    codes = [code(f"AAAA000{minute}", at=NOW + timedelta(minutes=minute)) for minute in minutes]
    board.accept(snapshot(codes=codes), now=NOW, mono=0.0, is_live=True)

    shown = board.view(now=NOW + timedelta(seconds=second), mono=0.0).join.code

    assert shown == (f"AAAA-000{second // 60}" if second // 60 in minutes else "")


@given(st.lists(st.one_of(st.none(), st.integers(0, 20)), max_size=60), st.integers(1, 6))
def test_the_queue_never_grows_over_its_limit_and_keeps_order(steps: list[int | None], limit: int) -> None:
    queue = AnnouncementQueue(limit=limit, short_from=3)
    pushed: list[str] = []
    popped: list[str] = []
    for step in steps:
        if step is None:
            item = queue.pop()
            popped += [item.call_id] if item else []
        elif str(step) not in pushed:
            pushed.append(str(step))
            queue.push(Announcement(str(step), False, (Line("es", "x"), Line("ca", "y"))))
        assert len(queue) <= limit

    assert popped == [name for name in pushed if name in popped]
    assert len(pushed) == len(popped) + len(queue) + queue.dropped
