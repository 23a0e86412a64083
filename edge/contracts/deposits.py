"""Documents from an office to the centre over HTTPS (schema 1): first what was handed in, then each file, in pieces.

::

    PUT /documents/v1/{office}/submissions/{id}   Deposit      201 kept, 200 known already
    GET /documents/v1/{office}/files/{id}         -            200 FileState
    PUT /documents/v1/{office}/files/{id}         bytes        202 a piece, 201 whole and kept, 200 known already

A request shows ``Authorization: Bearer`` with the office's token. A piece says ``Content-Range: bytes 0-499/1234``;
without it the body is the whole file. After a cut the office asks how far the centre is and goes on from there. 200 and
201 for a file say that the centre has it on disk and that its SHA-256 is the announced one: only then the office
deletes its own. A refusal carries ``DepositRefusal``; 409 ``wrong_offset`` says where to go on, 5xx and 429 mean
again later.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from edge.contracts.wire import Message, Name

PREFIX = "/documents/v1"
PIECE = 512 * 1024  # bytes that an office sends at once
LARGEST_PIECE = 4 * 1024 * 1024  # bytes that a centre has to take at once
LARGEST_FILE = 64_000_000
Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class DepositedFile(Message, frozen=True, kw_only=True):
    """One document as it will come; *metadata* is the minimum of the interoperability standard, by its names."""

    id: Name
    sha256: Digest
    bytes: Annotated[int, msgspec.Meta(gt=0, le=LARGEST_FILE)]
    format: str  # "pdf", "jpeg", "png"
    pages: int
    received_at: datetime
    metadata: dict[str, str] = {}


class Deposit(Message, frozen=True, kw_only=True):
    """What somebody handed in; *who* by the names that the office uses ("name", "number"), never on MQTT."""

    schema: int = 1
    office: Name
    id: Name
    number: str  # of the receipt
    at: datetime
    means: str  # "oidc" or "assisted"
    provider: str = ""
    who: dict[str, str]
    files: Annotated[list[DepositedFile], msgspec.Meta(min_length=1, max_length=100)]


class FileState(Message, frozen=True, kw_only=True):
    """How far the centre is with one file; *complete*: it is kept and its hash was right."""

    id: str
    offset: int
    complete: bool
    sha256: str = ""


class DepositRefusal(Message, frozen=True, kw_only=True):
    """Why not; *offset* only with ``wrong_offset``.

    ``unauthorised`` (401), ``bad_request``, ``bad_name`` (400), ``not_announced`` (404), ``other_content``,
    ``wrong_offset``, ``wrong_size`` (409), ``too_large`` (413), ``wrong_digest`` (422), ``full`` (503, 507).
    """

    error: str
    offset: int = 0


def submission_path(office: str, submission: str) -> str:
    """Return where a submission is announced."""
    return f"{PREFIX}/{office}/submissions/{submission}"


def file_path(office: str, document: str) -> str:
    """Return where a file goes."""
    return f"{PREFIX}/{office}/files/{document}"
