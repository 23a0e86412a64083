"""Somebody who wants to be told, and an office without threads: the tests send by hand."""

from __future__ import annotations

from edge.bootstrap.office import OfficeParts
from edge.domain.notices import Rung
from edge.domain.turns import Turn
from edge.services.notifiers import Letter
from tests.fixtures import letters
from tests.fixtures.office import walk_in

__all__ = ["call", "look", "send", "states", "subscribe", "told"]

PHONE, MAIL = "612345678", "canary@example.org"


def told(office: OfficeParts, text: str = PHONE, service: str = "registro") -> Turn:
    """Return the turn of somebody who wants to be told."""
    turn = walk_in(office, service)
    if text:
        office.parties.want(turn.id, text, actor="phone")
    return turn


def subscribe(office: OfficeParts, turn: Turn) -> None:
    office.parties.subscribe(turn.id, '{"endpoint": "https://push.example/1"}', actor="phone")


def send(office: OfficeParts, rung: Rung = Rung.SMS) -> list[Letter]:
    """Send all that is due over *rung*."""
    return letters.send(office.notices, rung)


def call(office: OfficeParts) -> Turn:
    return office.attention.call_next("1", agent="ana")


def states(office: OfficeParts, turn: Turn) -> list[tuple[str, str, str, str]]:
    return [(t.kind, t.rung, t.state, t.reason) for t in reversed(office.notices.of_turn(turn.id))]


def look(office: OfficeParts) -> int:
    news = office.occasions.look()
    return office.occasions.tell(news) if news else 0
