"""By what a party is reached: what was given for its visit, and for the visits that it was put together with."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from edge.domain.contacts import Contact, ways_to
from edge.services.ports import Stores

Names = Callable[[str], Iterable[str]]


def contacts_of(stores: Stores, owner: str, names: Names = ways_to) -> list[Contact]:
    """Return what is known of *owner* under *names*; its own first, so that the first of a kind is the one to use.

    Nothing is copied when two visits are put together: taken apart again, each has what was its own.
    """
    ids = (name for visit in stores.visits.together(owner) for name in names(visit))
    return [contact for contact_id in ids if (contact := stores.contacts.find(contact_id)) is not None]
