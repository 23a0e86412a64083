"""Showing who one is: away to an identity provider and back, with the same browser."""

from __future__ import annotations

import re

from starlette.responses import RedirectResponse, Response

from edge.adapters.http.call import Call
from edge.adapters.http.routes.documents import party_at
from edge.domain.errors import BadInput

_BACK = re.compile(r"/my/documents|/c/[A-Za-z0-9_-]{16,64}/documents")


async def away(call: Call) -> Response:
    """Send the person to the provider; they come back to the page they came from."""
    call.limit_asking()
    back = call.request.query_params.get("to", "")[:100]
    if not _BACK.fullmatch(back):
        raise BadInput
    await party_at(call, back)
    gateway, browser = call.web.gateway, call.phone_now()
    url = await call.web.read(gateway.send, call.path("provider"), browser=browser, back=back)
    return RedirectResponse(url, 303, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


async def returned(call: Call) -> Response:
    """Take the person back; what the provider asserts is sealed with their documents."""
    answer = {name: value[:2000] for name, value in call.request.query_params.items()}
    found = await call.web.read(call.web.gateway.receive, answer, browser=call.phone)
    party = await party_at(call, found.back)
    await call.web.write(
        call.web.submissions.identify,
        party,
        found.who,
        provider=call.web.gateway.titles[found.provider],
        level=found.level,
        actor="phone",
    )
    return RedirectResponse(found.back, 303)
