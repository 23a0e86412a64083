"""Logging: one JSON object per line, on whatever stderr is when the line is written."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator

import pytest
import structlog

from edge.runtime import log


@pytest.fixture
def setup() -> Iterator[Callable[..., None]]:
    """Set logging up as a process does that has none; afterwards all is as before."""
    root = logging.getLogger()
    handlers, level, configured = root.handlers[:], root.level, structlog.get_config()

    def fresh(**settings: object) -> None:
        root.handlers.clear()
        log.setup("edge", **settings)

    yield fresh
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**configured)
    structlog.contextvars.clear_contextvars()


def test_a_line_is_json_with_program_and_module(setup: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    setup(json=True)

    log.get("uplink").warning("late", seconds=3)

    captured = capsys.readouterr()
    line = json.loads(captured.err)
    assert (line["event"], line["program"], line["module"], line["level"]) == ("late", "edge", "uplink", "warning")
    assert line["seconds"] == 3
    assert captured.out == ""


def test_a_logger_in_use_follows_stderr(setup: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    setup(json=True)
    logger, later = log.get("uplink"), io.StringIO()
    logger.info("before")

    monkeypatch.setattr(sys, "stderr", later)
    logger.info("after")
    logging.getLogger("library").error("its own")

    assert json.loads(later.getvalue().splitlines()[0])["event"] == "after"
    assert later.getvalue().splitlines()[1] == "library: its own"


def test_what_is_below_the_level_is_not_written(setup: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    setup(level="warning", json=True)

    log.get("stage").info("quiet")
    logging.getLogger("library").info("quiet")

    assert capsys.readouterr().err == ""


def test_an_error_of_the_stream_stops_nobody(setup: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    setup(json=True)
    monkeypatch.setattr(sys, "stderr", closed)

    log.get("uplink").error("nobody reads this")


@pytest.mark.parametrize("as_json", [True, False])
def test_an_exception_is_told_with_its_trace(
    setup: Callable[..., None], capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    setup(json=as_json)

    try:
        _ = 1 / 0
    except ZeroDivisionError:
        log.get("uplink").exception("broken")

    written = capsys.readouterr().err
    assert written.startswith("{") == as_json
    assert "ZeroDivisionError" in written
