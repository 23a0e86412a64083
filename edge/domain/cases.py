"""Journeys saved by video: a visit by video after which nobody came to the office for the same case within a week.

A case is a service and whoever left an address, as a keyed hash: it says that two visits belong together, never whose
they are. A visit without an address has no case and is not counted at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

FOLLOWED_BY = timedelta(days=7)
VIDEO = "video"


@dataclass(frozen=True, slots=True)
class CaseVisit:
    """One visit that is over, under one *token* of its case; somebody with two addresses has two rows."""

    turn: str
    token: str
    mode: str  # "video" or "presencial"
    at: datetime


def saved(visits: Iterable[CaseVisit], start: datetime, end: datetime) -> tuple[int, int]:
    """Return how many video visits from *start* to *end* have a case, and after how many of them nobody came.

    *visits* reach ``FOLLOWED_BY`` beyond *end*.
    """
    known = list(visits)
    came: dict[str, list[datetime]] = {}
    for visit in known:
        if visit.mode != VIDEO:
            came.setdefault(visit.token, []).append(visit.at)
    followed: dict[str, bool] = {}  # video turn -> whether somebody came afterwards
    for visit in known:
        if visit.mode == VIDEO and start <= visit.at < end:
            later = any(visit.at < at <= visit.at + FOLLOWED_BY for at in came.get(visit.token, ()))
            followed[visit.turn] = followed.get(visit.turn, False) or later
    return len(followed), sum(not later for later in followed.values())
