"""One file out of an HTML form, piece by piece: python-multipart, wrapped once. The name of the file is dropped."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from edge.adapters.http.problems import TooLarge, WrongMedia
from edge.domain.errors import BadInput

FIELD = b"file"
MEDIA = b"multipart/form-data"
MAX_PARTS = 8
HEADER_BYTES = 8192
STALLED_S = 30.0
LONGEST_S = 900.0  # from the first byte to the last: ten megabytes at 90 kbit/s
BESIDE = 65_536  # bytes of a form beside its file


class _Form:
    """Collects the pieces of the first part that is called ``file``."""

    def __init__(self, boundary: bytes) -> None:
        self.pieces: deque[bytes] = deque()
        self.seen = self.done = False
        self._parts = self._header_bytes = 0
        self._header, self._value, self._is_file = b"", b"", False
        self._disposition = b""
        self.parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._field,
                "on_header_value": self._worth,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers,
                "on_part_data": self._data,
                "on_part_end": self._end,
            },
        )

    def _begin(self) -> None:
        self._parts += 1
        self._header_bytes, self._disposition = 0, b""
        if self._parts > MAX_PARTS:
            raise BadInput("too many parts")

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._count(end - start)
        self._header += data[start:end]

    def _worth(self, data: bytes, start: int, end: int) -> None:
        self._count(end - start)
        self._value += data[start:end]

    def _count(self, more: int) -> None:
        self._header_bytes += more
        if self._header_bytes > HEADER_BYTES:
            raise BadInput("too long a header")

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header, self._value = b"", b""

    def _headers(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._is_file = options.get(b"name") == FIELD and not self.seen
        self.seen = self.seen or self._is_file

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self.pieces.append(data[start:end])

    def _end(self) -> None:
        self.done = self.done or self._is_file
        self._is_file = False


class Upload:
    """The file of a form on its way. *size* and *head* (the first bytes) are known as far as it has come."""

    def __init__(self, request: Request, *, limit: int, head: int = 1024, longest_s: float = LONGEST_S) -> None:
        media, options = parse_options_header(request.headers.get("content-type", ""))
        if media != MEDIA or not options.get(b"boundary"):
            raise WrongMedia("a form with a file")
        self._request, self._limit, self._keep, self._longest_s = request, limit, head, longest_s
        self._form = _Form(options[b"boundary"])
        self.size, self.head = 0, b""
        self._came = 0  # bytes of the whole form

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the file; raise ``TooLarge`` beyond the limit, ``BadInput`` (``broken_off``) when it stops coming."""
        body = self._request.stream().__aiter__()
        until = asyncio.get_running_loop().time() + self._longest_s
        while chunk := await self._next(body, until):
            self._came += len(chunk)
            if self._came > self._limit + BESIDE:
                raise self._too_large()
            try:
                self._form.parser.write(chunk)
            except MultipartParseError as exc:
                raise BadInput("no form") from exc
            while self._form.pieces:
                piece = self._form.pieces.popleft()
                self._count(piece)
                yield piece
        if not self._form.done:
            raise BadInput("the file broke off", code="broken_off" if self._form.seen else "no_file")

    async def _next(self, body: AsyncIterator[bytes], until: float) -> bytes:
        try:
            async with asyncio.timeout_at(min(until, asyncio.get_running_loop().time() + STALLED_S)):
                async for chunk in body:
                    if chunk:
                        return chunk
        except (ClientDisconnect, TimeoutError) as exc:
            raise BadInput("the file broke off", code="broken_off") from exc
        return b""

    def _count(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.size > self._limit:
            raise self._too_large()
        if len(self.head) < self._keep:
            self.head += piece[: self._keep - len(self.head)]

    def _too_large(self) -> TooLarge:
        return TooLarge(f"more than {self._limit} bytes", code="document_too_large")
