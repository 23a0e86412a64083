"""Posters of the office: make one, take it out of use, know whether one still leads here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from edge.domain import posters
from edge.domain.errors import BadInput, NotFound
from edge.domain.posters import Poster, PosterAction
from edge.services.context import Context
from edge.services.ports import UnitOfWork

PLACE_LENGTH = 80


class PosterService:
    """Use cases of posters; *chance* returns random bytes."""

    def __init__(self, context: Context, chance: Callable[[int], bytes]) -> None:
        self._context, self._chance = context, chance

    def make(self, place: str, *, actor: str) -> Poster:
        """Register a new printing that will hang at *place*; raise ``BadInput`` (``bad_poster_place``)."""
        words = " ".join(place.split())
        if not words or len(words) > PLACE_LENGTH or not words.isprintable():
            raise BadInput(code="bad_poster_place")
        poster = Poster(posters.poster_id(self._chance(5)), words, self._context.now())
        with self._context.database.write() as uow:
            uow.posters.add(poster)
            uow.log.append(posters.made(poster, actor=actor))
            uow.commit()
        return poster

    def revoke(self, poster_id: str, *, actor: str) -> Poster:
        """Take a printing out of use; a second time changes nothing. Raises ``NotFound`` (``poster_unknown``)."""
        with self._context.database.write() as uow:
            poster = uow.posters.find(poster_id)
            if poster is None:
                raise NotFound(f"poster {poster_id}", code="poster_unknown")
            if poster.state is posters.PosterState.REVOKED:
                return poster
            poster, event = poster.apply(PosterAction.REVOKE, at=self._context.now(), actor=actor)
            uow.posters.save(poster)
            uow.log.append(event)
            uow.commit()
        return poster

    def all(self) -> list[Poster]:
        """Return every printing, the newest first."""
        with self._context.database.read() as stores:
            return stores.posters.all()

    def check(self, poster_id: str) -> Poster:
        """Return the poster if it leads here; raise ``NotFound`` or ``RuleViolation`` as the rule says."""
        with self._context.database.read() as stores:
            return posters.must_lead_here(stores.posters.find(poster_id))


def note_use(uow: UnitOfWork, poster_id: str, turn: str, *, at: datetime, actor: str) -> None:
    """Write down that *turn* came through a poster."""
    uow.posters.note_use(poster_id, at)
    uow.log.append(posters.used(poster_id, turn, at=at, actor=actor))
