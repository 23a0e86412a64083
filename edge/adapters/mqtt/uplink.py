"""The uplink: a thread that brings the office's log to the centre and the centre's commands to the office.

The log is the truth and the window decides; this thread only reads, encodes, publishes and remembers what the centre
acknowledged. Network callbacks put into a bounded queue and return.
"""

from __future__ import annotations

import queue
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import msgspec

from edge.adapters.mqtt.uplink_messages import OfficeCard, batch, node_state, will
from edge.contracts import topics
from edge.contracts.agenda import AgendaAnswer, OfficeOffer
from edge.contracts.uplink import LiveState, SignedCommand, StreamAck, mark
from edge.contracts.wire import WireError, decode, encode
from edge.domain.delivery import Limits, SendingWindow
from edge.runtime import log as logs
from edge.runtime.mqtt import Backoff, Broker, MqttSession
from edge.services.uplink import PRIORITIES, LogUnavailable, OutgoingLog

log = logs.get(__name__)

INBOX = 4096
REMEMBER_EVERY_S = 0.25  # acknowledgements are written down together
LOOK_EVERY_S = 2.0  # a forgotten wake() costs no more than this
RETRY_S = 1.0


@dataclass(frozen=True, slots=True)
class UplinkStatus:
    """How the uplink is, for the office's own pages and health."""

    connected: bool = False  # and the broker lets the office hear the centre
    backlog: int = 0
    acknowledged_at: datetime | None = None
    refused: int = 0  # batches that the broker threw away


class Uplink:
    """Runs from ``start`` to ``stop``; every method may be called from any thread.

    *live* gives what the centre shows now (None: nothing to say); *on_command* gets each command, unproven, and
    *on_proposal* each proposal for the agenda, which it answers (None: not to be believed); *offer* says what the
    office offers. All run on the uplink's thread.
    """

    def __init__(
        self,
        broker: Broker,
        card: OfficeCard,
        outgoing: OutgoingLog,
        *,
        live: Callable[[], LiveState | None],
        on_command: Callable[[SignedCommand], None],
        on_proposal: Callable[[SignedCommand], AgendaAnswer | None] = lambda _: None,
        offer: Callable[[], OfficeOffer | None] = lambda: None,
        now: Callable[[], datetime],
        limits: Limits = Limits(),
        live_s: float = 5.0,
        backoff: Backoff = Backoff(),
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._broker, self._card, self._log = broker, card, outgoing
        self._live, self._on_command, self._now = live, on_command, now
        self._on_proposal, self._offer = on_proposal, offer
        self._live_s, self._backoff, self._chance = live_s, backoff, chance
        self._limits = limits
        self._window = SendingWindow(PRIORITIES, limits)
        self._inbox: queue.Queue[Callable[[], None] | None] = queue.Queue(INBOX)
        self._came_up, self._went_down = threading.Event(), threading.Event()
        self._grew, self._live_due, self._stopping = threading.Event(), threading.Event(), threading.Event()
        self._session: MqttSession | None = None
        self._epoch = ""
        self._to_remember: dict[str, int] = {}
        self._remember_at = self._look_at = self._live_at = 0.0
        self._drain_until = 0.0
        self._goodbye = False
        self._not_wanted: set[str] = set()  # streams that the centre refused, said once
        self._status = UplinkStatus()
        self._thread = threading.Thread(target=self._run, name="uplink", daemon=True)

    @property
    def status(self) -> UplinkStatus:
        """Return how the uplink is now."""
        return self._status

    def start(self) -> None:
        """Begin in the background; without a network it waits for one."""
        self._thread.start()

    def wake(self) -> None:
        """New rows were committed."""
        self._signal(self._grew)

    def wake_live(self) -> None:
        """What the centre shows has changed enough to say so before the next round."""
        self._signal(self._live_due)

    def renew(self, card: OfficeCard) -> None:
        """Tell the centre what the office is called and offers from now on."""
        self._put(lambda: self._renewed(card))

    def stop(self, drain_s: float = 3.0) -> None:
        """Say goodbye, give the rest of the log *drain_s* seconds, say offline, close."""
        self._drain_until = time.monotonic() + drain_s
        self._grew.set()
        self._signal(self._stopping)
        if self._thread.is_alive():
            self._thread.join(drain_s + 10)

    # --- callbacks of the network thread ------------------------------------------------------------------------------

    def _signal(self, flag: threading.Event) -> None:
        if not flag.is_set():
            flag.set()
            self._put(None)

    def _put(self, job: Callable[[], None] | None) -> None:
        try:
            self._inbox.put_nowait(job)
        except queue.Full:  # a lost acknowledgement comes again after the next resend
            log.warning("uplink_inbox_full")

    def _received(self, topic: str, payload: bytes, retained: bool) -> None:  # noqa: FBT001
        if topic == topics.down_ack(self._card.office):
            self._put(lambda: self._acknowledge(payload))
        elif topic == topics.down_command(self._card.office) and not retained:
            self._put(lambda: self._obey(payload))
        elif topic == topics.down_agenda(self._card.office) and not retained:
            self._put(lambda: self._consider(payload))

    # --- the uplink's thread ------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._is_over():
            try:
                self._begin()
                self._work()
                self._round()
            except LogUnavailable as exc:
                log.warning("uplink_log_unavailable", error=str(exc))
                time.sleep(0.1 if self._stopping.is_set() else RETRY_S)
            except Exception:
                log.exception("uplink_round_failed")
                time.sleep(0.1 if self._stopping.is_set() else RETRY_S)
        self._end()

    def _is_over(self) -> bool:
        if not self._stopping.is_set():
            return False
        idle = (
            (self._window.backlog == 0 and not self._grew.is_set())
            or self._session is None
            or not self._session.connected
        )
        return idle or time.monotonic() >= self._drain_until

    def _begin(self) -> None:
        if self._session is not None:
            return
        self._epoch = self._log.epoch()
        self._session = MqttSession(
            self._broker,
            self._card.office,
            on_message=self._received,
            subscriptions=[(topics.down_any(self._card.office), 1)],
            will=will(self._card, self._epoch),
            on_connect=lambda: self._signal(self._came_up),
            on_disconnect=lambda: self._signal(self._went_down),
            backoff=self._backoff,
        )
        self._session.start()

    def _work(self) -> None:
        """Wait for something to happen, at most until the next timer, and do it."""
        wait = min(self._next_due() - time.monotonic(), LOOK_EVERY_S)
        try:
            job = self._inbox.get(timeout=max(0.0, wait)) if wait > 0 else self._inbox.get_nowait()
            for _ in range(INBOX):
                if job is not None:
                    job()
                job = self._inbox.get_nowait()
        except queue.Empty:
            return

    def _next_due(self) -> float:
        now = time.monotonic()
        due = [self._look_at, self._live_at]
        if self._to_remember:
            due.append(self._remember_at)
        timer = self._window.next_timer(now)
        if timer is not None:
            due.append(now + timer)
        if self._stopping.is_set():
            due.append(self._drain_until)
        return min(due)

    def _round(self) -> None:
        now = time.monotonic()
        if self._went_down.is_set():
            self._went_down.clear()
            self._window.disconnected()
        if self._came_up.is_set():
            self._birth(now)
        if self._stopping.is_set() and not self._goodbye:
            self._goodbye = self._say_state("draining", self._log.streams())
        if self._grew.is_set() or now >= self._look_at:
            self._grew.clear()
            self._look_at = now + LOOK_EVERY_S
            self._window.grew(self._log.streams())
        if self._window.tick(now, self._chance()):
            log.info("uplink_resends", backlog=self._window.backlog)
        self._send(now)
        self._remember(now)
        self._say_live(now)
        session = self._session
        self._status = replace(
            self._status,
            connected=session is not None and session.connected and not session.refused_subscriptions,
            backlog=self._window.backlog,
        )

    def _birth(self, now: float) -> None:
        last, acked = self._log.streams(), {**self._log.acked(), **self._to_remember}
        if self._say_state("online", last):
            self._came_up.clear()
            self._window.connected(last, acked, now)
            self._live_at = now
            self._say_offer()
            log.info("uplink_connected", backlog=self._window.backlog)

    def _renewed(self, card: OfficeCard) -> None:
        self._card = card
        if self._session is not None and self._session.connected and not self._came_up.is_set():
            self._say_state("online", self._log.streams())
            self._say_offer()

    def _say_offer(self) -> None:
        if (offer := self._offer()) is not None:
            self._publish(topics.up_offer(self._card.office), encode(offer), retain=True)

    def _send(self, now: float) -> None:
        while (want := self._window.want(now)) is not None:
            rows = self._log.rows(want.stream, want.after_seq, want.limit)
            if not rows:
                self._window.vanished(want, self._log.acked().get(want.stream, 0), now)
                continue
            message = batch(self._card, self._epoch, want, rows, self._window.limits.batch_bytes)
            token = self._window.sent(want, message.first_seq, len(message.rows), now)
            topic = topics.up_events(self._card.office, want.stream)
            if not self._publish(topic, encode(message), on_ack=self._on_puback(token)):
                self._window.disconnected()
                self._came_up.set()  # begin again from the acknowledged rows when there is a session
                return

    def _on_puback(self, token: int) -> Callable[[int], None]:
        window = self._window
        return lambda code: self._put(lambda: self._puback(window, token, code))

    def _puback(self, window: SendingWindow, token: int, code: int) -> None:
        if window is not self._window:
            return
        if code < 0x80:
            self._window.released(token)
            return
        refused = self._window.refused(token, time.monotonic())
        if refused is not None:
            self._status = replace(self._status, refused=self._status.refused + 1)
            log.error("uplink_batch_refused", stream=refused[0], first_seq=refused[1], code=code)
            self._log.refused(*refused, code)

    def _acknowledge(self, payload: bytes) -> None:
        try:
            ack = decode(payload, StreamAck)
        except WireError as exc:
            log.warning("uplink_bad_ack", error=str(exc))
            return
        if (ack.office, ack.epoch) != (self._card.office, self._epoch):
            log.info("uplink_ack_of_another_epoch", epoch=ack.epoch)
            return
        for stream in set(ack.refused) - self._not_wanted:
            self._not_wanted.add(stream)
            log.error("uplink_stream_refused", stream=stream)
        if ack.forked or self._is_restored(ack.acks, ack.heads):
            self._begin_new_life(ack)
            return
        changed = self._window.acknowledged(ack.acks, ack.resend_from, time.monotonic())
        if changed and not self._to_remember:
            self._remember_at = time.monotonic() + REMEMBER_EVERY_S
        self._to_remember.update(changed)
        self._status = replace(self._status, acknowledged_at=self._now())

    def _is_restored(self, acks: Mapping[str, int], heads: Mapping[str, str]) -> bool:
        """Whether the centre has rows of this epoch that this log has not: then it is an older copy of itself."""
        if not self._window.knows(acks):
            last = self._log.streams()
            if any(upto > last.get(stream, 0) for stream, upto in acks.items()):
                return True
        for stream, head in heads.items():
            upto = acks.get(stream, 0)
            rows = self._log.rows(stream, upto - 1, 1) if upto else ()
            if rows and rows[0].seq == upto and mark(rows[0]) != head:
                return True
        return False

    def _begin_new_life(self, ack: StreamAck) -> None:
        """Send everything again under another epoch, so that new rows never pass for old ones."""
        epoch = self._log.begin_new_life()
        log.error("uplink_log_was_restored", old_epoch=self._epoch, epoch=epoch, forked=ack.forked, acks=ack.acks)
        self._to_remember = {}
        self._window = SendingWindow(PRIORITIES, self._limits)
        if self._session is not None:
            self._session.stop()  # the last will names the epoch
            self._session = None
        self._came_up.clear()
        self._went_down.clear()
        self._goodbye = False
        self._begin()

    def _obey(self, payload: bytes) -> None:
        try:
            command = decode(payload, SignedCommand)
        except WireError as exc:
            log.warning("uplink_bad_command", error=str(exc))
            return
        try:
            self._on_command(command)
        except Exception:
            log.exception("uplink_command_failed")

    def _consider(self, payload: bytes) -> None:
        """Answer a proposal; whoever hears no answer asks again, and gets the same one."""
        try:
            answer = self._on_proposal(decode(payload, SignedCommand))
        except WireError as exc:
            log.warning("uplink_bad_proposal", error=str(exc))
            return
        except Exception:
            log.exception("uplink_proposal_failed")
            return
        if answer is not None:
            self._publish(topics.up_agenda(self._card.office), encode(answer))

    def _remember(self, now: float) -> None:
        if self._to_remember and (now >= self._remember_at or self._stopping.is_set()):
            self._log.set_acked(self._epoch, self._to_remember)
            self._to_remember = {}

    def _say_live(self, now: float) -> None:
        if now < self._live_at and not self._live_due.is_set():
            return
        self._live_due.clear()
        self._live_at = now + self._live_s
        state = self._live()
        if state is not None:
            state = msgspec.structs.replace(state, backlog=self._window.backlog)
            self._publish(topics.up_live(self._card.office), encode(state), qos=0)

    def _say_state(
        self,
        state: Literal["online", "draining", "offline"],
        streams: dict[str, int],
        on_ack: Callable[[int], None] | None = None,
    ) -> bool:
        message = node_state(self._card, self._epoch, state, streams, self._now())
        return self._publish(topics.up_state(self._card.office), encode(message), retain=True, on_ack=on_ack)

    def _publish(
        self,
        topic: str,
        payload: bytes,
        *,
        qos: int = 1,
        retain: bool = False,
        on_ack: Callable[[int], None] | None = None,
    ) -> bool:
        session = self._session
        return session is not None and session.publish(topic, payload, qos=qos, retain=retain, on_ack=on_ack)

    def _end(self) -> None:
        if self._session is None:
            return
        heard = threading.Event()
        try:
            self._remember(time.monotonic())
            if self._say_state("offline", self._log.streams(), lambda _: heard.set()):
                heard.wait(2.0)
        except LogUnavailable as exc:
            log.warning("uplink_log_unavailable", error=str(exc))
        self._session.stop()
        self._status = replace(self._status, connected=False)
