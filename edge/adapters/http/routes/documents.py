"""Documents from the phone: the page on which somebody sends them, and the desk at which they are looked at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import RedirectResponse, Response

from edge.adapters.http.call import Call
from edge.adapters.http.pages import page
from edge.adapters.http.problems import Problem, problem_of
from edge.adapters.http.routes.portal import sure_turn
from edge.adapters.http.shapes.documents import DocumentCard, OneDocument
from edge.adapters.http.uploads import Upload
from edge.domain import eni
from edge.domain.contents import kind_of
from edge.domain.documents import MAX_BYTES, MAX_OPEN, Document, DocumentKind, DocumentState
from edge.domain.errors import BadInput, OfficeError
from edge.services.documents import Party, Place

MEDIA_TYPES = {DocumentKind.PDF: "application/pdf", DocumentKind.JPEG: "image/jpeg", DocumentKind.PNG: "image/png"}
SANDBOX = {  # a drawing of ours, and still nothing in it may act
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; sandbox",
    "Cache-Control": "no-store",
}


async def show(call: Call) -> Response:
    """Show what this visit or appointment has sent, and how to send more."""
    return await _page(call, await party_of(call))


async def send(call: Call) -> Response:
    """Take one document; a refused one is told on the page, in the person's language."""
    call.limit_asking()
    party = await party_of(call)
    try:
        call.web.inspect.must_have_time()
        document, place = await _receive(call, party)
    except OfficeError as error:
        return await _page(call, party, refused=error)
    await call.web.inspect(document, place)
    return RedirectResponse(f"{place_of(call)}#documents", 303)


async def remove(call: Call, one: OneDocument) -> Response:
    """Take a document back."""
    party = await party_of(call)
    document = await call.web.write(call.web.documents.remove, one.document, party, actor="phone")
    call.web.vault.wipe(document.id)
    return RedirectResponse(place_of(call), 303)


async def _receive(call: Call, party: Party) -> tuple[Document, Place]:
    place = await call.web.write(call.web.documents.make_room, party)
    upload = Upload(call.request, limit=MAX_BYTES)
    await call.web.vault.receive(place.document, place.key, _first_known(upload))
    kind = kind_of(upload.head)
    if kind is None:
        call.web.vault.wipe(place.document)
        raise BadInput(code="document_empty" if not upload.size else "document_kind")
    return await call.web.write(call.web.documents.received, place, party, kind, upload.size, actor="phone"), place


async def _first_known(upload: Upload) -> AsyncIterator[bytes]:
    """Yield the file, and stop taking it as soon as its beginning says that it is nothing we take."""
    async for piece in upload.pieces():
        if upload.size == len(upload.head) or len(upload.head) >= 16:
            _must_be_known(upload.head)
        yield piece


def _must_be_known(head: bytes) -> None:
    if len(head) >= 16 and kind_of(head) is None:
        raise BadInput(code="document_kind")


async def party_of(call: Call, *, over: bool = False) -> Party:
    """Return who sends, by the link of an appointment or the phone's turn; *over* takes an ended visit too."""
    return await party_at(call, place_of(call), over=over)


async def party_at(call: Call, place: str, *, over: bool = False) -> Party:
    """Return the party of the page at *place*."""
    documents = call.web.documents
    if place.startswith("/c/"):
        booked = await call.web.read(call.web.agenda.of_link, place.split("/")[2])
        return await call.web.read(documents.party_of_appointment, booked, over=over)
    return await call.web.read(documents.party_of_turn, await sure_turn(call), over=over)


def place_of(call: Call) -> str:
    """Return the path of the page of documents."""
    return f"/c/{call.secret()}/documents" if "link" in call.request.path_params else "/my/documents"


async def _page(call: Call, party: Party, *, refused: OfficeError | None = None) -> Response:
    found = await call.web.read(call.web.documents.of_party, party)
    why: Problem | None = problem_of(refused, call.web.texts, call.language) if refused else None
    return page(
        call,
        "documents.html",
        status=why.status if why else 200,
        documents=found,
        refused=why,
        here=place_of(call),
        back=place_of(call).removesuffix("/documents"),
        most=MAX_OPEN,
        megabytes=MAX_BYTES // 1_000_000,
        room=sum(document.state is not DocumentState.REFUSED for document in found) < MAX_OPEN,
        size=_size_in_words(call),
        ready=sum(d.state is DocumentState.CLEAN and not d.submission for d in found),
        identity=await call.web.read(call.web.submissions.identity, party),
        receipts=await call.web.read(call.web.submissions.receipts, party),
        providers=call.web.gateway.titles,
    )


def _size_in_words(call: Call) -> Any:
    def say(count: int) -> str:
        if count >= 1_000_000:
            return f"{call.words.decimal(count / 1_000_000, 1)} MB"
        return f"{max(1, round(count / 1000))} kB"

    return say


# --- the desk -------------------------------------------------------------------------------------------------------


async def at_desk(call: Call) -> list[DocumentCard]:
    """Return the documents of the person who is attended to at this desk, with their metadata."""
    found = await call.web.read(call.web.documents.at_desk, call.path("desk"), agent=call.staff_id)
    return [_card(call, document) for document in found]


async def open_one(call: Call) -> Response:
    """Return one document to who attends to its owner; the look stands in the log before the first byte leaves."""
    desk, name = call.path("desk"), call.path("document")
    document, key = await call.web.write(call.web.documents.open_at_desk, desk, name, agent=call.staff_id)
    data = await call.web.read(call.web.vault.read, document.id, key)
    kind = document.format or DocumentKind.PDF
    headers = SANDBOX | {"Content-Disposition": f'inline; filename="{document.id}.{kind}"'}
    return Response(data, headers=headers, media_type=MEDIA_TYPES[kind])


async def hand_on(call: Call, _: OneDocument) -> Response:
    """Say that the document is where it belongs; the office wipes its own copy."""
    await handed_on(call, _)
    return RedirectResponse(f"/desk/{call.path('desk')}", 303)


async def handed_on(call: Call, one: OneDocument) -> DocumentCard:
    """The same for programs."""
    document = await call.web.write(call.web.documents.hand_on, call.path("desk"), one.document, agent=call.staff_id)
    call.web.vault.wipe(document.id)
    return _card(call, document)


def _card(call: Call, document: Document) -> DocumentCard:
    at = document.received_at.astimezone(call.web.office().calendar.zone)
    return DocumentCard(
        id=document.id,
        format=str(document.format),
        pages=document.pages,
        bytes=document.bytes,
        sha256=document.sha256,
        received_at=document.received_at,
        metadata=eni.metadata(document, organ=call.web.settings().office.dir3, captured_at=at),
    )
