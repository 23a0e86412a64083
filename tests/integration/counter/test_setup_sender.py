from __future__ import annotations

import contextlib
import socket
import subprocess
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from counter.edge_http import SetupSender
from edge.contracts.cameras import CameraShapes, LayoutUsed, SetupFrame
from edge.contracts.devices import Bearer, BearerAsk
from edge.contracts.shapes import digest
from edge.contracts.wire import decode
from edge.runtime.clock import SystemClock
from edge.services.setup_views import View
from tests.fakes.office import FakeOffice, office_at, serving
from tests.fixtures.waiting import wait_until

CLOCK = SystemClock()
SELF_SIGNED = "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=office -keyout {folder}/key.pem -out {folder}/ca.pem"


@pytest.fixture
def office(tmp_path) -> FakeOffice:
    office = office_at(tmp_path, CLOCK)
    cameras = [CameraShapes(camera="door")]
    used = LayoutUsed(group="hall", epoch="E", version=0, digest=digest(cameras), at=CLOCK.now(), cameras=cameras)
    office.web.layouts.adopt(used)
    return office


@pytest.fixture
def url(office: FakeOffice) -> Iterator[str]:
    with serving(office) as address:
        yield address


class Bus:
    """A bus that gives the bearers of *office*, as often as it is asked."""

    def __init__(self, office: FakeOffice) -> None:
        self.office, self.asked, self.up = office, 0, True
        self.sender: SetupSender | None = None

    def publish(self, _: str, payload: bytes) -> bool:
        ask = decode(payload, BearerAsk)
        self.asked += 1
        if self.up and self.sender is not None:
            bearer = self.office.web.devices.bearer(ask)
            threading.Thread(target=self.sender.answer, args=(bearer,)).start()
        return self.up


@pytest.fixture
def bus(office: FakeOffice) -> Bus:
    return Bus(office)


def start(bus: Bus, url: str) -> SetupSender:
    bus.sender = SetupSender(url, "", "counter-hall", bus.publish, CLOCK)
    bus.sender.start()
    return bus.sender


def frame(view: View, columns: int = 1) -> SetupFrame:
    cells = b"abc" * columns
    at = CLOCK.now()
    return SetupFrame(session=view.session, camera="door", at=at, size=(640, 480), columns=columns, rows=1, cells=cells)


def test_pictures_arrive_with_one_bearer(office: FakeOffice, bus: Bus, url: str) -> None:
    view = office.web.views.start("hall", "door", actor="agent:1")
    sender = start(bus, url)
    try:
        for columns in (1, 2, 3):
            sender.offer(frame(view, columns))
            wait_until(lambda columns=columns: view.frame is not None and view.frame.columns == columns)
    finally:
        sender.stop()

    assert bus.asked == 1


def test_a_bearer_that_the_office_forgot_is_asked_for_again(office: FakeOffice, bus: Bus, url: str) -> None:
    view = office.web.views.start("hall", "door", actor="agent:1")
    sender = start(bus, url)
    try:
        sender.offer(frame(view))
        wait_until(lambda: view.frame is not None)
        office.web.devices._bearers.clear()  # as a restart does
        sender.offer(frame(view, 2))
        wait_until(lambda: view.frame is not None and view.frame.columns == 2)
    finally:
        sender.stop()

    assert bus.asked == 2


def test_a_session_that_is_over_is_told_once(office: FakeOffice, bus: Bus, url: str) -> None:
    view = office.web.views.start("hall", "door", actor="agent:1")
    office.web.views.end(view.session, actor="agent:1")
    sender = start(bus, url)
    try:
        sender.offer(frame(view))
        assert wait_until(sender.refused) == view.session
        assert sender.refused() == ""
    finally:
        sender.stop()


def test_an_office_that_hangs_never_holds_the_counter_up(office: FakeOffice, bus: Bus) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hung:
        view = office.web.views.start("hall", "door", actor="agent:1")
        sender = start(bus, f"http://127.0.0.1:{hung.getsockname()[1]}")
        try:
            began = CLOCK.monotonic()
            for _ in range(2000):
                sender.offer(frame(view, 90))
            assert CLOCK.monotonic() - began < 1
        finally:
            sender.stop()
        assert not [thread for thread in threading.enumerate() if thread.name == "setup-view" and thread.is_alive()]


@pytest.mark.slow
def test_an_authority_that_is_away_for_a_moment_does_not_end_the_pictures(
    office: FakeOffice, bus: Bus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    view = office.web.views.start("hall", "door", actor="agent:1")
    authority = tmp_path / "ca.pem"
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        url = f"https://127.0.0.1:{server.getsockname()[1]}"
        sender = bus.sender = SetupSender(url, str(authority), "counter-hall", bus.publish, CLOCK)
        sender.start()

        def is_called() -> bool:
            sender.offer(frame(view))
            with contextlib.suppress(TimeoutError):
                server.accept()[0].close()
                return True
            return False

        try:
            until = CLOCK.monotonic() + 2.5  # two attempts
            wait_until(lambda: not is_called() and CLOCK.monotonic() > until, 5.0, "two attempts")
            subprocess.run(SELF_SIGNED.format(folder=tmp_path).split(), check=True, capture_output=True, timeout=30)
            wait_until(is_called, 5.0, "a connection")
        finally:
            sender.stop()

    assert "".join(capsys.readouterr()).count("No such file") == 1


@pytest.mark.slow
@pytest.mark.parametrize("url", ["http://127.0.0.1:99999", "https://127.0.0.1:x"])
def test_an_address_that_is_none_ends_no_thread(office: FakeOffice, bus: Bus, url: str) -> None:
    view = office.web.views.start("hall", "door", actor="agent:1")
    sender = start(bus, url)
    try:
        sender.offer(frame(view))
        wait_until(lambda: bus.asked)
        sender.offer(frame(view))
        wait_until(lambda: sender._slot is None, 5.0, "the second picture")
        assert sender._thread.is_alive()
    finally:
        sender.stop()


def test_without_an_address_or_a_bus_nothing_is_sent(office: FakeOffice, bus: Bus, url: str) -> None:
    view = office.web.views.start("hall", "door", actor="agent:1")
    nowhere = start(bus, "")
    nowhere.offer(frame(view))
    nowhere.stop()
    assert bus.asked == 0

    bus.up = False
    sender = start(bus, url)
    sender.offer(frame(view))
    wait_until(lambda: bus.asked)
    sender.stop()
    assert view.frame is None


def test_a_bearer_that_answers_nothing_is_not_taken(bus: Bus, url: str) -> None:
    sender = start(bus, url)
    until = CLOCK.now() + timedelta(minutes=15)

    taken = sender.answer(Bearer(device="counter-hall", nonce="x", token="t", expires_at=until))
    sender.stop()

    assert not taken
