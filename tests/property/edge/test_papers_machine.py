"""Posters, certificates, documents and submissions under any order of use cases: the log rebuilds the tables."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from edge.adapters.sqlite.log import verify
from edge.adapters.sqlite.replay_papers import paper_differences
from edge.bootstrap.config import EdgeConfig
from edge.bootstrap.office import OfficeParts
from edge.domain.desks import DeskState
from edge.domain.documents import DocumentKind, Drawing
from edge.domain.errors import OfficeError
from edge.domain.retention import RULES
from edge.domain.turns import Channel, Turn
from edge.runtime.clock import ManualClock
from edge.services.turns import Wish
from tests.fixtures.clocks import MONDAY_MORNING

DRAWING = Drawing(DocumentKind.PDF, 2, 900, "ab" * 32)
LOG = next(rule for rule in RULES if rule.what == "event")
PAPERS = [rule for rule in RULES if rule.what in ("document", "submission", "identity", "certificate")]


class PapersMachine(RuleBasedStateMachine):
    """Anything may be asked at any time; refusals are fine, a table that says another thing than the log is not."""

    posters: Bundle[str] = Bundle("posters")
    turns: Bundle[Turn] = Bundle("turns")
    documents: Bundle[str] = Bundle("documents")

    @initialize()
    def open(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="o360-papers-")
        self.clock = ManualClock(MONDAY_MORNING)
        config = EdgeConfig(office="carretas4", database=str(Path(self._folder.name) / "office.db"))
        self.office = OfficeParts(config, self.clock)
        self.office.attention.set_desk("1", DeskState.OPEN, agent="ana")

    def teardown(self) -> None:
        if hasattr(self, "office"):
            self.office.database.close()
            self._folder.cleanup()

    @rule(target=posters, place=st.sampled_from(["Escaparate", "Puerta"]))
    def hang(self, place: str) -> str:
        return self.office.posters.make(place, actor="test").id

    @rule(poster=posters)
    def revoke(self, poster: str) -> None:
        self.office.posters.revoke(poster, actor="test")

    @rule(target=turns, poster=st.one_of(st.just(""), posters), here=st.booleans())
    def take(self, poster: str, here: bool) -> Turn | MultipleResults[Turn]:
        wish = Wish("registro", Channel.WEB, "es", present=here, poster=poster)
        try:
            return self.office.turns.take(wish, actor="phone").turn
        except OfficeError:
            return multiple()

    @rule(turn=turns)
    def certify(self, turn: Turn) -> None:
        self._try(lambda: self.office.certificates.make(turn, "Ada", actor="phone"))

    @rule(target=documents, turn=turns)
    def send(self, turn: Turn) -> str:
        try:
            party = self.office.documents.party_of_turn(turn)
            place = self.office.documents.make_room(party)
            return self.office.documents.received(place, party, DocumentKind.PDF, 10, actor="phone").id
        except OfficeError:
            return "unknown"

    @rule(turn=turns, means=st.sampled_from(["provider", "nobody"]))
    def send_and_submit(self, turn: Turn, means: str) -> None:
        """The way of most people, which chance alone seldom finds."""
        document = self.send(turn)
        self.inspect(document, "clean")
        if means == "provider":
            self.show_who(turn, "high")
        self.submit(turn)

    @rule(turn=turns)
    def leave_with_a_certificate(self, turn: Turn) -> None:
        self.cancel(turn)
        self.certify(turn)

    @rule(document=documents, outcome=st.sampled_from(["checked", "clean", "refuse", "hand_on"]))
    def inspect(self, document: str, outcome: str) -> None:
        office = self.office
        deeds = {
            "checked": lambda: office.documents.checked(document),
            "clean": lambda: (
                office.documents.checked(document),
                office.documents.clean(document, DRAWING, {"script"}),
            ),
            "refuse": lambda: office.documents.refuse(document, "broken"),
            "hand_on": lambda: office.submissions.hand_on(document, agent="official"),
        }
        self._try(deeds[outcome])

    @rule(document=documents, turn=turns)
    def take_back(self, document: str, turn: Turn) -> None:
        self._try(
            lambda: self.office.documents.remove(
                document, self.office.documents.party_of_turn(turn, over=True), actor="x"
            )
        )

    @rule(turn=turns, level=st.sampled_from(["", "high"]))
    def show_who(self, turn: Turn, level: str) -> None:
        who = {"name": "Ada", "number": "00000000T"}
        party = self.office.documents.party_of_turn(turn, over=True)
        self.office.submissions.identify(party, who, provider="Cl@ve", level=level, actor="phone")

    @rule(turn=turns)
    def submit(self, turn: Turn) -> None:
        party = self.office.documents.party_of_turn(turn, over=True)
        self._try(lambda: self.office.submissions.submit(party, actor="phone"))

    @rule(what=st.sampled_from(["call_next", "start", "assist", "finish"]))
    def attend(self, what: str) -> None:
        attention = self.office.attention
        deeds = {
            "call_next": lambda: attention.call_next("1", agent="ana"),
            "start": lambda: attention.start("1", agent="ana"),
            "assist": lambda: self.office.submissions.assist("1", "Ada", "00000000T", consent=True, agent="ana"),
            "finish": lambda: attention.finish("1", agent="ana", outcome="resolved"),
        }
        self._try(deeds[what])

    @rule(turn=turns)
    def cancel(self, turn: Turn) -> None:
        self._try(lambda: self.office.turns.cancel(turn.id, actor="phone"))

    @rule(seconds=st.sampled_from([5, 60, 3600, 86_400, 86_400 * 20, 86_400 * 95]))
    def time_passes(self, seconds: int) -> None:
        self.clock.move(seconds)
        self.office.housekeeping.tidy()
        self.office.documents.tidy()
        for kind in PAPERS:
            self.office.retention.forget(kind)

    @rule()
    def cut_the_log(self) -> None:
        self.office.retention.forget(LOG)

    @invariant()
    def papers_are_what_the_log_says(self) -> None:
        if not hasattr(self, "office"):
            return
        with self.office.database.read() as stores:
            assert verify(stores.connection)[1] == []
            assert paper_differences(stores.connection, self.clock.now()) == []

    @staticmethod
    def _try(deed: Callable[[], object]) -> None:
        with contextlib.suppress(OfficeError):
            deed()


TestPapersMachine = PapersMachine.TestCase
TestPapersMachine.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
