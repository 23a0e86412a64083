"""Accounts of staff for managers: who may come in, closed and opened again, and one-time codes for a new password."""

from __future__ import annotations

from typing import Any

from starlette.responses import RedirectResponse, Response

from edge.adapters.http.call import Call
from edge.adapters.http.limits import network_of
from edge.adapters.http.pages import page
from edge.adapters.http.problems import problem_of, status_of
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.shapes.people import CodeGiven, CodeLogIn, MemberCard
from edge.domain.accounts import CODE_LIVES, Member
from edge.domain.errors import OfficeError
from edge.runtime.cookies import set_cookie
from edge.runtime.passwords import MIN_PASSWORD_CHARS, hash_password, password_problem
from edge.runtime.weblogin import LoginRefused

HOURS = int(CODE_LIVES.total_seconds() // 3600)


async def people(call: Call) -> Response:
    """Show every account."""
    return await _page(call)


async def close_page(call: Call, _: Nothing) -> Response:
    """Close an account and show them again; what is refused is said above them."""
    try:
        await close(call, _)
    except OfficeError as error:
        return await _page(call, wrong=error)
    return RedirectResponse("/people", 303)


async def reopen_page(call: Call, _: Nothing) -> Response:
    """Open an account again and show them."""
    await reopen(call, _)
    return RedirectResponse("/people", 303)


async def code_page(call: Call, _: Nothing) -> Response:
    """Show a one-time code, this time only."""
    try:
        given = await code(call, _)
    except OfficeError as error:
        return await _page(call, wrong=error)
    return await _page(call, given=given)


async def back(call: Call) -> Response:
    """Lead from the address of a form, opened again by a reload or a change of language, to the accounts."""
    call.remember_language()
    return RedirectResponse("/people", 303)


# --- JSON -----------------------------------------------------------------------------------------------------------


async def all_(call: Call) -> list[MemberCard]:
    """Return every account, the open ones first."""
    return [_card(call, one) for one in await call.web.read(call.web.members.all)]


async def close(call: Call, _: Nothing) -> MemberCard:
    """Let somebody in no more; their sessions end and their desk closes at once."""
    member = await call.web.write(call.web.members.close, _staff(call), by=call.staff_id)
    await call.web.read(call.web.login.end_all, member.staff_id)
    return _card(call, member)


async def reopen(call: Call, _: Nothing) -> MemberCard:
    """Let somebody in again."""
    return _card(call, await call.web.write(call.web.members.reopen, _staff(call), by=call.staff_id))


async def code(call: Call, _: Nothing) -> CodeGiven:
    """Give somebody a one-time code for a new password; the old one and their sessions end at once."""
    member, sign = await call.web.write(call.web.members.give_code, _staff(call), by=call.staff_id)
    await call.web.read(call.web.login.end_all, member.staff_id)
    return CodeGiven(id=member.staff_id, code=sign, hours=HOURS)


# --- who has a code -------------------------------------------------------------------------------------------------


async def code_form(call: Call) -> Response:
    """Ask for login, code and the new password."""
    return page(call, "login_code.html", login="", problem="", wait_s=0, least=MIN_PASSWORD_CHARS)


async def redeem(call: Call, given: CodeLogIn) -> Response:
    """Keep the new password and come in with it; a wrong code and an unknown name are told alike."""
    source = network_of(call.address)
    if problem := "differ" if given.password != given.again else password_problem(given.password):
        return _again(call, given, problem)
    try:
        await call.web.read(call.web.login.may_try, given.login, source=source)
        written = await call.site.passwords.run(hash_password, given.password, call.web.login.salt())
        account = await call.web.write(call.web.members.redeem, given.login, given.code, written)
        token, _ = await call.web.read(call.web.login.enter_by_code, given.login, account, source=source)
    except LoginRefused as refused:
        return _again(call, given, refused.code, refused.retry_after_s)
    call.cookies.append(set_cookie(token, secure=call.web.secure))
    return RedirectResponse("/staff", 303)


def _again(call: Call, given: CodeLogIn, problem: str, retry_after_s: float = 0.0) -> Response:
    wait_s = int(retry_after_s) + 1 if retry_after_s else 0
    status = 429 if wait_s else 401 if problem == "wrong" else 400
    values: dict[str, Any] = {"login": given.login, "problem": problem, "wait_s": wait_s, "least": MIN_PASSWORD_CHARS}
    return page(call, "login_code.html", status=status, **values)


def _staff(call: Call) -> str:
    return call.path("staff")[:64]


def _card(call: Call, m: Member) -> MemberCard:
    zone = call.web.office().calendar.zone
    return MemberCard(
        id=m.staff_id,
        name=m.name,
        roles=sorted(m.roles),
        state=str(m.state),
        came_in=m.came_in_at.astimezone(zone).date() if m.came_in_at else None,
        has_code=m.code_until is not None and m.code_until > call.now,
        corporate=m.corporate,
    )


async def _page(call: Call, *, given: CodeGiven | None = None, wrong: OfficeError | None = None) -> Response:
    values: dict[str, Any] = {
        "members": await all_(call),
        "given": given,
        "wrong": problem_of(wrong, call.web.texts, call.language) if wrong else None,
    }
    return page(call, "people.html", status=status_of(wrong) if wrong else 200, **values)
