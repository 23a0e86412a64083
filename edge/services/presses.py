"""The same press twice is answered with the first answer: a double click, a form sent again, one wish by two ways.

A press has a name: the nonce of a form, the key of a button, or what the region's web calls a wish. What came of it is
kept by the hash of that name, as a link, for two days.
"""

from __future__ import annotations

from datetime import datetime

from edge.services.context import secret_hash
from edge.services.ports import Stores, UnitOfWork

TURN, SLOT = "press_turn", "press_slot"  # kinds of link: what a press made


def answered(stores: Stores, kind: str, key: str) -> str | None:
    """Return the id of what the press *key* made before, None for a first press or one without a name."""
    return stores.links.target(kind, secret_hash(key)) if key else None


def answer(uow: UnitOfWork, kind: str, key: str, target: str, at: datetime) -> None:
    """Remember what the press *key* made."""
    if key:
        uow.links.bind(kind, secret_hash(key), target, at)
