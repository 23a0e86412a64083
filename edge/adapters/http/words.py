"""Times, waits and numbers as people read them, in one language and the office's zone."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from edge.domain.assistant.world import Due
from edge.domain.waiting import Estimate
from edge.runtime.i18n import Messages, decimal, is_right_to_left, isolated
from edge.services import wording

MINUTE = timedelta(minutes=1)
WIDE_MIN, SOON_MIN = wording.WIDE // MINUTE, wording.SOON // MINUTE
_CALL_HOURS = {
    Due.SOON: "portal.wait.soon",
    Due.BETWEEN: "portal.wait.clock",
    Due.FROM: "portal.wait.from",
    Due.BEFORE: "portal.wait.before",
}


@dataclass(frozen=True, slots=True)
class Words:
    """What a page is given to speak with."""

    texts: Messages
    language: str
    zone: ZoneInfo

    def say(self, key: str, /, **values: object) -> str:
        """Return the text of *key*; in a text from right to left each value keeps its own direction."""
        if is_right_to_left(self.language):
            values = {name: isolated(value) for name, value in values.items()}
        return self.texts.text(self.language, key, **values)

    def reason(self, code: str, kind: str = "") -> str:
        """Return why a device does not work in words, those of its *kind* first; an unknown *code* as it is."""
        if not code:
            return ""
        for key in (f"devices.of_{kind}.{code}", f"devices.reason.{code}"):
            with suppress(KeyError):
                return self.say(key)
        return code

    def override(self, reason: str) -> str:
        """Return why somebody was called out of order in words; an unknown *reason* as it is."""
        for key in (f"reports.fairness.why.{reason}", f"calling.priority.{reason}"):
            with suppress(KeyError):
                return self.say(key)
        return reason

    def decimal(self, value: float, digits: int) -> str:
        """Return *value* as people write it there."""
        return decimal(value, digits, self.language)

    def time(self, at: datetime) -> str:
        """Return the hour on the office's clock, e.g. ``09:05``."""
        return wording.clock(at, self.zone)

    def day(self, at: datetime) -> str:
        """Return the day on the office's calendar with its weekday."""
        there = at.astimezone(self.zone)
        comma = "،" if is_right_to_left(self.language) else ","
        return f"{self.say(f'portal.weekday.{there.weekday()}')}{comma} {there.day}/{there.month}/{there.year}"

    def when(self, at: datetime, now: datetime) -> str:
        """Return *at* as somebody at *now* would say it: today, tomorrow, or the day."""
        return wording.when(self.texts, self.language, at, now=now, zone=self.zone)

    def channel(self, name: str) -> str:
        """Return through what an appointment was booked; a channel without words of its own by its name."""
        try:
            return self.say(f"booking.channel.{name}")
        except KeyError:
            return self.say("booking.channel.other", name=name)

    def moment(self, at: datetime, now: datetime) -> str:
        """Return *at* in the past as date and hour: only the hour of today."""
        if at.astimezone(self.zone).date() == now.astimezone(self.zone).date():
            return self.say("portal.when.today", time=self.time(at))
        return wording.on_day(self.texts, self.language, at, zone=self.zone)

    def people(self, ahead: int) -> str:
        """Return how many people are before somebody."""
        return self.say(f"portal.people.{_number(ahead)}", n=ahead)

    def count(self, ahead: int) -> str:
        """Return a number of people without saying where they are."""
        return self.say(f"portal.count.{_number(ahead)}", n=ahead)

    def waiting(self, count: int) -> str:
        """Return how many people are before somebody who asks for a service now, whatever they wait for."""
        return self.say(f"portal.waiting.{_number(count)}", n=count)

    def offered(self, low: int, high: int, *, waiting: int) -> str:
        """Return the wait of somebody who takes a turn now, when so many people are *waiting* already."""
        return self.say("portal.wait.soon") if _is_soon(low, high, waiting) else self.between(low, high)

    def between(self, low: int, high: int) -> str:
        """Return a wait of *low* to *high* minutes; of a range too wide to plan with only the side that helps."""
        if low == 0:
            return self.say("portal.wait.under", high=self.span(high))
        if high - low > WIDE_MIN:
            return self.say("portal.wait.over", low=self.span(low if low < 60 else low // 30 * 30))
        if low >= 120:
            return self.say("portal.wait.hours", low=low // 60, high=-(-high // 60))
        return self.say("portal.wait.range", low=low, high=high)

    def span(self, length: int) -> str:
        """Return *length* minutes: ``45 min``, ``2 h``, ``1 h 05 min``."""
        hours, rest = divmod(length, 60)
        if hours == 0:
            return self.say("portal.span.min", n=rest)
        return self.say("portal.span.both", hours=hours, n=f"{rest:02}") if rest else self.say("portal.span.h", n=hours)

    def clock_range(self, estimate: Estimate | None, now: datetime, *, not_before: datetime | None = None) -> str:
        """Return between which hours somebody will be called; empty without an open desk.

        Who has asked for more time is not called before *not_before*: no hour is said that is earlier.
        """
        return self._by_clock(*wording.call_hours(estimate, now, not_before=not_before))

    def announced(
        self, estimate: Estimate | None, now: datetime, *, ahead: int, not_before: datetime | None = None
    ) -> str:
        """Return by when to count on the call where ``call_time`` names no end; else empty: one limit is said, once."""
        due, _, _ = wording.call_hours(estimate, now, ahead=ahead, not_before=not_before)
        if estimate is None or due is not Due.FROM:
            return ""
        late = -(-estimate.announced // wording.STEP) * wording.STEP
        by = max(now + late, (not_before or now) + wording.STEP)
        return self.say("portal.wait.by", time=self.time(by))

    def call_time(
        self, estimate: Estimate | None, now: datetime, *, ahead: int, not_before: datetime | None = None
    ) -> str:
        """Return when somebody with *ahead* people before them will be called; empty without an open desk."""
        return self._by_clock(*wording.call_hours(estimate, now, ahead=ahead, not_before=not_before))

    def _by_clock(self, due: Due, start: datetime, end: datetime) -> str:
        if due is Due.UNKNOWN:
            return ""
        return self.say(_CALL_HOURS[due], start=self.time(start), end=self.time(end))

    def is_next(self, estimate: Estimate | None, *, ahead: int) -> bool:
        """Whether nobody is before somebody whose call is not soon: then it hangs on the desk, and pages say so."""
        return estimate is not None and ahead == 0 and not _is_soon(*minutes(estimate), ahead)


def _number(count: int) -> str:
    return {0: "zero", 1: "one"}.get(count, "many")


def _is_soon(low: int, high: int, before: int) -> bool:
    return before == 0 and low == 0 and high <= SOON_MIN


def minutes(estimate: Estimate) -> tuple[int, int]:
    """Return the range in minutes, widened to steps; never empty."""
    low, high = wording.in_steps(estimate)
    return low // MINUTE, high // MINUTE
