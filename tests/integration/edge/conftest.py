"""The office's program in this process, on a free port, with or without a broker."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from edge.bootstrap.config import EdgeConfig
from edge.bootstrap.program import OfficeProgram
from edge.runtime.clock import ManualClock
from edge.runtime.mqtt import Broker

RunOffice = Callable[..., OfficeProgram]


@pytest.fixture
def run_office(tmp_path: Path, manual_clock: ManualClock) -> Iterator[RunOffice]:
    """Start an office that listens on ``config.port``; a second call is a restart; it is stopped at the end."""
    with ExitStack() as stack:

        def run(bus_port: int, **facts: Any) -> OfficeProgram:
            stack.close()
            with closing(socket.socket()) as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            config = EdgeConfig(
                office="carretas4",
                database=str(tmp_path / "office.db"),
                port=port,
                **{"bus": Broker(port=bus_port), **facts},
            )
            program = OfficeProgram(config, manual_clock)
            program.start()
            stack.callback(program.stop)
            return program

        yield run
