"""Ten thousand more forgeries: links that cancel, codes that confirm, posters, papers, sessions, states, the centre.

Each of another office, made up, with one character changed, over, or used before; beside ``test_forged_tokens``.
"""

from __future__ import annotations

import base64
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from edge.adapters.mqtt.command_keys import Ed25519Keys
from edge.adapters.sqlite.sessions import SqliteAccounts, SqliteSessionStore
from edge.bootstrap.office import OfficeParts
from edge.central.commands import Signer
from edge.contracts.agenda import AgendaProposal, FreeSlots
from edge.contracts.uplink import Command, SignedCommand
from edge.contracts.wire import encode
from edge.domain.desks import DeskState
from edge.domain.documents import DocumentKind, Drawing
from edge.domain.errors import BadInput, NotFound, RuleViolation
from edge.domain.tokens import ALPHABET
from edge.domain.turns import Mode
from edge.runtime.clock import ManualClock
from edge.runtime.ids import new_token, new_ulid
from edge.runtime.oidc import OidcRefused, Pending, Waiting
from edge.runtime.weblogin import SessionPolicy, WebLogin
from edge.services.bookings import SlotWish
from edge.services.uplink import Accepted, read_command, read_proposal
from tests.fixtures.office import MakeOffice, take
from tests.integration.edge.test_forged_tokens import Attempt, changed, made_up

EACH = 300  # of every kind, of which there are more than thirty-three
NAME, PASSWORD = "Núria Ferrer", "correct horse battery"
REFUSALS = {
    "unknown_link", "wrong_confirmation", "too_many_tries", "poster_unknown", "poster_revoked", "no_certificate",
    "bad_code", "bad_state", "no_receipt", "no_document",
}  # fmt: skip


def refuses(use: Callable[[], object]) -> bool:
    """Return True when *use* says that the token is no good, False when it is carried out."""
    try:
        found = use()
    except (NotFound, BadInput, RuleViolation, OidcRefused) as refusal:
        return refusal.code in REFUSALS
    return found in (None, False) or isinstance(found, str)


def login_of(parts: OfficeParts) -> WebLogin:
    """Return the log-in of an office over its database; writes happen at once."""

    def submit(run: Callable[..., Any], *args: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(run(*args))
        return done

    return WebLogin(
        accounts=SqliteAccounts(parts.database),
        sessions=SqliteSessionStore(parts.database, submit),
        clock=parts.clock,
        new_token=new_token,
        policy=SessionPolicy(),
    )


class Side:
    """One office with a good token of each kind."""

    def __init__(self, parts: OfficeParts, folder: Path) -> None:
        self.parts, self.signer = parts, self._signer(folder / f"{parts.office.id}.key")
        self.keys = Ed25519Keys({self.signer.key_id: self.signer.public})
        service = next(iter(parts.office.services))
        self.turn = take(parts, service, present=True).turn
        facts = {"language": "es", "channel": "web", "actor": "test"}
        self.link = parts.agenda.book(self._bookable, parts.clock.now() + timedelta(hours=3), **facts)[1]
        self.paper = parts.certificates.make(self.turn, NAME, actor="test").code
        self.poster = parts.posters.make("door", actor="test").id
        self.revoked = parts.posters.make("hall", actor="test").id
        parts.posters.revoke(self.revoked, actor="test")
        self.party = parts.documents.party_of_turn(self.turn)
        self.receipt, self.document = self._submitted()
        parts.staff.add("rosa", "Rosa", PASSWORD, ["agent"], salt=b"s" * 16, actor="test")
        self.login = login_of(parts)
        self.session = self.login.log_in("rosa", PASSWORD, source="192.0.2.1")[0]
        self.ended = self.login.log_in("rosa", PASSWORD, source="192.0.2.1")[0]
        self.login.log_out(self.ended)

    @property
    def _bookable(self) -> str:
        return next(s for s in self.parts.office.services if self.parts.office.agenda.books(s))

    def _submitted(self) -> tuple[str, str]:
        documents, submissions = self.parts.documents, self.parts.submissions
        place = documents.make_room(self.party)
        documents.received(place, self.party, DocumentKind.PDF, 10, actor="phone")
        documents.checked(place.document)
        documents.clean(place.document, Drawing(DocumentKind.PDF, 1, 10, "ab" * 32), set())
        submissions.identify(self.party, {"name": NAME}, provider="x", level="", actor="phone")
        return submissions.submit(self.party, actor="phone").number, place.document

    @staticmethod
    def _signer(file: Path) -> Signer:
        Signer.generate(file)
        return Signer.load(file)

    def proposal(self, office: str = "") -> SignedCommand:
        """Return a proposal that the centre of this office has signed, for itself or for another *office*."""
        now = self.parts.clock.now()
        wish = FreeSlots(service="registro", day=now.date())
        made = AgendaProposal(
            id=new_ulid(now), office=office or self.parts.office.id, channel="web", asked_at=now, wish=wish
        )
        return self.signer.sign_bytes(encode(made))

    def command(self, *, issued: datetime | None = None, office: str = "", id: str = "") -> SignedCommand:
        """Return a command likewise; it lives for five minutes."""
        at = issued or self.parts.clock.now()
        made = Command(
            id=id or new_ulid(at),
            office=office or self.parts.office.id,
            type="identify",
            args={"seconds": 5},
            issued_at=at,
            expires_at=at + timedelta(minutes=5),
        )
        return self.signer.sign_bytes(encode(made))


class Seen:
    """Commands that were carried out."""

    def __init__(self, *ids: str) -> None:
        self.ids = set(ids)

    def result(self, command_id: str) -> str | None:
        return "done" if command_id in self.ids else None


class Forger:
    """Tries at *here* what is not good there."""

    def __init__(self, here: Side, there: Side, clock: ManualClock) -> None:
        self.here, self.there, self.clock, self.chance = here, there, clock, random.Random(2027)
        self.waiting: Waiting[str] = Waiting()
        self.pending, self.tries, self.persons = "", 0, 0

    def attempts(self) -> Iterator[Attempt]:
        """Yield one forgery of every kind."""
        yield from self._links()
        yield from self._papers()
        yield from self._sessions()
        yield from self._states()
        yield from self._centre()

    def _links(self) -> Iterator[Attempt]:
        parts, chance = self.here.parts, self.chance
        later = self.clock.now() + timedelta(hours=5)
        for name, token in self._variants(self.here.link, self.there.link):
            yield f"cancel link {name}", lambda token=token: refuses(lambda: parts.agenda.cancel(token, actor="x"))  # type: ignore[misc]
            yield (  # type: ignore[misc]
                f"move link {name}",
                lambda token=token: refuses(lambda: parts.agenda.move(token, later, Mode.PRESENCIAL, actor="x")),
            )
        yield "confirmation code guessed", lambda: refuses(self._guess)
        yield (
            "confirmation code for a link that is none",
            lambda: refuses(lambda: parts.agenda.confirm(made_up(chance), "123456", actor="x")),
        )
        letters = self.here.poster
        for name, token in self._variants(letters, self.there.poster, letters="".join(sorted(set(ALPHABET.lower())))):
            yield f"poster {name}", lambda token=token: refuses(lambda: parts.posters.check(token))  # type: ignore[misc]
        yield "poster out of use", lambda: refuses(lambda: parts.posters.check(self.here.revoked))

    def _guess(self) -> object:
        """Type a wrong code for a slot that somebody holds; a new one when the last attempt was used."""
        agenda = self.here.parts.agenda
        if not self.pending or self.tries >= self.here.parts.office.agenda.limits.attempts:
            self.persons, self.tries = self.persons + 1, 0
            at = self.clock.now().replace(hour=11, minute=0) + timedelta(days=1)
            wish = SlotWish(self.here._bookable, at, "es", "web")
            self.pending = agenda.hold(wish, actor="phone").link
            agenda.give_contact(self.pending, mail=f"p{self.persons}@example.org", phone="", actor="phone")
            sent = [m.told["code"] for m, _ in self.here.parts.outbound.waiting() if "code" in m.told]
            for message, _ in self.here.parts.outbound.waiting():
                self.here.parts.outbound.done(message.id)
            self.right = sent[-1]
        self.tries += 1
        return agenda.confirm(self.pending, changed(self.right, self.chance, "0123456789"), actor="phone")

    def _papers(self) -> Iterator[Attempt]:
        parts, here = self.here.parts, self.here
        for name, token in self._variants(here.paper, self.there.paper, letters=ALPHABET):
            yield f"certificate {name}", lambda token=token: refuses(lambda: parts.certificates.is_whole(token, NAME))  # type: ignore[misc]
        other = changed(NAME, self.chance, "abcdeghij")  # capitals do not count
        yield "certificate of another name", lambda: refuses(lambda: parts.certificates.is_whole(here.paper, other))
        for name, token in self._variants(here.receipt, self.there.receipt, letters="0123456789"):
            if name != "of another office" or token != here.receipt:
                yield (
                    f"receipt {name}",
                    lambda token=token: refuses(lambda: parts.submissions.receipt(here.party, token)),
                )  # type: ignore[misc]
        stranger = take(parts, here.turn.service, phone=made_up(self.chance), present=True).turn
        party = parts.documents.party_of_turn(stranger)
        parts.turns.cancel(stranger.id, actor="x")
        yield "receipt of somebody else", lambda: refuses(lambda: parts.submissions.receipt(party, here.receipt))
        yield (
            "document of somebody else",
            lambda: refuses(lambda: parts.documents.remove(here.document, party, actor="x")),
        )
        yield (
            "document made up",
            lambda: refuses(lambda: parts.documents.remove(new_ulid(self.clock.now()), here.party, actor="x")),
        )

    def _sessions(self) -> Iterator[Attempt]:
        for name, token in self._variants(self.here.session, self.there.session):
            yield f"session {name}", lambda token=token: refuses(lambda: self.here.login.find(token))  # type: ignore[misc]
        yield "session that was ended", lambda: refuses(lambda: self.here.login.find(self.here.ended))
        talk = made_up(self.chance)
        yield (
            "conversation of a phone made up",
            lambda: refuses(lambda: self.here.parts.conversations.of_key("web", talk)),
        )

    def _states(self) -> Iterator[Attempt]:
        now, browser, state = self.clock.monotonic(), made_up(self.chance), made_up(self.chance, 32)

        def asked(state_: str, browser_: str, at: float) -> bool:
            self.waiting.put(Pending(state, "nonce", "verifier"), browser, "/staff", now)
            return refuses(lambda: self.waiting.take(state_, browser_, at))

        def replayed() -> bool:
            self.waiting.put(Pending(state, "nonce", "verifier"), browser, "/staff", now)
            self.waiting.take(state, browser, now)
            return refuses(lambda: self.waiting.take(state, browser, now))

        yield "state made up", lambda: asked(made_up(self.chance, 32), browser, now)
        yield "state changed", lambda: asked(changed(state, self.chance), browser, now)
        yield "state of another browser", lambda: asked(state, made_up(self.chance), now)
        yield "state that is over", lambda: asked(state, browser, now + 601)
        yield "state used before", replayed

    def _centre(self) -> Iterator[Attempt]:
        here, there, office = self.here, self.there, self.here.parts.office.id
        good = here.proposal()
        forged = base64.b64encode(self.chance.randbytes(64)).decode()
        body = json.loads(good.body) | {"office": there.parts.office.id, "channel": "desk"}
        for name, signed in (
            ("of another centre", there.proposal(office)),
            ("with a signature made up", SignedCommand(key_id=good.key_id, body=good.body, signature=forged)),
            (
                "with a body changed",
                SignedCommand(key_id=good.key_id, body=json.dumps(body | {"office": office}), signature=good.signature),
            ),
            ("for another office", here.proposal(there.parts.office.id)),
            (
                "with another's signature",
                SignedCommand(key_id=good.key_id, body=good.body, signature=there.proposal(office).signature),
            ),
        ):  # fmt: skip
            yield (
                f"proposal {name}",
                lambda signed=signed: isinstance(  # type: ignore[misc]
                    read_proposal(signed, office=office, verifier=here.keys), str
                ),
            )
        now, past = self.clock.now(), self.clock.now() - timedelta(seconds=self.chance.randrange(301, 90_000))
        once = new_ulid(now)
        for name, signed in (
            ("that has expired", here.command(issued=past)),
            ("of the future", here.command(issued=now + timedelta(hours=1))),
            ("for another office", here.command(office=there.parts.office.id)),
            ("of another centre", there.command(office=office)),
            ("carried out before", here.command(id=once)),
        ):
            yield (
                f"command {name}",
                lambda signed=signed: (
                    not isinstance(  # type: ignore[misc]
                        read_command(signed, office=office, verifier=here.keys, seen=Seen(once), now=now), Accepted
                    )
                ),
            )

    def _variants(self, good: str, foreign: str, letters: str = "") -> Iterator[tuple[str, str]]:
        known = {"letters": letters} if letters else {}
        yield "made up", made_up(self.chance, len(good), letters) if letters else made_up(self.chance, len(good))
        yield "changed", _near(good, self.chance, **known)
        if foreign != good:
            yield "of another office", foreign


def _near(good: str, chance: random.Random, letters: str = "") -> str:
    """Change one character that counts: in a code the separators do not."""
    if not letters:
        return changed(good, chance)
    places = [n for n, c in enumerate(good) if c in letters]
    at = chance.choice(places)
    return good[:at] + chance.choice([c for c in letters if c != good[at]]) + good[at + 1 :]


@pytest.fixture
def sides(office: OfficeParts, make_office: MakeOffice, tmp_path: Path) -> tuple[Side, Side]:
    there = make_office("asturias30")
    for desk in there.office.desks:
        there.attention.set_desk(desk, DeskState.OPEN, agent="eva")
    return Side(office, tmp_path), Side(there, tmp_path)


@pytest.mark.slow
def test_of_ten_thousand_more_forgeries_none_is_accepted(sides: tuple[Side, Side], manual_clock: ManualClock) -> None:
    here, there = sides
    forger, tried, refused = Forger(here, there, manual_clock), Counter[str](), Counter[str]()

    for _ in range(EACH):
        for kind, attempt in forger.attempts():
            tried[kind] += 1
            refused[kind] += attempt()

    assert tried - refused == Counter()
    assert tried.total() >= 10_000
    assert len(tried) >= 33
    assert here.parts.agenda.of_link(here.link).slot_at  # and every good one is still good
    assert here.parts.certificates.is_whole(here.paper, NAME)
    assert here.parts.posters.check(here.poster)
    assert here.parts.submissions.receipt(here.party, here.receipt)
    assert here.login.find(here.session) is not None
    assert not isinstance(read_proposal(here.proposal(), office=here.parts.office.id, verifier=here.keys), str)
    command = here.command()
    read = read_command(command, office=here.parts.office.id, verifier=here.keys, seen=Seen(), now=manual_clock.now())
    assert isinstance(read, Accepted)


def test_a_session_is_not_for_ever(sides: tuple[Side, Side], manual_clock: ManualClock) -> None:
    here, _ = sides
    manual_clock.move(timedelta(hours=13).total_seconds())

    assert here.login.find(here.session) is None
