"""The way of submitted documents to the centre: HTTPS, in pieces, going on where the centre says it is."""

from __future__ import annotations

import json
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from edge.adapters.notify.http_call import Answer, post
from edge.contracts.deposits import PIECE, Deposit, FileState, file_path, submission_path
from edge.contracts.wire import WireError, decode, encode
from edge.runtime.config import Section
from edge.services.deposits import CentreAway, CentreRefuses
from edge.services.notifiers import NotifierError

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_LATER = frozenset({401, 403, 408, 425, 429})  # a token that is being changed is no reason to give a document up
TRIES = 3  # answers of "wrong offset" and "wrong digest" to one file in one round


class DepositsSection(Section, frozen=True, kw_only=True):
    """Where submitted documents go; without this section they wait for an official."""

    url: str  # https origin of the centre
    token_file: str  # what the centre knows this office by
    ca_file: str = ""  # "" = the authorities that the machine trusts
    certificate: str = ""  # of the office, where the centre asks for one
    key: str = ""
    timeout_s: float = 60.0  # of one request with at most 512 KiB


class CentreDepot:
    """Implements ``services.deposits.Depot``."""

    def __init__(self, section: DepositsSection, office: str) -> None:
        """Raise ``ValueError`` or ``OSError`` when the section cannot be used; opens no connection."""
        split = urlsplit(section.url)
        if split.scheme != "https" and not (split.scheme == "http" and split.hostname in _LOOPBACK):
            raise ValueError(f"{section.url!r}: documents go over https only")
        token = Path(section.token_file).read_text("utf-8").strip()
        if len(token) < 24 or not token.isascii():
            raise ValueError(f"{section.token_file}: holds no token of at least 24 characters")
        self._url, self._office, self._timeout_s = section.url.rstrip("/"), office, section.timeout_s
        self._headers = {"Authorization": f"Bearer {token}"}
        self._context = _context(section) if split.scheme == "https" else None

    def announce(self, deposit: Deposit) -> None:
        """See ``Depot``."""
        answer = self._ask("PUT", submission_path(self._office, deposit.id), encode(deposit), "application/json")
        _must_be(answer, {200, 201})

    def send(self, document: str, data: bytes) -> None:
        """See ``Depot``."""
        path = file_path(self._office, document)
        state = _state(self._ask("GET", path))
        for _ in range(TRIES + -(-len(data) // PIECE)):
            if state.complete:
                return
            piece = data[state.offset : state.offset + PIECE]
            last = state.offset + len(piece) - 1
            answer = self._ask(
                "PUT", path, piece, "application/octet-stream", f"bytes {state.offset}-{last}/{len(data)}"
            )
            again = answer.status in (409, 422) and _refusal(answer) in ("wrong_offset", "wrong_digest")
            state = _state(self._ask("GET", path)) if again else _state(answer)
        raise CentreAway("no_progress")

    def _ask(self, method: str, path: str, body: bytes = b"", kind: str = "", content_range: str = "") -> Answer:
        headers = dict(self._headers)
        headers |= {"Content-Type": kind} if kind else {}
        headers |= {"Content-Range": content_range} if content_range else {}
        try:
            return post(
                self._url + path, body, headers, method=method, timeout_s=self._timeout_s, context=self._context
            )
        except NotifierError as exc:
            raise CentreAway(exc.reason) from exc


def _state(answer: Answer) -> FileState:
    _must_be(answer, {200, 201, 202})
    try:
        return decode(answer.body, FileState)
    except WireError as exc:
        raise CentreAway("strange_answer") from exc


def _must_be(answer: Answer, statuses: set[int]) -> None:
    if answer.status in statuses:
        return
    reason = _refusal(answer) or f"http_{answer.status}"
    raise (CentreAway if answer.status in _LATER or answer.status >= 500 else CentreRefuses)(reason)


def _refusal(answer: Answer) -> str:
    try:
        said = json.loads(answer.body).get("error", "")
    except (ValueError, AttributeError):
        return ""
    return said if isinstance(said, str) and said.replace("_", "").isalpha() and len(said) <= 30 else ""


def _context(section: DepositsSection) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=section.ca_file or None)
    if section.certificate:
        context.load_cert_chain(section.certificate, section.key or None)
    return context
