"""Times, waits and numbers as people read them, in one language and the office's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from edge.domain.waiting import Estimate
from edge.runtime.i18n import Messages

STEP_MIN = 5  # nobody can promise a minute: waits are shown in steps


@dataclass(frozen=True, slots=True)
class Words:
    """What a page is given to speak with."""

    texts: Messages
    language: str
    zone: ZoneInfo

    def say(self, key: str, /, **values: object) -> str:
        """Return the text of *key*."""
        return self.texts.text(self.language, key, **values)

    def time(self, at: datetime) -> str:
        """Return the hour on the office's clock, e.g. ``09:05``."""
        return f"{at.astimezone(self.zone):%H:%M}"

    def when(self, at: datetime, now: datetime) -> str:
        """Return *at* as somebody at *now* would say it: today, tomorrow, or the day."""
        there, here = at.astimezone(self.zone), now.astimezone(self.zone)
        days = (there.date() - here.date()).days
        if days in (0, 1):
            return self.say("portal.when.today" if days == 0 else "portal.when.tomorrow", time=self.time(at))
        weekday = self.say(f"portal.weekday.{there.weekday()}")
        return self.say("portal.when.day", weekday=weekday, day=there.day, month=there.month, time=self.time(at))

    def people(self, ahead: int) -> str:
        """Return how many people are before somebody."""
        key = {0: "zero", 1: "one"}.get(ahead, "many")
        return self.say(f"portal.people.{key}", n=ahead)

    def waiting(self, count: int) -> str:
        """Return how many people wait for a service."""
        key = {0: "zero", 1: "one"}.get(count, "many")
        return self.say(f"portal.waiting.{key}", n=count)

    def wait(self, estimate: Estimate | None) -> str:
        """Return the wait as an honest range; empty without an open desk."""
        if estimate is None:
            return ""
        return self.between(*minutes(estimate))

    def between(self, low: int, high: int) -> str:
        """Return a wait of *low* to *high* minutes."""
        if low == 0:
            return self.say("portal.wait.under", high=high)
        if low >= 120:
            return self.say("portal.wait.hours", low=low // 60, high=-(-high // 60))
        return self.say("portal.wait.range", low=low, high=high)

    def clock_range(self, estimate: Estimate | None, now: datetime) -> str:
        """Return between which hours somebody will be called; empty without an open desk."""
        if estimate is None:
            return ""
        low, high = minutes(estimate)
        start, end = now + timedelta(minutes=low), now + timedelta(minutes=high)
        return self.say("portal.wait.clock", start=self.time(start), end=self.time(end))


def minutes(estimate: Estimate) -> tuple[int, int]:
    """Return the range in minutes, widened to steps; never empty."""
    low = int(estimate.low / timedelta(minutes=STEP_MIN)) * STEP_MIN
    high = -int(-estimate.high / timedelta(minutes=STEP_MIN) // 1) * STEP_MIN
    return low, max(high, low + STEP_MIN)
