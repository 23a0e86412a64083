"""The centre's side of the agenda: propose, ask again until answered, and promise alone only what is leased.

A proposal is signed once and sent as the same bytes until the office answers: it is carried out once. While an office
cannot be reached, a channel gets a slot from an open lease or nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from edge.central.commands import Signer
from edge.contracts import topics
from edge.contracts.agenda import (
    AgendaAnswer,
    AgendaProposal,
    Book,
    Cancel,
    FreeSlots,
    Lease,
    Modality,
    Move,
    OfficeOffer,
    Release,
    Tongue,
    TurnWanted,
)
from edge.contracts.wire import encode

Wish = Book | Move | Cancel | Lease | Release | FreeSlots | TurnWanted


@dataclass
class OpenLease:
    """Slots that the centre may still give out, until *expires_at*."""

    id: str
    office: str
    service: str
    mode: Modality
    expires_at: datetime
    slots: list[datetime] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asked:
    """A proposal on its way, as the exact bytes that are sent again."""

    proposal: AgendaProposal
    payload: bytes


class AgendaDesk:
    """Proposals to offices and what they answered; any thread may call it."""

    def __init__(
        self,
        signer: Signer,
        *,
        send: Callable[[str, bytes], bool],
        now: Callable[[], datetime],
        new_id: Callable[[datetime], str],
    ) -> None:
        self._signer, self._send, self._now, self._new_id = signer, send, now, new_id
        self._news = threading.Condition()
        self._open: dict[str, Asked] = {}
        self._answers: dict[str, list[AgendaAnswer]] = {}
        self._leases: dict[str, OpenLease] = {}
        self.offers: dict[str, OfficeOffer] = {}

    def sign(
        self, office: str, channel: str, wish: Wish, *, asked_at: datetime | None = None, signer: Signer | None = None
    ) -> Asked:
        """Make a proposal without sending it."""
        now = self._now()
        proposal = AgendaProposal(
            id=self._new_id(now), office=office, channel=channel, asked_at=asked_at or now, wish=wish
        )
        body = encode(proposal)
        return Asked(proposal, encode((signer or self._signer).sign_bytes(body)))

    def propose(self, asked: Asked) -> str:
        """Send a proposal and keep it until it is answered; return its id."""
        with self._news:
            self._open[asked.proposal.id] = asked
        self.send(asked)
        return asked.proposal.id

    def send(self, asked: Asked) -> bool:
        """Send the bytes of a proposal; the same ones again change nothing at the office."""
        return self._send(topics.down_agenda(asked.proposal.office), asked.payload)

    def resend(self, office: str = "") -> int:
        """Send again what is not answered, of *office* or of all; return how many."""
        with self._news:
            waiting = [asked for asked in self._open.values() if office in ("", asked.proposal.office)]
        return sum(self.send(asked) for asked in waiting)

    def heard(self, answer: AgendaAnswer) -> None:
        """Take an answer; one that nobody asked for is kept apart and does nothing."""
        with self._news:
            asked = self._open.pop(answer.proposal, None)
            self._answers.setdefault(answer.proposal, []).append(answer)
            if asked is not None and isinstance(wish := asked.proposal.wish, Lease) and answer.expires_at:
                self._leases[answer.lease] = OpenLease(
                    answer.lease, answer.office, wish.service, wish.mode, answer.expires_at, list(answer.slots)
                )
            self._news.notify_all()

    def answers(self, proposal: str) -> list[AgendaAnswer]:
        """Return every answer to *proposal*, also repeated ones."""
        with self._news:
            return list(self._answers.get(proposal, ()))

    def wait(self, proposal: str, timeout_s: float, *, times: int = 1) -> AgendaAnswer | None:
        """Wait until *proposal* has been answered *times* times; return the last answer, or None in the end."""
        with self._news:
            self._news.wait_for(lambda: len(self._answers.get(proposal, ())) >= times, timeout_s)
            found = self._answers.get(proposal, [])
            return found[-1] if len(found) >= times else None

    def wait_all(self, timeout_s: float) -> bool:
        """Wait until every proposal has an answer; return whether it has."""
        with self._news:
            return self._news.wait_for(lambda: not self._open, timeout_s)

    @property
    def waiting(self) -> int:
        """Return how many proposals have no answer."""
        with self._news:
            return len(self._open)

    def promise(
        self, office: str, channel: str, service: str, *, language: Tongue = "es", person: str = ""
    ) -> Asked | None:
        """Give somebody a leased slot while the office cannot be reached; None: there is nothing to promise."""
        now = self._now()
        with self._news:
            for lease in self._leases.values():
                if (lease.office, lease.service) == (office, service) and lease.slots and now < lease.expires_at:
                    at = lease.slots.pop(0)
                    wish = Book(
                        service=service,
                        mode=lease.mode,
                        at=at,
                        language=language,
                        lease=lease.id,
                        promised=True,
                        person=person,
                        has_mail=True,
                        has_phone=True,
                    )
                    asked = self.sign(office, channel, wish)
                    self._open[asked.proposal.id] = asked
                    return asked
        return None
