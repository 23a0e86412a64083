"""What happens at the door of the staff's pages, told to whoever writes it down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Before:
    """What somebody who comes in is told: the last time, and how often somebody else tried since."""

    at: datetime | None = None
    failures: int = 0


class Journal(Protocol):
    """Who writes down what happens at the door; ``NoJournal`` where nobody does."""

    def came_in(self, staff_id: str, how: str) -> Before:
        """Somebody has logged in; return what they are told about the time before."""
        ...

    def note(self, what: str, staff_id: str, why: str) -> None:
        """Write down ``refused``, ``locked``, ``unlocked``, ``unlock_refused`` or ``went_out``; "" is a stranger."""
        ...

    def renew(self, staff_id: str, before: str, after: str) -> bool:
        """Keep the hash *after* instead of *before*, written in an older way; False when it is another by now."""
        ...


class NoJournal:
    """Writes nothing down."""

    def came_in(self, staff_id: str, how: str) -> Before:  # noqa: ARG002
        return Before()

    def note(self, what: str, staff_id: str, why: str) -> None:
        """Forget it."""

    def renew(self, staff_id: str, before: str, after: str) -> bool:  # noqa: ARG002
        """Leave it as it is."""
        return False
