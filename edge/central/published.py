"""What an office must do over HTTP, tried out as a stranger would: by its own OpenAPI document and nothing else."""

from __future__ import annotations

import json
import re
import secrets
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from edge.central.conformity import Check

TIMEOUT_S = 10.0
LARGEST = 4 * 1024 * 1024
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
    "array": (list,),
    "object": (dict,),
}


class Unreachable(Exception):
    """The office does not answer at this address; the text says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: Any


class Client:
    """Asks one office; *document* is its OpenAPI document."""

    def __init__(self, url: str) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise Unreachable(f"{url}: not a web address")
        self._url = url.rstrip("/")
        self.document: dict[str, Any] = {}
        found = self.ask("GET", "/openapi.json")
        if found.status != 200 or not isinstance(found.body, dict):
            raise Unreachable(f"{url}/openapi.json: {found.status}")
        self.document = found.body

    def ask(self, method: str, path: str, body: object = None, **query: str) -> Answer:
        """Send one request; raise ``Unreachable`` when nobody answers."""
        data = json.dumps(body).encode() if body is not None else None
        address = f"{self._url}{path}{'?' + urlencode(query) if query else ''}"
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        request = urllib.request.Request(address, data, headers, method=method)  # noqa: S310 - checked above
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 - checked above
                return Answer(answer.status, _json(answer.read(LARGEST)))
        except urllib.error.HTTPError as exc:
            return Answer(exc.code, _json(exc.read(LARGEST)))
        except OSError as exc:
            raise Unreachable(f"{address}: {exc}") from exc

    def fault(self, method: str, path: str, answer: Answer) -> str:
        """Return how *answer* differs from what the document says of *path* (as it stands there), or ""."""
        operation = self.document["paths"].get(path, {}).get(method.lower())
        if operation is None:
            return f"{method} {path} is not published"
        told = operation["responses"].get(str(answer.status))
        if told is None:
            return f"{answer.status} is not published for {method} {path}"
        schema: Mapping[str, Any] = next((media.get("schema", {}) for media in told.get("content", {}).values()), {})
        return differs(answer.body, schema, self.document)


def differs(value: object, schema: Mapping[str, Any], document: Mapping[str, Any], where: str = "$") -> str:
    """Return where *value* breaks *schema* (types, required, enum, pattern, references), or ""."""
    if "$ref" in schema:
        found: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return differs(value, found, document, where)
    if "anyOf" in schema:
        faults = [differs(value, one, document, where) for one in schema["anyOf"]]
        return "" if "" in faults else faults[0]
    if fault := _by_itself(value, schema, where):
        return fault
    if isinstance(value, dict):
        return _object(value, schema, document, where)
    inside = value if isinstance(value, list) else []
    return next(filter(None, (differs(v, schema.get("items", {}), document, f"{where}[]") for v in inside)), "")


def _by_itself(value: object, schema: Mapping[str, Any], where: str) -> str:
    """Return what is wrong with *value*, whatever it holds."""
    if "enum" in schema and value not in schema["enum"]:
        return f"{where}: {value!r} is none of {schema['enum']}"
    if (kind := schema.get("type")) and not _is(value, kind):
        return f"{where}: {type(value).__name__} instead of {kind}"
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        return f"{where}: {value!r} is not {schema['pattern']}"
    return ""


def play(client: Client) -> Iterator[Check]:
    """Book and give back as a stranger's client would; yields each check."""
    bookable = client.ask("GET", "/api/v1/bookable")
    yield _checked(client, "GET", "/api/v1/bookable", bookable, 200)
    for service in bookable.body if bookable.status == 200 else ():
        mode, name = service["modes"][0], service["id"]
        days = client.ask("GET", "/api/v1/slots", service=name, mode=mode)
        if days.status == 200 and days.body:
            yield _checked(client, "GET", "/api/v1/slots", days, 200)
            yield from _holds(client, {"service": name, "mode": mode, "at": days.body[-1]["times"][-1]})
            break
    else:
        yield Check("free_slots", ok=False, told="no service has a free slot")
    single = next((s for s in bookable.body or () if len(s["modes"]) == 1), None)
    if single is not None:
        other = "video" if single["modes"] == ["presencial"] else "presencial"
        refused = client.ask("GET", "/api/v1/slots", service=single["id"], mode=other)
        yield _checked(client, "GET", "/api/v1/slots", refused, 409, code="mode_not_offered")
    unknown = client.ask("GET", "/api/v1/bookings/" + "A" * 32)
    yield _checked(client, "GET", "/api/v1/bookings/{link}", unknown, 404, code="unknown_link")


def _holds(client: Client, wish: dict[str, str]) -> Iterator[Check]:
    path, one = "/api/v1/bookings", "/api/v1/bookings/{link}"
    held = client.ask("POST", path, wish)
    yield _checked(client, "POST", path, held, 201)
    if held.status != 201:
        return
    mine = f"{path}/{held.body['link']}"
    yield _checked(client, "GET", one, client.ask("GET", mine), 200)
    nobody = client.ask("POST", f"{mine}/contact", {"mail": "<b>nobody</b>"})
    yield _checked(client, "POST", f"{one}/contact", nobody, 400)
    code = client.ask("POST", f"{mine}/code", {"code": secrets.token_hex(3)})
    yield _checked(client, "POST", f"{one}/code", code, 409, code="hold_over")
    yield _checked(client, "DELETE", one, client.ask("DELETE", mine), 200)
    yield _checked(client, "DELETE", one, client.ask("DELETE", mine), 200)
    again = client.ask("GET", "/api/v1/slots", service=wish["service"], mode=wish["mode"], day=wish["at"][:10])
    yield _checked(client, "GET", "/api/v1/slots", again, 200)
    past = client.ask("POST", path, wish | {"at": "2020-01-01T09:00:00Z"})
    yield _checked(client, "POST", path, past, 400, code="closed_then")


def _checked(client: Client, method: str, path: str, answer: Answer, status: int, *, code: str = "") -> Check:
    fault = client.fault(method, path, answer)
    said = answer.body.get("code", "") if isinstance(answer.body, dict) else ""
    ok = answer.status == status and not fault and (not code or said == code)
    return Check(f"{method} {path}", ok, fault or f"{answer.status} {said}".strip())


def _object(value: dict[str, Any], schema: Mapping[str, Any], document: Mapping[str, Any], where: str) -> str:
    if missing := [key for key in schema.get("required", ()) if key not in value]:
        return f"{where}: {missing[0]} is missing"
    known = schema.get("properties", {})
    inside = (differs(value[key], known[key], document, f"{where}.{key}") for key in value if key in known)
    return next(filter(None, inside), "")


def _is(value: object, kind: str | list[str]) -> bool:
    kinds = [kind] if isinstance(kind, str) else kind
    if isinstance(value, bool):
        return "boolean" in kinds
    return any(isinstance(value, _TYPES[one]) for one in kinds)


def _json(data: bytes) -> Any:
    try:
        return json.loads(data) if data else None
    except ValueError:
        return None
