"""The end of a web server, of the office and of the centre alike."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any


async def cut_off(connections: Iterable[Any]) -> None:
    """Close the *connections* of a uvicorn server that outlived its grace, so that no socket outlives its loop."""
    for connection in list(connections):
        connection.transport.abort()
    await asyncio.sleep(0)  # the loop ends next, and a transport needs a turn of it to close
