"""At which time the demo plays: now when the pilot office is open, else ten o'clock of its next working day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from edge.contracts.office import Holidays, OfficeDocument
from edge.runtime.config import load_config

OPEN_FROM, OPEN_TO = 8, 17  # hours in which the pilot office opens every working day and goes on for a while


def clock_for(now: datetime, documents: Path, office: str) -> str:
    """Return the ``--clock`` with which *office* is open: "" in its hours, else an offset in seconds."""
    document = load_config(documents / "offices" / f"{office}.toml", OfficeDocument)
    holidays = [load_config(documents / "holidays" / f"{name}.toml", Holidays) for name in document.holidays]
    special = {day.date for day in document.special}
    local = now.astimezone(ZoneInfo(document.zone))

    def works(day: date) -> bool:
        named = any(f"{day:%m-%d}" in table.yearly or day.isoformat() in table.dates for table in holidays)
        return day.weekday() < 5 and day.month != 8 and not named and day not in special

    if works(local.date()) and OPEN_FROM <= local.hour < OPEN_TO:
        return ""
    ahead = next(n for n in range(1, 60) if works(local.date() + timedelta(days=n)))
    opening = datetime.combine(local.date() + timedelta(days=ahead), datetime.min.time(), local.tzinfo)
    return f"+{int((opening + timedelta(hours=10) - local).total_seconds())}"
