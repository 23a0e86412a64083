"""One version of a document that is changed live: what it says, who wrote it, when, and its hash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Version:
    """A row; versions of one name count from 1 and are never changed."""

    name: str
    number: int
    body: str
    digest: str
    at: datetime
    actor: str
