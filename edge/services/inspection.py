"""A document on its way from received to clean: the scanner, then the drawing; no step holds up the writer thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from edge.domain.contents import active_parts, is_mixed, kind_of
from edge.domain.documents import Document, DocumentKind
from edge.domain.errors import Unavailable
from edge.services.documents import DocumentService, Place
from edge.services.ports import Redraw, Scanner, Vault

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Inspection:
    """Runs on a thread of its own, one document at a time; *write* carries a use case to the writer thread."""

    documents: DocumentService
    vault: Vault
    scanner: Scanner
    redraw: Redraw
    write: Callable[..., Document]

    def inspect(self, document: Document, place: Place) -> Document:
        """Check *document* and keep its drawing, or refuse it with a reason; the original is gone either way."""
        data = self.vault.read(place.document, place.key)
        reason = self._first_look(data, document.kind)
        if reason:
            return self._refuse(document, reason)
        self.write(self.documents.checked, document.id)
        outcome = self.redraw.redraw(document.kind, data)
        if isinstance(outcome, str):
            return self._refuse(document, outcome)
        drawing, facts = outcome
        self.vault.replace(place.document, place.key, drawing)
        removed = active_parts(data) if document.kind is DocumentKind.PDF else set[str]()
        return self.write(self.documents.clean, document.id, facts, removed)

    def _first_look(self, data: bytes, kind: DocumentKind) -> str:
        """Return why *data* is not taken, as far as that is known without opening it."""
        if kind_of(data) is not kind:
            return "kind"
        if is_mixed(data, kind):
            return "mixed"
        try:
            return "infected" if self.scanner.scan(data) else ""
        except Unavailable:
            return "scanner_away"

    def _refuse(self, document: Document, reason: str) -> Document:
        refused = self.write(self.documents.refuse, document.id, reason)
        self.vault.wipe(document.id)
        return refused
