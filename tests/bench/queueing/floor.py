"""The floor: the least that a durable ticket server in Python can do, to hold ours against in the same run.

Hand-written on aiohttp and SQLite: WAL with synchronous FULL, ``BEGIN IMMEDIATE``, one transaction a request, an event
row for every command. No rules, no rights, no hash chain, no pages. It works on the event loop itself, which was faster
than with a thread, and serves whoever came first.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from tests.bench.queueing import disk

SCHEMA = """
create table ticket (id integer primary key, queue text, state text, desk text);
create index ticket_waits on ticket (queue, state, id);
create index ticket_desk on ticket (desk, state);
create table event (id integer primary key, ticket integer, type text, desk text);
"""
STEPS = {"start": ("called", "serving"), "finish": ("serving", "done")}


class Floor:
    """Issue, call, start, finish; each method is one transaction and returns when it is on disk."""

    def __init__(self, file: Path) -> None:
        self._db = sqlite3.connect(file, isolation_level=None)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = full")
        self._db.executescript(SCHEMA)

    def issue(self, queue: str) -> int:
        """Give the next number of *queue*."""
        self._db.execute("begin immediate")
        row = self._db.execute("insert into ticket (queue, state) values (?, 'waiting')", (queue,))
        return self._done(row.lastrowid or 0, "issued", "")

    def call(self, queue: str, desk: str) -> int:
        """Call who waits longest in *queue* to *desk*; 0 when nobody does or somebody is there already."""
        self._db.execute("begin immediate")
        busy = self._db.execute("select 1 from ticket where desk = ? and state in ('called', 'serving')", (desk,))
        first = "select id from ticket where queue = ? and state = 'waiting' order by id limit 1"
        found = None if busy.fetchone() else self._db.execute(first, (queue,)).fetchone()
        if found is None:
            self._db.execute("rollback")
            return 0
        self._db.execute("update ticket set state = 'called', desk = ? where id = ?", (desk, found[0]))
        return self._done(found[0], "called", desk)

    def step(self, name: str, desk: str) -> int:
        """Move who is at *desk* on; 0 when nobody is."""
        before, after = STEPS[name]
        self._db.execute("begin immediate")
        found = self._db.execute("select id from ticket where desk = ? and state = ?", (desk, before)).fetchone()
        if found is None:
            self._db.execute("rollback")
            return 0
        self._db.execute("update ticket set state = ? where id = ?", (after, found[0]))
        return self._done(found[0], name, desk)

    def _done(self, ticket: int, kind: str, desk: str) -> int:
        self._db.execute("insert into event (ticket, type, desk) values (?, ?, ?)", (ticket, kind, desk))
        self._db.execute("commit")
        return ticket


def serve(file: Path, port: int) -> None:
    """Run the floor until it is killed."""
    floor = Floor(file)

    def answer(number: int, status: int = 200) -> web.Response:
        return web.json_response({"code": number}, status=status if number else 404)

    def route(work: Callable[[str, str], int], status: int = 200) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handler(request: web.Request) -> web.Response:
            asked = await request.json()
            return answer(work(asked.get("queue", ""), request.match_info.get("desk", "")), status)

        return handler

    async def health(_: web.Request) -> web.Response:
        return web.json_response({})

    app = web.Application()
    app.router.add_post("/issue", route(lambda queue, _: floor.issue(queue), 201))
    app.router.add_post("/desks/{desk}/next", route(floor.call))
    for name in STEPS:
        app.router.add_post(f"/desks/{{desk}}/{name}", route(lambda _, desk, name=name: floor.step(name, desk)))  # type: ignore[misc]
    app.router.add_get("/health", health)
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)


if __name__ == "__main__":
    if (flush_ms := float(sys.argv[3])) > 0:
        disk.slow(flush_ms)
    serve(Path(sys.argv[1]), int(sys.argv[2]))
