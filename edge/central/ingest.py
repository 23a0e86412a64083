"""The ingest: everything that offices send up is heard, stored, and acknowledged after the COMMIT.

The network thread only puts into a bounded queue; one writer thread stores groups of batches together. Whatever an
office sends, junk is counted and said once, never a crash.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from edge.central.receiver import Junk, Receiver, Stored, check
from edge.central.store import Store, StoreLost, StoreUnavailable
from edge.central.wall import Wall
from edge.contracts import topics
from edge.contracts.agenda import AgendaAnswer, OfficeOffer
from edge.contracts.uplink import EventBatch, LiveState, NodeState, StreamAck
from edge.contracts.wire import Message, WireError, decode, encode
from edge.runtime import log as logs
from edge.runtime import notify
from edge.runtime.mqtt import Backoff, Broker, MqttSession

log = logs.get(__name__)

MAX_PAYLOAD = 256 * 1024
MAX_BATCH = 4 * 1024 * 1024  # a batch of one huge row is let in: refused, it would come again for ever
BIG_ONES = 4  # messages over MAX_PAYLOAD that wait at the same time
QUEUE = 1000
GROUP_ROWS = 500
GROUP_S = 0.05
PUT_WAIT_S = 2.0
RETRY_S = (0.5, 15.0)
SAVE_EVERY_S = 10.0
TOLD = 1000  # different complaints that are said once each


@dataclass(frozen=True, slots=True)
class Heard:
    """One message from the broker."""

    topic: str
    payload: bytes
    retained: bool
    at: float


class IngestStatus(Message, frozen=True, kw_only=True):
    """How the ingest is, for /health."""

    broker: bool
    database: bool
    queue: int
    rows: int
    duplicates: int
    groups: int
    dropped: int
    junk: dict[str, int]


class Ingest:
    """Runs from ``start`` to ``stop``; ``send`` may be called from any thread.

    *on_birth* is called on the writer thread with the office that has just come up, after its positions were sent.
    """

    def __init__(
        self,
        broker: Broker,
        store: Store,
        wall: Wall,
        *,
        now: Callable[[], datetime],
        shards: Sequence[str] = (),
        on_birth: Callable[[str], None] | None = None,
        on_answer: Callable[[AgendaAnswer], None] = lambda _: None,
        save: Callable[[float, datetime], None] | None = None,
        backoff: Backoff = Backoff(),
    ) -> None:
        self._wall, self._now = wall, now
        self._on_birth, self._save, self._on_answer = on_birth, save, on_answer
        self._takers = {
            "up/state": self._state, "up/live": self._live, "up/offer": self._offer, "up/agenda": self._answer
        }  # fmt: skip
        self._offers: dict[str, OfficeOffer] = {}  # retained by the broker: whole again after every start
        self._store, self._receiver = store, Receiver(store)
        self._lost = ""
        self._queue: queue.Queue[Heard] = queue.Queue(QUEUE)
        self._stopping = threading.Event()
        self._big = threading.Semaphore(BIG_ONES)
        self._counts: Counter[str] = Counter()
        self._junk: Counter[str] = Counter()
        self._told: set[tuple[str, str]] = set()
        self._births: dict[str, NodeState] = {}  # offices that came up and were not greeted yet
        self._database_ok = True
        self._save_at = 0.0
        self._session = MqttSession(
            broker,
            f"centre-{''.join(shards) or 'all'}",
            on_message=self._received,
            subscriptions=[(topics.up_any(shard), 1) for shard in shards or ["+"]],
            backoff=backoff,
        )
        self._thread = threading.Thread(target=self._run, name="ingest", daemon=True)

    @property
    def status(self) -> IngestStatus:
        """Return how the ingest is now."""
        return IngestStatus(
            broker=self._session.connected and not self._session.refused_subscriptions,
            database=self._database_ok,
            queue=self._queue.qsize(),
            rows=self._counts["rows"],
            duplicates=self._counts["duplicates"],
            groups=self._counts["groups"],
            dropped=self._counts["dropped"],
            junk=dict(self._junk),
        )

    @property
    def offers(self) -> dict[str, OfficeOffer]:
        """Return what each office offers."""
        return dict(self._offers)

    @property
    def lost(self) -> str:
        """Return why the ingest has ended by itself: another centre has the database. Empty: it has not."""
        return self._lost

    def start(self) -> None:
        """Begin to listen and to store."""
        self._thread.start()
        self._session.start()

    def wait_connected(self, timeout_s: float) -> bool:
        """Wait until the broker has accepted the session; return whether it has."""
        return self._session.wait_connected(timeout_s)

    def stop(self, timeout_s: float = 5.0) -> None:
        """Stop listening, store what was heard, close."""
        self._stopping.set()
        self._thread.join(timeout_s)
        self._session.stop(timeout_s)

    def send(self, topic: str, payload: bytes) -> bool:
        """Hand a message to the broker; False when there is no session."""
        return self._session.publish(topic, payload)

    # --- network thread -----------------------------------------------------------------------------------------------

    def _received(self, topic: str, payload: bytes, retained: bool) -> None:  # noqa: FBT001
        is_big = len(payload) > MAX_PAYLOAD
        if is_big and not self._big.acquire(blocking=False):
            self._counts["dropped"] += 1
            return
        try:
            self._queue.put(Heard(topic, payload, retained, time.monotonic()), timeout=PUT_WAIT_S)
        except queue.Full:  # the office sends it again: the gap is seen, or its silence timer runs out
            self._counts["dropped"] += 1
            if is_big:
                self._big.release()

    # --- writer thread ------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not (self._stopping.is_set() and self._queue.empty()):
            try:
                self._round()
            except StoreLost as exc:
                log.critical("centre_store_lost", error=str(exc))
                self._lost = str(exc)
                return
            except StoreUnavailable as exc:
                self._database_ok = False
                log.warning("centre_store_unavailable", error=str(exc))
                notify.alive()
                self._stopping.wait(RETRY_S[0])
            except Exception:
                log.exception("ingest_round_failed")
                self._stopping.wait(RETRY_S[0])
        try:
            self._save_states(force=True)
        except StoreUnavailable as exc:
            log.warning("centre_store_unavailable", error=str(exc))

    def _round(self) -> None:
        batches = self._take()
        if batches:
            self._settle(batches)
        self._greet()
        self._save_states()
        notify.alive()

    def _take(self) -> list[EventBatch]:
        """Return the batches that are waiting, at most one group; states and figures are dealt with on the way."""
        batches: list[EventBatch] = []
        rows, until = 0, 0.0
        try:
            heard = self._queue.get(timeout=0.0 if self._stopping.is_set() else 0.5)
            until = time.monotonic() + GROUP_S
            while True:
                batch = self._sort(heard)
                if batch is not None:
                    batches.append(batch)
                    rows += len(batch.rows)
                if rows >= GROUP_ROWS or time.monotonic() >= until:
                    break
                heard = self._queue.get_nowait()
        except queue.Empty:
            pass
        return batches

    def _sort(self, heard: Heard) -> EventBatch | None:
        try:
            return self._read(heard)
        except Junk as exc:
            self._complain(exc.code, heard.topic)
        except WireError:
            self._complain("unreadable", heard.topic)
        finally:
            if len(heard.payload) > MAX_PAYLOAD:
                self._big.release()
        return None

    def _read(self, heard: Heard) -> EventBatch | None:
        try:
            office, rest = topics.uplink_parts(heard.topic)
        except ValueError:
            raise Junk("wrong_topic") from None
        if len(heard.payload) > (MAX_BATCH if rest.startswith("up/ev/") else MAX_PAYLOAD):
            raise Junk("too_big")
        if not self._wall.admits(office):
            raise Junk("too_many_offices")
        if heard.retained and rest not in ("up/state", "up/offer"):
            raise Junk("retained")
        if rest.startswith("up/ev/"):
            batch = decode(heard.payload, EventBatch)
            check(batch, office, rest.removeprefix("up/ev/"))
            self._wall.sends(office, heard.at)
            return batch
        take = self._takers.get(rest)
        if take is None:
            raise Junk("unknown_topic")
        take(office, heard)
        return None

    def _state(self, office: str, heard: Heard) -> None:
        if not heard.payload:
            return  # a retained state was removed on purpose
        state = _tidy(decode(heard.payload, NodeState))
        if state.office != office:
            raise Junk("wrong_office")
        self._wall.said(state, heard.at, retained=heard.retained)
        if state.state == "online":
            self._births[office] = state
        else:
            self._births.pop(office, None)

    def _offer(self, office: str, heard: Heard) -> None:
        if not heard.payload:
            self._offers.pop(office, None)  # a retained offer was removed on purpose
            return
        offer = decode(heard.payload, OfficeOffer)
        if offer.office != office:
            raise Junk("wrong_office")
        self._offers[office] = offer

    def _answer(self, office: str, heard: Heard) -> None:
        answer = decode(heard.payload, AgendaAnswer)
        if answer.office != office:
            raise Junk("wrong_office")
        self._on_answer(answer)

    def _live(self, office: str, heard: Heard) -> None:
        live = decode(heard.payload, LiveState)
        if live.office != office:
            raise Junk("wrong_office")
        if len(live.devices) > 500 or live.at.tzinfo is None:
            raise Junk("bad_live")
        self._wall.lives(live, heard.at)

    def _greet(self) -> None:
        """Greet who came up, after what was heard is stored; who could not be greeted is so in the next round."""
        for office in list(self._births):
            state = self._births.pop(office)
            try:
                self._welcome(state)
            except StoreUnavailable:
                self._births[office] = state
                raise
            self._database_ok = True

    def _welcome(self, state: NodeState) -> None:
        """Tell an office that came up how far it is, so that it neither waits nor repeats."""
        found = {k.stream: p for k, p in self._receiver.positions(state.office).items() if k.epoch == state.epoch}
        known = {stream: position.upto for stream, position in found.items()}
        heads = {stream: position.hash for stream, position in found.items() if position.hash}
        expected = {stream: known.get(stream, 0) + 1 for stream in {*known, *state.streams}}
        self._ack(StreamAck(office=state.office, epoch=state.epoch, acks=known, resend_from=expected, heads=heads))
        if self._on_birth is not None:
            self._on_birth(state.office)

    def _settle(self, batches: Sequence[EventBatch]) -> None:
        """Store one group, however long the database is away, and acknowledge it."""
        wait = RETRY_S[0]
        while True:
            try:
                stored = self._receiver.store(batches, self._now())
                break
            except StoreLost:
                raise
            except StoreUnavailable as exc:
                self._database_ok = False
                log.warning("centre_store_unavailable", error=str(exc), batches=len(batches))
                notify.alive()  # waiting for the database is no hang
                if self._stopping.wait(wait):
                    return
                wait = min(RETRY_S[1], 2 * wait)
        self._database_ok = True
        self._count(stored)
        self._wall.stored(stored.positions)
        for key in stored.refused:
            self._complain("too_many_streams", topics.up_events(key.office, key.stream))
        for ack in stored.acks:
            self._ack(ack)

    def _count(self, stored: Stored) -> None:
        self._counts["groups"] += 1
        self._counts["rows"] += stored.rows
        self._counts["duplicates"] += stored.duplicates

    def _ack(self, ack: StreamAck) -> None:
        self.send(topics.down_ack(ack.office), encode(ack))

    def _save_states(self, *, force: bool = False) -> None:
        now = time.monotonic()
        if force or now >= self._save_at:
            self._save_at = now + 1.0
            self._store.hold()
            if self._save is not None:
                self._save(now, self._now())

    def _complain(self, code: str, topic: str) -> None:
        self._junk[code] += 1
        if len(self._told) < TOLD and (code, topic) not in self._told:
            self._told.add((code, topic))
            log.warning("centre_junk", code=code, topic=topic[:200])


def _tidy(state: NodeState) -> NodeState:
    title = "".join(c for c in state.title[:200] if c.isprintable())
    plain = {name: getattr(state, name)[:64] for name in ("epoch", "reason", "version", "config_hash")}
    plain = {name: "".join(c for c in text if c.isprintable()) for name, text in plain.items()}
    streams = dict(list(state.streams.items())[:64])
    return msgspec.structs.replace(state, title=title, streams=streams, **plain)
