"""One MQTT 5 session over paho: reconnects with back-off, a new client per connection, acknowledgements with reasons.

Nothing is queued here: a message that cannot be handed to the broker now is refused, and whoever owns the truth
(database, retained state) sends it again. Callbacks run on the network thread and must be quick: put into a bounded
queue, return.
"""

from __future__ import annotations

import random
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from edge.runtime import log as logs
from edge.runtime.config import Section

log = logs.get(__name__)

CONNACK_TIMEOUT_S = 15.0

OnMessage = Callable[[str, bytes, bool], None]  # topic, payload, retained
OnAck = Callable[[int], None]  # MQTT 5 reason code; >= 0x80: the broker refused the message for good


class Broker(Section, frozen=True, kw_only=True):
    """How to reach a broker."""

    host: str = "127.0.0.1"
    port: int = 1883
    username: str = ""
    password_file: str = ""
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    keepalive_s: int = 10


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says when this session dies."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits between attempts: doubling from *first_s* to *last_s*, each shortened by up to half at random."""

    first_s: float = 0.5
    last_s: float = 30.0

    def wait(self, attempt: int, chance: float) -> float:
        """Return seconds before *attempt* (from 0); *chance* is in [0, 1)."""
        full = min(self.last_s, self.first_s * 2.0 ** min(attempt, 16))
        return float(full * (1 - chance / 2))


class MqttSession:
    """A session that stays up: ``start``, ``publish``, ``stop``. Safe to call from any thread."""

    def __init__(
        self,
        broker: Broker,
        client_id: str,
        *,
        on_message: OnMessage | None = None,
        subscriptions: Sequence[tuple[str, int]] = (),
        will: Will | None = None,
        on_connect: Callable[[], None] | None = None,
        on_disconnect: Callable[[], None] | None = None,
        session_expiry_s: int = 0,
        receive_maximum: int = 500,
        backoff: Backoff = Backoff(),
    ) -> None:
        self._broker, self._client_id = broker, client_id
        self._on_message, self._subscriptions, self._will = on_message, tuple(subscriptions), will
        self._on_connect, self._on_disconnect = on_connect, on_disconnect
        self._session_expiry_s, self._receive_maximum, self._backoff = session_expiry_s, receive_maximum, backoff
        self._client: paho.Client | None = None
        self._up = threading.Event()
        self._down = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._waiting: dict[int, OnAck] = {}
        self._early: dict[int, int] = {}

    @property
    def connected(self) -> bool:
        """Whether the broker has accepted the session."""
        return self._up.is_set()

    def start(self) -> None:
        """Begin to connect in the background."""
        self._thread = threading.Thread(target=self._run, name=f"mqtt-{self._client_id}", daemon=True)
        self._thread.start()

    def wait_connected(self, timeout_s: float) -> bool:
        """Wait until the session is up; return whether it is."""
        return self._up.wait(timeout_s)

    def stop(self, timeout_s: float = 5.0) -> None:
        """End the session in order: the will is not sent."""
        self._stopping.set()
        self._down.set()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False, on_ack: OnAck | None = None
    ) -> bool:
        """Hand *payload* to the broker; return False when there is no session (nothing is kept)."""
        client = self._client
        if client is None or not self._up.is_set():
            return False
        info = client.publish(topic, payload, qos=qos, retain=retain)
        if info.rc != paho.MQTT_ERR_SUCCESS:
            return False
        if on_ack is not None and qos > 0:
            # The PUBACK may come before this line: both sides leave their half first and then look for the other.
            self._waiting[info.mid] = on_ack
            code = self._early.pop(info.mid, None)
            if code is not None and self._waiting.pop(info.mid, None) is not None:
                on_ack(code)
        return True

    # --- network thread ---------------------------------------------------------------------------------------------

    def _run(self) -> None:
        attempt = 0
        while not self._stopping.is_set():
            self._down.clear()
            came_up = self._connect_once()
            attempt = 0 if came_up else attempt + 1
            self._stopping.wait(self._backoff.wait(attempt, random.random()))  # noqa: S311

    def _connect_once(self) -> bool:
        client = self._new_client()
        came_up = False
        try:
            client.connect(
                self._broker.host,
                self._broker.port,
                keepalive=self._broker.keepalive_s,
                clean_start=self._session_expiry_s == 0,
                properties=self._connect_properties(),
            )
        except (OSError, ValueError) as exc:
            log.debug("mqtt_unreachable", client=self._client_id, error=str(exc))
            return False
        self._client = client
        client.loop_start()
        try:
            self._down.wait(CONNACK_TIMEOUT_S)
            if self._up.is_set():
                self._down.wait()
            came_up = self._up.is_set()
        finally:
            self._up.clear()
            client.disconnect()
            client.loop_stop()
            self._client = None
            self._waiting.clear()
            self._early.clear()
        if came_up and self._on_disconnect is not None:
            self._on_disconnect()
        return came_up

    def _new_client(self) -> paho.Client:
        broker = self._broker
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id=self._client_id, protocol=paho.MQTTv5)
        client.max_inflight_messages_set(self._receive_maximum)
        client.max_queued_messages_set(self._receive_maximum)
        if broker.username:
            password = Path(broker.password_file).read_text().strip() if broker.password_file else None
            client.username_pw_set(broker.username, password)
        if broker.ca_file:
            context = ssl.create_default_context(cafile=broker.ca_file)
            if broker.cert_file:
                context.load_cert_chain(broker.cert_file, broker.key_file)
            client.tls_set_context(context)
        if self._will is not None:
            client.will_set(self._will.topic, self._will.payload, qos=1, retain=True)
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected
        client.on_publish = self._published
        if self._on_message is not None:
            client.on_message = self._received
        return client

    def _connect_properties(self) -> Properties:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = self._session_expiry_s
        properties.ReceiveMaximum = self._receive_maximum
        return properties

    def _connected(self, client: paho.Client, _: Any, __: Any, code: ReasonCode, ___: Any) -> None:
        if code.is_failure:
            log.warning("mqtt_refused", client=self._client_id, reason=str(code))
            self._down.set()
            return
        if self._subscriptions:
            client.subscribe([(topic, SubscribeOptions(qos=qos)) for topic, qos in self._subscriptions])
        self._up.set()
        if self._on_connect is not None:
            self._on_connect()

    def _disconnected(self, _: paho.Client, __: Any, ___: Any, code: ReasonCode, ____: Any) -> None:
        if code.is_failure and not self._stopping.is_set():
            log.info("mqtt_lost", client=self._client_id, reason=str(code))
        self._down.set()

    def _published(self, _: paho.Client, __: Any, mid: int, code: ReasonCode, ___: Any) -> None:
        self._early[mid] = code.value
        on_ack = self._waiting.pop(mid, None)
        if on_ack is None:
            if len(self._early) > 4 * self._receive_maximum:
                self._early.clear()  # acknowledgements that nobody asked for
            return
        self._early.pop(mid, None)
        on_ack(code.value)

    def _received(self, _: paho.Client, __: Any, message: paho.MQTTMessage) -> None:
        if self._on_message is not None:
            self._on_message(message.topic, bytes(message.payload), message.retain)
