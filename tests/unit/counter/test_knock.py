from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import pytest

from counter.sources import ReaderTask
from counter.sources.knock import Door, Knock, door_of
from tests.fixtures import processes
from tests.fixtures.waiting import wait_until


def task(url: str, kind: str = "rtsp") -> ReaderTask:
    return ReaderTask(kind=kind, target=url, within=(448, 256))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "door"),
    [
        ("rtsp://192.0.2.10/stream", Door("192.0.2.10", 554)),
        ("rtsps://192.0.2.10/stream", Door("192.0.2.10", 322)),
        ("rtsp://user:p%40ss@192.0.2.10:8554/stream", Door("192.0.2.10", 8554)),
        ("rtsp://[2001:db8::7]:8554/stream", Door("2001:db8::7", 8554)),
        ("rtsp://camera.example/stream", None),
        ("rtsp://192.0.2.10:99999/", None),
    ],
)
def test_only_a_camera_known_by_its_number_is_knocked_at(url: str, door: Door | None) -> None:
    assert door_of(task(url)) == door


def test_a_device_has_no_door() -> None:
    assert door_of(task("/dev/video0", "v4l2")) is None


@contextlib.contextmanager
def camera(port: int, host: str = "127.0.0.1") -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as server:
        yield server


def knock_until_heard(knock: Knock, now: float) -> None:
    knock.step(now)
    wait_until(lambda: knock.step(now + 0.01) or knock._socket is None, 2.0, "an answer")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_camera_that_answers_after_it_was_silent_has_come_back_once(host: str) -> None:
    port = processes.unused_port()
    knock = Knock(Door(host, port), every_s=3.0)
    knock_until_heard(knock, 0.0)
    assert not knock.came_back()

    with camera(port, host):
        knock_until_heard(knock, 3.0)
        first, second = knock.came_back(), knock.came_back()
        knock_until_heard(knock, 6.0)

    assert (first, second, knock.came_back()) == (True, False, False)


def test_a_camera_that_answers_all_the_time_has_not_come_back() -> None:
    port = processes.unused_port()
    knock = Knock(Door("127.0.0.1", port), every_s=3.0)
    with camera(port):
        for now in (0.0, 3.0, 6.0):
            knock_until_heard(knock, now)

    assert not knock.came_back()


def test_it_comes_back_each_time_that_it_went_away() -> None:
    port = processes.unused_port()
    knock = Knock(Door("127.0.0.1", port), every_s=3.0)
    came = []
    for now in (0.0, 6.0):
        knock_until_heard(knock, now)
        with camera(port):
            knock_until_heard(knock, now + 3.0)
        came.append(knock.came_back())

    assert came == [True, True]


def test_a_camera_that_is_gone_again_before_anybody_asked_has_not_come_back() -> None:
    port = processes.unused_port()
    knock = Knock(Door("127.0.0.1", port), every_s=3.0)
    knock_until_heard(knock, 0.0)
    with camera(port):
        knock_until_heard(knock, 3.0)
    knock_until_heard(knock, 6.0)

    assert not knock.came_back()


def test_nobody_knocks_more_often_than_asked() -> None:
    with camera(0) as server:
        server.setblocking(False)
        knock = Knock(Door("127.0.0.1", server.getsockname()[1]), every_s=3.0)
        knock_until_heard(knock, 0.0)
        knock_until_heard(knock, 1.0)
        server.accept()[0].close()

        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_camera_that_swallows_what_it_is_sent_is_silent_after_two_seconds_and_nobody_waits_for_it() -> None:
    with socket.socket() as server, contextlib.ExitStack() as queue:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        port = server.getsockname()[1]
        for _ in range(3):  # its queue is full: it answers nobody
            caller = queue.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(("127.0.0.1", port))
        knock = Knock(Door("127.0.0.1", port), every_s=3.0, patience_s=2.0)

        knock.step(0.0)
        knock.step(1.9)
        is_waiting = knock._socket is not None
        knock.step(2.1)
        waits_on = knock._socket is not None
        queue.close()
        server.close()
        with camera(port):
            knock_until_heard(knock, 3.0)

    assert (is_waiting, waits_on, knock.came_back()) == (True, False, True)


def test_what_was_before_the_pictures_is_forgotten() -> None:
    port = processes.unused_port()
    knock = Knock(Door("127.0.0.1", port), every_s=3.0)
    knock_until_heard(knock, 0.0)
    knock.forget()
    with camera(port):
        knock_until_heard(knock, 0.5)

    assert not knock.came_back()
    assert knock._socket is None
