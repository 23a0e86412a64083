"""An office under any order of use cases: its invariants hold, and its log rebuilds it."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from edge.adapters.sqlite.log import verify
from edge.bootstrap.config import EdgeConfig
from edge.bootstrap.office import OfficeParts
from edge.domain.attention import PLACES
from edge.domain.desks import DeskState
from edge.domain.errors import OfficeError
from edge.domain.replay import Recorded, rebuild
from edge.domain.turns import AT_DESK, FINAL, Channel, Turn, TurnState
from edge.domain.visits import VisitState
from edge.runtime.clock import ManualClock
from edge.services.turns import Wish
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.office import add_agent

desks = st.sampled_from("123")
services = st.sampled_from(["registro", "certificado", "informacion"])


class OfficeMachine(RuleBasedStateMachine):
    """Anything may be asked at any time; refusals are fine, broken promises are not."""

    @initialize()
    def open(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="o360-machine-")
        self.clock = ManualClock(MONDAY_MORNING)
        config = EdgeConfig(office="carretas4", database=str(Path(self._folder.name) / "office.db"))
        self.office = OfficeParts(config, self.clock)
        for desk in "123":
            add_agent(self.office, f"agent{desk}")
            self.office.attention.set_desk(desk, DeskState.OPEN, agent=f"agent{desk}")
        self.links: list[str] = []

    def teardown(self) -> None:
        if hasattr(self, "office"):
            self.office.database.close()
            self._folder.cleanup()

    @rule(service=services, phone=st.sampled_from(["", "p1", "p2", "p3"]), here=st.booleans())
    def take(self, service: str, phone: str, here: bool) -> None:
        wish = Wish(service, Channel.WEB if phone else Channel.PAPER, "es", phone=phone, present=here or not phone)
        self._try(lambda: self.office.turns.take(wish, actor="phone"))

    @rule(minutes=st.integers(1, 60), service=services)
    def book(self, minutes: int, service: str) -> None:
        slot = self.clock.now() + timedelta(minutes=minutes)
        booked = self._try(lambda: self.office.agenda.book(service, slot, language="es", channel="desk", actor="test"))
        if isinstance(booked, tuple):
            self.links.append(booked[1])

    @rule(data=st.data())
    def check_in(self, data: st.DataObject) -> None:
        if self.links:
            link = data.draw(st.sampled_from(self.links))
            self._try(lambda: self.office.turns.check_in(link, code="", phone="", present=True, actor="test"))

    @rule(desk=desks)
    def call_next(self, desk: str) -> None:
        self._try(lambda: self.office.attention.call_next(desk, agent=f"agent{desk}"))

    @rule(desk=desks, what=st.sampled_from(["recall", "start", "hold", "miss"]))
    def act(self, desk: str, what: str) -> None:
        self._try(lambda: getattr(self.office.attention, what)(desk, agent=f"agent{desk}"))

    @rule(desk=desks, procedures=st.integers(0, 3))
    def finish(self, desk: str, procedures: int) -> None:
        attention = self.office.attention
        self._try(lambda: attention.finish(desk, agent=f"agent{desk}", outcome="resolved", procedures=procedures))

    @rule(desk=desks, service=services, place=st.sampled_from(PLACES), to=st.sampled_from(["", "1", "2"]))
    def transfer(self, desk: str, service: str, place: str, to: str) -> None:
        facts = {"service": service, "place": place, "to_desk": to}
        self._try(lambda: self.office.attention.transfer(desk, agent=f"agent{desk}", **facts))

    @rule(desk=desks, own=st.booleans(), minutes=st.integers(0, 5))
    def hold(self, desk: str, own: bool, minutes: int) -> None:
        self._try(lambda: self.office.attention.hold(desk, agent=f"agent{desk}", own=own, minutes=minutes))

    @rule(desk=desks)
    def undo(self, desk: str) -> None:
        self._try(lambda: self.office.attention.undo(desk, agent=f"agent{desk}"))

    @rule(desk=desks)
    def close_account(self, desk: str) -> None:
        """Whoever sits there is let in no more, and comes back later under the same account."""
        self._try(lambda: self.office.members.close(f"agent{desk}", by="boss"))
        self._try(lambda: self.office.members.reopen(f"agent{desk}", by="boss"))
        self._try(lambda: self.office.attention.set_desk(desk, DeskState.OPEN, agent=f"agent{desk}"))

    @rule(data=st.data(), desk=desks)
    def any_turn(self, data: st.DataObject, desk: str) -> None:
        turns = self._turns()
        if not turns:
            return
        turn, attention = data.draw(st.sampled_from(turns)), self.office.attention
        deeds = [
            lambda: attention.call(turn.id, desk, agent=f"agent{desk}", reason="error"),
            lambda: attention.give_back(turn.id, actor="test"),
            lambda: self.office.turns.confirm_presence(turn.id, actor="test"),
            lambda: self.office.turns.cancel(turn.id, actor="phone"),
            lambda: self.office.grace.delay(turn.id, actor="phone"),
            lambda: self.office.grace.prioritise(turn.id, "pregnancy", agent="helper"),
        ]
        self._try(data.draw(st.sampled_from(deeds)))

    @rule(seconds=st.integers(1, 2400))
    def time_passes(self, seconds: int) -> None:
        self.clock.move(seconds)
        self.office.housekeeping.tidy()

    @invariant()
    def nobody_is_lost_and_no_desk_serves_two(self) -> None:
        if not hasattr(self, "office"):
            return
        turns = self._turns()
        assert max(Counter(t.desk for t in turns if t.state in AT_DESK).values(), default=1) == 1
        assert max(Counter((t.day, t.code) for t in turns).values(), default=1) == 1
        assert all(t.waiting_since for t in turns if t.state is TurnState.WAITING)

    @invariant()
    def a_visit_is_over_with_its_last_turn(self) -> None:
        if not hasattr(self, "office"):
            return
        with self.office.database.read() as stores:
            for turn in stores.turns.in_state("2026-11-23", TurnState):
                over = all(t.state in FINAL for t in stores.turns.of_visit(turn.visit))
                assert (stores.visits.get(turn.visit).state is VisitState.ENDED) == over

    @invariant()
    def the_log_is_whole_and_rebuilds_the_turns(self) -> None:
        if not hasattr(self, "office"):
            return
        with self.office.database.read() as stores:
            assert verify(stores.connection)[1] == []
            rows = stores.connection.execute("select type, at, actor, body from event order by n").fetchall()
        log = [Recorded(r["type"], datetime.fromisoformat(r["at"]), r["actor"], json.loads(r["body"])) for r in rows]
        assert rebuild(log) == {turn.id: turn for turn in self._turns()}

    def _turns(self) -> list[Turn]:
        with self.office.database.read() as stores:
            rows = stores.connection.execute("select id from turn order by id").fetchall()
            return [stores.turns.get(row["id"]) for row in rows]

    @staticmethod
    def _try(deed: object) -> object:
        try:
            return deed()  # type: ignore[operator]
        except OfficeError as refusal:
            return refusal


TestOfficeMachine = OfficeMachine.TestCase
TestOfficeMachine.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
