"""What a party has left with the office stays with it whatever happens to its turn, until its visit is over."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from edge.adapters.sqlite.replay import differences
from edge.bootstrap.config import EdgeConfig
from edge.bootstrap.office import OfficeParts
from edge.domain.agenda import Appointment, AppointmentState
from edge.domain.desks import DeskState
from edge.domain.documents import DocumentKind, DocumentState, Drawing
from edge.domain.errors import OfficeError
from edge.domain.notices import Rung
from edge.domain.retention import RULES
from edge.domain.turns import Mode, Turn
from edge.runtime.clock import ManualClock
from edge.services.documents import Party
from edge.services.turns import followed
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.letters import able
from tests.fixtures.office import take
from tests.unit.edge import booking

DRAWING = Drawing(DocumentKind.PDF, 1, 10, "ab" * 32)
NOON = MONDAY_MORNING.replace(hour=11, minute=0)
CONTACTS = next(rule for rule in RULES if rule.what == "contact")
WHO = st.integers(0, 5)


@dataclass
class Person:
    """Somebody with a link, and what they have left: how to tell them, documents, how many have come."""

    link: str = ""  # of an appointment
    turn: str = ""  # of somebody without one
    typed: frozenset[Rung] = frozenset()
    beside: frozenset[Rung] = frozenset()
    documents: set[str] = field(default_factory=set)
    party: int = 1


class KeptMachine(RuleBasedStateMachine):
    """Refusals are fine; whoever waits or is expected has everything."""

    @initialize()
    def open(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="o360-kept-")
        self.clock, self.number, self.everybody = ManualClock(MONDAY_MORNING), 600_000_000, list[Person]()
        config = EdgeConfig(office="carretas4", database=str(Path(self._folder.name) / "office.db"))
        self.office = able(OfficeParts(config, self.clock))
        self.office.attention.set_desk("1", DeskState.OPEN, agent="ana")
        for party in (1, 4, 2):
            self.walk_in(party)
            self.clock.move(60)
        self.book(40, 3)
        self.book_by_video(0)
        for who in range(4):
            self.send(who)

    def teardown(self) -> None:
        if hasattr(self, "office"):
            with self.office.database.read() as stores:
                rebuilt = differences(stores.connection)
            self.office.database.close()
            self._folder.cleanup()
            assert rebuilt == []

    # --- what people do -----------------------------------------------------------------------------------------------

    @rule(party=st.integers(1, 4))
    def walk_in(self, party: int) -> None:
        with contextlib.suppress(OfficeError):
            turn = take(self.office, present=True, party=party).turn
            self.everybody.append(Person(turn=turn.id, party=party))

    @rule(minutes=st.integers(1, 180), party=st.integers(1, 4))
    def book(self, minutes: int, party: int) -> None:
        slot = self.clock.now() + timedelta(minutes=minutes)
        facts = {"language": "es", "channel": "web", "actor": "test", "contact": self._phone(), "party": party}
        with contextlib.suppress(OfficeError):
            _, link = self.office.agenda.book("registro", slot, **facts)  # type: ignore[arg-type]
            self.everybody.append(Person(link, typed=frozenset({Rung.SMS}), party=party))

    @rule(hours=st.integers(0, 3))
    def book_by_video(self, hours: int) -> None:
        slot, facts = NOON + timedelta(hours=hours), {"service": "certificado", "mode": Mode.VIDEO}
        with contextlib.suppress(OfficeError):
            held = booking.booked(self.office, slot, mail=f"p{self._phone()}@example.org", **facts)
            self.everybody.append(Person(held.link, typed=frozenset({Rung.MAIL}), beside=frozenset({Rung.SMS})))

    @rule(who=WHO, hours=st.integers(0, 30))
    def move(self, who: int, hours: int) -> None:
        for person in self._pick(who, self._expected):
            mode = self.office.agenda.of_link(person.link).mode
            self._try(self.office.agenda.move, person.link, NOON + timedelta(hours=hours), mode, actor="phone")

    @rule(who=WHO, early=st.integers(0, 15))
    def come(self, who: int, early: int) -> None:
        """Come to the slot, some minutes before it: the others wait meanwhile."""
        for person in self._pick(who, self._expected):
            at = self.office.agenda.of_link(person.link).slot_at - timedelta(minutes=early)
            if at - self.clock.now() < timedelta(hours=4):
                self._pass(max(0.0, (at - self.clock.now()).total_seconds()))
            self._try(self.office.turns.check_in, person.link, code="", phone="", present=True, actor="phone")

    @rule(who=WHO, by=st.sampled_from([Rung.SMS, Rung.MAIL]))
    def want(self, who: int, by: Rung) -> None:
        for person in self._pick(who, self._is_here):
            text = self._phone() if by is Rung.SMS else f"p{self._phone()}@example.org"
            turn = self._sure(person)
            self.office.parties.want(turn.id, text, actor="phone")
            self._holder(turn).typed = frozenset({by})

    @rule(who=WHO)
    def send(self, who: int) -> None:
        for person in self._pick(who, lambda one: self._is_here(one) or self._expected(one)):
            party, turn = self._party(person), self._turn(person)
            with contextlib.suppress(OfficeError):
                place = self.office.documents.make_room(party)
                document = self.office.documents.received(place, party, DocumentKind.PDF, 10, actor="phone").id
                self.office.documents.checked(document)
                self.office.documents.clean(document, DRAWING, set())
                (self._holder(turn) if turn else person).documents.add(document)

    @rule(who=WHO)
    def leave(self, who: int) -> None:
        for person in self._pick(who, self._is_here):
            self._try(self.office.turns.cancel, self._sure(person).id, actor="phone")

    @rule(who=WHO)
    def call_off(self, who: int) -> None:
        for person in self._pick(who, self._expected):
            self._try(self.office.agenda.cancel, person.link, actor="phone")

    # --- what staff do ------------------------------------------------------------------------------------------------

    @rule(one=WHO, other=WHO, again=st.booleans())
    def merge(self, one: int, other: int, again: bool) -> None:
        """Put two together; now and then the wrong two, which is taken back."""
        pair = *self._pick(one, self._is_here), *self._pick(other, self._is_here)
        if pair:
            first, second = (self._sure(person) for person in pair)
            self._try(self.office.merging.merge, first.id, second.code, agent="rosa")
        if again:
            self.part()

    @rule()
    def part(self) -> None:
        self._try(self.office.merging.undo, agent="rosa")

    @rule(what=st.sampled_from(["call_next", "start", "miss", "finish", "undo"]))
    def attend(self, what: str) -> None:
        facts = {"outcome": "resolved"} if what == "finish" else {}
        self._try(getattr(self.office.attention, what), "1", agent="ana", **facts)

    @rule(seconds=st.sampled_from([3, 40, 600, 3600]))
    def time_passes(self, seconds: int) -> None:
        self._pass(seconds)

    @rule()
    def night_falls(self) -> None:
        self._pass(20 * 3600)

    def _pass(self, seconds: float) -> None:
        self.clock.move(seconds)
        self.office.housekeeping.tidy()
        self.office.documents.tidy()
        self.office.retention.forget(CONTACTS)
        for person in self.everybody:
            if person.link and self.office.agenda.of_link(person.link).state is AppointmentState.NO_SHOW:
                person.documents.clear()  # who was not there is expected no more, and may still come

    # --- what must hold -----------------------------------------------------------------------------------------------

    @invariant()
    def who_waits_or_is_expected_has_everything(self) -> None:
        for person in self.everybody if hasattr(self, "office") else ():
            if self._is_here(person):
                turn = self._sure(person)
                assert turn.party >= person.party
                self._has_everything(person, turn.visit)
            elif self._expected(person):
                self._has_everything(person, self.office.agenda.of_link(person.link).origin)

    def _has_everything(self, person: Person, owner: str) -> None:
        with self.office.database.read() as stores:
            assert person.typed | person.beside <= self.office.notices.reach(stores, owner)
        seen = {d.id: d for d in self.office.documents.of_party(self._party(person))}
        assert person.documents <= seen.keys()
        for document in person.documents:
            assert seen[document].state is DocumentState.CLEAN
            assert self.office.documents.key_of(seen[document])

    # --- who is who ---------------------------------------------------------------------------------------------------

    def _pick(self, who: int, fits: Callable[[Person], bool]) -> list[Person]:
        """Return one of those who fit; none where nobody does."""
        found = [person for person in self.everybody if fits(person)]
        return [found[who % len(found)]] if found else []

    def _is_here(self, person: Person) -> bool:
        turn = self._turn(person)
        return turn is not None and turn.is_open

    def _expected(self, person: Person) -> bool:
        booked = self._booked(person)
        return booked is not None and booked.state is AppointmentState.BOOKED

    def _booked(self, person: Person) -> Appointment | None:
        return self.office.agenda.of_link(person.link) if person.link else None

    def _turn(self, person: Person) -> Turn | None:
        with self.office.database.read() as stores:
            booked = self._booked(person)
            return followed(stores, booked.turn if booked else person.turn)

    def _sure(self, person: Person) -> Turn:
        turn = self._turn(person)
        assert turn is not None
        return turn

    def _holder(self, turn: Turn) -> Person:
        """Return whose turn it was at first: what is left with it now stays with it."""
        return next(p for p in self.everybody if turn.id in (p.turn, (b := self._booked(p)) and b.turn))

    def _party(self, person: Person) -> Party:
        booked = self._booked(person)
        documents = self.office.documents
        return documents.party_of_appointment(booked) if booked else documents.party_of_turn(self._sure(person))

    def _phone(self) -> str:
        self.number += 1
        return str(self.number)

    @staticmethod
    def _try(deed: Callable[..., object], /, *args: object, **facts: object) -> None:
        with contextlib.suppress(OfficeError):
            deed(*args, **facts)


TestKeptMachine = KeptMachine.TestCase
TestKeptMachine.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
