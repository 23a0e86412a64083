"""Which visits belong together, for the figure of journeys saved by video; see ``domain.cases``."""

from __future__ import annotations

from datetime import datetime

from edge.domain.cases import CaseVisit
from edge.domain.contacts import ContactKind, addresses_of
from edge.domain.turns import Turn
from edge.services.contacts import contacts_of
from edge.services.context import Context
from edge.services.ports import UnitOfWork

_ADDRESSES = frozenset({ContactKind.PHONE, ContactKind.MAIL})


def note_case(uow: UnitOfWork, context: Context, turn: Turn, *, at: datetime) -> None:
    """Write down under which case *turn* was finished; nothing when its party left no address."""
    found = contacts_of(uow, turn.visit, addresses_of)
    addresses = {contact.value.casefold() for contact in found if contact.kind in _ADDRESSES}
    for address in sorted(addresses):
        token = context.derive("case", f"{turn.service}|{address}")
        uow.reports.note_case(CaseVisit(turn.id, token, str(turn.mode), at))
