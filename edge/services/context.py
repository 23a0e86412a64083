"""What every use case is given: the database, the time, ids and chance, and the office as it is set now."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from edge.domain.office import Office
from edge.domain.waiting.results import Result
from edge.runtime.clock import Clock
from edge.services.ports import Database


@dataclass(frozen=True, slots=True)
class Context:
    """The world of a use case; all of it can be replaced in a test."""

    database: Database
    clock: Clock
    new_id: Callable[[datetime], str]
    new_token: Callable[[], str]
    office: Callable[[], Office]
    code_key: bytes  # secret of the rotating code
    estimates: Callable[[], Result | None] = lambda: None  # the newest waiting times; None until the first

    def now(self) -> datetime:
        """Return the present moment."""
        return self.clock.now()

    def day(self) -> str:
        """Return today's working day as ISO text."""
        return self.office().calendar.day_of(self.now()).isoformat()

    def derive(self, purpose: str, subject: str) -> str:
        """Return the secret of *subject* for one *purpose*: always the same, and nobody else can work it out."""
        mac = hmac.new(self.code_key, f"{purpose}:{subject}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(mac[:24]).decode()


def secret_hash(secret: str) -> str:
    """Return what the database keeps of a secret: enough to recognise it, not to use it."""
    return hashlib.sha256(secret.encode()).hexdigest()
