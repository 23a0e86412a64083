"""What ``docs/operations.md`` promises exists: events that programs log, files that it installs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "docs" / name for name in ("operations.md", "centre.md")]
CODE = "\n".join(
    file.read_text("utf-8")
    for program in ("edge", "counter", "kiosk", "firmware_bridge")
    for file in sorted((ROOT / program).rglob("*.py"))
)


def events(page: str) -> list[str]:
    table = page.split("Lines of the journal", 1)[1].split("Lines that end", 1)[0]
    first_cells = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
    return re.findall(r"`(\w+)`", " ".join(first_cells))


def test_every_event_of_the_table_is_logged_somewhere() -> None:
    named = events(PAGES[0].read_text("utf-8"))

    assert len(named) > 20
    assert [event for event in named if f'"{event}"' not in CODE] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_is_installed_is_in_the_checkout(page: Path) -> None:
    text = page.read_text("utf-8")
    named = set(re.findall(r"(?<![\w/])(?:config|systemd|requirements)/[\w./@-]*[\w]", text))

    assert named
    assert sorted(path for path in named if not (ROOT / path).exists()) == []
