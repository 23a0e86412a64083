"""The projection of all offices."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from edge.central.feed import LiveFeed
from edge.central.pages import Pages, summary
from edge.central.presence import Presence
from edge.central.receiver import Position, StreamKey
from edge.central.wall import OfficeView, SavedOffice, Wall
from edge.contracts.uplink import LiveState, NodeState
from edge.runtime.i18n import Messages
from edge.runtime.resources import config_dir

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)


def live(office: str = "a", **changes: Any) -> LiveState:
    fields: dict[str, Any] = {
        "office": office, "at": AT, "open": True, "waiting": 3, "serving": 1, "desks_open": 2, "issued_today": 9,
        "completed_today": 5,
    }  # fmt: skip
    return LiveState(**{**fields, **changes})


def online(office: str = "a", title: str = "Office A") -> NodeState:
    return NodeState(office=office, epoch="e1", state="online", title=title)


@pytest.fixture
def wall() -> Wall:
    return Wall(heartbeat_s=5.0, max_offices=2)


def view(wall: Wall, now: float, office: str = "a") -> OfficeView:
    found = wall.view(office, now)
    assert found is not None
    return found


def test_figures_carry_their_age(wall: Wall) -> None:
    wall.said(online(), 100.0, retained=False)
    wall.lives(live(), 101.0)

    assert (view(wall, 104.0).live_age_s, view(wall, 104.0).waiting) == (3.0, 3)
    assert view(wall, 104.0).presence == Presence.ONLINE
    assert view(wall, 200.0).presence == Presence.STALE


def test_a_last_will_is_no_sign_of_life(wall: Wall) -> None:
    wall.lives(live(), 100.0)
    wall.said(NodeState(office="a", epoch="e1", state="offline", reason="lost"), 101.0, retained=False)

    assert view(wall, 101.0).presence == Presence.LOST
    wall.lives(live(), 102.0)
    assert view(wall, 102.0).presence == Presence.ONLINE


def test_rows_that_came_before_the_goodbye_do_not_undo_it(wall: Wall) -> None:
    wall.sends("a", 100.0)
    wall.said(NodeState(office="a", epoch="e1", state="offline", reason="stopped"), 100.5, retained=False)
    wall.stored({StreamKey("a", "e1", "turns"): Position(5, "h")})

    assert (view(wall, 101.0).presence, view(wall, 101.0).rows) == (Presence.OFFLINE, 5)


def test_a_title_is_kept_when_the_will_has_none(wall: Wall) -> None:
    wall.said(online(), 1.0, retained=False)
    wall.said(NodeState(office="a", epoch="e1", state="offline", reason="lost"), 2.0, retained=False)

    assert view(wall, 3.0).title == "Office A"


def test_there_is_room_for_so_many_offices(wall: Wall) -> None:
    wall.lives(live("a"), 1.0)
    wall.lives(live("b"), 1.0)

    assert wall.admits("a")
    assert not wall.admits("c")


def test_an_office_of_the_last_run_is_shown_with_its_age_and_not_believed(wall: Wall) -> None:
    saved = SavedOffice(online(), AT - timedelta(hours=1), live(waiting=7))
    wall.load(saved, 50.0, AT, {StreamKey("a", "e1", "turns"): Position(8, "h", broken_at=3, pruned=2)})

    found = view(wall, 51.0)
    assert (found.presence, found.waiting, found.live_age_s) == (Presence.UNKNOWN, 7, 3601.0)
    assert (found.rows, found.chain_broken) == (6, True)


def test_what_changed_is_saved_once_in_a_while(wall: Wall) -> None:
    wall.lives(live(), 100.0)

    assert [saved.live for saved in wall.to_save(100.0, 10.0, AT)] == [live()]
    wall.lives(live(), 101.0)
    assert wall.to_save(105.0, 10.0, AT) == []
    assert len(wall.to_save(110.0, 10.0, AT)) == 1
    assert wall.to_save(130.0, 10.0, AT) == []


@pytest.mark.parametrize(
    ("word", "changes"),
    [
        ("full", {"capacity": 10, "capacity_state": "full", "count_health": "ok"}),
        ("long_wait", {"longest_wait_s": 1800}),
        ("no_desk", {"desks_open": 0}),
        ("devices", {"devices": {"printer": "offline", "sign": "ok"}}),
        ("counting", {"capacity": 10, "count_health": "unknown"}),
        ("backlog", {"backlog": 500}),
    ],
)
def test_attention_says_why(wall: Wall, word: str, changes: dict[str, Any]) -> None:
    wall.lives(live(**changes), 100.0)

    assert view(wall, 100.0).attention == [word]
    assert view(wall, 999.0).attention == ["lost"]


def test_a_calm_office_needs_no_attention(wall: Wall) -> None:
    wall.lives(live(), 100.0)

    assert view(wall, 100.0).attention == []


def test_totals_leave_out_who_is_not_there(wall: Wall) -> None:
    wall.lives(live("a", longest_wait_s=60), 100.0)
    wall.lives(live("b", longest_wait_s=90, backlog=4), 1.0)

    totals = summary(wall.views(100.0))
    assert (totals["there"], totals["total"], totals["waiting"], totals["backlog"]) == (1, 2, 3, 4)
    assert totals["longest"].office == "a"


def test_the_feed_gives_only_what_changed(wall: Wall) -> None:
    now = 100.0
    pages = Pages(Messages.load(config_dir() / "messages"), title="T", zone="Europe/Madrid", now=lambda: AT)
    feed = LiveFeed(wall, pages, lambda: now)
    wall.lives(live("a"), 100.0)
    wall.lives(live("b"), 100.0)
    first = feed.since(0, "es")
    now = 102.0
    quiet = feed.since(first.version, "es")
    wall.lives(live("b", waiting=8), 102.0)
    now = 104.0
    second = feed.since(first.version, "es")
    now = 130.0
    third = feed.since(second.version, "en")

    assert set(first.rows) == {"a", "b"}
    assert (quiet.rows, quiet.summary) == ({}, "")
    assert set(second.rows) == {"b"}
    assert "8" in second.summary or second.summary
    assert set(third.rows) == {"a", "b"}  # both are stale by now
    assert "No news" in third.rows["a"]


def test_texts_of_offices_are_escaped(wall: Wall) -> None:
    pages = Pages(Messages.load(config_dir() / "messages"), title="T", zone="Europe/Madrid", now=lambda: AT)
    wall.said(online(title="<script>alert(1)</script>"), 1.0, retained=False)

    assert "<script>" not in pages.row("es", view(wall, 1.0))


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (59.9, "59 s"), (60, "1 min"), (7300, "2 h"), (200000, "2 d")]
)
def test_ages_have_one_unit(seconds: float, text: str) -> None:
    pages = Pages(Messages.load(config_dir() / "messages"), title="T", zone="Europe/Madrid", now=lambda: AT)

    assert pages.age("es", seconds) == text
