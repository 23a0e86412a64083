"""OpenAPI 3.1 and the route tables of docs/http.md, both written from the table of routes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from edge.adapters.http.endpoint import Access, Endpoint, Kind
from edge.adapters.http.problems import MEDIA_TYPE, Problem
from edge.adapters.http.table import API, PORTAL, STAFF

_REF = "#/components/schemas/{name}"
_PART = re.compile(r"\{(\w+)\}")
_PROBLEM = {"content": {MEDIA_TYPE: {"schema": {"$ref": _REF.format(name="Problem")}}}}
_WHAT = {
    400: "The request cannot be understood",
    401: "Log in, or show a valid bearer, first",
    403: "Not allowed",
    404: "No such thing",
    409: "A rule of the office forbids it; `code` says which",
    413: "Too many bytes",
    415: "Another kind of body is needed",
    423: "The page is locked: its person has to show who they are",
    429: "Asked too often; `retry_after_s` says when to try again",
    503: "Not possible now; try again later",
}
STATUSES = frozenset(_WHAT)  # every refusal that a route may name


def document(office: str = "") -> dict[str, Any]:
    """Return the OpenAPI document of every JSON route."""
    kinds = [Problem, *(k for e in API for k in (e.body, e.answer) if k is not None)]
    schemas, components = msgspec.json.schema_components(kinds, ref_template=_REF)
    by_kind = {str(kind): schema for kind, schema in zip(kinds, schemas, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in API:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, by_kind)
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Oficina 360 Edge {office}".strip(), "version": "1"},
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.items())),
            "securitySchemes": {
                "staff": {"type": "apiKey", "in": "cookie", "name": "__Host-o360"},
                "device": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _operation(endpoint: Endpoint, by_kind: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _operation_id(endpoint),
        "summary": endpoint.summary,
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in _PART.findall(endpoint.path)
        ]
        + [{"name": name, "in": "query", "schema": {"type": "string"}} for name in endpoint.query],
        "responses": {str(endpoint.status): _answer(endpoint, by_kind)}
        | {str(status): {"description": _WHAT[status], **_PROBLEM} for status in endpoint.problems},
    }
    if endpoint.access is not Access.ANYONE:
        operation["security"] = [{str(endpoint.access): []}]
    if endpoint.access is Access.STAFF and endpoint.method != "GET":
        header = {"name": "X-CSRF-Token", "in": "header", "required": True, "schema": {"type": "string"}}
        operation["parameters"].append(header)
    if endpoint.body is not None:
        schema = by_kind[str(endpoint.body)]
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    elif endpoint.method == "PUT":
        operation["requestBody"] = {"required": True, "content": {"application/octet-stream": {}}}
    return operation


def _answer(endpoint: Endpoint, by_kind: dict[str, Any]) -> dict[str, Any]:
    return {"description": "Done", "content": {endpoint.media: {"schema": by_kind[str(endpoint.answer)]}}}


def _operation_id(endpoint: Endpoint) -> str:
    words = re.sub(r"[^a-z0-9]+", "_", endpoint.path.removeprefix("/api/v1").replace("{", "by_").lower()).strip("_")
    return f"{endpoint.method.lower()}_{words}"


# --- docs -----------------------------------------------------------------------------------------------------------


def tables() -> str:
    """Return the route tables of docs/http.md."""
    parts = [("Portal", PORTAL), ("Staff", STAFF), ("API", API)]
    return "\n".join(f"### {title}\n\n{_table(rows)}" for title, rows in parts)


def _table(rows: Iterable[Endpoint]) -> str:
    lines = ["| Route | Who | What | Refuses with |", "|---|---|---|---|"]
    lines += [f"| `{e.method} {e.path}` | {_who(e)} | {_what(e)} | {_refuses(e)} |" for e in rows]
    return "\n".join(lines) + "\n"


def _who(endpoint: Endpoint) -> str:
    if endpoint.access is Access.STAFF:
        return ", ".join(sorted(endpoint.roles)) or "staff"
    return "device" if endpoint.access is Access.DEVICE else "anyone"


def _what(endpoint: Endpoint) -> str:
    live = " (server-sent events)" if endpoint.kind is Kind.STREAM else ""
    query = f" Query: {', '.join(f'`{name}`' for name in endpoint.query)}." if endpoint.query else ""
    program = " As JSON to `Accept: application/json`." if endpoint.or_json else ""
    return f"{endpoint.summary}{live}.{query}{program}"


def _refuses(endpoint: Endpoint) -> str:
    return ", ".join(map(str, endpoint.problems)) or "–"
