"""Posters for a manager: which there are, one more, one out of use, and each as PDF to print."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from edge.adapters.http.call import Call
from edge.adapters.http.pages import page
from edge.adapters.http.problems import problem_of
from edge.adapters.http.routes.certificates import pdf
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.shapes.papers import PosterPlace
from edge.domain.errors import BadInput, OfficeError
from edge.domain.posters import LANGUAGES, SIZES


async def show(call: Call) -> Response:
    """List the posters."""
    return await _page(call)


async def make(call: Call, wanted: PosterPlace) -> Response:
    """Register one more."""
    try:
        poster = await call.web.write(call.web.posters.make, wanted.place, actor=call.actor)
    except BadInput as error:
        return await _page(call, refused=error, typed=wanted.place)
    return RedirectResponse(f"/posters#{poster.id}", 303)


async def revoke(call: Call, _: Nothing) -> Response:
    """Take one out of use."""
    poster = await call.web.write(call.web.posters.revoke, call.path("poster"), actor=call.actor)
    return RedirectResponse(f"/posters#{poster.id}", 303)


async def paper(call: Call) -> Response:
    """Return one as PDF, in the language, size and reading level that were chosen."""
    poster = await call.web.read(call.web.posters.check, call.path("poster"))
    language, size = _chosen(call.query("in"), LANGUAGES), _chosen(call.query("size"), SIZES)
    easy = call.query("easy") == "1"
    data = await call.web.read(
        lambda: call.web.papers.poster(poster, size=size, language=language, easy=easy, at=call.now)
    )
    level = f"-{call.words.say('posters.page.easy_file')}" if easy else ""
    return pdf(data, f"{call.words.say('posters.page.file')}-{poster.id}-{language}{level}-{size}.pdf")


async def door(call: Call) -> Response:
    """Return the signs of the door as PDF."""
    size = _chosen(call.query("size"), SIZES)
    data = await call.web.read(lambda: call.web.papers.door(size=size, at=call.now))
    return pdf(data, f"{call.words.say('posters.page.door_file')}-{size}.pdf")


def _chosen(wanted: str, offered: tuple[str, ...]) -> str:
    if wanted and wanted not in offered:
        raise BadInput
    return wanted or offered[0]


async def _page(call: Call, *, refused: OfficeError | None = None, typed: str = "") -> Response:
    why = problem_of(refused, call.web.texts, call.language) if refused else None
    return page(
        call,
        "posters.html",
        status=why.status if why else 200,
        posters=await call.web.read(call.web.posters.all),
        sizes=SIZES,
        printed_in=LANGUAGES,
        refused=why,
        typed=typed[:80],
    )
