"""Home Assistant finds the office by itself: one retained description of a device whose values are our own messages.

It is a session of its own: an access list that forbids it leaves the office's bus untouched. Names of lines and cameras
come from counters and end up inside templates, so only plain ones are told.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge.contracts import topics
from edge.contracts.counting import CountTotals
from edge.runtime.mqtt import Broker, MqttSession

Components = dict[str, dict[str, Any]]

STALE_S = 60  # our totals and states come every few seconds
ONLINE = b"online"
_PLAIN = re.compile(r"[A-Za-z0-9_./:-]+")
_LEVELS = ["free", "nearly_full", "full"]
_HEALTH = ["ok", "degraded", "invalid", "unknown"]
_ALIVE = "{{ 'offline' if value_json.state == 'offline' else 'online' }}"
_TRUSTED = "{{{{ value_json.{field} if value_json.health != 'unknown' else None }}}}"
_OF_ONE = "{{% for row in value_json.{rows} if row.{key} == '{name}' %}}{{{{ row.{field} }}}}{{% endfor %}}"
_BOUNDS = "{{ {'low': value_json.low, 'high': value_json.high, 'capacity': value_json.capacity} | tojson }}"


@dataclass(frozen=True, slots=True)
class Card:
    """What the device is called; *names* are words in the office's language, see ``counts.discovery``."""

    office: str
    title: str
    version: str
    url: str
    names: Mapping[str, str]


class Discovery:
    """Tells the description whenever it changed, the broker came back, or Home Assistant was started."""

    def __init__(self, broker: Broker, card: Card, *, prefix: str) -> None:
        self._card, self._status = card, f"{prefix}/status"
        self.topic = f"{prefix}/device/o360-{card.office}/config"
        self._due = threading.Event()
        self._told: Components = {}
        self._session = MqttSession(
            broker,
            "edge-discovery",
            on_message=self._received,
            subscriptions=[(self._status, 1)],
            on_connect=self._due.set,
        )

    def start(self) -> None:
        """Begin in the background."""
        self._session.start()

    def stop(self) -> None:
        """End; what was told stays, and the office's own status says that it is away."""
        self._session.stop()

    def tell(self, totals: Sequence[CountTotals]) -> bool:
        """Publish the description for the doors and cameras of *totals* when it is due; return whether it was sent.

        A value that is gone is named once more without a description: so it is removed there, too.
        """
        wanted = components(self._card, totals)
        gone: Components = {name: {"platform": "sensor"} for name in self._told if name not in wanted}
        shown = wanted | {name: part for name, part in gone.items() if self._told[name] != part}
        if shown == self._told and not self._due.is_set():
            return False
        payload = json.dumps(describe(self._card, shown), ensure_ascii=False).encode()
        if not self._session.publish(self.topic, payload, qos=1, retain=True):
            return False
        self._due.clear()
        self._told = shown
        return True

    def _received(self, topic: str, payload: bytes, _: bool) -> None:  # noqa: FBT001 - signature of the session
        if topic == self._status and payload == ONLINE:
            self._due.set()  # told in the next round: nothing may be published from here


def describe(card: Card, parts: Components) -> dict[str, Any]:
    """Return the description of the whole device."""
    return {
        "device": {
            "identifiers": [f"o360-{card.office}"],
            "name": card.title,
            "manufacturer": "Oficina 360",
            "model": "Oficina 360 Edge",
            "sw_version": card.version,
            "configuration_url": card.url,
        },
        "origin": {"name": "Oficina 360 Edge", "sw_version": card.version},
        "availability": _availability("edge"),
        "qos": 1,
        "components": parts,
    }


def components(card: Card, totals: Sequence[CountTotals]) -> Components:
    """Return the values: people inside and how full, each door, each camera's health."""
    people = _sensor(card, "people", card.names["people"], topics.capacity(), _TRUSTED.format(field="people"))
    level = _sensor(card, "level", card.names["level"], topics.capacity(), _TRUSTED.format(field="state"))
    attributes = {"json_attributes_topic": topics.capacity(), "json_attributes_template": _BOUNDS}
    unit = {"unit_of_measurement": card.names["unit"], "suggested_display_precision": 0}
    found: Components = {
        "people": people | unit | attributes | {"state_class": "measurement", "icon": "mdi:account-group"},
        "level": level | {"device_class": "enum", "options": _LEVELS, "icon": "mdi:door"},
    }
    for report in totals:
        found |= _doors(card, report) | _cameras(card, report)
    return found


def _doors(card: Card, report: CountTotals) -> Components:
    found: Components = {}
    doors = [row.line for row in report.lines if row.door and _PLAIN.fullmatch(row.line)]
    for line, way in ((line, way) for line in doors for way in ("in", "out")):
        key = _key("door", report.group, line, way)
        name = card.names[f"door_{way}"].format(name=line)
        template = _OF_ONE.format(rows="lines", key="line", name=line, field=f"people_{way}")
        found[key] = _sensor(card, key, name, topics.counts(report.group), template) | {
            "state_class": "total_increasing",  # it begins again at zero with its counter
            "unit_of_measurement": card.names["unit"],
            "icon": f"mdi:account-arrow-{'right' if way == 'in' else 'left'}",
            **_of_counter(report.group),
        }
    return found


def _cameras(card: Card, report: CountTotals) -> Components:
    found: Components = {}
    for camera in (row.camera for row in report.cameras if _PLAIN.fullmatch(row.camera)):
        key, name = _key("camera", report.group, camera), card.names["camera"].format(name=camera)
        template = _OF_ONE.format(rows="cameras", key="camera", name=camera, field="health")
        found[key] = _sensor(card, key, name, topics.counts(report.group), template) | {
            "device_class": "enum",
            "options": _HEALTH,
            "entity_category": "diagnostic",
            "icon": "mdi:cctv",
            **_of_counter(report.group),
        }
    return found


def _sensor(card: Card, key: str, name: str, topic: str, template: str) -> dict[str, Any]:
    return {
        "platform": "sensor",
        "unique_id": f"o360_{card.office}_{key}",
        "name": name,
        "state_topic": topic,
        "value_template": template,
        "expire_after": STALE_S,
    }


def _of_counter(group: str) -> dict[str, Any]:
    return {"availability": _availability("edge", f"counter-{group}"), "availability_mode": "all"}


def _availability(*devices: str) -> list[dict[str, str]]:
    return [{"topic": topics.device_status(device), "value_template": _ALIVE} for device in devices]


def _key(*parts: str) -> str:
    """Return a name that is stable, plain, and different for different *parts*."""
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:6]
    return f"{re.sub(r'[^a-z0-9]+', '_', '_'.join(parts).lower())}_{digest}"
