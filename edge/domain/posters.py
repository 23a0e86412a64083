"""Posters with the code that leads to the office's page: each printing has an id, and an id can be taken out of use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from edge.domain.errors import IllegalTransition, NotFound, RuleViolation
from edge.domain.events import Event, Stream
from edge.domain.tokens import ALPHABET

ID_LENGTH = 8
LANGUAGES, SIZES = ("es", "ca", "en", "ar"), ("a4", "a3")  # in which a poster is printed


class PosterState(StrEnum):
    """Whether a poster still leads to a turn."""

    ACTIVE = "active"
    REVOKED = "revoked"


class PosterAction(StrEnum):
    """What may happen to a poster."""

    REVOKE = "revoke"


TRANSITIONS: Mapping[tuple[PosterState, PosterAction], PosterState] = MappingProxyType(
    {(PosterState.ACTIVE, PosterAction.REVOKE): PosterState.REVOKED}
)

EVENT_TYPES: Mapping[PosterAction, str] = MappingProxyType({PosterAction.REVOKE: "poster_revoked"})


@dataclass(frozen=True, slots=True)
class Poster:
    """One printing; *place* is where it hangs, in the words of the office, and stays out of the log."""

    id: str
    place: str
    made_at: datetime
    state: PosterState = PosterState.ACTIVE
    used: int = 0
    used_at: datetime | None = None
    version: int = 0

    def apply(self, action: PosterAction, *, at: datetime, actor: str) -> tuple[Poster, Event]:
        """Return the poster after *action* and its event; raise ``IllegalTransition`` otherwise."""
        try:
            state = TRANSITIONS[self.state, action]
        except KeyError:
            raise IllegalTransition(self.state, action) from None
        after = replace(self, state=state, version=self.version + 1)
        return after, Event(Stream.OFFICE, EVENT_TYPES[action], at, actor, "", {"poster": self.id})


def poster_id(chance: bytes) -> str:
    """Return the id that *chance*, at least 5 bytes, stands for: 8 characters that nobody mistakes for others."""
    number = int.from_bytes(chance[:5])
    return "".join(ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))


def made(poster: Poster, *, actor: str) -> Event:
    """Return the event of a new poster."""
    return Event(Stream.OFFICE, "poster_made", poster.made_at, actor, "", {"poster": poster.id})


def used(poster: str, turn: str, *, at: datetime, actor: str) -> Event:
    """Return the event of a turn that was taken through a poster: a stolen one shows by its use."""
    return Event(Stream.TURNS, "poster_used", at, actor, "", {"poster": poster, "turn": turn})


def must_lead_here(poster: Poster | None) -> Poster:
    """Return *poster* if a turn may be taken through it.

    Raises ``NotFound`` (``poster_unknown``) for one of another office or a forged one, and ``RuleViolation``
    (``poster_revoked``) for one that was taken out of use.
    """
    if poster is None:
        raise NotFound("no such poster", code="poster_unknown")
    if poster.state is PosterState.REVOKED:
        raise RuleViolation(f"poster {poster.id} is out of use", code="poster_revoked")
    return poster
