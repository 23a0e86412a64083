"""Structured logging to stderr: readable lines at a terminal, JSON for journald; never a person's data.

Stdout belongs to what a command answers: with ``--json`` its last line.
"""

from __future__ import annotations

import logging
import sys
import threading
from contextlib import suppress

import structlog


class CurrentStderr:
    """A sink for lines that asks for ``sys.stderr`` each time: whoever redirects it later gets what follows.

    Lines of several threads do not mix; a stream that is closed or full stops nobody.
    """

    _turn = threading.Lock()

    def msg(self, message: str) -> None:
        """Write and flush *message* as one line."""
        with self._turn, suppress(OSError, ValueError):
            sys.stderr.write(f"{message}\n")
            sys.stderr.flush()

    debug = info = warning = error = critical = msg


class _ForeignRecords(logging.Handler):
    """Sends what libraries log the same way."""

    def emit(self, record: logging.LogRecord) -> None:
        CurrentStderr().msg(self.format(record))


def setup(program: str, *, level: str = "info", json: bool | None = None) -> None:
    """Configure logging of this process; *json* defaults to "not at a terminal"."""
    as_json = not sys.stderr.isatty() if json is None else json
    threshold = getattr(logging, level.upper())
    logging.basicConfig(level=threshold, handlers=[_ForeignRecords()], format="%(name)s: %(message)s")
    for noisy in ("uvicorn.access", "uvicorn.error", "asyncio", "httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=lambda *_: CurrentStderr(),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(program=program)


def get(name: str) -> structlog.typing.FilteringBoundLogger:
    """Return the logger of one module."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(module=name)
    return logger
