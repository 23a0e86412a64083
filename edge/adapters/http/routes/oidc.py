"""Staff come in by the log-in of their corporation, and by the office's own when that one is away."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from edge.adapters.http.call import Call
from edge.adapters.http.pages import has_entered, page
from edge.adapters.http.routes.login import LOGIN, safe
from edge.domain.errors import BadInput, Conflict, NotFound
from edge.runtime import log
from edge.runtime.cookies import set_cookie
from edge.runtime.ids import new_token
from edge.runtime.oidc import OidcError, OidcUnavailable, denied
from edge.runtime.weblogin import Account, LoginRefused

COOKIE, COOKIE_S = "away", 600  # which browser was sent to the provider

_log = log.get(__name__)


async def begin(call: Call) -> Response:
    """Send the browser to the provider."""
    corporate, place = call.web.corporate, safe(call.query("next"))
    if corporate is None:
        raise NotFound(code="no_page")
    call.limit_asking()
    try:
        url, pending = await call.site.provider.run(corporate.begin)
    except OidcError as error:
        return _refused(call, error.code, place, str(error))
    browser = new_token()
    call.site.sent_away.put(pending, browser, place, call.web.clock.monotonic())
    call.set_cookie(COOKIE, browser, max_age_s=COOKIE_S)
    return RedirectResponse(url, 303)


async def back(call: Call) -> Response:
    """Take the browser back from the provider and open a session; one that it has locked is over with it."""
    corporate, place = call.web.corporate, "/staff"
    if corporate is None:
        raise NotFound(code="no_page")
    answer = {name: value[:4096] for name, value in call.request.query_params.items()}
    browser, now = call.cookie(COOKIE), call.web.clock.monotonic()
    call.set_cookie(COOKIE, "", max_age_s=0)
    try:
        if "error" in answer and "state" not in answer:  # some providers forget it when a person says no
            raise denied(answer["error"])
        pending, place = call.site.sent_away.take(answer.get("state", ""), browser, now)
        person = await call.site.provider.run(corporate.finish, pending, answer)
        account = await call.web.write(call.web.entries.known, person)
    except OidcError as error:
        if not isinstance(error, OidcUnavailable):
            await call.web.write(call.web.entries.note, "refused", "", error.code)
        return _refused(call, error.code, place, str(error))
    except (BadInput, Conflict) as error:
        await call.web.write(call.web.entries.note, "refused", "", error.code)
        return _refused(call, error.code, place)
    return await _enter(call, account, place)


async def _enter(call: Call, account: Account, place: str) -> Response:
    """Open a session. The way on is a page of our own: on the way from elsewhere a browser shows no strict cookie."""
    try:
        token, session = await call.web.read(call.web.login.enter, account, how="oidc")
    except LoginRefused:  # the account was closed at this very moment: the next try says so
        return _refused(call, "bad_state", place)
    call.cookies.append(set_cookie(token, secure=call.web.secure))
    has_entered(call)
    return page(call, "entered.html", place=place if call.site.may_open(place, session) else "/staff")


def _refused(call: Call, code: str, place: str, why: str = "") -> Response:
    """Offer the office's own log-in, and say why the other did not work."""
    _log.warning("corporate_login_failed", code=code, why=why)
    status = 503 if code == "provider_away" else 401
    return page(call, "login.html", status=status, place=place, **(LOGIN | {"corporate_problem": code}))
