"""Reading what a request carries: bounded, JSON or an HTML form, into one typed value."""

from __future__ import annotations

from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import ClientDisconnect, Request

from edge.adapters.http.problems import TooLarge, WrongMedia
from edge.contracts.ready import ready
from edge.domain.errors import BadInput

LIMIT = 16_384
FIELDS = 40
JSON, FORM = "application/json", "application/x-www-form-urlencoded"

_NUMBERS = ("`$.party`", "`$.procedures`")  # what people type themselves: its limits are said in their words

S = TypeVar("S", bound=msgspec.Struct)


async def read(request: Request, limit: int = LIMIT) -> bytes:
    """Return the whole body; raise ``TooLarge`` as soon as it is longer than *limit*."""
    data = bytearray()
    try:
        async for chunk in request.stream():
            data += chunk
            if len(data) > limit:
                raise TooLarge(f"more than {limit} bytes")
    except ClientDisconnect as exc:
        raise BadInput("the request broke off") from exc
    return bytes(data)


def media_type(request: Request) -> str:
    """Return the kind of the body without parameters."""
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


def form_of(data: bytes) -> dict[str, str]:
    """Read an HTML form; raise ``BadInput``."""
    try:
        text = data.decode("utf-8")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS, errors="strict"))
    except ValueError as exc:
        raise BadInput("no form") from exc


def said(data: bytes, request: Request) -> Any:
    """Return what a program of somebody else says, without a type: JSON, a form, or the query; raise ``BadInput``."""
    if not data:
        return dict(list(request.query_params.items())[:FIELDS])
    media = media_type(request)
    if media == FORM:
        return form_of(data)
    if media != JSON:
        raise WrongMedia(media)
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise BadInput(str(exc)) from exc


def value_of(kind: type[S], data: bytes, media: str) -> S:
    """Return *data* as a *kind*; raise ``BadInput`` for what does not fit, ``WrongMedia`` for another kind of body."""
    try:
        if media == JSON:
            return msgspec.json.decode(data, type=ready(kind))
        if media == FORM or not data:  # no body is an empty form
            return msgspec.convert(form_of(data), ready(kind), strict=False)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError) as exc:
        said = str(exc)
        raise BadInput(said, code="bad_number" if said.endswith(_NUMBERS) else "") from exc
    raise WrongMedia(media)
