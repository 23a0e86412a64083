from __future__ import annotations

import asyncio
import itertools
import time
from contextlib import suppress

import pytest

from tests.fakes.office import FakeOffice

PHONES = 300
CALLS = 20


class ListeningPhone:
    """One phone that follows its turn; knows when it was called."""

    def __init__(self, secret: str) -> None:
        self.secret, self.text, self.called_at = secret, "", 0.0

    async def listen(self, port: int, ready: asyncio.Semaphore) -> None:
        async with ready:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"GET /my/live HTTP/1.1\r\nHost: x\r\nCookie: turn={self.secret}\r\n\r\n".encode())
            while "event: beat" not in self.text:
                self.text += (await reader.read(65536)).decode()
        with suppress(asyncio.CancelledError):
            while piece := await reader.read(65536):
                self.text += piece.decode()
                if not self.called_at and "is-called" in self.text:
                    self.called_at = time.perf_counter()
        writer.close()


async def until(condition, timeout_s: float = 20.0) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - of many phones, each with its own text
            await asyncio.sleep(0.01)


@pytest.mark.slow
def test_a_call_reaches_its_phone_while_three_hundred_listen(address: str, live_office: FakeOffice) -> None:
    live_office.open_desk("1", "jordi")
    live_office.open_desk("2", "anna")
    secrets = [f"{n:022d}" for n in range(100)]
    for secret in secrets:
        live_office.turn("certificado", phone=secret)
    phones = [ListeningPhone(secret) for secret, _ in itertools.product(secrets, range(PHONES // 100))]

    waits = asyncio.run(call_some(phones, int(address.rsplit(":", 1)[1]), live_office))

    assert len(waits) == CALLS  # how soon is the matter of ``./o360 bench turns``


async def call_some(phones: list[ListeningPhone], port: int, office: FakeOffice) -> list[float]:
    ready = asyncio.Semaphore(20)
    waits: list[float] = []
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(phone.listen(port, ready)) for phone in phones]
        await until(lambda: all("event: beat" in phone.text for phone in phones))
        for _ in range(CALLS):
            turn = await office.write(office.web.attention.call_next, "1", agent="jordi")
            called = time.perf_counter()
            phone = phones[(int(turn.code[1:]) - 1) * (PHONES // 100)]
            await until(lambda phone=phone: phone.called_at)
            waits.append(phone.called_at - called)
            await office.write(office.web.attention.start, "1", agent="jordi")
            await office.write(office.web.attention.finish, "1", agent="jordi", outcome="resolved")
        for task in tasks:
            task.cancel()
    return waits
