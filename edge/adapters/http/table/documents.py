"""The rows of documents: sent from a phone, looked at by who attends to the person."""

from __future__ import annotations

from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import documents
from edge.adapters.http.shapes.documents import DocumentCard, OneDocument
from edge.adapters.http.table.rows import ANYONE, AT_DESK

_SEND = {"refuses": (400, 404, 409, 413, 415, 429, 503), "streams": True}

PHONE: tuple[Endpoint, ...] = (
    ANYONE.page("/my/documents", documents.show, "Documents of this visit", refuses=(404, 409), query=("lang",)),
    ANYONE.form("/my/documents", documents.send, None, "Send a document (multipart form, field `file`)", **_SEND),
    ANYONE.form("/my/documents/remove", documents.remove, OneDocument, "Take a document back", refuses=(404, 409)),
    ANYONE.page(
        "/c/{link}/documents", documents.show, "Documents of an appointment", refuses=(404, 409), query=("lang",)
    ),
    ANYONE.form("/c/{link}/documents", documents.send, None, "Send a document (multipart form, field `file`)", **_SEND),
    ANYONE.form(
        "/c/{link}/documents/remove", documents.remove, OneDocument, "Take a document back", refuses=(404, 409)
    ),
)

DESK: tuple[Endpoint, ...] = (
    AT_DESK.page(
        "/desk/{desk}/documents/{document}",
        documents.open_one,
        "One document of the person at this desk",
        refuses=(404, 409),
    ),
    AT_DESK.form(
        "/desk/{desk}/documents/hand-on",
        documents.hand_on,
        OneDocument,
        "Say that a document is where it belongs",
        refuses=(404, 409),
    ),
)

API: tuple[Endpoint, ...] = (
    AT_DESK.get(
        "/api/v1/desks/{desk}/documents",
        documents.at_desk,
        "Documents of the person at this desk, with their metadata",
        list[DocumentCard],
    ),
    AT_DESK.post(
        "/api/v1/desks/{desk}/documents/hand-on",
        documents.handed_on,
        OneDocument,
        "Say that a document is where it belongs",
        DocumentCard,
        refuses=(404, 409),
    ),
)
