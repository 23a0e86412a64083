"""The floor: the least that a durable ticket server in Python can do, to hold ours against in the same run."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from edge.demo.processes import wait_for
from tests.bench.load import answers


class Floor:
    """One table of numbers and one of events, one lock, one flushed transaction a ticket; no rules, no log chain."""

    def __init__(self, file: Path) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = full")
        self._db.execute("create table ticket (id integer primary key, queue text)")
        self._db.execute("create table event (id integer primary key, ticket integer, type text)")

    def issue(self) -> int:
        """Write one ticket and its event; return its number once it is on disk."""
        with self._lock:
            self._db.execute("begin immediate")
            number = self._db.execute("insert into ticket (queue) values ('A')").lastrowid
            self._db.execute("insert into event (ticket, type) values (?, 'issued')", (number,))
            self._db.execute("commit")
        return number or 0


def serve(file: Path, port: int) -> None:
    """Run the floor until it is killed."""
    floor = Floor(file)

    async def issue(_: Request) -> JSONResponse:
        return JSONResponse({"number": await run_in_threadpool(floor.issue)}, 201)

    async def health(_: Request) -> JSONResponse:
        return JSONResponse({})

    app = Starlette(routes=[Route("/issue", issue, methods=["POST"]), Route("/health", health)])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


@contextmanager
def running(folder: Path, port: int) -> Iterator[str]:
    """Run the floor as a process of its own; give its address."""
    command = [sys.executable, "-m", "tests.bench.floor", str(folder / "floor.db"), str(port)]
    process = subprocess.Popen(command)
    try:
        wait_for("the floor", lambda: answers(f"http://127.0.0.1:{port}/health"), 15)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
