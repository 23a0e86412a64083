"""One client's line to the office: requests over HTTP, whatever happens to it, and the journal of what it answered.

Every answer that says "done" goes into the client's journal before the next deed: it is what the office may never lose.
"""

from __future__ import annotations

import http.client
import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlencode

from tests.fixtures.processes import listens

TIMEOUT_S = 30.0
PAUSE_S = 0.1  # while the office is down


@dataclass
class Tally:
    """How the office answered."""

    done: Counter[str] = field(default_factory=Counter)  # by deed
    refused: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0  # the office was killed, or is not back yet
    mistakes: list[str] = field(default_factory=list)  # what no answer may be


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; *value* is the JSON, {} where there is none, and ``None`` for a refusal."""

    status: int
    value: Any
    text: bytes = b""
    where: str = ""  # to go on
    cookie: str = ""

    def __bool__(self) -> bool:
        return self.value is not None


NOBODY = Answer(0, None)


class Line:
    """A kept connection of one member of staff, and one for each request of a phone."""

    def __init__(self, port: int, headers: Mapping[str, str], journal: Path) -> None:
        self._port, self._headers, self._file = port, headers, journal
        self._kept: http.client.HTTPConnection | None = None
        self._journal: TextIO | None = None
        self.tally = Tally()

    def open(self) -> None:
        """Begin the journal."""
        self._journal = self._file.open("a", encoding="utf-8")

    def close(self) -> None:
        """End it."""
        if self._journal is not None:
            self._journal.close()

    def staff(
        self, deed: str, method: str, path: str, body: object = None, *, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Ask as the member of staff, or as whoever the *headers* are of, over the kept connection."""
        path = path if path.startswith("/") else f"/api/v1/{path}"
        used = self._kept or http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_S)
        data = None if body is None else json.dumps(body)
        answer = self._ask(deed, used, method, path, data, {**(headers or self._headers), **_JSON})
        self._kept = used if answer.status else None
        return answer

    def phone(
        self, deed: str, method: str, path: str, body: object = None, *, address: str, cookie: str = ""
    ) -> Answer:
        """Ask as a phone would, from an *address* of its own; a body of pairs is sent as a form."""
        used = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_S, source_address=(address, 0))
        is_form = isinstance(body, dict) and not path.startswith("/api/")
        data = urlencode(body) if is_form else None if body is None else json.dumps(body)  # type: ignore[arg-type]
        kind = _FORM if is_form else _JSON
        try:
            return self._ask(deed, used, method, path, data, {**kind, **({"Cookie": cookie} if cookie else {})})
        finally:
            used.close()

    def note(self, deed: str, **facts: object) -> None:
        """Write down that the office has said "done"."""
        assert self._journal is not None, "the journal is not open"
        self._journal.write(json.dumps({"deed": deed, **facts}) + "\n")
        self._journal.flush()

    def blame(self, text: str) -> None:
        """Note an answer that no office may give."""
        self.tally.mistakes.append(text)

    def _ask(
        self,
        deed: str,
        used: http.client.HTTPConnection,
        method: str,
        path: str,
        data: str | None,
        headers: Mapping[str, str],
    ) -> Answer:
        try:
            used.request(method, path, data, dict(headers))
            answer = used.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            self.tally.unanswered += 1
            used.close()
            self._wait_for_the_office()
            return NOBODY
        cookie = (answer.getheader("Set-Cookie") or "").split(";")[0]
        return self._judged(deed, answer.status, text, answer.getheader("Location") or "", cookie)

    def _judged(self, deed: str, status: int, text: bytes, where: str, cookie: str) -> Answer:
        if status < 400:
            self.tally.done[deed] += 1
            return Answer(status, json.loads(text) if text[:1] in (b"{", b"[") else {}, text, where, cookie)
        self.tally.refused[deed] += 1
        if status in (401, 403) or (status >= 500 and status != 503):
            self.blame(f"{deed}: {status} {text[:200].decode('utf-8', 'replace')}")
        return Answer(status, None, text)

    def _wait_for_the_office(self) -> None:
        limit = time.monotonic() + TIMEOUT_S
        while not listens(self._port) and time.monotonic() < limit:
            time.sleep(PAUSE_S)


_JSON = {"Content-Type": "application/json"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
