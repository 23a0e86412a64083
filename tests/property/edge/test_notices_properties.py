"""Whatever happens in an office: the caps hold, nothing comes late or after the end, nothing is lost or doubled.

The provider is the judge: it takes letters by their id, as those do that know a repeated one again.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.adapters.sqlite.replay import notice_differences
from edge.bootstrap.config import EdgeConfig
from edge.bootstrap.office import OfficeParts
from edge.domain.desks import DeskState
from edge.domain.errors import OfficeError
from edge.domain.notices import NoticeState, Rung
from edge.domain.occasions import fits
from edge.domain.turns import Turn
from edge.runtime.clock import ManualClock
from edge.services.notifiers import Letter, Receipt, Refused, TryLater
from tests.fakes.notify import MemoryNotifier
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.office import walk_in

RUNGS = (Rung.PUSH, Rung.SMS)
STEPS = ["call", "start", "finish", "miss", "give_back", "recall", "transfer", "cancel", "look", "seen", "restart"]
OUTCOMES = ["taken", "later", "refused", "died_before", "died_after"]
steps = st.lists(
    st.one_of(
        st.sampled_from(STEPS),
        st.tuples(st.just("rounds"), st.integers(1, 6)),
        st.tuples(st.just("send"), st.sampled_from(RUNGS), st.sampled_from(OUTCOMES)),
        st.tuples(st.just("move"), st.integers(1, 700)),
    ),
    max_size=40,
)


@dataclass
class Provider:
    """What has really gone out, by rung: each id with how often it came, and the letter."""

    came: dict[Rung, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    letters: dict[str, Letter] = field(default_factory=dict)


class Play:
    """One office with three parties, and everything that may happen to it."""

    def __init__(self, folder: Path) -> None:
        self.clock, self._folder = ManualClock(MONDAY_MORNING), folder
        self.provider = Provider()
        self.broken: list[str] = []  # promises, in words
        self.office = self._open()
        self.office.attention.set_desk("1", DeskState.OPEN, agent="ana")
        self.turns = [walk_in(self.office) for _ in range(3)]
        for number, turn in enumerate(self.turns):
            self.office.parties.want(turn.id, f"61234567{number}", actor="phone")
        self.office.parties.subscribe(self.turns[1].id, '{"endpoint": "https://push.example/1"}', actor="phone")

    def _open(self) -> OfficeParts:
        config = EdgeConfig(office="carretas4", database=str(self._folder / "office.db"))
        parts = OfficeParts(config, self.clock)
        parts.notifiers.update({rung: MemoryNotifier() for rung in RUNGS})
        parts.parties._takes_push = lambda text: "push.example" in text
        return parts

    def close(self) -> None:
        self.office.database.close()

    def step(self, step: object) -> None:
        with contextlib.suppress(OfficeError):  # not possible now: as when a button is pressed too late
            match step:
                case ("send", Rung() as rung, str() as outcome):
                    self.send(rung, outcome)
                case ("rounds", int() as count):
                    for _ in range(count):
                        self.round()
                case ("move", int() as seconds):
                    self.clock.move(seconds)
                case str() as name:
                    getattr(self, name)()

    def call(self) -> None:
        self.office.attention.call_next("1", agent="ana")

    def round(self) -> None:
        """Call, tell, attend and send on: the same person is first again, and is owed another SMS each time."""
        self.call()
        self.send(Rung.SMS, "taken")
        self.start()
        self.clock.move(60)
        self.transfer()

    def start(self) -> None:
        self.office.attention.start("1", agent="ana")

    def finish(self) -> None:
        self.office.attention.finish("1", agent="ana", outcome="resolved")

    def miss(self) -> None:
        self.office.attention.miss("1", agent="ana")

    def recall(self) -> None:
        self.office.attention.recall("1", agent="ana")

    def transfer(self) -> None:
        self.office.attention.transfer("1", agent="ana", service="registro")

    def give_back(self) -> None:
        self.office.attention.give_back(self.turns[0].id, actor="agent:ana")

    def cancel(self) -> None:
        self.office.turns.cancel(self.turns[2].id, actor="agent:ana")

    def look(self) -> None:
        self.office.occasions.tell(self.office.occasions.look())

    def seen(self) -> None:
        self.office.notices.seen(self.turns[1])

    def restart(self) -> None:
        self.office.database.close()
        self.office = self._open()
        self.office.notices.resume()

    def send(self, rung: Rung, outcome: str) -> None:
        letter = self.office.notices.take(rung)
        if letter is None:
            return None
        if outcome == "died_before":
            return self.restart()
        if outcome in ("later", "refused"):
            error = TryLater("http_503") if outcome == "later" else Refused("http_400")
            return self.office.notices.failed(letter.id, error)
        self.judge(rung, letter)
        if outcome == "died_after":
            return self.restart()
        return self.office.notices.sent(letter.id, Receipt())

    def judge(self, rung: Rung, letter: Letter) -> None:
        self.provider.came[rung][letter.id] += 1
        self.provider.letters[letter.id] = letter
        turn = self.turn_of(letter)
        if self.clock.now() >= letter.useful_until:
            self.broken.append(f"stale: {letter.kind}")
        if not fits(letter.kind, turn.state):
            self.broken.append(f"{letter.kind} while {turn.state}")

    def turn_of(self, letter: Letter) -> Turn:
        return self.office.turns.get(letter.tag)

    def drain(self) -> None:
        """Let everything that is still of use go out."""
        self.restart()
        for _ in range(200):
            if all(self.office.notices.due_at(rung) is None for rung in RUNGS):
                return
            for rung in RUNGS:
                self.send(rung, "taken")
            self.clock.move(1)


@pytest.mark.slow
@settings(max_examples=60)
@given(steps)
def test_caps_ends_outages_and_restarts(script: list[object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        play = Play(Path(folder))
        try:
            for step in script:
                play.step(step)
            play.drain()
            with play.office.database.read() as stores:
                notices = [n for turn in play.turns for n in stores.notices.of_turn(turn.id)]
                on_its_way = stores.notices.taken_up()
                odd = notice_differences(stores.connection)
        finally:
            play.close()

    assert play.broken == []
    sms = [play.provider.letters[name] for name in play.provider.came[Rung.SMS]]
    assert max(Counter(letter.to for letter in sms).values(), default=0) <= 3
    told = Counter((n.owner, n.key, n.rung) for n in notices if n.id in play.provider.letters)
    assert max(told.values(), default=0) <= 1, "one message has one id, and the provider knows it again"
    assert (on_its_way, odd) == ([], [])
    assert [n for n in notices if n.state is NoticeState.QUEUED] == []
    sent = {n.id for n in notices if n.state is NoticeState.SENT}
    assert sent <= play.provider.letters.keys(), "what counts as sent has gone out"
    assert all(n.useful_until - n.created_at <= timedelta(hours=1) for n in notices)
