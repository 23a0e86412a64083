"""The OpenAPI document of the centre, made from the types that the handlers really use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from edge.central.schema import VERSION
from edge.contracts.deposits import PREFIX


def document(types: Sequence[type]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document; *types* become its components."""
    _, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    return {
        "openapi": "3.1.0",
        "info": {"title": "Oficina 360 centre", "version": str(VERSION)},
        "paths": _paths(),
        "components": {
            "schemas": components,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-o360"},
                "office": {"type": "http", "scheme": "bearer"},
            },
        },
        "security": [{"session": []}],
    }


def _paths() -> dict[str, Any]:
    office = [{"name": "office", "in": "path", "required": True, "schema": {"type": "string"}}]
    csrf = {"name": "X-CSRF-Token", "in": "header", "required": True, "schema": {"type": "string"}}
    offices = {"type": "object", "properties": {"offices": {"type": "array", "items": _ref("OfficeView")}}}
    health = {
        "type": "object",
        "properties": {"status": {"enum": ["ok", "degraded"]}, "ingest": _ref("IngestStatus")},
    }
    accepted = {"type": "object", "properties": {"id": {"type": "string"}}}
    return {
        "/api/offices": {"get": _get("All offices", offices)},
        "/api/offices/{office}": {
            "parameters": office,
            "get": _get("One office in depth", _ref("OfficeDetails"), {"404": _error("no_such_office")}),
        },
        "/api/figures": {"get": _get("The newest closed day of every office", _ref("LastDays"))},
        "/api/offices/{office}/figures": {
            "parameters": office,
            "get": _get("Closed days of one office", _ref("OfficeFigures"), {"404": _error("no_such_office")}),
        },
        "/api/offices/{office}/commands": {
            "parameters": office,
            "post": {
                "summary": "Sign and send a command (role operator)",
                "parameters": [csrf],
                "requestBody": {"required": True, "content": {"application/json": {"schema": _ref("CommandAsk")}}},
                "responses": {
                    "202": _answer("Kept and sent", accepted),
                    "400": _error("bad_request, unknown_type"),
                    "403": _error("not_allowed, bad_csrf"),
                    "404": _error("no_such_office"),
                    "409": _error("no_key"),
                },
            },
        },
        "/api/live": {
            "get": {
                "summary": "Server-sent events for the console's own pages",
                "responses": {"200": {"description": "Changed rows", "content": {"text/event-stream": {}}}},
            }
        },
        **_deposits(),
        "/health": {"get": {**_get("How the centre is", health, {"503": _answer("Degraded", health)}), "security": []}},
    }


def _deposits() -> dict[str, Any]:
    """Return the paths by which offices hand documents in (``edge.contracts.deposits``)."""
    parts = [{"name": n, "in": "path", "required": True, "schema": {"type": "string"}} for n in ("office", "id")]
    of_range = {"name": "Content-Range", "in": "header", "schema": {"type": "string"}}
    refused = {
        status: _answer(text, _ref("DepositRefusal"))
        for status, text in (
            ("400", "bad_request, bad_name"),
            ("401", "unauthorised"),
            ("409", "other_content"),
            ("413", "too_large"),
            ("503", "full"),
            ("507", "full"),
        )
    }
    of_file = refused | {
        "404": _answer("not_announced", _ref("DepositRefusal")),
        "409": _answer("wrong_offset, wrong_size", _ref("DepositRefusal")),
        "422": _answer("wrong_digest: begin anew", _ref("DepositRefusal")),
    }
    state = {status: _answer(text, _ref("FileState")) for status, text in _FILE_ANSWERS.items()}
    security: list[dict[str, list[str]]] = [{"office": []}]
    return {
        f"{PREFIX}/{{office}}/submissions/{{id}}": {
            "parameters": parts,
            "put": {
                "summary": "Announce what somebody handed in",
                "security": security,
                "requestBody": {"required": True, "content": {"application/json": {"schema": _ref("Deposit")}}},
                "responses": {
                    "200": _answer("Known already", {"type": "object"}),
                    "201": _answer("Kept", {"type": "object"}),
                    **refused,
                },
            },
        },
        f"{PREFIX}/{{office}}/files/{{id}}": {
            "parameters": parts,
            "get": {
                "summary": "How far a file is",
                "security": security,
                "responses": {"200": state["200"], **of_file},
            },
            "put": {
                "summary": "A file, or a piece of it",
                "security": security,
                "parameters": [of_range],
                "requestBody": {"required": True, "content": {"application/octet-stream": {}}},
                "responses": state | of_file,
            },
        },
    }


_FILE_ANSWERS = {
    "200": "Known already, whole",
    "201": "Whole now, and kept: its hash is the announced one",
    "202": "A piece is kept",
}


def _get(summary: str, schema: dict[str, Any], more: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"summary": summary, "responses": {"200": _answer(summary, schema), **(more or {})}}


def _answer(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": schema}}}


def _error(codes: str) -> dict[str, Any]:
    return _answer(codes, {"type": "object", "properties": {"error": {"type": "string"}}})


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
