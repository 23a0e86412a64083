"""The words of the display: short words stand together in all languages, whole sentences alternate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from edge.contracts.board import BoardOccupancy
from edge.runtime.i18n import Messages, is_right_to_left

SEPARATOR = " · "
_ISOLATE, _POP = "\u2068", "\u2069"  # keep each language's own direction inside one line
_LEFT, _RIGHT = "\u200e", "\u200f"  # direction of the line itself: that of the first language


class BoardTexts:
    """The board's texts for the languages of one office, in their order."""

    def __init__(self, messages: Messages, languages: Sequence[str]) -> None:
        self._messages = messages
        self.languages = list(languages) or ["es"]

    def together(self, key: str, **values: object) -> str:
        """Return *key* in all languages on one line, each different word once."""
        words = self.each(key, **values)
        if len(words) == 1:
            return words[0]
        direction = _RIGHT if is_right_to_left(self.languages[0]) else _LEFT
        return direction + SEPARATOR.join(f"{_ISOLATE}{word}{_POP}" for word in words)

    def each(self, key: str, **values: object) -> tuple[str, ...]:
        """Return *key* in all languages, each different word once."""
        return tuple(dict.fromkeys(self.one(language, key, **values) for language in self.languages))

    def one(self, language: str, key: str, **values: object) -> str:
        """Return *key* in *language*."""
        return self._messages.text(language, f"board.{key}", **values)

    def opening(self, language: str, opens_at: datetime | None, now: datetime, zone: ZoneInfo) -> str:
        """Return when the office opens again, in words and on the office's own clock."""
        if opens_at is None or opens_at <= now:
            return self.one(language, "state.closed_hint")
        there, here = opens_at.astimezone(zone), now.astimezone(zone)
        days = (there.date() - here.date()).days
        key = {0: "opens_today", 1: "opens_tomorrow"}.get(days, "opens_on")
        weekday = self.one(language, f"weekday.{there.weekday()}")
        return self.one(language, f"state.{key}", time=clock_text(opens_at, zone), weekday=weekday)

    def age(self, language: str, age_s: float) -> str:
        """Return how long ago the office was last heard: seconds to 2 minutes in steps of 5, then minutes."""
        if age_s < 120:
            return self.one(language, "age.seconds", n=int(age_s // 5 * 5))
        return self.one(language, "age.minutes", n=int(age_s // 60))

    def occupancy(self, language: str, occupancy: BoardOccupancy, waiting: int, *, is_known: bool) -> str:
        """Return how full the office is, or that nobody knows."""
        parts = [self.one(language, f"occupancy.{occupancy.state if is_known else 'unknown'}")]
        if is_known:
            people = self.one(language, "occupancy.people", people=occupancy.people, capacity=occupancy.capacity)
            parts.append(people)
        if waiting:
            parts.append(self.one(language, "occupancy.waiting", n=waiting))
        return SEPARATOR.join(parts)


def clock_text(moment: datetime, zone: ZoneInfo) -> str:
    """Return hours and minutes of *moment* in *zone*, e.g. "09:05"."""
    return moment.astimezone(zone).strftime("%H:%M")
