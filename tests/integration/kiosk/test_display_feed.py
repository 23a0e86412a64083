"""The display on a real bus: right again by itself after any restart, reports what it has painted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from edge.contracts import topics
from edge.contracts.board import BoardSnapshot, CallShown, Identify
from edge.contracts.devices import DeviceStatus
from edge.contracts.wire import decode, encode
from edge.runtime.clock import SystemClock
from edge.runtime.mqtt import MqttSession
from kiosk.app import DisplayApp
from kiosk.config import DisplayConfig, Screen, Sound
from kiosk.net.feed import BoardFeed
from tests.fixtures.broker import Mosquitto
from tests.unit.kiosk.boards import call, code, snapshot

pytestmark = pytest.mark.screen

PumpUntil = Callable[..., None]
DEVICE = topics.device_status("display-hall")


class Office:
    """The far side of the bus: publishes the board and hears the display."""

    def __init__(self, broker: Mosquitto) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self._session = MqttSession(
            broker.settings,
            "office",
            on_message=lambda topic, payload, _: self.heard.append((topic, payload)),
            subscriptions=((topics.shown_any(), 1), (topics.device_status_any(), 1)),
        )
        self._session.start()
        assert self._session.wait_connected(10.0)

    def show(self, board: BoardSnapshot) -> None:
        assert self._session.publish(topics.board(), encode(board), retain=True)

    def send(self, topic: str, payload: bytes) -> None:
        assert self._session.publish(topic, payload)

    @property
    def shown(self) -> list[CallShown]:
        return [decode(payload, CallShown) for topic, payload in self.heard if topic == topics.shown("hall")]

    @property
    def states(self) -> list[tuple[str, str]]:
        found = [decode(payload, DeviceStatus) for topic, payload in self.heard if topic == DEVICE]
        return [(status.state, status.reason) for status in found]

    def connected(self) -> bool:
        return self._session.connected

    def stop(self) -> None:
        self._session.stop()


@pytest.fixture
def office(broker: Mosquitto) -> Iterator[Office]:
    far_side = Office(broker)
    yield far_side
    far_side.stop()


@pytest.fixture
def display(qt: object, broker: Mosquitto, tmp_path: Path) -> Iterator[DisplayApp]:
    app = DisplayApp(config(broker), clock=SystemClock())
    app.start()
    yield app
    app.stop()


def config(broker: Mosquitto) -> DisplayConfig:
    screen = Screen(fullscreen=False, width_px=960, height_px=540)
    return DisplayConfig(name="hall", screen=screen, sound=Sound(enabled=False), broker=broker.settings)


def now() -> datetime:
    return datetime.now(UTC)


def board(*numbers: int, age_s: float = 0.0) -> BoardSnapshot:
    at = now()
    return snapshot(*(call(n, at=at, age_s=age_s) for n in numbers), at=at, codes=[code(at=at)])


@pytest.mark.slow
def test_a_call_is_painted_and_reported(display: DisplayApp, office: Office, pump_until: PumpUntil) -> None:
    pump_until(lambda: ("unknown", "no_office") in office.states, 5.0, "a display without an office")
    office.show(board(7))

    pump_until(lambda: bool(office.shown), 5.0, "the report of the painted call")

    assert [shown.call_id for shown in office.shown] == ["call-7"]
    assert 0 < office.shown[0].latency_ms < 1000
    pump_until(lambda: office.states[-1] == ("ok", ""), 5.0, "a display that is well")


def test_a_started_display_is_right_from_the_retained_snapshot(
    broker: Mosquitto, office: Office, qt: object, pump_until: PumpUntil
) -> None:
    office.show(board(9, 8, age_s=60))
    app = DisplayApp(config(broker), clock=SystemClock())
    app.start()

    pump_until(lambda: app.view.mode == "calling", 5.0, "the retained board")

    assert app.view.hero is not None
    assert app.view.hero.code == "A009"
    assert app.calls_shown == 0
    app.stop()


@pytest.mark.slow
def test_it_comes_back_after_the_broker_was_restarted(
    broker: Mosquitto, display: DisplayApp, office: Office, pump_until: PumpUntil
) -> None:
    office.show(board(1))
    pump_until(lambda: display.calls_shown == 1, 5.0, "the first call")

    broker.restart()
    pump_until(office.connected, 15.0, "the office back on the bus")
    pump_until(lambda: display.feed.connected, 15.0, "the display back on the bus")
    office.show(board(2, 1))

    pump_until(lambda: display.calls_shown == 2, 5.0, "the second call")
    assert display.view.hero is not None
    assert display.view.hero.code == "A002"


def test_a_retained_board_of_yesterday_is_not_believed(
    display: DisplayApp, office: Office, pump_until: PumpUntil, wait_until: Callable[..., object]
) -> None:
    at = now() - timedelta(hours=20)
    display.feed.receive(topics.board(), encode(snapshot(call(1, at=at), at=at)), True)

    pump_until(lambda: display.view.strip == "stale", 5.0, "the age of the picture")

    assert display.view.mode == "waiting"


def test_nonsense_on_the_bus_changes_nothing(display: DisplayApp, office: Office, pump_until: PumpUntil) -> None:
    office.show(board(1))
    pump_until(lambda: display.calls_shown == 1, 5.0, "the first call")

    office.send(topics.board(), b"{")
    office.send(topics.identify(), b"[]")
    office.show(board(2, 1))

    pump_until(lambda: display.calls_shown == 2, 5.0, "the second call")


def test_identify_is_shown(display: DisplayApp, office: Office, pump_until: PumpUntil) -> None:
    pump_until(lambda: display.feed.connected, 5.0, "the bus")

    office.send(topics.identify(), encode(Identify(office="carretas4", seconds=20, asked_at=now())))

    pump_until(lambda: bool(display.view.identify), 5.0, "office and display named")


def test_a_display_that_stops_says_so(broker: Mosquitto, office: Office, qt: object, pump_until: PumpUntil) -> None:
    app = DisplayApp(config(broker), clock=SystemClock())
    app.start()
    pump_until(lambda: app.feed.connected, 5.0, "the bus")

    app.stop()

    pump_until(lambda: office.states[-1:] == [("offline", "stopped")], 5.0, "the good-bye")


def test_only_the_newest_snapshot_waits_for_the_window(broker: Mosquitto) -> None:
    woken: list[int] = []
    feed = BoardFeed(broker.settings, "hall", clock=SystemClock(), wake=lambda: woken.append(1))

    for number in range(50):
        feed.receive(topics.board(), encode(board(number)), False)
    arrival, _ = feed.take()

    assert arrival is not None
    assert [call.call_id for call in arrival.snapshot.calls] == ["call-49"]
    assert feed.take() == (None, None)
    assert len(woken) == 50


def test_a_call_is_heard_chime_first_in_every_language(
    broker: Mosquitto, office: Office, qt: object, tmp_path: Path, pump_until: PumpUntil
) -> None:
    heard = tmp_path / "heard"
    sound = Sound(player=["sh", "-c", f'basename "$1" >> {heard}', "player"], cache_dir=str(tmp_path / "cache"))
    app = DisplayApp(replace(config(broker), sound=sound), clock=SystemClock())
    app.start()

    office.show(board(7))
    pump_until(lambda: heard.exists() and len(heard.read_text().splitlines()) == 4, 10.0, "chime and three voices")
    app.stop()

    files = heard.read_text().splitlines()
    assert files[0] == "chime.wave"
    assert {(tmp_path / "cache" / "voice" / name).exists() for name in files[1:]} == {True}


@pytest.mark.slow
def test_a_display_that_cannot_be_heard_says_so_and_shows_all(
    broker: Mosquitto, office: Office, qt: object, tmp_path: Path, pump_until: PumpUntil
) -> None:
    sound = Sound(player=["false"], cache_dir=str(tmp_path))
    app = DisplayApp(replace(config(broker), sound=sound), clock=SystemClock())
    app.start()

    office.show(board(7))

    pump_until(lambda: office.states[-1:] == [("degraded", "no_sound")], 5.0, "the missing sound told")
    assert app.calls_shown == 1
    app.stop()
