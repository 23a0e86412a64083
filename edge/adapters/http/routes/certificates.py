"""Attendance certificates: made on the page of a turn or at the desk, checked by whoever is shown one."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from edge.adapters.http.call import Call
from edge.adapters.http.pages import page
from edge.adapters.http.problems import problem_of
from edge.adapters.http.routes.portal import sure_turn
from edge.adapters.http.shapes.papers import CertificateCheck, NameOnPaper, PaperCode
from edge.domain.certificates import full_code, halves
from edge.domain.errors import NotFound, OfficeError
from edge.domain.turns import Turn


async def ask(call: Call) -> Response:
    """Ask for the name that the certificate will say."""
    return await _ask_page(call, await sure_turn(call))


async def make(call: Call, wanted: NameOnPaper) -> Response:
    """Make the certificate of this phone's visit; the name is printed and forgotten."""
    call.limit_asking()
    turn = await sure_turn(call)
    try:
        return await _paper(call, turn, wanted.name, actor="phone")
    except OfficeError as error:
        return await _ask_page(call, turn, refused=error, typed=wanted.name)


async def make_at_desk(call: Call, wanted: NameOnPaper) -> Response:
    """Make it for the person at a desk, on paper or without a phone."""
    view = await call.web.read(call.web.board.desk, call.path("desk"))
    if view.current is None or view.session.agent != call.staff_id:
        raise NotFound(code="nobody_at_desk")
    return await _paper(call, view.current, wanted.name, actor=call.actor)


async def check(call: Call) -> Response | CertificateCheck:
    """Show the form in which a certificate's code is typed, or what the code of a scanned one says."""
    code = str(call.request.path_params.get("code", ""))[:40]
    return await _verdict(call, code, name=None) if call.wants_json else await _check_page(call, code, name=None)


async def checked(call: Call, typed: PaperCode) -> Response | CertificateCheck:
    """Say whether a paper is as it left the office, its name too."""
    if call.wants_json:
        return await _verdict(call, typed.code, name=typed.name)
    return await _check_page(call, typed.code, name=typed.name)


async def look_up(call: Call) -> CertificateCheck:
    """Say what is known of the code of a paper."""
    return await _verdict(call, call.path("code")[:40], name=None)


async def verify(call: Call, typed: PaperCode) -> CertificateCheck:
    """Say whether a paper is as it left the office; the name travels in the body and is kept nowhere."""
    return await _verdict(call, typed.code, name=typed.name)


async def back(call: Call) -> Response:
    """Lead from the address of a form, opened again, to the page of the turn."""
    call.remember_language()
    return RedirectResponse("/my", 303)


async def _paper(call: Call, turn: Turn, name: str, *, actor: str) -> Response:
    attested = await call.web.write(call.web.certificates.make, turn, name, actor=actor)
    data = await call.web.read(call.web.papers.certificate, attested, call.language)
    return pdf(data, f"{call.words.say('papers.certificate.file')}-{attested.code[:9]}.pdf")


def pdf(data: bytes, name: str) -> Response:
    """Answer with a paper to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(data, headers=headers, media_type="application/pdf")


async def _ask_page(call: Call, turn: Turn, *, refused: OfficeError | None = None, typed: str = "") -> Response:
    why = problem_of(refused, call.web.texts, call.language) if refused else None
    return page(call, "certificate.html", status=why.status if why else 200, turn=turn, refused=why, typed=typed[:80])


async def _verdict(call: Call, code: str, *, name: str | None) -> CertificateCheck:
    """Raises what the page tells in words: ``bad_code``, ``bad_name``, ``no_certificate``, too often."""
    call.limit_asking()
    one = await call.web.read(call.web.certificates.find, code)
    whole = await call.web.read(call.web.certificates.is_whole, code, name) if name is not None else None
    office = call.web.office()
    zone, printed = office.calendar.zone, full_code(one, halves(code)[1])
    if whole is False:
        return CertificateCheck(code=printed, office=office.id, title=office.title, whole=False)
    return CertificateCheck(
        code=printed,
        office=office.id,
        title=office.title,
        whole=whole,
        arrived_at=one.arrived_at.astimezone(zone),
        left_at=one.left_at.astimezone(zone) if one.left_at else None,
        made_at=one.made_at.astimezone(zone),
    )


async def _check_page(call: Call, code: str, *, name: str | None) -> Response:
    """Show what is known of *code*; *name* is None when only the code was opened."""
    one, whole, refused = None, None, None
    if code:
        call.limit_asking()
        try:
            one = await call.web.read(call.web.certificates.find, code)
            whole = await call.web.read(call.web.certificates.is_whole, code, name) if name is not None else None
        except OfficeError as error:
            refused = problem_of(error, call.web.texts, call.language)
    return page(
        call,
        "certificate_check.html",
        status=refused.status if refused else 200,
        code=code,
        name=name or "",
        certificate=one,
        whole=whole,
        refused=refused,
    )
