"""A bridge in its own process, and the edge's side of the bus."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fixtures import processes
from tests.fixtures.broker import Mosquitto
from tests.integration.bridge.office import BridgeProcess, EdgeSide


@pytest.fixture
def edge(broker: Mosquitto) -> Iterator[EdgeSide]:
    side = EdgeSide(broker.settings)
    yield side
    side.session.stop()


@pytest.fixture
def new_bridge(tmp_path: Path, broker: Mosquitto, edge: EdgeSide) -> Iterator[Callable[..., BridgeProcess]]:
    bridges: list[BridgeProcess] = []

    def make(**settings: object) -> BridgeProcess:
        bridge = BridgeProcess(tmp_path, broker.settings, edge, **settings)
        bridges.append(bridge)
        return bridge

    yield make
    for bridge in bridges:
        if bridge.was_launched:
            processes.end(bridge.process)
