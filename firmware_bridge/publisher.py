"""What the office hears from a bridge: reports, and the retained status of each device and of the bridge itself.

Only the bridge's own status has a last will. A device's status names its bridge in ``facts["bridge"]``: when that
bridge is offline, so are its devices, whatever their retained status says.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

import msgspec

from edge.contracts import topics
from edge.contracts.devices import DeviceStatus
from edge.contracts.jobs import JobReport
from edge.contracts.wire import encode
from edge.runtime import log as logs
from edge.runtime.clock import Clock
from edge.runtime.mqtt import MqttSession, Will
from edge.runtime.release import program_version
from firmware_bridge.jobs import FINAL, State
from firmware_bridge.ports import Driver, Status

log = logs.get(__name__)

STOPPED = Status("offline", "stopped")
FAREWELL_TIMEOUT_S = 3.0
NOBODY_LISTENS = 0x10  # MQTT 5: the broker took the message, but there is no subscriber


def own_device(name: str) -> str:
    """Return the device that stands for the bridge *name* itself."""
    return f"bridge-{name}"


def will_of(own: str) -> Will:
    """Return the last will of the bridge's session."""
    status = DeviceStatus(device=own, kind="bridge", state="offline", reason="lost")
    return Will(topics.device_status(own), encode(status))


class Publisher:
    """Speaks for one bridge; nothing is kept when there is no session: the loop says it again later."""

    def __init__(self, own: str, session: MqttSession, clock: Clock, drivers: Mapping[str, Driver]) -> None:
        self._own, self._session, self._clock, self._drivers = own, session, clock, drivers
        self._version = program_version()

    def report(self, report: JobReport, on_told: Callable[[str], object]) -> None:
        """Publish *report*; *on_told* gets the id when somebody has heard the end of a job."""

        def on_ack(code: int) -> None:
            if code < 0x80 and code != NOBODY_LISTENS:
                on_told(report.job_id)
            elif code >= 0x80:
                log.warning("report_refused", job=report.job_id, code=code)

        ack = on_ack if State(report.state) in FINAL else None
        self._session.publish(topics.device_job_report(report.device), encode(report), on_ack=ack)

    def device(self, device: str, status: Status) -> None:
        """Publish how *device* is."""
        driver = self._drivers[device]
        self._retain(
            DeviceStatus(
                device=device,
                kind=driver.kind,
                state=status.state,
                reason=status.reason,
                capabilities=sorted(driver.capabilities()),
                facts={**status.facts, "bridge": self._own},
            )
        )

    def bridge(self) -> None:
        """Publish that the bridge is there."""
        facts = {"devices": " ".join(sorted(self._drivers))}
        self._retain(DeviceStatus(device=self._own, kind="bridge", state="ok", facts=facts))

    def removed(self, device: str) -> None:
        """Take back the retained status of a device that this bridge no longer has."""
        self._retain(DeviceStatus(device=device, kind="sensor", state="offline", reason="removed"))
        self._session.publish(topics.device_status(device), b"", retain=True)

    def farewell(self) -> None:
        """Say that all devices and the bridge have stopped; return when the broker knows, or after a short while."""
        for device in self._drivers:
            self.device(device, STOPPED)
        heard = threading.Event()
        last = DeviceStatus(device=self._own, kind="bridge", state="offline", reason="stopped")
        if self._retain(last, on_ack=lambda _: heard.set()):
            heard.wait(FAREWELL_TIMEOUT_S)

    def _retain(self, status: DeviceStatus, on_ack: Callable[[int], None] | None = None) -> bool:
        stamped = msgspec.structs.replace(status, at=self._clock.now(), version=self._version)
        topic = topics.device_status(status.device)
        return self._session.publish(topic, encode(stamped), retain=True, on_ack=on_ack)
