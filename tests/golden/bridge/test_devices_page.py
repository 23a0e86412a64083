"""The page about devices says what the program does."""

from __future__ import annotations

import re
from pathlib import Path

from firmware_bridge.drivers import DRIVERS
from firmware_bridge.jobs import TRANSITIONS

PAGE = (Path(__file__).parents[3] / "docs" / "devices.md").read_text("utf-8")


def test_the_diagram_is_the_table() -> None:
    drawn = re.findall(r"^    (\w+) --> (\w+): (\w+)$", PAGE, re.MULTILINE)

    assert drawn == [(state.value, end.value, action.value) for (state, action), end in TRANSITIONS.items()]


def test_every_driver_is_on_the_page() -> None:
    assert [name for name in DRIVERS if f"| `{name}` |" not in PAGE] == []
