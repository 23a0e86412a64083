"""One MQTT 5 session over paho: reconnects with back-off, a new client per connection, acknowledgements with reasons.

Nothing is queued here: a message that cannot be handed to the broker now is refused, and whoever owns the truth
(database, retained state) sends it again. Callbacks run on the network thread and must be quick: put into a bounded
queue, return. A callback that raises is logged; it does not end the session.
"""

from __future__ import annotations

import random
import ssl
import threading
import time
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

CONNECT_TIMEOUT_S = 15.0
DRAIN_TIMEOUT_S = 2.0
STEADY_S = 10.0  # a session that lasted so long makes the next attempt start from the shortest wait again

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

    def __post_init__(self) -> None:
        if not (1 <= self.port <= 65535 and self.keepalive_s >= 1):
            raise ValueError("port must be 1 to 65535, keepalive_s at least 1")

    def missing(self) -> tuple[str, str] | None:
        """Return (key, path) of the first file that it names and that is not there."""
        names = ("password_file", "ca_file", "cert_file", "key_file")
        paths = ((name, str(getattr(self, name))) for name in names)
        return next(((name, path) for name, path in paths if path and not Path(path).is_file()), None)


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
    """A session that stays up: ``start``, ``publish``, ``stop``. Safe to call from any thread but a callback's.

    It is up, and *on_connect* is called, when the broker has accepted the connection and answered all subscriptions.
    What it refused is in ``refused_subscriptions``, logged as an error, and asked for again with back-off.
    """

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
        self._connection: _Connection | None = None
        self._up = threading.Event()
        self._down = threading.Event()
        self._answered = threading.Event()  # up or down: the broker has answered
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._last_problem = ""
        self._asked: tuple[tuple[str, int], ...] = ()  # subscriptions that wait for an answer
        self._refused: tuple[tuple[str, int], ...] = ()

    @property
    def refused_subscriptions(self) -> tuple[str, ...]:
        """Return the filters that the broker refused: the session hears nothing of them. Empty when it is not up."""
        return tuple(topic for topic, _ in self._refused)

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
        """End the session in order: what was published is sent, the will is not."""
        self._stopping.set()
        self._go_down()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False, on_ack: OnAck | None = None
    ) -> bool:
        """Hand *payload* to the broker; return False when there is no session or its window is full (nothing is kept).

        *on_ack* is called once with the broker's reason code, or never when the connection is lost before.
        """
        connection = self._connection
        if connection is None or not self._up.is_set():
            return False
        return connection.publish(topic, payload, qos=qos, retain=retain, on_ack=on_ack)

    # --- own thread -------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        attempt = 0
        while not self._stopping.is_set():
            self._down.clear()
            self._answered.clear()
            if self._stopping.is_set():  # stop() came between the lines above
                return
            began = time.monotonic()
            came_up = self._connect_once()
            attempt = 0 if came_up and time.monotonic() - began > STEADY_S else attempt + 1
            self._stopping.wait(self._backoff.wait(attempt - 1, random.random()))  # noqa: S311

    def _connect_once(self) -> bool:
        try:
            client = self._new_client()
            client.connect(
                self._broker.host,
                self._broker.port,
                keepalive=self._broker.keepalive_s,
                clean_start=self._session_expiry_s == 0,
                properties=self._connect_properties(),
            )
        except (OSError, ValueError) as exc:
            self._report("mqtt_unreachable", str(exc))
            return False
        self._connection = connection = _Connection(client)
        client.loop_start()
        try:
            self._answered.wait(CONNECT_TIMEOUT_S)
            came_up = self._up.is_set()
            if came_up:
                self._stay(client)
        finally:
            self._up.clear()
            self._asked = self._refused = ()
            if self._stopping.is_set():
                connection.drain(DRAIN_TIMEOUT_S)
            self._connection = None
            connection.close()
        if came_up:
            _guarded(self._on_disconnect)
        return came_up

    def _stay(self, client: paho.Client) -> None:
        """Return when the session is down; until then ask again for what was refused."""
        attempt = 0
        while not self._down.wait(self._backoff.wait(attempt, random.random()) if self._refused else None):  # noqa: S311
            attempt += 1
            if self._refused and not self._asked:
                self._subscribe(client, self._refused)

    def _subscribe(self, client: paho.Client, subscriptions: tuple[tuple[str, int], ...]) -> None:
        self._asked = subscriptions
        client.subscribe([(topic, SubscribeOptions(qos=qos)) for topic, qos in subscriptions])

    def _new_client(self) -> paho.Client:
        broker = self._broker
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            protocol=paho.MQTTv5,
            reconnect_on_failure=False,
        )
        client.max_inflight_messages_set(self._receive_maximum)
        client.max_queued_messages_set(self._receive_maximum)
        if broker.username:
            password = Path(broker.password_file).read_text("utf-8").strip() if broker.password_file else None
            client.username_pw_set(broker.username, password)
        if broker.ca_file:
            context = ssl.create_default_context(cafile=broker.ca_file)
            if broker.cert_file:
                context.load_cert_chain(broker.cert_file, broker.key_file)
            client.tls_set_context(context)
        if self._will is not None:
            client.will_set(self._will.topic, self._will.payload, qos=1, retain=True)
        client.on_connect = self._accepted
        client.on_subscribe = self._subscribed
        client.on_disconnect = self._lost
        client.on_message = self._received
        return client

    def _connect_properties(self) -> Properties:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = self._session_expiry_s
        properties.ReceiveMaximum = self._receive_maximum
        return properties

    def _report(self, event: str, problem: str) -> None:
        level = "debug" if (event + problem) == self._last_problem else "warning"  # a long outage is one line
        self._last_problem = event + problem
        getattr(log, level)(event, client=self._client_id, host=self._broker.host, reason=problem)

    # --- network thread ---------------------------------------------------------------------------------------------

    def _accepted(self, client: paho.Client, _: Any, __: Any, code: ReasonCode, ___: Any) -> None:
        if code.is_failure:
            self._report("mqtt_refused", str(code))
            self._go_down()
        elif self._subscriptions:
            self._subscribe(client, self._subscriptions)
        else:
            self._came_up()

    def _subscribed(self, _: paho.Client, __: Any, ___: int, codes: list[ReasonCode], ____: Any) -> None:
        asked, self._asked = self._asked, ()
        refused = {wanted: code for wanted, code in zip(asked, codes, strict=False) if code.is_failure}
        if refused and set(self._refused) != set(refused):
            reasons = {topic: str(code) for (topic, _qos), code in refused.items()}
            log.error("mqtt_subscription_refused", client=self._client_id, host=self._broker.host, refused=reasons)
        self._refused = tuple(refused)
        if not self._up.is_set():
            self._came_up()

    def _came_up(self) -> None:
        self._last_problem = ""
        self._up.set()
        self._answered.set()
        _guarded(self._on_connect)

    def _go_down(self) -> None:
        self._down.set()
        self._answered.set()

    def _lost(self, _: paho.Client, __: Any, ___: Any, code: ReasonCode, ____: Any) -> None:
        if code.is_failure and not self._stopping.is_set():
            self._report("mqtt_lost", str(code))
        if (connection := self._connection) is not None:
            connection.abandon()
        self._go_down()

    def _received(self, _: paho.Client, __: Any, message: paho.MQTTMessage) -> None:
        if self._on_message is not None:
            _guarded(self._on_message, message.topic, bytes(message.payload), message.retain)


class _Connection:
    """One client and who waits for its acknowledgements; message numbers mean nothing beyond it.

    Every message waits, also one that nobody asks about: numbers repeat, and a stray code would answer a later one.
    """

    def __init__(self, client: paho.Client) -> None:
        self._client = client
        self._changed = threading.Condition()  # never held while paho is called: paho calls back under its own lock
        self._waiting: dict[int, OnAck | None] = {}
        self._early: dict[int, int] = {}
        client.on_publish = self._acknowledged

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool, on_ack: OnAck | None) -> bool:
        info = self._client.publish(topic, payload, qos=qos, retain=retain)
        if info.rc != paho.MQTT_ERR_SUCCESS:
            return False
        with self._changed:
            code = self._early.pop(info.mid, None)  # the broker may answer before publish() returns
            if code is None:
                self._waiting[info.mid] = on_ack
                return True
        _guarded(on_ack, code)
        return True

    def drain(self, timeout_s: float) -> None:
        """Wait until all messages are acknowledged: closing before that may throw away what is on its way."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting, timeout_s)

    def abandon(self) -> None:
        """Nobody will answer any more."""
        with self._changed:
            self._waiting.clear()
            self._changed.notify_all()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        self._client.on_publish = None  # breaks the circle, so that paho's sockets are closed at once

    def _acknowledged(self, _: paho.Client, __: Any, mid: int, code: ReasonCode, ___: Any) -> None:
        with self._changed:
            if mid not in self._waiting:
                self._early[mid] = code.value
                return
            on_ack = self._waiting.pop(mid)
            if not self._waiting:
                self._changed.notify_all()
        _guarded(on_ack, code.value)


def _guarded(callback: Callable[..., None] | None, *values: object) -> None:
    if callback is None:
        return
    try:
        callback(*values)
    except Exception:
        log.exception("mqtt_callback_failed")
