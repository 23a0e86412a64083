"""Set-up pictures to the edge over HTTP, on a thread of their own: the newest one or none, never a queue.

The counter shows a 15-minute bearer, for which it asks over MQTT; it goes to the edge's own origin and nowhere
else, and redirects are not followed.
"""

from __future__ import annotations

import http.client
import secrets
import ssl
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from urllib.parse import quote, urlsplit

from edge.contracts import topics
from edge.contracts.cameras import SetupFrame
from edge.contracts.devices import Bearer, BearerAsk
from edge.contracts.wire import encode
from edge.runtime import log as logs
from edge.runtime.clock import Clock

log = logs.get(__name__)

HTTP_TIMEOUT_S, BEARER_TIMEOUT_S, PAUSE_S = 3.0, 5.0, 1.0
FRESH_S = 3.0  # an older picture is not worth sending
PATH = "/api/v1/device/camera-views/"
_EARLY = timedelta(seconds=30)  # a bearer that ends within this time is not used any more
_REFUSED, _UNKNOWN = (401, 403), (404, 409, 410)

Publish = Callable[[str, bytes], bool]


class SetupSender:
    """``offer`` from the counting loop never waits; everything else happens on the thread."""

    def __init__(self, url: str, ca_file: str, device: str, publish: Publish, clock: Clock) -> None:
        self._url, self._ca_file, self._device = urlsplit(url), ca_file, device
        self._publish, self._clock = publish, clock
        self._changed = threading.Condition()
        self._slot: tuple[float, SetupFrame] | None = None
        self._nonce = ""
        self._bearer: Bearer | None = None
        self._refused = ""
        self._stopping = False
        self._complained = False
        self._problem = ""  # why the edge could not be reached the last time
        self._thread = threading.Thread(target=self._run, name="setup-view", daemon=True)

    def start(self) -> None:
        """Begin to wait for pictures."""
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """End; a picture that waits is dropped."""
        with self._changed:
            self._stopping, self._slot = True, None
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def offer(self, frame: SetupFrame) -> None:
        """Send *frame* instead of whatever still waits."""
        if not self._url.netloc:
            if not self._complained:
                log.warning("setup_view_without_address", key="edge_url")
                self._complained = True
            return
        with self._changed:
            self._slot = (self._clock.monotonic(), frame)
            self._changed.notify_all()

    def answer(self, bearer: Bearer) -> bool:
        """Take the edge's answer, from the bus; return False when nobody asked for it."""
        with self._changed:
            if not self._nonce or not secrets.compare_digest(self._nonce, bearer.nonce):
                return False
            self._nonce, self._bearer = "", bearer
            self._changed.notify_all()
            return True

    def refused(self) -> str:
        """Return the session that the edge does not know any more, once; "" when there is none."""
        with self._changed:
            refused, self._refused = self._refused, ""
            return refused

    # --- own thread -------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while (taken := self._next()) is not None:
            since, frame = taken
            if self._clock.monotonic() - since <= FRESH_S and not self._deliver(frame):
                with self._changed:
                    self._changed.wait_for(lambda: self._stopping, PAUSE_S)

    def _next(self) -> tuple[float, SetupFrame] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or self._slot is not None)
            taken, self._slot = self._slot, None
            return None if self._stopping else taken

    def _deliver(self, frame: SetupFrame) -> bool:
        status = self._put(frame)
        if status in _REFUSED:
            with self._changed:
                self._bearer = None
            status = self._put(frame)
        if status in _UNKNOWN:
            with self._changed:
                self._refused = frame.session
        elif status and not 200 <= status < 300:
            log.warning("setup_view_not_sent", status=status)
        return 200 <= status < 300

    def _put(self, frame: SetupFrame) -> int:
        """Return the edge's status, 0 when there was no answer."""
        token = self._token()
        if not token:
            return 0
        try:
            status = self._ask(frame, token)
        except (OSError, ValueError, http.client.HTTPException) as exc:  # ssl.SSLError is an OSError
            self._note(str(exc) or type(exc).__name__)
            return 0
        self._note("")
        return status

    def _ask(self, frame: SetupFrame, token: str) -> int:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        with closing(self._connection()) as connection:
            connection.request("PUT", PATH + quote(frame.session, safe=""), body=encode(frame), headers=headers)
            return connection.getresponse().status

    def _note(self, problem: str) -> None:
        """Log why the edge cannot be reached, once for each reason."""
        if problem and problem != self._problem:
            log.warning("setup_view_without_edge", problem=problem[:200])
        self._problem = problem

    def _token(self) -> str:
        with self._changed:
            held = self._bearer
            if held is not None and held.expires_at - _EARLY > self._clock.now():
                return held.token
            self._bearer, self._nonce = None, secrets.token_urlsafe(16)
            ask = BearerAsk(device=self._device, nonce=self._nonce)
        if not self._publish(topics.bearer_ask(self._device), encode(ask)):
            return ""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or self._nonce == "", BEARER_TIMEOUT_S)
            return self._held_token()

    def _held_token(self) -> str:
        return self._bearer.token if self._bearer is not None else ""

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._url.hostname or "", self._url.port
        if self._url.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=HTTP_TIMEOUT_S)
        context = ssl.create_default_context(cafile=self._ca_file or None)
        return http.client.HTTPSConnection(host, port, timeout=HTTP_TIMEOUT_S, context=context)
