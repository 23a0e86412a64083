"""Notes, incidents and suggestions of staff: read, written, taken away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.responses import RedirectResponse, Response

from edge.adapters.http.call import Call
from edge.adapters.http.pages import page
from edge.adapters.http.problems import problem_of, status_of
from edge.adapters.http.routes.reports import note_card
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.shapes.reports import NoteCard, NoteWish
from edge.domain.errors import BadInput, OfficeError
from edge.domain.notes import Note
from edge.runtime.weblogin import Role
from edge.services.staff import names_of

SHOWN = timedelta(days=30)


async def notes(call: Call) -> Response:
    """Show the notes of the last month, and the form for one more."""
    return await _page(call, NoteWish(text=""))


async def write(call: Call, wish: NoteWish) -> Response:
    """Keep a note; one with personal data comes back with what has to go."""
    try:
        await _write(call, wish)
    except BadInput as error:
        return await _page(call, wish, wrong=error)
    return RedirectResponse("/notes", 303)


async def remove(call: Call, _: Nothing) -> Response:
    """Take a note away."""
    await call.web.write(call.web.notes.remove, call.path("note")[:32], actor=call.actor)
    return RedirectResponse("/notes", 303)


async def latest(call: Call) -> list[NoteCard]:
    """Return the notes of the last month, the newest first."""
    found = await call.web.read(call.web.notes.between, call.now - SHOWN, call.now + timedelta(seconds=1))
    return [note_card(note) for note in found]


async def add(call: Call, wish: NoteWish) -> NoteCard:
    """Keep a note."""
    return note_card(await _write(call, wish))


async def _write(call: Call, wish: NoteWish) -> Note:
    write = call.web.notes.write
    return await call.web.write(write, wish.kind, wish.tags, wish.text, author=call.actor, turn=wish.turn)


async def _page(call: Call, wish: NoteWish, *, wrong: OfficeError | None = None) -> Response:
    values: dict[str, Any] = {
        "notes": await latest(call),
        "people": names_of(await call.web.read(call.web.staff.all)),
        "typed": wish,
        "wrong": problem_of(wrong, call.web.texts, call.language) if wrong else None,
        "may_remove": call.may(Role.MANAGER),
        "may_report": call.may(Role.MANAGER),
    }
    return page(call, "notes.html", status=status_of(wrong) if wrong else 200, **values)
