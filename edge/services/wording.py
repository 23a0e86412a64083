"""Days and hours as people say them, on pages and in messages."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from edge.services.ports import Texts


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
