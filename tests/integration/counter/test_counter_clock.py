"""A counter whose clock is set while it counts, that began by a wrong clock, and that is told to stop."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from counter.app import Counter
from counter.config import CameraSection, CounterSettings, LineSection
from counter.edge_http import SetupSender
from counter.inbox import Inbox
from counter.outbox import Outbox
from counter.publisher import Publisher
from edge.contracts import topics
from edge.contracts.counting import CountInterval, CountTotals, EpochRefused
from edge.contracts.wire import encode
from edge.runtime.clock import Clock, ManualClock, SystemClock
from edge.runtime.ids import new_ulid
from tests.fakes.counter_bus import CounterBus
from tests.fixtures.waiting import wait_until
from tests.integration.counter.clips import vtest_clip

START = datetime(2026, 11, 23, 9, 0, 20, tzinfo=UTC)


class SetClock(ManualClock):
    """A clock whose time of day somebody sets, while its seconds go on."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.set_by = timedelta()

    def now(self) -> datetime:
        return super().now() + self.set_by


class Stage:
    def __init__(self, clip: str, clock: Clock) -> None:
        self.bus, self.inbox = CounterBus(), Inbox("hall", "counter-hall")
        line = LineSection(points=((500, 480), (500, 20)))
        camera = CameraSection(kind="file", path=clip, lines={"main": line}, loop=False)
        settings = CounterSettings(group="hall", cameras={"door": camera})
        publisher = Publisher(self.bus, "hall", Outbox(None, 100), threading.Event())
        sender = SetupSender("", "", "counter-hall", lambda *_: True, clock)
        self.counter = Counter(settings, clock, publisher, inbox=self.inbox, sender=sender)


class SetStage(Stage):
    """A counter whose camera is not there, with a clock that is moved by hand."""

    def __init__(self) -> None:
        self.clock = SetClock(START)
        super().__init__("none.avi", self.clock)

    def after(self, seconds: float) -> None:
        self.clock.move(seconds)
        self.counter.step(0.0)


@pytest.fixture
def stage() -> Iterator[SetStage]:
    made = SetStage()
    yield made
    made.counter.close()


@pytest.mark.parametrize("by_s", [-2500, 2500, -86_400 * 365, 86_400 * 365])
def test_a_minute_is_as_long_as_it_was_when_the_clock_is_set(stage: SetStage, by_s: float) -> None:
    stage.after(0)
    stage.after(20)
    stage.clock.set_by = timedelta(seconds=by_s)
    stage.after(30)
    stage.after(60)

    told = sorted(
        {interval.seq: interval for interval in stage.bus.said(topics.interval("hall"), CountInterval)}.values(),
        key=lambda i: i.seq,
    )
    assert len(told) >= 2
    for interval in told:
        assert 0 < (interval.end - interval.start).total_seconds() <= 61
    assert sum((i.end - i.start).total_seconds() for i in told) == pytest.approx(110, abs=61)
    assert all(after.start == before.end for before, after in pairwise(told))
    assert told[-1].end <= stage.clock.now()


def test_a_counter_that_began_by_a_wrong_clock_begins_again_when_the_office_says_so(stage: SetStage) -> None:
    stage.after(0)
    wrong = stage.counter.epoch
    newest = new_ulid(START + timedelta(minutes=43))
    refused = EpochRefused(group="hall", epoch=wrong, newest=newest, at=START)
    stage.inbox.put(topics.epoch("hall"), encode(refused), False)
    stage.after(2)
    right = stage.counter.epoch
    stage.inbox.put(topics.epoch("hall"), encode(refused), False)  # told twice, and late
    stage.after(2)

    assert right > newest > wrong
    assert stage.counter.epoch == right
    assert [told.epoch for told in stage.bus.said(topics.counts("hall"), CountTotals)] == [wrong, right]


@pytest.mark.parametrize("newest", ["", "!"])
def test_an_epoch_of_the_future_begins_again_by_the_offices_clock(stage: SetStage, newest: str) -> None:
    stage.after(0)
    ahead = stage.counter.epoch
    refused = EpochRefused(group="hall", epoch=ahead, newest=newest, at=START - timedelta(days=1))
    stage.inbox.put(topics.epoch("hall"), encode(refused), False)
    stage.after(2)

    assert (stage.counter.epoch < ahead) == (newest == "")  # what is no epoch changes nothing


def test_an_epoch_that_the_office_has_counted_is_never_given_up(stage: SetStage) -> None:
    stage.after(0)
    epoch = stage.counter.epoch
    refused = EpochRefused(group="hall", epoch=epoch, newest=epoch, at=START - timedelta(days=1))
    stage.inbox.put(topics.epoch("hall"), encode(refused), False)
    stage.after(2)

    assert stage.counter.epoch == epoch


@pytest.mark.slow
def test_who_was_counted_in_the_last_moment_is_told_before_the_end() -> None:
    stage = Stage(str(vtest_clip()), SystemClock())

    def counted() -> bool:
        stage.counter.step(0.05)
        return bool(stage.counter.cameras and any(line.people_in for line in stage.counter.cameras[0].line_totals()))

    wait_until(counted, 40.0, "somebody who is counted")
    stage.counter.close()

    assert stage.bus.said(topics.counts("hall"), CountTotals)[-1].lines[0].people_in == 1
    assert sum(i.lines[0].people_in for i in stage.bus.said(topics.interval("hall"), CountInterval)) == 1
