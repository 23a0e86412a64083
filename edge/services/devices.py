"""Devices and programs of the office: what they say of themselves, and the bearers they get for HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from edge.contracts.devices import Bearer, BearerAsk, DeviceStatus
from edge.domain.events import Event, Stream
from edge.services.context import Context, secret_hash

BEARER_TTL = timedelta(minutes=15)
MAX_BEARERS = 200


def reachable(said: list[DeviceStatus]) -> list[DeviceStatus]:
    """Return *said* with the devices of a lost bridge as offline: only the bridge itself has a last will."""
    away = {status.device for status in said if status.state == "offline"}

    def now(status: DeviceStatus) -> DeviceStatus:
        if status.facts.get("bridge") not in away:
            return status
        return msgspec.structs.replace(status, state="offline", reason="bridge_away")

    return [now(status) for status in said]


class DeviceService:
    """Use cases of devices."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._bearers: dict[str, tuple[str, datetime]] = {}

    def status(self, status: DeviceStatus) -> bool:
        """Remember what a device says; a change of state is an event. Return whether the state changed."""
        now = self._context.now()
        with self._context.database.read() as stores:
            known = {d.device: d for d in stores.devices.all()}.get(status.device)
        if known == status:
            return False
        with self._context.database.write() as uow:
            before = uow.devices.put(status, now)
            changed = before is None or (before.state, before.reason) != (status.state, status.reason)
            if changed:
                body = {"device": status.device, "kind": status.kind, "state": status.state}
                actor = f"device:{status.device}"
                uow.log.append(Event(Stream.DEVICES, "device_status", now, actor, status.reason, body))
            uow.commit()
        return changed

    def all(self) -> list[DeviceStatus]:
        """Return how every device is; one behind a bridge that is away is offline, whatever it last said."""
        with self._context.database.read() as stores:
            return reachable(stores.devices.all())

    def bearer(self, ask: BearerAsk) -> Bearer:
        """Give *ask.device* a bearer for 15 minutes. The bus has proved who asks; bearers live in memory only."""
        now = self._context.now()
        self._bearers = {k: v for k, v in self._bearers.items() if v[1] > now}
        while len(self._bearers) >= MAX_BEARERS:
            self._bearers.pop(next(iter(self._bearers)))
        token = self._context.new_token()
        self._bearers[secret_hash(token)] = (ask.device, now + BEARER_TTL)
        return Bearer(device=ask.device, nonce=ask.nonce, token=token, expires_at=now + BEARER_TTL)

    def of_bearer(self, token: str) -> str | None:
        """Return the device that *token* belongs to, or None when it is unknown or over."""
        device, until = self._bearers.get(secret_hash(token), ("", self._context.now()))
        return device if until > self._context.now() else None
