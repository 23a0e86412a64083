"""Pages from templates: every text from the catalogues, every value escaped, every page in the person's language."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from edge.adapters.http.call import Call
from edge.runtime.i18n import in_language, is_right_to_left

JUST_IN, ENTERED = timedelta(minutes=1), "entered"
FOLDER = Path(__file__).parent / "templates"
NATIVE_NAMES = {"es": "Español", "ca": "Català", "en": "English", "ar": "العربية"}

# What no page holds, wherever it came from: control characters, and marks that turn the rest of a line around.
_UNPRINTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]")


def printable(value: object) -> object:
    """Return what a template shows: text that somebody typed comes back without what would spoil the page around it."""
    if isinstance(value, str) and _UNPRINTED.search(value):
        return type(value)(_UNPRINTED.sub("", value))  # markup stays markup
    return value


_environment = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    finalize=printable,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def linked(text: str, base: str) -> Markup:
    """Return *text* escaped, with the addresses of this office, which begin with *base*, as links."""
    address = re.compile(rf"{re.escape(base)}/\S*[^\s.,;:!?،؛؟)»]") if base else None
    found = [match.span() for match in address.finditer(text)] if address else []
    shown, done = Markup(), 0
    for start, end in found:
        shown += escape(text[done:start]) + Markup('<a href="{0}">{0}</a>').format(text[start:end])
        done = end
    return shown + escape(text[done:])


_environment.filters["linked"] = linked


def page(
    call: Call, template: str, *, status: int = 200, headers: dict[str, str] | None = None, **values: Any
) -> Response:
    """Answer with *template*; a language chosen on this page is remembered."""
    call.remember_language()
    headers = {"Cache-Control": "no-store", "Content-Language": call.language, "Vary": "Cookie, Accept-Language"} | (
        headers or {}
    )
    return HTMLResponse(render(call, template, **values), status, headers)


def render(call: Call, template: str, **values: Any) -> str:
    """Return *template* as text: a page, or the part of one that changes live."""
    words, office = call.words, call.web.office()
    return _environment.get_template(template).render(
        {
            "t": words.say,
            "words": words,
            "language": call.language,
            "direction": "rtl" if is_right_to_left(call.language) else "ltr",
            "languages": [(code, NATIVE_NAMES.get(code, code), _in(call, code)) for code in call.languages],
            "office": office,
            "session": call.session,
            "csrf": call.session.csrf if call.session else "",
            "asset": call.site.assets.url,
            "corporate": call.web.corporate.label if call.web.corporate else "",
            "just_in": lambda: _just_in(call),
            "path": call.request.url.path,
            "now": call.now,
            **values,
        }
    )


def has_entered(call: Call) -> None:
    """Let the next page of staff tell when the person was here before."""
    call.set_cookie(ENTERED, "1", max_age_s=int(JUST_IN.total_seconds()))


def _just_in(call: Call) -> bool:
    """Whether this is the first page after the log-in; asked once, it is no more."""
    if not call.cookie(ENTERED):
        return False
    call.set_cookie(ENTERED, "", max_age_s=0)
    return call.session is not None and call.now - call.session.created_at < JUST_IN


def name_of(names: Any, language: str) -> str:
    """Return a service's or queue's name in *language*, else in Spanish, else any."""
    return in_language(names, language)


def _in(call: Call, language: str) -> str:
    """Return the address of the same page in *language*; what others have put into the query is not repeated."""
    kept = {key: value for key in call.asks if key != "lang" and (value := call.request.query_params.get(key))}
    return "?" + urlencode({**kept, "lang": language})
