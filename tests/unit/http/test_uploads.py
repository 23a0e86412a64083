"""What a form with a file may bring, and how long it may take."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest
from starlette.requests import Request
from starlette.types import Message

from edge.adapters.http.problems import TooLarge
from edge.adapters.http.uploads import BESIDE, Upload
from edge.domain.errors import BadInput

LIMIT = 1000
FILE = b'--x\r\ncontent-disposition: form-data; name="file"\r\n\r\n'
OTHER = b'--x\r\ncontent-disposition: form-data; name="other"\r\n\r\n'
END = b"\r\n--x--\r\n"


def form(chunks: Iterable[bytes], *, hangs: bool = False) -> Request:
    """Return a request that brings *chunks* and then ends, or never does."""
    left = iter(chunks)

    async def receive() -> Message:
        chunk = next(left, None)
        if chunk is None and hangs:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    headers = [(b"content-type", b"multipart/form-data; boundary=x")]
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


async def read(upload: Upload) -> bytes:
    return b"".join([piece async for piece in upload.pieces()])


async def test_the_file_comes_out_of_its_form() -> None:
    upload = Upload(form([OTHER + b"a\r\n", FILE + b"%PDF", b"-1.7", END]), limit=LIMIT)

    assert await read(upload) == b"%PDF-1.7"
    assert (upload.size, upload.head) == (8, b"%PDF-1.7")


async def test_what_comes_beside_the_file_is_counted_too() -> None:
    upload = Upload(form([OTHER, *[b"a" * 1000] * (BESIDE // 1000 + 2), END]), limit=LIMIT)

    with pytest.raises(TooLarge):
        await read(upload)


async def test_a_file_that_comes_in_drops_has_an_end() -> None:
    upload = Upload(form([FILE, b"%PDF"], hangs=True), limit=LIMIT, longest_s=0.05)

    with pytest.raises(BadInput) as caught:
        async with asyncio.timeout(5):
            await read(upload)

    assert caught.value.code == "broken_off"
