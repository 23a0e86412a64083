"""Subscriptions that the broker refuses, on a mosquitto whose rights are changed while it runs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.runtime.mqtt import Backoff, MqttSession
from tests.fixtures.broker import Mosquitto, NewBroker
from tests.fixtures.waiting import wait_until

QUICK = Backoff(first_s=0.05, last_s=0.2)
CONTROL = "$CONTROL/dynamic-security/v1"
DENIED = {"acltype": "subscribePattern", "topic": "secret/#", "priority": 10, "allow": False}
RIGHTS = {
    "defaultACLAccess": dict.fromkeys(
        ("publishClientSend", "publishClientReceive", "subscribe", "unsubscribe"), True
    ),
    "clients": [], "groups": [{"groupname": "all", "roles": [{"rolename": "everybody"}]}], "anonymousGroup": "all",
    "roles": [
        {
            "rolename": "everybody",
            "acls": [DENIED, {"acltype": "publishClientSend", "topic": "$CONTROL/#", "priority": 0, "allow": True}],
        }
    ],
}  # fmt: skip


@pytest.fixture
def guarded(new_broker: NewBroker, tmp_path: Path) -> Mosquitto:
    """Start a broker that refuses subscriptions to ``secret/#``: an access file cannot, it filters messages only."""
    plugin = next(Path("/usr/lib").glob("*/mosquitto_dynamic_security.so"))
    rights = tmp_path / "rights.json"
    rights.write_text(json.dumps(RIGHTS))
    return new_broker(lines=["log_dest stderr", "log_type all", f"plugin {plugin}", f"plugin_opt_config_file {rights}"])


@pytest.fixture
def heard() -> list[str]:
    return []


@pytest.fixture
def reader(guarded: Mosquitto, heard: list[str]) -> Iterator[MqttSession]:
    made = MqttSession(
        guarded.settings, "reader", on_message=lambda topic, _payload, _retained: heard.append(topic),
        subscriptions=[("secret/#", 1), ("board", 1)], backoff=QUICK,
    )  # fmt: skip
    made.start()
    assert made.wait_connected(5)
    yield made
    made.stop()


@pytest.fixture
def writer(guarded: Mosquitto) -> Iterator[MqttSession]:
    made = MqttSession(guarded.settings, "writer", backoff=QUICK)
    made.start()
    assert made.wait_connected(5)
    yield made
    made.stop()


def test_a_refused_subscription_is_told_and_the_others_work(
    reader: MqttSession, writer: MqttSession, heard: list[str]
) -> None:
    writer.publish("board", b"x")
    wait_until(lambda: heard == ["board"])

    assert reader.connected
    assert reader.refused_subscriptions == ("secret/#",)


def test_it_is_asked_for_again_in_the_same_connection(guarded: Mosquitto, reader: MqttSession) -> None:
    wait_until(lambda: guarded.log.count("Received SUBSCRIBE from reader") >= 4)

    assert len(set(re.findall(r"connected from 127\.0\.0\.1:(\d+) as reader", guarded.log))) == 1
    assert reader.connected


def test_it_works_when_it_is_granted(reader: MqttSession, writer: MqttSession, heard: list[str]) -> None:
    command = {"command": "removeRoleACL", "rolename": "everybody", **{k: DENIED[k] for k in ("acltype", "topic")}}
    writer.publish(CONTROL, json.dumps({"commands": [command]}).encode())
    wait_until(lambda: reader.connected and not reader.refused_subscriptions)
    wait_until(lambda: writer.publish("secret/one", b"x"))

    wait_until(lambda: heard == ["secret/one"])
