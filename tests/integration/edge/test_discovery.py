"""Home Assistant on a real broker: the description, and each of its templates over what is really retained there."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from edge.adapters.mqtt.discovery import Card, components
from edge.bootstrap.config import DiscoverySection
from edge.contracts import topics
from edge.contracts.counting import CameraNow, CountTotals, LineTotal
from edge.contracts.devices import DeviceStatus
from edge.contracts.wire import encode
from edge.runtime.clock import ManualClock
from edge.runtime.ids import new_ulid
from edge.runtime.mqtt import Broker, MqttSession
from tests.fixtures.broker import Mosquitto
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.waiting import wait_until
from tests.integration.edge.conftest import RunOffice

pytestmark = pytest.mark.slow
CONFIG = "homeassistant/device/o360-carretas4/config"
ON = DiscoverySection(enabled=True)
EPOCH = new_ulid(MONDAY_MORNING)


class Assistant:
    """Does what Home Assistant does: keeps retained messages and renders templates over them in a sandbox."""

    def __init__(self, broker: Broker) -> None:
        self.heard: dict[str, bytes] = {}
        self.configs: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self._session = MqttSession(
            broker,
            f"assistant-{id(self)}",
            on_message=self._keep,
            subscriptions=[("office/v1/#", 1), ("homeassistant/#", 1)],
        )
        self._session.start()
        assert self._session.wait_connected(5)

    def say(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        assert self._session.publish(topic, payload, retain=retain)

    def close(self) -> None:
        self._session.stop()

    def state(self, component: dict[str, Any], template: str = "value_template", topic: str = "state_topic") -> str:
        """Return what the value shows."""
        payload = self.heard[component[topic]].decode()
        environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
        text = environment.from_string(component[template]).render(value=payload, value_json=json.loads(payload))
        return text.strip()

    def available(self, component: dict[str, Any], device: dict[str, Any]) -> bool:
        """Return whether the value is there: all of its topics must say so."""
        rows = component.get("availability", device["availability"])
        return all(
            row["topic"] in self.heard and self.state({"x": row["topic"], **row}, topic="x") == "online" for row in rows
        )

    def _keep(self, topic: str, payload: bytes, _: bool) -> None:
        with self._lock:
            self.heard[topic] = payload
            if topic == CONFIG:
                self.configs.append(json.loads(payload))


@pytest.fixture
def assist() -> Iterator[Callable[[Mosquitto], Assistant]]:
    made: list[Assistant] = []

    def make(broker: Mosquitto) -> Assistant:
        made.append(Assistant(broker.settings))
        return made[-1]

    yield make
    for assistant in made:
        assistant.close()


def totals(clock: ManualClock, *lines: str, health: str = "ok") -> bytes:
    rows = [LineTotal(line=line, door=True, people_in=12 + k, people_out=5) for k, line in enumerate(lines)]
    camera = CameraNow(camera="door", health=health, fps=7.0)  # type: ignore[arg-type]
    return encode(CountTotals(group="hall", epoch=EPOCH, at=clock.now(), lines=rows, cameras=[camera]))


def counter(state: str) -> bytes:
    return encode(DeviceStatus(device="counter-hall", kind="counter", state=state))  # type: ignore[arg-type]


def named(config: dict[str, Any], start: str) -> dict[str, Any]:
    return next(part for key, part in config["components"].items() if key.startswith(start))


def test_every_value_renders_over_what_is_really_retained(
    run_office: RunOffice, broker: Mosquitto, manual_clock: ManualClock, assist: Callable[[Mosquitto], Assistant]
) -> None:
    speaker = assist(broker)
    speaker.say(topics.counts("hall"), totals(manual_clock, "door/main", "door/side"), retain=True)
    speaker.say(topics.device_status("counter-hall"), counter("ok"), retain=True)
    run_office(broker.port, discovery=ON)
    wait_until(lambda: any(len(config["components"]) == 7 for config in speaker.configs), 15)

    late = assist(broker)  # gets retained messages only
    wait_until(lambda: late.configs and topics.capacity() in late.heard and topics.counts("hall") in late.heard, 10)
    wait_until(lambda: json.loads(late.heard[topics.capacity()])["people"] == 15, 10)
    config = late.configs[-1]
    shown = {part["name"]: late.state(part) for part in config["components"].values()}

    assert shown == {
        "Personas dentro": "15",
        "Aforo": "free",
        "Entradas por door/main": "12",
        "Salidas por door/main": "5",
        "Entradas por door/side": "13",
        "Salidas por door/side": "5",
        "Estado de la cámara door": "ok",
    }
    people, door, camera = config["components"]["people"], named(config, "door_"), named(config, "camera_")
    assert (people["state_class"], door["state_class"]) == ("measurement", "total_increasing")
    assert camera["entity_category"] == "diagnostic"
    assert set(config["components"]["level"]["options"]) == {"free", "nearly_full", "full"}
    bounds = late.state(people, "json_attributes_template", "json_attributes_topic")
    said = json.loads(late.heard[topics.capacity()])
    assert json.loads(bounds) == {name: said[name] for name in ("low", "high", "capacity")}
    assert said["low"] <= 15 <= said["high"]
    assert config["components"]
    assert all(late.available(part, config) for part in config["components"].values())
    assert config["origin"]["name"] == "Oficina 360 Edge"
    unique = {part["unique_id"] for part in config["components"].values()}
    assert len(unique) == 7
    assert config["device"]["identifiers"] == ["o360-carretas4"]


def test_what_nobody_vouches_for_is_no_number_and_a_dead_counter_is_away(
    run_office: RunOffice, broker: Mosquitto, manual_clock: ManualClock, assist: Callable[[Mosquitto], Assistant]
) -> None:
    speaker = assist(broker)
    run_office(broker.port, discovery=ON)
    speaker.say(topics.counts("hall"), totals(manual_clock, "door/main", health="invalid"), retain=True)
    speaker.say(topics.device_status("counter-hall"), counter("offline"), retain=True)
    wait_until(lambda: speaker.configs and len(speaker.configs[-1]["components"]) == 5, 15)
    config = speaker.configs[-1]
    wait_until(lambda: json.loads(speaker.heard.get(topics.capacity(), b"{}")).get("people") == 7, 10)

    people, level, camera = config["components"]["people"], config["components"]["level"], named(config, "camera_")
    seen = ["None", "None", "invalid"]  # "None" is Home Assistant's word for unknown
    wait_until(lambda: [speaker.state(part) for part in (people, level, camera)] == seen, 10, "nothing vouched for")
    wait_until(lambda: not speaker.available(named(config, "door_"), config), 10, "the dead counter away")
    assert speaker.available(people, config)


def test_it_is_told_again_when_home_assistant_starts_and_a_door_that_is_gone_is_taken_away(
    run_office: RunOffice, broker: Mosquitto, manual_clock: ManualClock, assist: Callable[[Mosquitto], Assistant]
) -> None:
    assistant = assist(broker)
    program = run_office(broker.port, discovery=ON)
    assistant.say(topics.counts("hall"), totals(manual_clock, "door/main", "door/side"))
    wait_until(lambda: assistant.configs and len(assistant.configs[-1]["components"]) == 7, 15)
    before = len(assistant.configs)

    assistant.say("homeassistant/status", b"offline")
    assistant.say("homeassistant/status", b"online")
    wait_until(lambda: len(assistant.configs) > before, 15, "the description after a start of Home Assistant")
    assert len(assistant.configs[-1]["components"]) == 7

    assistant.say(topics.counts("hall"), totals(manual_clock, "door/main"))
    wait_until(lambda: len(assistant.configs[-1]["components"]) == 5, 20, "the description without the door")
    farewell = assistant.configs[-2]["components"]
    assert sorted(map(len, farewell.values()))[:2] == [1, 1]  # only the platform: removed
    assert program.health()["bus"] is True


def test_it_is_off_unless_wanted(
    run_office: RunOffice, broker: Mosquitto, manual_clock: ManualClock, assist: Callable[[Mosquitto], Assistant]
) -> None:
    assistant = assist(broker)
    run_office(broker.port)
    assistant.say(topics.counts("hall"), totals(manual_clock, "door/main"))
    wait_until(
        lambda: topics.capacity() in assistant.heard and json.loads(assistant.heard[topics.capacity()])["people"]
    )

    assert assistant.configs == []


def test_a_name_that_would_be_a_template_is_not_told(manual_clock: ManualClock) -> None:
    card = Card("o", "O", "1", "https://o.example", dict.fromkeys(("people", "level", "unit"), "x"))
    wicked = LineTotal(line="a' %}{{ 7*7 }}{% if '", door=True, people_in=1, people_out=1)
    report = CountTotals(group="hall", epoch=EPOCH, at=manual_clock.now(), lines=[wicked])

    assert set(components(card, [report])) == {"people", "level"}
