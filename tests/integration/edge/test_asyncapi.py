"""What a running office says on both buses is what the AsyncAPI document says it says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from edge.contracts import asyncapi, topics
from edge.contracts.board import CallShown
from edge.contracts.devices import BearerAsk, DeviceStatus
from edge.contracts.wire import encode
from edge.domain.desks import DeskState
from edge.domain.turns import Channel
from edge.runtime.clock import ManualClock
from edge.runtime.mqtt import Broker, MqttSession
from edge.services.turns import Wish
from tests.fixtures.broker import Mosquitto
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.waiting import wait_until
from tests.integration.edge.conftest import RunOffice

DOCUMENT = asyncapi.document()
SAID_BY_EVERY_OFFICE = {
    "board", "capacity", "device_status", "bearer", "device_jobs", "up_events", "up_state", "up_live", "up_offer",
}  # fmt: skip


def resolved(node: Any) -> Any:
    """Return what *node* refers to."""
    while isinstance(node, dict) and "$ref" in node:
        found: Any = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def references(node: Any) -> Iterator[str]:
    """Give every reference of the document."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for part in node.values():
            yield from references(part)
    elif isinstance(node, list):
        for part in node:
            yield from references(part)


def channel_of(topic: str) -> str:
    """Return the one channel that *topic* is of."""
    fits = [
        name
        for name, channel in DOCUMENT["channels"].items()
        if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(channel["address"])), topic)
    ]
    assert len(fits) == 1, (topic, fits)
    return fits[0]


def faults(channel: str, payload: bytes) -> list[str]:
    """Return what is wrong with a *payload* by the schema of its channel."""
    (message,) = DOCUMENT["channels"][channel]["messages"].values()
    schema = {**resolved(message)["payload"], "components": DOCUMENT["components"]}
    return [error.message for error in Draft202012Validator(schema).iter_errors(json.loads(payload))]


def test_every_reference_leads_somewhere() -> None:
    for reference in references(DOCUMENT):
        assert resolved({"$ref": reference}) is not None, reference


def test_every_operation_has_a_channel_with_one_message() -> None:
    assert set(DOCUMENT["operations"]) == set(DOCUMENT["channels"])
    assert [name for name, channel in DOCUMENT["channels"].items() if len(channel["messages"]) != 1] == []


def test_every_part_of_an_address_is_declared() -> None:
    for name, channel in DOCUMENT["channels"].items():
        assert set(re.findall(r"\{(\w+)\}", channel["address"])) == set(channel.get("parameters", {})), name


@pytest.mark.slow
def test_a_working_office_says_nothing_else(
    run_office: RunOffice, broker: Mosquitto, manual_clock: ManualClock
) -> None:
    heard: list[tuple[str, bytes]] = []
    ear = MqttSession(
        Broker(port=broker.port),
        "ear",
        on_message=lambda topic, payload, _: heard.append((topic, payload)),
        subscriptions=[(f"{topics.OFFICE}/#", 1), (f"{topics.UPLINK}/#", 1)],
    )
    ear.start()
    assert ear.wait_connected(5)
    program = run_office(broker.port, uplink=Broker(port=broker.port))
    parts, do = program.parts, program.work.carry_out
    printer = DeviceStatus(
        device="printer-1",
        kind="ticket_printer",
        state="ok",
        capabilities=["print.ticket"],
        version="1",
        at=MONDAY_MORNING,
    )
    ear.publish(topics.device_status("printer-1"), encode(printer), retain=True)
    ear.publish(topics.bearer_ask("printer-1"), encode(BearerAsk(device="printer-1", nonce="n")))
    do(parts.attention.set_desk, "1", DeskState.OPEN, agent="ana")
    turn = do(parts.turns.take, Wish("registro", Channel.PAPER, "es", present=True), actor="test").turn
    do(parts.attention.call_next, "1", agent="ana")
    shown = CallShown(display="hall", call_id=turn.id, shown_at=MONDAY_MORNING, latency_ms=20.0)
    ear.publish(topics.shown("hall"), encode(shown))
    wait_until(lambda: [d for d in parts.devices.all() if d.device == "printer-1"], 10, "the printer")
    do(parts.jobs.print_ticket, turn, "https://office.example/f/x", actor="test")

    wait_until(
        lambda: {channel_of(topic) for topic, _ in list(heard)} >= SAID_BY_EVERY_OFFICE,
        20,
        "everything that an office says",
    )
    ear.stop()

    assert [(topic, wrong) for topic, payload in heard if (wrong := faults(channel_of(topic), payload))] == []
