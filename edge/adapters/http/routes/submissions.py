"""Handing documents in: by the person who is known, or by an official at the desk; receipts; what officials take on."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from edge.adapters.http.call import Call
from edge.adapters.http.pages import page
from edge.adapters.http.problems import problem_of
from edge.adapters.http.routes.certificates import pdf
from edge.adapters.http.routes.documents import MEDIA_TYPES, SANDBOX, party_of, place_of
from edge.adapters.http.shapes.documents import OneDocument
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.shapes.papers import Assisted
from edge.domain.documents import DocumentKind
from edge.domain.errors import BadInput


async def submit(call: Call, _: Nothing) -> Response:
    """Hand in everything that is ready."""
    call.limit_asking()
    await call.web.write(call.web.submissions.submit, await party_of(call), actor="phone")
    return RedirectResponse(f"{place_of(call)}#receipts", 303)


async def receipt(call: Call) -> Response:
    """Return the receipt of what this visit or appointment has handed in."""
    party, number = await party_of(call, over=True), call.path("number")
    one, documents = await call.web.read(call.web.submissions.receipt, party, number)
    return pdf(await call.web.read(call.web.papers.receipt, one, documents, call.language), f"{number}.pdf")


async def ask(call: Call) -> Response:
    """Ask an official whom they identify, apart from the desk's page, which changes while somebody types."""
    return await _ask(call)


async def assist(call: Call, asked: Assisted) -> Response:
    """Identify the person at this desk with their consent and hand their documents in."""
    try:
        one = await call.web.write(
            call.web.submissions.assist,
            call.path("desk"),
            asked.name,
            asked.number,
            consent=asked.consent == "yes",
            agent=call.staff_id,
        )
    except BadInput as error:
        return await _ask(call, asked, refused=error)
    return RedirectResponse(f"/desk/{call.path('desk')}/receipts/{one.number}", 303)


async def _ask(call: Call, typed: Assisted | None = None, *, refused: BadInput | None = None) -> Response:
    view = await call.web.read(call.web.board.desk, call.path("desk"))
    held = await call.web.read(call.web.documents.at_desk, call.path("desk"), agent=call.staff_id)
    why = problem_of(refused, call.web.texts, call.language) if refused else None
    return page(
        call,
        "assist.html",
        status=why.status if why else 200,
        desk=call.web.office().desk(call.path("desk")),
        turn=view.current if held else None,
        ready=sum(not document.submission for document in held),
        typed=typed or Assisted(),
        refused=why,
    )


async def receipt_at_desk(call: Call) -> Response:
    """Return the receipt for the person at this desk."""
    number = call.path("number")
    one, documents = await call.web.read(
        call.web.submissions.receipt_at_desk, call.path("desk"), number, agent=call.staff_id
    )
    return pdf(await call.web.read(call.web.papers.receipt, one, documents, call.language), f"{number}.pdf")


async def pending(call: Call) -> Response:
    """Show the submissions that nobody has taken on yet."""
    return await _pending(call, None)


async def who(call: Call, _: Nothing) -> Response:
    """Show who handed something in; the look stands in the log."""
    name = call.path("submission")
    shown = await call.web.write(call.web.submissions.who, name, agent=call.staff_id)
    return await _pending(call, {"submission": name, **shown})


async def _pending(call: Call, who: dict[str, str] | None) -> Response:
    to_centre = await call.web.read(call.web.deposits)
    pending = await call.web.read(call.web.submissions.pending)
    return page(call, "submissions.html", pending=pending, who=who, to_centre=to_centre)


async def open_one(call: Call) -> Response:
    """Return one submitted document to an official; the look stands in the log."""
    document, key = await call.web.write(call.web.submissions.open_pending, call.path("document"), agent=call.staff_id)
    data = await call.web.read(call.web.vault.read, document.id, key)
    kind = document.format or DocumentKind.PDF
    headers = SANDBOX | {"Content-Disposition": f'inline; filename="{document.id}.{kind}"'}
    return Response(data, headers=headers, media_type=MEDIA_TYPES[kind])


async def hand_on(call: Call, one: OneDocument) -> Response:
    """Say that a submitted document is where it belongs; the office wipes its own copy."""
    document = await call.web.write(call.web.submissions.hand_on, one.document, agent=call.staff_id)
    call.web.vault.wipe(document.id)
    return RedirectResponse("/submissions", 303)


async def back(call: Call) -> Response:
    """Lead from the address of a form, opened again, to the list."""
    call.remember_language()
    return RedirectResponse("/submissions", 303)
