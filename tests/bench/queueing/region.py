"""The centre in a soak: it leases slots, books from several channels, moves, gives up and asks for turns over MQTT.

It takes the office's log as a centre does. A proposal is sent until it is answered, now and then twice: it is carried
out once, whatever is killed in between.
"""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import TextIO
from zoneinfo import ZoneInfo

from edge.central.agenda import AgendaDesk, Wish
from edge.central.commands import Signer
from edge.central.standin import StandIn
from edge.contracts.agenda import AgendaAnswer, Book, Cancel, FreeSlots, Lease, Move, Release, TurnWanted
from edge.runtime.ids import new_ulid
from tests.bench.queueing.busy import BusyOffice
from tests.bench.queueing.line import Tally
from tests.bench.queueing.premises import OFFICE, ZONE

CHANNELS = ("web", "chatbot", "phone_012", "desk", "kiosk")
PAUSE_S = 0.05  # between two proposals
LAST_ANSWERS_S = 30.0
DEEDS = {"book": 6, "promise": 6, "move": 4, "cancel": 3, "lease": 1, "release": 1, "turn": 6, "free": 1}


class Region:
    """Works from ``start`` to ``stop`` in a thread of its own."""

    def __init__(self, office: BusyOffice, seed: str, bookable: Sequence[str]) -> None:
        self._office, self._chance, self._bookable = office, random.Random(seed), bookable
        signer = Signer.load(office.key)
        self.centre = StandIn(office.broker.settings, signer, now=office.pace.now, new_id=new_ulid)
        self._desk: AgendaDesk = self.centre.desk
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._over = threading.Event()
        self._asked: dict[str, str] = {}  # proposal -> kind
        self._booked: list[str] = []
        self._leases: list[str] = []
        self._seen: set[str] = set()
        self.tally = Tally()

    def start(self) -> None:
        """Begin."""
        if not self.centre.start():
            raise RuntimeError("the centre does not reach its broker")
        self._thread.start()

    def stop(self) -> None:
        """Wait for the last answers and write down every one of them."""
        self._over.set()
        self._thread.join(30)
        for _ in range(10):
            self._desk.resend()
            if self._desk.wait_all(LAST_ANSWERS_S / 10):
                break
        with (self._office.folder / "client-centre.jsonl").open("w", encoding="utf-8") as journal:
            for proposal, kind in self._asked.items():
                for answer in self._desk.answers(proposal):
                    self._note(journal, proposal, kind, answer)
        self.tally.unanswered = self._desk.waiting

    def _note(self, journal: TextIO, proposal: str, kind: str, answer: AgendaAnswer) -> None:
        facts = {"proposal": proposal, "state": answer.state, "rule": answer.rule}
        facts |= {"appointment": answer.appointment, "turn": answer.turn}
        if kind != "free":
            journal.write(json.dumps({"deed": "proposal", "kind": kind, **facts}) + "\n")
        counted = self.tally.refused if answer.state == "refused" else self.tally.done
        counted[f"centre_{kind}"] += 1

    def _work(self) -> None:
        while not self._over.wait(PAUSE_S):
            if self._desk.waiting > 20:
                self._desk.resend()  # the office is not there; it hears the same bytes when it is back
                continue
            self._learn()
            kind = self._chance.choices(list(DEEDS), list(DEEDS.values()))[0]
            self._propose(kind)

    def _learn(self) -> None:
        for proposal in [p for p in self._asked if p not in self._seen]:
            for answer in self._desk.answers(proposal)[:1]:
                self._seen.add(proposal)
                if answer.appointment and answer.state != "refused":
                    self._booked = [*self._booked[-40:], answer.appointment]
                if answer.lease and answer.slots:
                    self._leases = [*self._leases[-10:], answer.lease]

    def _propose(self, kind: str) -> None:
        channel = self._chance.choice(CHANNELS)
        if kind == "promise":
            asked = self._desk.promise(OFFICE, channel, self._chance.choice(self._bookable))
            if asked is None:
                return
            self._desk.send(asked)
        else:
            wish = self._wish(kind)
            if wish is None:
                return
            asked = self._desk.sign(OFFICE, channel, wish)
            self._desk.propose(asked)
        self._asked[asked.proposal.id] = kind
        if self._chance.random() < 0.1:
            self._desk.send(asked)

    def _wish(self, kind: str) -> Wish | None:
        chance, service = self._chance, self._chance.choice(self._bookable)
        now = self._office.pace.now()
        at = (now + timedelta(minutes=10 * chance.randint(1, 14))).replace(second=0, microsecond=0)
        at -= timedelta(minutes=at.minute % 10)
        day = now.astimezone(ZoneInfo(ZONE)).date()
        if kind == "book":
            return Book(service=service, at=at, language="es", person=f"p{chance.randrange(200)}", has_mail=True)
        if kind == "lease":
            return Lease(service=service, day=day, quantity=chance.randint(1, 6))
        if kind == "turn":
            return TurnWanted(service=service, language="es", request=f"{chance.getrandbits(120):030x}")
        if kind == "free":
            return FreeSlots(service=service, day=day)
        if kind == "release":
            return Release(lease=chance.choice(self._leases)) if self._leases else None
        if not self._booked:
            return None
        name = chance.choice(self._booked)
        return Move(appointment=name, at=at) if kind == "move" else Cancel(appointment=name)
