"""Documents to the edge and from it over HTTP with a 15-minute bearer that the device asks for over MQTT.

A bearer is only ever sent to the edge's own origin, and redirects are not followed.
"""

from __future__ import annotations

import http.client
import secrets
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

from edge.contracts import topics
from edge.contracts.devices import Bearer, BearerAsk
from edge.contracts.wire import encode
from edge.runtime.clock import Clock
from firmware_bridge.ports import BadJob, DeviceOffline

ANSWER_TIMEOUT_S = 10.0
HTTP_TIMEOUT_S = 15.0
ANSWER_LIMIT = 64 * 1024
_EARLY = timedelta(seconds=30)  # a bearer that ends within this time is not used any more

Publish = Callable[[str, bytes], bool]


class Bearers:
    """The bearers of all devices of one bridge. ``answer`` is called by the MQTT side, ``get`` by the devices."""

    def __init__(self, publish: Publish, clock: Clock) -> None:
        self._publish, self._clock = publish, clock
        self._changed = threading.Condition()
        self._held: dict[str, Bearer] = {}
        self._asked: dict[str, str] = {}

    def get(self, device: str, *, fresh: bool = False) -> str:
        """Return a token for *device*, asking the edge when needed; raise ``DeviceOffline`` when none comes."""
        with self._changed:
            held = None if fresh else self._held.get(device)
            if held is not None and held.expires_at - _EARLY > self._clock.now():
                return held.token
            nonce = secrets.token_urlsafe(16)
            self._asked[device] = nonce
            self._held.pop(device, None)
        if not self._publish(topics.bearer_ask(device), encode(BearerAsk(device=device, nonce=nonce))):
            raise DeviceOffline("the bus is down", reason="no_bearer")
        with self._changed:
            if not self._changed.wait_for(lambda: device in self._held, ANSWER_TIMEOUT_S):
                raise DeviceOffline("the edge gave no bearer", reason="no_bearer")
            return self._held[device].token

    def answer(self, bearer: Bearer) -> bool:
        """Take the edge's answer; return False when nobody asked for it."""
        with self._changed:
            asked = self._asked.get(bearer.device)
            if asked is None or not secrets.compare_digest(asked, bearer.nonce):
                return False
            del self._asked[bearer.device]
            self._held[bearer.device] = bearer
            self._changed.notify_all()
            return True


class EdgeUpload:
    """``Upload`` of one device."""

    def __init__(self, device: str, bearers: Bearers, edge_url: str, ca_file: str = "") -> None:
        self._device, self._bearers, self._edge, self._ca_file = device, bearers, edge_url, ca_file

    def __call__(self, url: str, parts: Sequence[bytes], *, content_type: str, job_id: str) -> None:
        """See ``firmware_bridge.ports.Upload``; a refused bearer is renewed once."""
        target = self._target(url)
        headers = {
            "Content-Type": content_type,
            "Content-Length": str(sum(len(part) for part in parts)),
            "Idempotency-Key": job_id,
        }
        status, _ = self._ask("PUT", target, parts, headers, fresh=False)
        if status in (401, 403):
            status, _ = self._ask("PUT", target, parts, headers, fresh=True)
        if status in (401, 403):
            raise BadJob(f"the edge refuses the bearer ({status})", reason="upload_refused")
        if 400 <= status < 500 and status not in (408, 429):
            raise BadJob(f"the edge refuses the document ({status})", reason="upload_refused")
        if not 200 <= status < 300:
            raise DeviceOffline(f"the edge answers {status}", reason="edge_unreachable")

    def fetch(self, url: str) -> bytes:
        """See ``firmware_bridge.ports.Fetch``; a refused bearer is renewed once."""
        target = self._target(url)
        status, body = self._ask("GET", target, None, {}, fresh=False)
        if status in (401, 403):
            status, body = self._ask("GET", target, None, {}, fresh=True)
        if status == 200:
            return body
        if 400 <= status < 500 and status not in (408, 429):
            raise BadJob(f"the edge has nothing there ({status})", reason="fetch_refused")
        raise DeviceOffline(f"the edge answers {status}", reason="edge_unreachable")

    def _target(self, url: str) -> str:
        target = urljoin(self._edge, url)
        if not self._edge or urlsplit(target)[:2] != urlsplit(self._edge)[:2]:
            raise BadJob("documents go to the edge only", reason="upload_url")
        return target

    def _ask(
        self, method: str, target: str, parts: Sequence[bytes] | None, headers: dict[str, str], *, fresh: bool
    ) -> tuple[int, bytes]:
        token = self._bearers.get(self._device, fresh=fresh)
        split = urlsplit(target)
        path = f"{split.path or '/'}?{split.query}" if split.query else split.path or "/"
        connection = self._connection(split.scheme, split.hostname or "", split.port)
        try:
            with suppress(BrokenPipeError, ConnectionResetError):  # the answer may come before the end of the body
                body = iter(parts) if parts is not None else None
                connection.request(method, path, body=body, headers={**headers, "Authorization": f"Bearer {token}"})
            response = connection.getresponse()
            return response.status, response.read(ANSWER_LIMIT) if parts is None else b""
        except (OSError, http.client.HTTPException) as exc:
            raise DeviceOffline(f"edge: {exc}", reason="edge_unreachable") from exc
        finally:
            connection.close()

    def _connection(self, scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        if scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=HTTP_TIMEOUT_S)
        context = ssl.create_default_context(cafile=self._ca_file or None)
        return http.client.HTTPSConnection(host, port, timeout=HTTP_TIMEOUT_S, context=context)
