"""What a centre must do with documents, tried out as a stranger's office would: for our own centre and any other.

It knows nothing but ``edge.contracts.deposits``. What it leaves behind is one made-up submission with empty pages.
"""

from __future__ import annotations

import hashlib
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from edge.central.conformity import Check
from edge.central.published import Unreachable
from edge.contracts.deposits import PIECE, Deposit, DepositedFile, DepositRefusal, FileState, file_path, submission_path
from edge.contracts.wire import WireError, decode, encode

TIMEOUT_S = 30.0
LARGEST_ANSWER = 65_536
SIZE = PIECE + 1234  # two pieces


@dataclass(frozen=True, slots=True)
class Said:
    """What came back."""

    status: int
    body: bytes

    @property
    def error(self) -> str:
        """Return the word of a refusal, or ""."""
        try:
            return decode(self.body, DepositRefusal).error
        except WireError:
            return ""

    @property
    def state(self) -> FileState | None:
        """Return how far the file is, if that was said."""
        try:
            return decode(self.body, FileState)
        except WireError:
            return None


class DepositScript:
    """Plays once; yields each check as it is done."""

    def __init__(
        self, url: str, office: str, token: str, *, now: Callable[[], datetime], new_id: Callable[[datetime], str]
    ) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise Unreachable(f"{url}: not a web address")
        self._url, self._office, self._token, self._now, self._new_id = url.rstrip("/"), office, token, now, new_id

    def play(self) -> Iterator[Check]:
        """Hand in one submission of three files in every way that a network has; raise ``Unreachable``."""
        contents = [secrets.token_bytes(size) for size in (1000, SIZE, 2000)]
        deposit = self._deposit(contents)
        whole, pieces, broken = deposit.files
        yield from self._strangers(deposit)
        yield self._is("announces", self._announce(deposit), {201})
        yield self._is("announcing_twice_is_once", self._announce(deposit), {200})
        yield self._is("refuses_another_content", self._announce(self._changed(deposit)), {409}, "other_content")
        yield self._state("knows_nothing_of_a_file_yet", self._ask("GET", whole.id), 0, complete=False)
        yield self._state("takes_a_whole_file", self._put(whole.id, contents[0]), 1000, complete=True)
        yield self._state("the_same_file_again_is_kept_once", self._put(whole.id, contents[0]), 1000, complete=True)
        yield from self._in_pieces(pieces, contents[1])
        yield from self._wrong(broken, contents[2])

    def _strangers(self, deposit: Deposit) -> Iterator[Check]:
        good, self._token = self._token, secrets.token_urlsafe(32)
        yield self._is("refuses_a_wrong_token", self._announce(deposit), {401, 403})
        self._token = good
        answer = self._put(self._new_id(self._now()), b"x")
        yield self._is("refuses_what_was_not_announced", answer, {404}, "not_announced")
        bad = self._ask("PUT", deposit.id, b'{"id": 7}', path=submission_path(self._office, deposit.id))
        yield self._is("refuses_an_announcement_that_is_none", bad, {400}, "bad_request")

    def _in_pieces(self, told: DepositedFile, data: bytes) -> Iterator[Check]:
        """A file whose way is cut in the middle: the office asks how far it came and goes on."""
        yield self._state("takes_a_piece", self._piece(told, data, 0, PIECE), PIECE, complete=False)
        yield self._state("says_how_far_it_is", self._ask("GET", told.id), PIECE, complete=False)
        again = self._piece(told, data, 0, PIECE)
        yield self._is("refuses_a_piece_at_another_place", again, {409}, "wrong_offset")
        yield self._state("goes_on_and_checks_the_hash", self._piece(told, data, PIECE, SIZE), SIZE, complete=True)

    def _wrong(self, told: DepositedFile, data: bytes) -> Iterator[Check]:
        """One bit that changed on the way: refused, and taken when it is right."""
        changed = bytes([data[0] ^ 1]) + data[1:]
        yield self._is("refuses_a_changed_bit", self._put(told.id, changed), {422}, "wrong_digest")
        yield self._is("refuses_another_size", self._put(told.id, data + b"x"), {409}, "wrong_size")
        yield self._state("begins_anew_after_it", self._ask("GET", told.id), 0, complete=False)
        yield self._state("takes_it_when_it_is_right", self._put(told.id, data), len(data), complete=True)

    # --- asking -------------------------------------------------------------------------------------------------------

    def _deposit(self, contents: list[bytes]) -> Deposit:
        now = self._now()
        return Deposit(
            office=self._office,
            id=self._new_id(now),
            number=f"{self._office.upper()}-{now.year}-TRIAL",
            at=now,
            means="assisted",
            who={"name": "Trial", "number": "00000000T"},
            files=[
                DepositedFile(
                    id=self._new_id(now),
                    sha256=hashlib.sha256(data).hexdigest(),
                    bytes=len(data),
                    format="pdf",
                    pages=1,
                    received_at=now,
                )
                for data in contents
            ],
        )

    def _changed(self, deposit: Deposit) -> Deposit:
        first, *rest = deposit.files
        other = msgspec.structs.replace(first, sha256=hashlib.sha256(b"other").hexdigest())
        return msgspec.structs.replace(deposit, files=[other, *rest])

    def _announce(self, deposit: Deposit) -> Said:
        return self._ask("PUT", deposit.id, encode(deposit), path=submission_path(self._office, deposit.id))

    def _put(self, document: str, data: bytes) -> Said:
        return self._ask("PUT", document, data)

    def _piece(self, told: DepositedFile, data: bytes, start: int, end: int) -> Said:
        return self._ask("PUT", told.id, data[start:end], content_range=f"bytes {start}-{end - 1}/{told.bytes}")

    def _ask(
        self, method: str, document: str, data: bytes | None = None, *, path: str = "", content_range: str = ""
    ) -> Said:
        address = self._url + (path or file_path(self._office, document))
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/octet-stream"}
        headers |= {"Content-Range": content_range} if content_range else {}
        request = urllib.request.Request(address, data, headers, method=method)  # noqa: S310 - checked above
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 - checked above
                return Said(answer.status, answer.read(LARGEST_ANSWER))
        except urllib.error.HTTPError as exc:
            return Said(exc.code, exc.read(LARGEST_ANSWER))
        except OSError as exc:
            raise Unreachable(f"{address}: {exc}") from exc

    @staticmethod
    def _is(name: str, said: Said, statuses: set[int], error: str = "") -> Check:
        ok = said.status in statuses and (not error or said.error == error)
        return Check(name, ok, f"{said.status} {said.error}".strip())

    @staticmethod
    def _state(name: str, said: Said, offset: int, *, complete: bool) -> Check:
        state = said.state
        ok = said.status < 300 and state is not None and (state.offset, state.complete) == (offset, complete)
        told = f"{state.offset} bytes{', whole' if state.complete else ''}" if state else said.error
        return Check(name, ok, f"{said.status} {told}".strip())
