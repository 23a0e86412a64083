"""Days and hours as people say them, on pages and in messages."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from edge.domain.assistant.world import Due
from edge.domain.waiting import Estimate
from edge.services.ports import Texts

STEP = timedelta(minutes=5)  # nobody can promise a minute: hours are told in steps from now
WIDE = timedelta(minutes=60)  # a wider range says nothing: one side of it is said
SOON = timedelta(minutes=10)


def in_steps(estimate: Estimate) -> tuple[timedelta, timedelta]:
    """Return the wait from and to, widened to steps; never empty."""
    low, high = estimate.low // STEP * STEP, -(-estimate.high // STEP) * STEP
    return low, max(high, low + STEP)


def call_hours(
    estimate: Estimate | None, now: datetime, *, ahead: int | None = None, not_before: datetime | None = None
) -> tuple[Due, datetime, datetime]:
    """Return how to say when somebody is called, with the hours from and to; without an *estimate* both are now.

    Only of who is known to have nobody *ahead* it may be said that it is soon.
    Who has asked for more time is not called before *not_before*: no hour is said that is earlier.
    """
    if estimate is None:
        return Due.UNKNOWN, now, now
    low, high = in_steps(estimate)
    start = max(now + low, not_before or now)
    end = max(now + high, start + STEP)
    if not_before is None and ahead == 0 and not low and end - now <= SOON:
        return Due.SOON, start, end
    if end - start <= WIDE:
        return Due.BETWEEN, start, end
    return (Due.FROM if start > now else Due.BEFORE), start, end


def clock(at: datetime, zone: ZoneInfo) -> str:
    """Return the hour on the office's clock, e.g. ``09:05``."""
    return f"{at.astimezone(zone):%H:%M}"


def when(texts: Texts, language: str, at: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """Return *at* as somebody at *now* would say it: today, tomorrow, or the day."""
    there, here = at.astimezone(zone), now.astimezone(zone)
    days = (there.date() - here.date()).days
    time = clock(at, zone)
    if days in (0, 1):
        return texts.text(language, "portal.when.today" if days == 0 else "portal.when.tomorrow", time=time)
    return on_day(texts, language, at, zone=zone)


def on_day(texts: Texts, language: str, at: datetime, *, zone: ZoneInfo) -> str:
    """Return *at* with its day, however near: ``el martes 24/11 a las 10:30``."""
    there = at.astimezone(zone)
    weekday = texts.text(language, f"portal.weekday.{there.weekday()}")
    time = clock(at, zone)
    return texts.text(language, "portal.when.day", weekday=weekday, day=there.day, month=there.month, time=time)


def day_name(texts: Texts, language: str, day: date) -> str:
    """Return a day as ``martes 24/11``."""
    weekday = texts.text(language, f"portal.weekday.{day.weekday()}")
    return f"{weekday} {day.day}/{day.month}"
