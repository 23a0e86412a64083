"""A stand-in centre over real MQTT: takes an office's log as the centre does, and plays the channels of a region.

In memory, for trying out and for the contract suite (``conformity``). It goes away and returns as a network does.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from edge.central.agenda import AgendaDesk
from edge.central.commands import Signer
from edge.central.receiver import chain_fits
from edge.contracts import topics
from edge.contracts.agenda import AgendaAnswer, OfficeOffer
from edge.contracts.uplink import TELEMETRY_STREAM, EventBatch, EventRow, NodeState, StreamAck
from edge.contracts.wire import WireError, decode, encode
from edge.runtime.mqtt import Backoff, Broker, MqttSession


@dataclass
class Heard:
    """What one office has said."""

    state: NodeState | None = None
    offer: OfficeOffer | None = None
    positions: dict[tuple[str, str], int] = field(default_factory=dict)  # (epoch, stream) -> upto
    hashes: dict[tuple[str, str], str] = field(default_factory=dict)
    rows: Counter[str] = field(default_factory=Counter)  # by type
    faults: list[str] = field(default_factory=list)  # what breaks the contract, in a sentence each
    births: int = 0


class StandIn:
    """Runs from ``start`` to ``stop``; ``leave`` and ``come_back`` cut its own connection."""

    def __init__(
        self,
        broker: Broker,
        signer: Signer,
        *,
        now: Callable[[], datetime],
        new_id: Callable[[datetime], str],
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """*tell* gets a short line of each thing that is heard, on the network's thread."""
        self._broker, self._tell = broker, tell
        self._session: MqttSession | None = None
        self._news = threading.Condition()
        self._offices: dict[str, Heard] = {}
        self.desk = AgendaDesk(signer, send=self.send, now=now, new_id=new_id)

    def start(self) -> bool:
        """Connect; return whether the broker has accepted it within some seconds."""
        self._session = MqttSession(
            self._broker,
            "centre-standin",
            on_message=self._received,
            subscriptions=[(topics.up_any(), 1)],
            backoff=Backoff(first_s=0.1, last_s=2.0),
        )
        self._session.start()
        return self._session.wait_connected(10.0)

    def stop(self) -> None:
        """Disconnect."""
        session, self._session = self._session, None
        if session is not None:
            session.stop()

    def leave(self) -> None:
        """Go away: the office hears nothing and is heard by nobody."""
        self.stop()

    def come_back(self) -> bool:
        """Connect again and ask again for what was not answered."""
        if not self.start():
            return False
        self.desk.resend()
        return True

    def send(self, topic: str, payload: bytes) -> bool:
        """Hand a message to the broker; False when there is no session."""
        return self._session is not None and self._session.publish(topic, payload)

    def heard(self, office: str) -> Heard:
        """Return what *office* has said."""
        with self._news:
            return self._offices.setdefault(office, Heard())

    def wait(self, office: str, holds: Callable[[Heard], bool], timeout_s: float) -> bool:
        """Wait until *holds* of what *office* has said; return whether it does."""
        with self._news:
            known = self._offices.setdefault(office, Heard())
            return self._news.wait_for(lambda: holds(known), timeout_s)

    # --- network thread -----------------------------------------------------------------------------------------------

    def _received(self, topic: str, payload: bytes, retained: bool) -> None:  # noqa: FBT001
        try:
            office, rest = topics.uplink_parts(topic)
        except ValueError as exc:
            self._fault("?", f"topic: {exc}")
            return
        if not payload:
            return
        try:
            self._take(office, rest, payload, retained=retained)
        except (WireError, msgspec.ValidationError) as exc:
            self._fault(office, f"{rest}: {exc}")
        with self._news:
            self._news.notify_all()

    def _take(self, office: str, rest: str, payload: bytes, *, retained: bool) -> None:
        known = self.heard(office)
        if rest.startswith("up/ev/"):
            self._batch(office, known, decode(payload, EventBatch))
        elif rest == "up/state":
            known.state = decode(payload, NodeState)
            self._tell(f"{office} is {known.state.state}{f' ({known.state.reason})' if known.state.reason else ''}")
            if known.state.state == "online" and not retained:
                known.births += 1
                self.desk.resend(office)
        elif rest == "up/offer":
            known.offer = decode(payload, OfficeOffer)
            self._tell(f"{office} offers {len(known.offer.services)} services")
            self.desk.offers[office] = known.offer
        elif rest == "up/agenda":
            answer = decode(payload, AgendaAnswer)
            self._tell(f"{office} answers {answer.state} ({answer.rule})")
            self.desk.heard(answer)
        elif rest != "up/live":
            self._fault(office, f"{rest}: no such topic")

    def _batch(self, office: str, known: Heard, batch: EventBatch) -> None:
        key = batch.epoch, batch.stream
        upto = known.positions.get(key)
        if upto is None:
            upto = batch.first_seq - 1  # it did not hear the beginning
        if batch.first_seq > upto + 1 and batch.pruned_from == 0:
            self._acknowledge(office, batch, upto, resend=upto + 1)
            return
        for seq, raw in enumerate(batch.rows, batch.first_seq):
            row = decode(bytes(raw), EventRow)
            if seq <= upto:
                continue
            last = known.hashes.get(key)
            if row.seq != seq:
                self._fault(office, f"{batch.stream} {seq}: a row with number {row.seq}")
            if batch.stream != TELEMETRY_STREAM and not chain_fits(row, batch.stream, last):
                self._fault(office, f"{batch.stream} {seq}: the chain is broken")
            known.hashes[key] = row.hash
            known.rows[row.type] += 1
            self._tell(f"{office} {batch.stream} {seq}: {row.type}")
            upto = seq
        known.positions[key] = upto
        self._acknowledge(office, batch, upto)

    def _acknowledge(self, office: str, batch: EventBatch, upto: int, *, resend: int = 0) -> None:
        missing = {batch.stream: resend} if resend else {}
        ack = StreamAck(office=office, epoch=batch.epoch, acks={batch.stream: upto}, resend_from=missing)
        self.send(topics.down_ack(office), encode(ack))

    def _fault(self, office: str, text: str) -> None:
        faults = self.heard(office).faults
        if len(faults) < 100 and text not in faults:
            faults.append(text)
