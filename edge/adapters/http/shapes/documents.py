"""What pages of documents send and what is told about a document."""

from __future__ import annotations

from datetime import datetime

from edge.adapters.http.shapes.fields import Word
from edge.contracts.wire import Message


class OneDocument(Message, frozen=True, kw_only=True):
    """Which document."""

    document: Word


class DocumentCard(Message, frozen=True, kw_only=True):
    """One document of the person at the desk. *removed* parts would have acted when the original was opened."""

    id: str
    format: str
    pages: int
    bytes: int
    sha256: str
    received_at: datetime
    metadata: dict[str, str]
