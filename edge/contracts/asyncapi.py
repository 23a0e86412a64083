"""AsyncAPI 3.0 of both buses, written from the topic functions and the types of the contracts.

The docstring of a topic function says what flows there and who sends it: "``DeviceStatus``, retained and last will,
from any program". That sentence is the source; the tests hold what a running office says against the document.
Source of the form: AsyncAPI Specification 3.0.0, https://www.asyncapi.com/docs/reference/specification/v3.0.0.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

from edge.contracts import agenda, board, cameras, counting, devices, jobs, topics, uplink
from edge.contracts.wire import Message

_MODULES = (agenda, board, cameras, counting, devices, jobs, uplink)
_REF = "#/components/schemas/{name}"
_NAME = re.compile(r"``(\w+)``")
_BY_EDGE = ("from the edge", "the edge's", "from an office", "of an office", "from any program")


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic function: its name, its topic with the parts in braces, and what its docstring says."""

    name: str
    address: str
    parts: tuple[str, ...]
    text: str

    @property
    def is_filter(self) -> bool:
        """Whether it is only subscribed to."""
        return "+" in self.address or "#" in self.address

    @property
    def is_of_office(self) -> bool:
        """Whether it is on the bus inside the office."""
        return self.address.startswith(topics.OFFICE)

    @property
    def is_sent(self) -> bool:
        """Whether the edge sends here; else it receives."""
        return any(words in self.text for words in _BY_EDGE)

    @property
    def types(self) -> tuple[str, ...]:
        """Return what flows here: the payload first, then what is signed or packed in it."""
        return tuple(name for name in _NAME.findall(self.text) if name in kinds())


@cache
def kinds() -> Mapping[str, type[Message]]:
    """Return every wire type by name."""
    found = (kind for module in _MODULES for kind in vars(module).values() if isinstance(kind, type))
    return {kind.__name__: kind for kind in found if issubclass(kind, Message) and kind is not Message}


def every_topic() -> list[Topic]:
    """Return all topic functions in their order."""
    found = []
    for name, function in vars(topics).items():
        if name.startswith("_") or not inspect.isfunction(function) or function.__module__ != topics.__name__:
            continue
        parts = tuple(
            p.name for p in inspect.signature(function).parameters.values() if p.default is inspect.Parameter.empty
        )
        if (address := _address(function, parts)) is not None:
            found.append(Topic(name, address, parts, " ".join((inspect.getdoc(function) or "").split())))
    return found


def document() -> dict[str, Any]:
    """Return the AsyncAPI document."""
    spoken = [topic for topic in every_topic() if not topic.is_filter]
    used = sorted({name for topic in spoken for name in topic.types})
    _, schemas = msgspec.json.schema_components([kinds()[name] for name in used], ref_template=_REF)
    for schema in schemas.values():
        if "description" in schema:
            schema["description"] = inspect.cleandoc(schema["description"])  # Python 3.13 does so itself
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Oficina 360 Edge",
            "version": "1",
            "description": "The bus inside an office and the uplink to the centre. MQTT 5 and JSON; unknown fields are"
            " to be ignored. `h` is the first hexadecimal digit of the SHA-256 of the office's id.",
        },
        "defaultContentType": "application/json",
        "servers": {
            "office": {"host": "localhost:1883", "protocol": "mqtt", "protocolVersion": "5"},
            "centre": {"host": "broker.example:8883", "protocol": "mqtts", "protocolVersion": "5"},
        },
        "channels": {topic.name: _channel(topic) for topic in spoken},
        "operations": {topic.name: _operation(topic) for topic in spoken},
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "messages": {name: {"payload": {"$ref": _REF.format(name=name)}} for name in used},
        },
    }


def _channel(topic: Topic) -> dict[str, Any]:
    channel: dict[str, Any] = {
        "address": topic.address,
        "description": topic.text,
        "servers": [{"$ref": f"#/servers/{'office' if topic.is_of_office else 'centre'}"}],
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in topic.types[:1]},
    }
    if names := re.findall(r"\{(\w+)\}", topic.address):
        channel["parameters"] = {name: {} for name in names}
    return channel


def _operation(topic: Topic) -> dict[str, Any]:
    mqtt: dict[str, Any] = {"retain": "retained" in topic.text}
    if qos := re.search(r"QoS (\d)", topic.text):
        mqtt["qos"] = int(qos[1])
    return {
        "action": "send" if topic.is_sent else "receive",
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "bindings": {"mqtt": mqtt},
    }


def _address(function: Callable[..., Any], parts: tuple[str, ...]) -> str | None:
    """Return the topic with its parts in braces; None for a function that takes a topic apart."""
    try:
        topic = function(*(f"x.{part}.x" for part in parts))
    except ValueError:
        return None
    if not isinstance(topic, str) or not topic.startswith((topics.OFFICE, topics.UPLINK)):
        return None
    if "office" in parts:
        topic = topic.replace(f"/{topics.shard('x.office.x')}/", "/{h}/", 1)
    for part in parts:
        topic = topic.replace(f"x.{part}.x", f"{{{part}}}")
    return topic
