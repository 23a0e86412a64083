"""Documents that offices hand in, kept in a folder until the registry takes them: announced, whole, and checked.

``OFFICE/submissions/ID.json`` says what was handed in, ``OFFICE/files/ID`` is a file, and ``ID.kept`` beside it stays
when the registry has taken the file away, so that nothing comes twice. A file is there whole and with its hash, or not
at all.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path

from edge.contracts.deposits import LARGEST_FILE, LARGEST_PIECE, Deposit, DepositedFile, FileState
from edge.contracts.wire import WireError, decode, encode

FREE_BYTES = 500_000_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class Refused(Exception):
    """The request is refused; *code* is one of ``DepositRefusal``, *status* the HTTP status."""

    def __init__(self, status: int, code: str, *, offset: int = 0) -> None:
        super().__init__(code)
        self.status, self.code, self.offset = status, code, offset


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a file from *start* on; *total* is the size of the whole."""

    start: int
    total: int
    data: bytes


class Deposits:
    """All offices' files under one folder; every method may block, and may be called from any thread."""

    def __init__(self, folder: Path, *, free_bytes: int = FREE_BYTES) -> None:
        self._folder, self._free_bytes = folder, free_bytes
        self._lock = threading.Lock()  # offices send one piece at a time and seldom: no need for one each

    def announce(self, office: str, submission: str, body: bytes) -> bool:
        """Keep what is announced; return whether it is new. The same again changes nothing."""
        file = self._place(office, "submissions", submission, ".json")
        try:
            deposit = decode(body, Deposit)
        except WireError as exc:
            raise Refused(400, "bad_request") from exc
        if (deposit.office, deposit.id) != (office, submission) or not all(map(_is_name, _ids(deposit))):
            raise Refused(400, "bad_request")
        with self._lock:
            if file.exists():
                if _contents(decode(file.read_bytes(), Deposit)) != _contents(deposit):
                    raise Refused(409, "other_content")
                return False
            self._must_have_room(sum(one.bytes for one in deposit.files))
            for one in deposit.files:
                self._keep_announcement(office, one)
            _write(file, encode(deposit))
        return True

    def state(self, office: str, document: str) -> FileState:
        """Return how far a file is."""
        with self._lock:
            return self._state(office, self._announced(office, document))

    def put(self, office: str, document: str, piece: Piece) -> FileState:
        """Take a piece of a file; the last one is checked against the hash, and a wrong file begins anew."""
        with self._lock:
            told = self._announced(office, document)
            before = self._state(office, told)
            if before.complete:
                return before
            if piece.total != told.bytes or piece.start + len(piece.data) > told.bytes or not piece.data:
                raise Refused(409, "wrong_size")
            if piece.start != before.offset:
                raise Refused(409, "wrong_offset", offset=before.offset)
            self._must_have_room(len(piece.data))
            self._append(office, told, piece.data)
            after = self._state(office, told)
            if not after.complete and after.offset == 0:
                raise Refused(422, "wrong_digest")
            return after

    def _append(self, office: str, told: DepositedFile, data: bytes) -> None:
        part = self._place(office, "files", told.id, ".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def _state(self, office: str, told: DepositedFile) -> FileState:
        """Return how far a file is; one with all its bytes is finished here, also when the power went before it was."""
        kept = self._place(office, "files", told.id, ".kept")
        if kept.exists() or self._finish(office, told):
            return FileState(id=told.id, offset=told.bytes, complete=True, sha256=told.sha256)
        part = self._place(office, "files", told.id, ".part")
        return FileState(id=told.id, offset=part.stat().st_size if part.exists() else 0, complete=False)

    def _finish(self, office: str, told: DepositedFile) -> bool:
        """Keep a file of which every byte is here, when its hash is right; one with a wrong hash begins anew."""
        whole, part = (self._place(office, "files", told.id, ending) for ending in ("", ".part"))
        if not whole.exists():
            if not part.exists() or part.stat().st_size < told.bytes:
                return False
            if _digest(part) != told.sha256:
                part.unlink()
                return False
            part.replace(whole)
        _write(self._place(office, "files", told.id, ".kept"), b"")
        return True

    def _announced(self, office: str, document: str) -> DepositedFile:
        file = self._place(office, "files", document, ".json")
        if not file.exists():
            raise Refused(404, "not_announced")
        return decode(file.read_bytes(), DepositedFile)

    def _keep_announcement(self, office: str, one: DepositedFile) -> None:
        file = self._place(office, "files", one.id, ".json")
        if file.exists() and _content(decode(file.read_bytes(), DepositedFile)) != _content(one):
            raise Refused(409, "other_content")
        _write(file, encode(one))

    def _place(self, office: str, kind: str, name: str, ending: str = "") -> Path:
        if not _is_name(office) or not _is_name(name):
            raise Refused(400, "bad_name")
        folder = self._folder / office / kind
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder / f"{name}{ending}"

    def _must_have_room(self, wanted: int) -> None:
        if shutil.disk_usage(self._folder).free - wanted < self._free_bytes:
            raise Refused(507, "full")


def piece_of(content_range: str, body: bytes) -> Piece:
    """Return the piece that a request carries; raise ``Refused`` for a range that does not fit its body."""
    if len(body) > LARGEST_PIECE:
        raise Refused(413, "too_large")
    if not content_range:
        return Piece(0, len(body), body)
    found = re.fullmatch(r"bytes (\d{1,10})-(\d{1,10})/(\d{1,10})", content_range.strip())
    if found is None:
        raise Refused(400, "bad_request")
    first, last, total = map(int, found.groups())
    if last - first + 1 != len(body) or total > LARGEST_FILE:
        raise Refused(400, "bad_request")
    return Piece(first, total, body)


def _digest(file: Path) -> str:
    with file.open("rb") as whole:
        return hashlib.file_digest(whole, "sha256").hexdigest()


def _ids(deposit: Deposit) -> list[str]:
    return [deposit.id, *(one.id for one in deposit.files)]


def _content(one: DepositedFile) -> tuple[str, str, int]:
    """Return what may never change; how a file is described may, when an office was set up anew."""
    return one.id, one.sha256, one.bytes


def _contents(deposit: Deposit) -> list[tuple[str, str, int]]:
    return sorted(map(_content, deposit.files))


def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def _write(file: Path, data: bytes) -> None:
    """Write *file*, whole and durable or not at all."""
    new = file.with_name(f"{file.name}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
