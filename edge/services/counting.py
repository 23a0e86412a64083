"""Whether the counters can be believed now: their own word, and how long ago they gave it. Nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from edge.contracts.counting import CountTotals
from edge.domain.absence import GONE_AFTER
from edge.services.last_words import SILENT_S, LastWords

EMPTY_S = 600.0  # an area counts as empty once its camera has seen nobody in it for so long

Trust = Literal["ok", "degraded", "unknown"]
_TRUST: dict[str, Trust] = {"ok": "ok", "degraded": "degraded", "invalid": "unknown", "unknown": "unknown"}
_WORST: tuple[Trust, ...] = ("unknown", "degraded", "ok")


@dataclass(frozen=True, slots=True)
class _Word:
    """The last word of one group: when, how far it is to be trusted, and whom its areas saw lately."""

    mono: float
    trust: Trust | None  # None: it watches no door
    people: int = 0
    people_at: float = float("-inf")


class CounterWatch:
    """How far the last word of every counter group is to be trusted; told by one thread at a time, asked from any.

    One that was silent for days is gone, as for the ledger: it makes the others no worse, and room for another.
    """

    def __init__(self) -> None:
        self._last = LastWords[str, _Word]()

    def heard(self, report: CountTotals, *, mono: float) -> bool:
        """Note *report*; return whether the trust has changed.

        A group vouches for the occupancy with the cameras that watch a door. One that counts something else says
        nothing about it; one that cannot count at all is unknown.
        """
        at_doors = {row.line.partition("/")[0] for row in report.lines if row.door}
        counts = bool(report.lines or report.zones)
        words = [_TRUST[camera.health] for camera in report.cameras if camera.camera in at_doors]
        trust = worst(words) if at_doors or not counts else None
        people = _people_seen(report)
        self._last.drop(*(group for group, word in self._last.items() if _is_gone(word, mono)))
        before = self._last.get(report.group)
        seen = (people, mono) if people else (before.people, before.people_at) if before else (0, float("-inf"))
        has_room = self._last.keep(report.group, _Word(mono, trust, *seen))
        return has_room and (before is None or before.trust != trust)

    def lost(self, group: str) -> None:
        """The counter of *group* said good-bye or its session died."""
        if (before := self._last.get(group)) is not None:
            self._last.keep(group, replace(before, trust=before.trust and "unknown"))

    def trust(self, *, mono: float) -> Trust:
        """Return how far the occupancy can be believed: as far as the worst group, unknown without any."""
        words = [(word.mono, word.trust) for word in self._last.all() if not _is_gone(word, mono)]
        return worst([trust if mono - at <= SILENT_S else "unknown" for at, trust in words if trust is not None])

    def people_seen(self, *, mono: float) -> int:
        """Return how many people at least stand in the areas of the cameras, or stood there in the last minutes."""
        return max((w.people for w in self._last.all() if mono - w.people_at <= EMPTY_S), default=0)


def _is_gone(word: _Word, mono: float) -> bool:
    return mono - word.mono > GONE_AFTER.total_seconds()


def worst(found: list[Trust]) -> Trust:
    """Return the worst of *found*; unknown when there is nothing."""
    return next((trust for trust in _WORST if trust in found), "unknown")


def _people_seen(report: CountTotals) -> int:
    """Return the people in the fullest area that a healthy camera sees: areas may overlap, so they do not add up."""
    well = {camera.camera for camera in report.cameras if camera.health == "ok"}
    return max((row.people for row in report.zones if row.zone.partition("/")[0] in well), default=0)
