from __future__ import annotations

import asyncio
import threading

import pytest

from edge.adapters.http.passwords import Passwords
from edge.domain.errors import Unavailable


async def test_work_runs_on_a_thread_of_its_own_and_its_error_comes_back() -> None:
    passwords = Passwords()

    assert (await passwords.run(lambda: threading.current_thread().name)).startswith("passwords")
    with pytest.raises(ZeroDivisionError):
        await passwords.run(lambda: 1 // 0)


async def test_a_flood_of_log_ins_is_refused_and_does_not_queue_up() -> None:
    passwords, go_on = Passwords(threads=1, limit=3), threading.Event()
    waiting = [asyncio.ensure_future(passwords.run(go_on.wait, 10)) for _ in range(3)]
    await asyncio.sleep(0)

    with pytest.raises(Unavailable) as caught:
        await passwords.run(go_on.wait, 10)
    go_on.set()

    assert caught.value.code == "busy"
    assert await asyncio.gather(*waiting) == [True] * 3
    assert await passwords.run(lambda: "room again") == "room again"
