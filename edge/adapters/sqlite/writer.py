"""The one writer thread: use cases queue up, run one after another, and share one flush to disk.

Group commit: whatever has queued while the last flush ran goes into the next transaction, each use case in its own
savepoint. A caller gets its answer only after the COMMIT that holds its work.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, NamedTuple, ParamSpec, TypeVar

from edge.adapters.sqlite.database import SqliteDatabase
from edge.domain.errors import Unavailable
from edge.runtime.supervise import keep_going

P = ParamSpec("P")
R = TypeVar("R")

QUEUE_LIMIT = 512
GROUP_LIMIT = 64
STUCK_S = 30.0


class _Work(NamedTuple):
    future: Future[Any]
    run: Callable[[], Any]


class _Answer(NamedTuple):
    work: _Work
    result: Any
    error: BaseException | None


class Writer:
    """Runs use cases on its own thread."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database
        self._queue: queue.Queue[_Work | None] = queue.Queue(QUEUE_LIMIT)
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._failing = False
        self._busy_since: float | None = None

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Finish what is queued, then end."""
        self._queue.put(None, timeout=timeout_s)
        self._thread.join(timeout_s)

    def submit(self, run: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Queue *run*; the future holds its result once it is durable; raise ``Unavailable`` when the queue is full."""
        future: Future[R] = Future()
        try:
            self._queue.put_nowait(_Work(future, lambda: run(*args, **kwargs)))
        except queue.Full:
            raise Unavailable("too many writes are waiting", code="busy") from None
        return future

    @property
    def failing(self) -> bool:
        """Whether the last transaction did not reach the disk."""
        return self._failing

    @property
    def alive(self) -> bool:
        """Whether the thread works and no transaction has hung for longer than a slow disk explains."""
        since = self._busy_since
        return self._thread.is_alive() and (since is None or time.monotonic() - since < STUCK_S)

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            group, last = self._gather(first)
            self._busy_since = time.monotonic()
            with keep_going("writer"):
                self._carry_out(group)
            self._busy_since = None
            if last:
                return

    def _gather(self, first: _Work) -> tuple[list[_Work], bool]:
        group = [first]
        while len(group) < GROUP_LIMIT:
            try:
                work = self._queue.get_nowait()
            except queue.Empty:
                break
            if work is None:
                return group, True
            group.append(work)
        return group, False

    def _carry_out(self, group: list[_Work]) -> None:
        """Run *group*; who gave up waiting is left out, everybody else gets an answer whatever happens."""
        wanted = [work for work in group if work.future.set_running_or_notify_cancel()]
        while wanted:
            wanted = self._one_transaction(wanted)

    def _one_transaction(self, group: list[_Work]) -> list[_Work]:
        """Commit as much of *group* as one transaction takes; return what has to be tried in another one.

        SQLite ends the whole transaction by itself when the disk is full: then nothing of this group was kept, the
        use case that met it is refused, and the others get a transaction of their own.
        """
        answers: list[_Answer] = []
        undone, before = False, self._database.changes
        try:
            with self._database.group() as is_open:
                for work in group:
                    answers.append(_Answer(work, *_attempt(work.run)))
                    if undone := not is_open():
                        break
            self._failing = self._failing and self._database.changes == before
        except Unavailable as exc:  # nothing of this group became durable
            self._failing = True
            if undone:
                *again, culprit = answers
                _tell(culprit._replace(error=culprit.error or exc))
                return [answer.work for answer in again] + group[len(answers) :]
            answers = [_Answer(work, None, exc) for work in group]
        for answer in answers:
            _tell(answer)
        return []


def _tell(answer: _Answer) -> None:
    if answer.error is None:
        answer.work.future.set_result(answer.result)
    else:
        answer.work.future.set_exception(answer.error)


def _attempt(run: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    try:
        return run(), None
    except Exception as exc:  # noqa: BLE001 - the caller of this one use case gets it, the others go on
        return None, exc
