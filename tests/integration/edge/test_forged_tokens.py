"""Ten thousand tokens that nobody gave out, or not for this: none opens anything, in an office with a real database."""

from __future__ import annotations

import random
import string
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from edge.bootstrap.office import OfficeParts
from edge.contracts.devices import BearerAsk
from edge.domain.desks import DeskState
from edge.domain.errors import BadInput, NotFound
from edge.domain.tokens import ALPHABET, LENGTH, SLOT_S, code_at
from edge.domain.turns import Channel, TurnState
from edge.runtime.clock import ManualClock
from edge.runtime.weblogin import WebSession, csrf_ok
from edge.services.turns import Wish
from tests.fixtures.office import MakeOffice, forget, take

EACH = 450  # of every kind of forgery, of which there are more than twenty-two
URL_SAFE = string.ascii_letters + string.digits + "-_"
PHONE = "P" * 22

Attempt = tuple[str, Callable[[], bool]]


@pytest.fixture
def neighbour(make_office: MakeOffice) -> OfficeParts:
    """Another office with its own database and secrets."""
    parts = make_office("asturias30")
    for desk in parts.office.desks:
        parts.attention.set_desk(desk, DeskState.OPEN, agent="eva")
    return parts


def changed(token: str, chance: random.Random, letters: str = URL_SAFE) -> str:
    """Return *token* with one character changed, so that it is another one."""
    at = chance.randrange(len(token))
    return token[:at] + chance.choice([c for c in letters if c != token[at]]) + token[at + 1 :]


def made_up(chance: random.Random, length: int = 22, letters: str = URL_SAFE) -> str:
    return "".join(chance.choices(letters, k=length))


class Forger:
    """Knows one good token of each kind of this office, and of its neighbour."""

    def __init__(self, here: OfficeParts, there: OfficeParts, clock: ManualClock) -> None:
        self.here, self.there, self.clock, self.chance = here, there, clock, random.Random(2026)
        self.service = "registro"
        slot = clock.now() + timedelta(minutes=10)
        facts = {"language": "es", "channel": "web", "actor": "test"}
        self.mail = here.agenda.book(self.service, slot, **facts)[1]
        there_slot = clock.now() + timedelta(hours=1)
        self.mail_there = there.agenda.book(next(iter(there.office.services)), there_slot, **facts)[1]
        self.paper, self.paper_there = self._paper(here), self._paper(there)
        take(here, self.service, phone=PHONE, present=True)
        self.bearer = here.devices.bearer(BearerAsk(device="printer-1", nonce="n" * 16)).token
        self.bearer_there = there.devices.bearer(BearerAsk(device="printer-1", nonce="n" * 16)).token
        self.session = WebSession("h", "ana", "Ana", frozenset({"agent"}), "c" * 22, clock.now(), clock.now())

    def _paper(self, parts: OfficeParts) -> str:
        return take(parts, next(iter(parts.office.services)), present=True).link

    # --- what a token opens -------------------------------------------------------------------------------------

    def shows_turn(self, link: str) -> bool:
        return opens(lambda: self.here.turns.of_link(link))

    def checks_in(self, link: str) -> bool:
        return opens(lambda: self.here.turns.check_in(link, code="", phone="", present=True, actor="test"))

    def shows_appointment(self, link: str) -> bool:
        return opens(lambda: self.here.agenda.of_link(link))

    def follows(self, phone: str) -> bool:
        return self.here.turns.of_phone(phone) is not None

    def proves(self, code: str) -> bool:
        return self.here.turns.code_proves(code)

    def is_device(self, token: str) -> bool:
        return self.here.devices.of_bearer(token) is not None

    def takes(self, nonce: str, phone: str) -> bool:
        wish = Wish(self.service, Channel.WEB, "es", phone=phone, key=nonce)
        return opens(lambda: self.here.turns.take(wish, actor="phone"))

    # --- forgeries ----------------------------------------------------------------------------------------------

    def attempts(self) -> Iterator[Attempt]:
        """Yield one forgery of every kind; called again it makes others."""
        chance, now = self.chance, self.clock.now()
        for name, opened in (
            ("paper", self.shows_turn),
            ("mail", self.checks_in),
            ("appointment", self.shows_appointment),
            ("phone", self.follows),
            ("bearer", self.is_device),
        ):
            good = {"paper": self.paper, "phone": PHONE, "bearer": self.bearer}.get(name, self.mail)
            there = {"paper": self.paper_there, "phone": "Q" * 22, "bearer": self.bearer_there}.get(
                name, self.mail_there
            )
            forged, near = made_up(chance), changed(good, chance)
            yield f"{name} made up", lambda opened=opened, token=forged: opened(token)  # type: ignore[misc]
            yield f"{name} changed", lambda opened=opened, token=near: opened(token)  # type: ignore[misc]
            yield f"{name} of another office", lambda opened=opened, token=there: opened(token)  # type: ignore[misc]
        yield "paper as mail", lambda: self.checks_in(self.paper)
        yield "mail as paper", lambda: self.shows_turn(self.mail)
        key, office = self.here.context.code_key, self.here.office.id
        ago = chance.randrange(2, 20_000)
        guessed, near = made_up(chance, LENGTH, ALPHABET), changed(code_at(key, office, now).code, chance, ALPHABET)
        yield "code made up", lambda: self.proves(guessed)
        yield "code changed", lambda: self.proves(near)
        yield "code expired", lambda: self.proves(code_at(key, office, now, ahead=-ago).code)
        yield "code of the future", lambda: self.proves(code_at(key, office, now, ahead=ago).code)
        yield "code of another office", lambda: self.proves(code_at(key, "asturias30", now).code)
        yield "code of another key", lambda: self.proves(code_at(self.there.context.code_key, office, now).code)
        phone = made_up(chance)
        good, others = self.here.turns.form_nonce(phone), self.here.turns.form_nonce(PHONE)
        yield "nonce changed", lambda: self.takes(changed(good, chance), phone)
        yield "nonce of another phone", lambda: self.takes(others, phone)
        yield "nonce of another office", lambda: self.takes(self.there.turns.form_nonce(phone), phone)
        yield "csrf made up", lambda: csrf_ok(self.session, made_up(chance))
        yield "csrf changed", lambda: csrf_ok(self.session, changed(self.session.csrf, chance))


def opens(use: Callable[[], object]) -> bool:
    """Whether *use* is carried out; a refusal has to be one of those that say that the token is no good."""
    try:
        use()
    except (NotFound, BadInput) as refusal:
        return refusal.code not in {"unknown_link", "wrong_code", "stale_form"}
    return True


@pytest.mark.slow
def test_of_ten_thousand_forged_tokens_none_is_accepted(
    office: OfficeParts, neighbour: OfficeParts, manual_clock: ManualClock
) -> None:
    forger, tried, accepted = Forger(office, neighbour, manual_clock), Counter[str](), Counter[str]()

    for _ in range(EACH):
        for kind, attempt in forger.attempts():
            tried[kind] += 1
            accepted[kind] += attempt()

    assert accepted.total() == 0, accepted
    assert tried.total() >= 10_000
    assert forger.shows_turn(forger.paper)
    assert forger.shows_appointment(forger.mail)
    assert forger.follows(PHONE)
    assert forger.is_device(forger.bearer)
    assert forger.proves(code_at(office.context.code_key, office.office.id, manual_clock.now()).code)


def test_what_was_good_is_not_for_ever(office: OfficeParts, neighbour: OfficeParts, manual_clock: ManualClock) -> None:
    forger = Forger(office, neighbour, manual_clock)
    nonce, code = office.turns.form_nonce("N" * 22), code_at(office.context.code_key, "carretas4", manual_clock.now())

    manual_clock.move(2 * SLOT_S)
    old_code = forger.proves(code.code)
    manual_clock.move(timedelta(minutes=16).total_seconds())
    old_bearer = forger.is_device(forger.bearer)
    manual_clock.move(timedelta(hours=13).total_seconds())
    old_nonce = forger.takes(nonce, "N" * 22)
    manual_clock.move(timedelta(days=3).total_seconds())
    forget(office)
    old_links = [forger.shows_turn(forger.paper), forger.follows(PHONE)]

    assert [old_code, old_bearer, old_nonce, *old_links] == [False] * 5


def test_a_form_sent_again_shows_the_turn_of_the_first_time_even_when_it_was_left(office: OfficeParts) -> None:
    nonce = office.turns.form_nonce(PHONE)
    wish = Wish("registro", Channel.WEB, "es", phone=PHONE, key=nonce)
    first = office.turns.take(wish, actor="phone").turn
    office.turns.cancel(first.id, actor="phone")

    again = office.turns.take(wish, actor="phone")
    fresh = office.turns.take(
        Wish("registro", Channel.WEB, "es", phone=PHONE, key=office.turns.form_nonce(PHONE)), actor="phone"
    )

    assert (again.turn.id, again.turn.state, again.existing) == (first.id, TurnState.CANCELLED, True)
    assert fresh.turn.id != first.id


def test_a_wish_without_a_phone_is_one_turn_with_a_new_link_for_its_paper(office: OfficeParts) -> None:
    first, again = (take(office, present=True, key="ana k1.registro.es.paper") for _ in range(2))

    assert (again.turn.id, again.existing) == (first.turn.id, True)
    assert office.turns.of_link(again.link).id == office.turns.of_link(first.link).id == first.turn.id


def test_the_same_code_serves_many_people_and_the_same_phone_gets_its_own_turn(office: OfficeParts) -> None:
    code = code_at(office.context.code_key, office.office.id, office.clock.now()).code
    turns = [take(office, phone=f"{n:022d}", code=code).turn for n in range(30)]
    again = [take(office, phone=f"{n:022d}", code=code) for n in range(30)]

    assert len({turn.code for turn in turns}) == 30
    assert [one.turn.id for one in again] == [turn.id for turn in turns]
    assert all(one.existing for one in again)
