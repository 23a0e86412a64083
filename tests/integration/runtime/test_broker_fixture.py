from __future__ import annotations

import pytest

from edge.runtime.mqtt import MqttSession
from tests.fixtures.broker import Mosquitto, NewBroker
from tests.fixtures.processes import listens
from tests.fixtures.waiting import wait_until


def test_a_retained_message_survives_a_power_cut_of_the_broker(broker: Mosquitto) -> None:
    seen: list[tuple[str, bytes, bool]] = []
    codes: list[int] = []
    writer = MqttSession(broker.settings, "writer")
    writer.start()
    assert writer.wait_connected(5)
    writer.publish("kept", b"yes", retain=True, on_ack=codes.append)
    wait_until(lambda: codes)
    wait_until(lambda: b"kept" in broker.saved)
    writer.stop()

    broker.restart()
    reader = MqttSession(
        broker.settings, "reader", on_message=lambda t, p, r: seen.append((t, p, r)), subscriptions=[("kept", 1)]
    )
    reader.start()

    assert wait_until(lambda: list(seen)) == [("kept", b"yes", True)]
    reader.stop()


def test_stop_frees_the_port(new_broker: NewBroker) -> None:
    broker = new_broker()

    broker.stop()

    assert not listens(broker.port)


def test_a_broker_that_cannot_start_shows_why(new_broker: NewBroker) -> None:
    with pytest.raises(RuntimeError, match="no_such_setting"):
        new_broker(lines=["no_such_setting 1"])
