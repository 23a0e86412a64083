"""What an office must do for the centre: a script of proposals over real MQTT, each with what has to come of it.

For our own office and for a stranger's: it knows nothing but the published topics and messages (docs/mqtt.md).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from edge.central.agenda import AgendaDesk, Asked, Wish
from edge.central.commands import Signer
from edge.central.standin import StandIn
from edge.contracts.agenda import (
    AgendaAnswer,
    Book,
    Cancel,
    FreeSlots,
    Lease,
    Modality,
    Move,
    OfficeOffer,
    Release,
    TurnWanted,
)

CHANNELS = ("web", "chatbot", "phone_012", "desk", "kiosk")
ANSWER_S = 10.0  # a proposal is answered within, or it counts as unanswered
DAYS = 30


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried; *told* is what came, in words."""

    name: str
    ok: bool
    told: str


class Script:
    """Plays once with one office; yields each check as it is done."""

    def __init__(
        self,
        centre: StandIn,
        office: str,
        *,
        now: Callable[[], datetime],
        new_token: Callable[[], str],
        stranger: Signer,
        answer_s: float = ANSWER_S,
    ) -> None:
        self._centre, self._office, self._now, self._new_token = centre, office, now, new_token
        self._stranger, self._answer_s = stranger, answer_s
        self._booked: list[str] = []
        self._times: list[datetime] = []
        self._service = ""
        self._mode: Modality = "presencial"

    @property
    def _desk(self) -> AgendaDesk:
        return self._centre.desk

    def play(self) -> Iterator[Check]:
        """Do everything; later checks need what earlier ones found, so it ends where nothing can be booked."""
        offer = yield from self._presents_itself()
        if offer is None:
            return
        yield from self._free(offer)
        if len(self._times) < len(CHANNELS) + 2:
            return
        yield from self._from_every_channel()
        yield from self._twice()
        yield from self._two_words()
        yield from self._single_way(offer)
        yield from self._leases()
        yield from self._same_turn(offer)
        yield from self._forged()
        yield from self._gives_back()
        faults = self._centre.heard(self._office).faults
        yield Check("log_follows_the_contract", not faults, "; ".join(faults[:5]) or "no fault")

    # --- steps --------------------------------------------------------------------------------------------------------

    def _presents_itself(self) -> Generator[Check, None, OfficeOffer | None]:
        wait = self._centre.wait
        there = wait(self._office, lambda h: h.state is not None and h.state.state == "online", self._answer_s)
        yield Check("birth", there, "online" if there else "no NodeState on up/state")
        found = wait(self._office, lambda h: h.offer is not None, self._answer_s)
        offer = self._centre.heard(self._office).offer
        yield Check("offer", found, f"{len(offer.services)} services" if offer else "no OfficeOffer on up/offer")
        return offer

    def _free(self, offer: OfficeOffer) -> Iterator[Check]:
        """Find a day with enough free hours of a service that people come to the office for."""
        for service in (s for s in offer.services if s.booking and "presencial" in s.modes):
            self._service, self._times = service.id, []
            for ahead in range(1, DAYS):
                day = (self._now() + timedelta(days=ahead)).date()
                answer = self._ask("web", self._slots(day))
                if answer is not None and len(answer.slots) > len(CHANNELS) + 4:
                    self._times = list(answer.slots)
                    yield Check("free_slots", ok=True, told=f"{service.id}: {len(answer.slots)} on {day}")
                    return
        yield Check("free_slots", ok=False, told="no service with a day of free hours")

    def _from_every_channel(self) -> Iterator[Check]:
        for channel in CHANNELS:
            answer = self._ask(channel, self._book(self._times.pop(0)))
            ok = answer is not None and answer.state == "accepted" and bool(answer.appointment and answer.url)
            if answer is not None and answer.appointment:
                self._booked.append(answer.appointment)
            yield Check(f"books_from_{channel}", ok, _told(answer))

    def _twice(self) -> Iterator[Check]:
        """The same bytes three times are one appointment."""
        asked = self._desk.sign(self._office, "web", self._book(self._times.pop(0)))
        first = self._wait(self._desk.propose(asked))
        for _ in range(2):
            self._desk.send(asked)
        self._desk.wait(asked.proposal.id, self._answer_s, times=3)
        answers = self._desk.answers(asked.proposal.id)
        same = len(answers) == 3 and all(answer == first for answer in answers)
        if first is not None and first.appointment:
            self._booked.append(first.appointment)
        yield Check("duplicate_is_applied_once", same, f"{len(answers)} answers, {_told(first)}")

    def _two_words(self) -> Iterator[Check]:
        """Of two moves that come in the wrong order the one that was said later holds."""
        if not self._booked:
            return
        early, late = self._now(), self._now() + timedelta(seconds=1)
        one, two = self._times.pop(), self._times.pop()
        target = self._booked[0]
        later = self._ask("web", Move(appointment=target, at=two), asked_at=late)
        earlier = self._ask("phone_012", Move(appointment=target, at=one), asked_at=early)
        held = later is not None and later.state == "accepted" and later.at == two
        yield Check("moves", held, _told(later))
        superseded = earlier is not None and (earlier.state, earlier.rule) == ("refused", "superseded")
        yield Check("of_two_moves_the_later_holds", superseded, _told(earlier))

    def _single_way(self, offer: OfficeOffer) -> Iterator[Check]:
        """A service that is given in one way is refused in the other."""
        single = next((s for s in offer.services if s.booking and s.modes == ["presencial"]), None)
        if single is None:
            return
        wish = Book(service=single.id, mode="video", at=self._times[0], language="es", has_mail=True, has_phone=True)
        answer = self._ask("web", wish)
        ok = answer is not None and (answer.state, answer.rule) == ("refused", "mode_not_offered")
        yield Check("video_only_where_it_is_offered", ok, _told(answer))
        wish = Book(service="no-such-service", at=self._times[0], language="es", has_mail=True)
        answer = self._ask("web", wish)
        ok = answer is not None and (answer.state, answer.rule) == ("refused", "service_not_offered")
        yield Check("unknown_service_is_refused", ok, _told(answer))

    def _leases(self) -> Iterator[Check]:
        """Lease, go away, promise what is leased, come back: it is kept; what else was promised is replaced."""
        day = self._times[0].date()
        answer = self._ask("web", Lease(service=self._service, mode=self._mode, day=day, quantity=2))
        ok = answer is not None and answer.state == "accepted" and 1 <= len(answer.slots) <= 2
        yield Check("leases", ok, _told(answer) + (f", {len(answer.slots)} slots" if answer else ""))
        if answer is None or not ok:
            return
        lease, taken = answer.lease, self._times[0]
        self._booked += self._accepted(self._ask("desk", self._book(taken)))
        self._centre.leave()
        promised = self._desk.promise(self._office, "chatbot", self._service, person=self._new_token())
        beyond = self._desk.sign(self._office, "web", self._book(taken, promised=True))
        while self._desk.promise(self._office, "kiosk", self._service, person=self._new_token()):
            pass  # the lease is used up...
        nothing = self._desk.promise(self._office, "web", self._service)  # ...and then nothing can be promised
        back = self._centre.come_back()
        yield Check("goes_away_and_returns", back and nothing is None, "promised only what was leased")
        kept = self._wait(promised.proposal.id) if promised else None
        self._booked += self._accepted(kept)
        ok = kept is not None and (kept.state, kept.rule) == ("accepted", "in_lease")
        yield Check("a_leased_promise_is_kept", ok, _told(kept))
        moved = self._wait(self._desk.propose(beyond))
        self._booked += self._accepted(moved)
        ok = moved is not None and moved.state in ("moved", "refused", "accepted")
        yield Check("another_promise_is_replaced_or_refused", ok, _told(moved))
        yield Check("everything_is_answered", self._all_answered(), f"{self._desk.waiting} open")
        answer = self._ask("web", Release(lease=lease))
        yield Check("gives_a_lease_back", answer is not None and answer.state == "accepted", _told(answer))

    def _same_turn(self, offer: OfficeOffer) -> Iterator[Check]:
        """One wish for a turn that comes by two channels is one turn; a refusal has a reason."""
        request = self._new_token()
        wish = TurnWanted(service=offer.services[0].id, language="es", request=request)
        first, second = self._ask("web", wish), self._ask("kiosk", wish)
        if first is not None and second is not None:
            same = (first.state, first.turn) == (second.state, second.turn)
            yield Check("same_turn_twice_is_one", same and (bool(first.turn) or bool(first.rule)), _told(first))
        else:
            yield Check("same_turn_twice_is_one", ok=False, told="no answer")

    def _forged(self) -> Iterator[Check]:
        """What another key has signed is not answered and does nothing."""
        asked = self._desk.sign(self._office, "web", self._slots(self._times[0].date()), signer=self._stranger)
        self._desk.send(asked)
        proof = self._ask("web", self._slots(self._times[0].date()))  # sent after it, answered after it
        silent = not self._desk.answers(asked.proposal.id)
        yield Check("a_forged_proposal_is_ignored", silent and proof is not None, "silence" if silent else "answered!")

    def give_back(self) -> int:
        """Cancel what a play that was broken off has left booked, without waiting long; return how many it was."""
        left, self._booked = self._booked, []
        for appointment in left:
            asked = self._desk.sign(self._office, "web", Cancel(appointment=appointment))
            self._desk.wait(self._desk.propose(asked), min(self._answer_s, 2.0))
        return len(left)

    def _gives_back(self) -> Iterator[Check]:
        """Cancel everything that was booked here; cancelling twice is the same as once."""
        answers = [self._ask("web", Cancel(appointment=appointment)) for appointment in self._booked]
        ok = bool(answers) and all(a is not None and a.state == "accepted" for a in answers)
        yield Check("cancels", ok, f"{len(answers)} appointments")
        first, self._booked = next(iter(self._booked), ""), []
        again = self._ask("phone_012", Cancel(appointment=first)) if first else None
        yield Check("cancels_twice_as_once", again is not None and again.state == "accepted", _told(again))

    # --- asking -------------------------------------------------------------------------------------------------------

    def _book(self, at: datetime, *, promised: bool = False) -> Book:
        return Book(
            service=self._service,
            mode=self._mode,
            at=at,
            language="es",
            promised=promised,
            person=self._new_token(),
            has_mail=True,
            has_phone=True,
        )

    def _slots(self, day: date) -> FreeSlots:
        return FreeSlots(service=self._service, mode=self._mode, day=day)

    def _ask(self, channel: str, wish: Wish, *, asked_at: datetime | None = None) -> AgendaAnswer | None:
        asked: Asked = self._desk.sign(self._office, channel, wish, asked_at=asked_at)
        return self._wait(self._desk.propose(asked))

    def _wait(self, proposal: str) -> AgendaAnswer | None:
        return self._desk.wait(proposal, self._answer_s)

    def _accepted(self, answer: AgendaAnswer | None) -> list[str]:
        return [answer.appointment] if answer is not None and answer.state != "refused" and answer.appointment else []

    def _all_answered(self) -> bool:
        return self._desk.wait_all(self._answer_s)


def _told(answer: AgendaAnswer | None) -> str:
    if answer is None:
        return "no answer"
    at = f" {answer.at:%Y-%m-%d %H:%M} UTC" if answer.at else ""
    return f"{answer.state} ({answer.rule}){at}{f' turn {answer.turn}' if answer.turn else ''}"
