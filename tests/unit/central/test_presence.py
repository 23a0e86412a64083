"""When the console believes that an office is there."""

from __future__ import annotations

import pytest

from edge.central.presence import Presence, presence


@pytest.mark.parametrize(
    ("said", "reason", "age", "after", "expected"),
    [
        ("online", "", 0.0, False, Presence.ONLINE),
        ("online", "", 15.0, False, Presence.ONLINE),
        ("online", "", 15.1, False, Presence.STALE),
        ("online", "", None, False, Presence.UNKNOWN),
        ("", "", 1.0, True, Presence.ONLINE),
        ("", "", None, False, Presence.UNKNOWN),
        ("draining", "", 1.0, False, Presence.DRAINING),
        ("offline", "lost", 1.0, False, Presence.LOST),
        ("offline", "lost", None, False, Presence.LOST),
        ("offline", "stopped", 1.0, False, Presence.OFFLINE),
        ("offline", "lost", 1.0, True, Presence.ONLINE),
        ("offline", "lost", 99.0, True, Presence.LOST),
    ],
)
def test_presence_follows_what_was_really_heard(
    said: str, reason: str, age: float | None, after: bool, expected: Presence
) -> None:
    assert presence(said, reason, heard_age_s=age, heard_after_saying=after, heartbeat_s=5.0) == expected
