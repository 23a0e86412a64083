"""Messages for people on the console, for whoever develops: nothing leaves the machine, no address is shown."""

from __future__ import annotations

import sys
from typing import TextIO

from edge.domain.agenda import Outbound
from edge.domain.contacts import Contact


class ConsoleSender:
    """Implements ``services.outbound.Sender``; prints to *out* (standard error)."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out

    def __call__(self, message: Outbound, contacts: list[Contact], subject: str, body: str) -> bool:
        """Print one message; always done."""
        ways = ", ".join(str(contact.kind) for contact in contacts) or "nobody"
        print(f"[{message.kind} by {ways}] {subject}\n{body}\n", file=self._out or sys.stderr, flush=True)
        return True
