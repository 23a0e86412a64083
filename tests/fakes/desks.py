"""Desks and what is done there, in memory."""

from __future__ import annotations

from collections.abc import Sequence

from edge.domain.attention import Deed
from edge.domain.desks import DeskSession
from edge.domain.errors import Conflict
from edge.domain.procedures import Done


class FakeDesks:
    """A ``DeskStore``; a desk without a row is closed."""

    def __init__(self, rows: dict[str, DeskSession], deeds: dict[str, Deed], profiles: dict[str, str]) -> None:
        self._rows, self._deeds, self._profiles = rows, deeds, profiles

    def get(self, desk: str) -> DeskSession:
        return self._rows.get(desk, DeskSession(desk))

    def save(self, session: DeskSession) -> None:
        if self.get(session.desk).version != session.version - 1:
            raise Conflict(f"desk {session.desk} changed meanwhile")
        self._rows[session.desk] = session

    def all(self) -> list[DeskSession]:
        return [self._rows[desk] for desk in sorted(self._rows)]

    def remember(self, deed: Deed) -> None:
        self._deeds[deed.desk] = deed

    def deed(self, desk: str) -> Deed | None:
        return self._deeds.get(desk)

    def profile_of(self, agent: str) -> str:
        return self._profiles.get(agent, "")

    def set_profile(self, agent: str, profile: str) -> None:
        self._profiles[agent] = profile

    def profiles(self) -> dict[str, str]:
        return {agent: profile for agent, profile in self._profiles.items() if profile}


class FakeProcedures:
    """A ``ProcedureStore``."""

    def __init__(self, rows: dict[str, tuple[str, list[Done]]]) -> None:
        self._rows = rows

    def put(self, turn: str, visit: str, done: Sequence[Done]) -> None:
        if turn in self._rows:
            raise Conflict(f"{turn} is recorded")
        self._rows[turn] = visit, list(done)

    def of_visit(self, visit: str) -> list[tuple[str, Done]]:
        rows = sorted((turn, done) for turn, (of, done) in self._rows.items() if of == visit)
        return [(turn, one) for turn, done in rows for one in done]

    def forget(self, turn: str) -> None:
        self._rows.pop(turn, None)
