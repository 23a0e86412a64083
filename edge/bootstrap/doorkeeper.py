"""Writes down who comes in and goes out, on the writer thread: log-ins happen on threads of their own."""

from __future__ import annotations

from typing import Any, Protocol

from edge.runtime.entry_journal import Before
from edge.services.entries import EntryService


class CarryOut(Protocol):
    """Runs a use case on the writer thread and waits until it is durable."""

    def __call__(self, run: Any, /, *args: Any) -> Any: ...


class Doorkeeper:
    """Implements ``runtime.entry_journal.Journal``."""

    def __init__(self, entries: EntryService, carry_out: CarryOut) -> None:
        self._entries, self._carry_out = entries, carry_out

    def came_in(self, staff_id: str, how: str) -> Before:
        """Somebody has logged in."""
        before: Before = self._carry_out(self._entries.came_in, staff_id, how)
        return before

    def note(self, what: str, staff_id: str, why: str) -> None:
        """Something else happened at the door."""
        self._carry_out(self._entries.note, what, staff_id, why)

    def renew(self, staff_id: str, before: str, after: str) -> bool:
        """A password is written in today's way."""
        renewed: bool = self._carry_out(self._entries.renew, staff_id, before, after)
        return renewed
