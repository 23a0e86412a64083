"""Seals a file under the key of one visit, piece by piece as it arrives: the disk never sees what it says.

Format: ``O3D1``, 16 random bytes, then pieces of 64 KiB, each AES-256-GCM under a key of its own file (HKDF-SHA256 of
the visit's key, the random bytes and the name of the document). The nonce is the number of the piece and whether it is
the last one (the STREAM construction), so that pieces can be neither exchanged nor left out nor cut off.
"""

from __future__ import annotations

import base64
import os
from collections.abc import AsyncIterator, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from edge.domain.errors import Unavailable

MAGIC = b"O3D1"
SALT = 16
PIECE = 65_536
TAG = 16
KEY_BYTES = 32


def new_key() -> str:
    """Return a fresh key of a visit, as the ``contact`` keeps it."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


async def sealed(chunks: AsyncIterator[bytes], key: str, name: str) -> AsyncIterator[bytes]:
    """Yield the sealed form of *chunks*."""
    salt = os.urandom(SALT)
    cipher = _cipher(key, salt, name)
    yield MAGIC + salt
    held, number = bytearray(), 0
    async for chunk in chunks:
        held += chunk
        while len(held) > PIECE:  # the last piece is told apart, so one is always kept back
            yield cipher.encrypt(_nonce(number, last=False), bytes(held[:PIECE]), None)
            del held[:PIECE]
            number += 1
    yield cipher.encrypt(_nonce(number, last=True), bytes(held), None)


def seal(data: bytes, key: str, name: str) -> bytes:
    """Return *data* sealed."""
    salt = os.urandom(SALT)
    cipher = _cipher(key, salt, name)
    pieces = [data[at : at + PIECE] for at in range(0, len(data), PIECE)] or [b""]
    body = [
        cipher.encrypt(_nonce(number, last=number == len(pieces) - 1), piece, None)
        for number, piece in enumerate(pieces)
    ]
    return MAGIC + salt + b"".join(body)


def unseal(data: bytes, key: str, name: str) -> bytes:
    """Return what was sealed; raise ``Unavailable`` (``sealed``) when key, name or a single bit is another one."""
    if not data.startswith(MAGIC) or len(data) < len(MAGIC) + SALT + TAG:
        raise Unavailable("no sealed file", code="sealed")
    cipher = _cipher(key, data[len(MAGIC) : len(MAGIC) + SALT], name)
    pieces = list(_pieces(data[len(MAGIC) + SALT :]))
    try:
        return b"".join(
            cipher.decrypt(_nonce(number, last=number == len(pieces) - 1), piece, None)
            for number, piece in enumerate(pieces)
        )
    except InvalidTag as exc:
        raise Unavailable("the seal is broken", code="sealed") from exc


def _pieces(body: bytes) -> Iterator[bytes]:
    for at in range(0, len(body), PIECE + TAG):
        yield body[at : at + PIECE + TAG]


def _cipher(key: str, salt: bytes, name: str) -> AESGCM:
    secret = base64.b64decode(key)
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt, b"o360 document " + name.encode()).derive(secret))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\1" if last else b"\0")
