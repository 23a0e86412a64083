"""Sender and receiver over a network that loses, doubles and reorders, with restarts on both sides."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.central.positions import accept
from edge.domain.delivery import Limits, SendingWindow, Want

LIMITS = Limits(rows=10, batches=4, batch_rows=4, ahead_rows=25, resend_after_s=5, rewind_after_s=0.5)
PRIORITIES = {"turns": 0, "visits": 1, "health": 2}
STREAMS = sorted(PRIORITIES)


@dataclass
class World:
    """One office, one centre and what is on the way between them."""

    log: dict[str, int] = field(default_factory=dict)  # the office's durable log: last seq
    acked: dict[str, int] = field(default_factory=dict)  # durable in the office
    stored: dict[str, list[int]] = field(default_factory=dict)  # durable in the centre
    up: list[tuple[int, Want, int, int]] = field(default_factory=list)
    down: list[tuple[dict[str, int], dict[str, int]]] = field(default_factory=list)
    window: SendingWindow = field(default_factory=lambda: SendingWindow(PRIORITIES, LIMITS))
    now: float = 0.0

    def append(self, stream: str, rows: int) -> None:
        self.log[stream] = self.log.get(stream, 0) + rows
        self.window.grew(self.log)

    def connect(self) -> None:
        self.up.clear()
        self.window.connected(self.log, self.acked, self.now)

    def pump(self) -> None:
        while (want := self.window.want(self.now)) is not None:
            first = want.after_seq + 1
            rows = min(want.limit, self.log[want.stream] - want.after_seq)
            assert rows > 0
            token = self.window.sent(want, first, rows, self.now)
            assert self.window.in_flight <= LIMITS.rows
            self.up.append((token, want, first, rows))

    def receive(self, batch: tuple[int, Want, int, int]) -> None:
        _, want, first, rows = batch
        stored = self.stored.setdefault(want.stream, [])
        verdict = accept(len(stored), first, rows)
        stored.extend(range(first + verdict.skip, first + verdict.skip + verdict.take))
        missing = {} if verdict.missing_from is None else {want.stream: verdict.missing_from}
        self.down.append(({want.stream: len(stored)}, missing))

    # --- what can happen; *pick* chooses which ------------------------------------------------------------------------

    def deliver(self, pick: int) -> None:
        if self.up:
            batch = self.up.pop(pick % len(self.up))
            self.window.released(batch[0])
            self.receive(batch)

    def double(self, pick: int) -> None:
        if self.up:
            self.receive(self.up[pick % len(self.up)])

    def lose(self, pick: int) -> None:  # the broker had it and died
        if self.up:
            self.window.released(self.up.pop(pick % len(self.up))[0])

    def refuse(self, pick: int) -> None:
        if self.up:
            self.window.refused(self.up.pop(pick % len(self.up))[0], self.now)

    def answer(self, pick: int) -> None:
        if self.down:
            acks, missing = self.down.pop(pick % len(self.down))
            self.acked.update(self.window.acknowledged(acks, missing, self.now))

    def lose_answer(self, pick: int) -> None:
        if self.down:
            self.down.pop(pick % len(self.down))

    def reconnect(self, _: int) -> None:
        self.window.disconnected()
        self.connect()

    def restart_office(self, _: int) -> None:
        self.window = SendingWindow(PRIORITIES, LIMITS)
        self.connect()

    def time(self, pick: int) -> None:
        self.now += 0.1 * (1 + pick % 80)
        self.window.tick(self.now, (pick % 10) / 10)


def step(world: World, kind: str, pick: int, stream: str) -> None:
    """Let one thing happen and send whatever may be sent then."""
    if kind == "append":
        world.append(stream, 1 + pick % 7)
    else:
        getattr(world, kind)(pick)
    world.pump()


KINDS = [
    "append", "append", "deliver", "deliver", "deliver", "double", "lose", "refuse", "answer", "answer", "lose_answer",
    "reconnect", "restart_office", "time", "time",
]  # fmt: skip
STEPS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 1000), st.sampled_from(STREAMS)), min_size=1, max_size=120
)


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_every_row_arrives_once_in_order_and_the_sender_ends_idle(steps: list[tuple[str, int, str]]) -> None:
    world = World()
    world.connect()

    for kind, pick, stream in steps:
        step(world, kind, pick, stream)
    for _ in range(600):  # from here on nothing is lost
        step(world, "deliver", 0, "turns")
        step(world, "answer", 0, "turns")
        if not world.up and not world.down:
            step(world, "time", 79, "turns")

    assert {s: rows for s, rows in world.stored.items() if rows} == {
        s: list(range(1, last + 1)) for s, last in world.log.items()
    }
    assert world.window.backlog == 0
    assert world.window.want(world.now) is None
    assert world.window.next_timer(world.now) is None
    assert world.acked == world.log


@given(st.integers(0, 50), st.integers(1, 60), st.integers(1, 20), st.integers(0, 70))
def test_the_receiver_never_stores_a_row_twice_nor_leaves_a_silent_gap(
    upto: int, first: int, rows: int, pruned_from: int
) -> None:
    verdict = accept(upto, first, rows, pruned_from)

    stored = range(first + verdict.skip, first + verdict.skip + verdict.take)
    assert all(seq > upto for seq in stored)
    if len(stored) and not pruned_from:
        assert stored[0] == upto + 1
    assert (verdict.missing_from is not None) == (first > upto + 1 and not 0 < pruned_from <= upto + 1)
