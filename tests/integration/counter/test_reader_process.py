from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from counter.config import CameraSection
from counter.reading import reader_task
from counter.sources import Frame, ReaderTask
from counter.sources.live import STUCK_MAX, LiveSource
from counter.sources.process import ReaderEnded, ReaderProcess
from edge.runtime.mqtt import Backoff
from tests.fixtures.waiting import wait_until
from tests.integration.counter.clips import (
    FPS,
    HEIGHT,
    WIDTH,
    BlockDetector,
    is_running,
    next_frame,
    there_and_back,
    write_clip,
)

WITHIN = (448, 256)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clips") / "walk.avi", there_and_back, 20)


def every_frame(clip: Path, **changes: object) -> ReaderTask:
    fields = {"kind": "file", "target": str(clip), "within": WITHIN, "every_frame": True, **changes}
    return ReaderTask(**fields)  # type: ignore[arg-type]


def read_all(task: ReaderTask) -> list[Frame]:
    reader, frames = ReaderProcess(task), []

    def read() -> None:
        while (frame := reader.take(20.0)) is not None:
            frames.append(frame)
            reader.give_back()

    with closing(reader), pytest.raises(ReaderEnded) as caught:
        read()
    assert caught.value.finished
    return frames


def test_replay_hands_over_every_frame_once_and_in_order(clip: Path) -> None:
    frames = read_all(every_frame(clip))

    assert [frame.index for frame in frames] == list(range(1, 21))
    assert [frame.t for frame in frames] == pytest.approx([k / FPS for k in range(1, 21)])
    assert [frame.jump for frame in frames] == [True] + [False] * 19
    assert frames[0].size == (WIDTH, HEIGHT)
    assert frames[0].image.shape == (256, 320, 3)
    assert frames[0].content == (320, 256)
    assert all(frame.decode_cpu_s > 0 for frame in frames)


def test_the_rate_can_be_told(clip: Path) -> None:
    assert read_all(every_frame(clip, fps=5.0))[-1].t == pytest.approx(4.0)


def test_masks_are_black_before_anybody_sees_them(clip: Path) -> None:
    mask = [(0.0, 0.0), (320.0, 0.0), (320.0, 512.0), (0.0, 512.0)]
    reader = ReaderProcess(every_frame(clip, masks=[mask]))
    try:
        frame = reader.take(20.0)
        assert frame is not None
        left, right = frame.image[:, :158].max(), frame.image[:, 164:].max()
    finally:
        reader.close()

    assert left == 0
    assert right > 0


def test_points_drawn_on_another_size_are_scaled(clip: Path) -> None:
    (first, *_) = read_all(every_frame(clip, drawn_on=(1280, 1024)))

    assert first.size == (1280, 1024)


@pytest.mark.parametrize(("name", "reason"), [("none.avi", "missing"), ("junk.avi", "unreadable")])
def test_a_clip_that_is_no_clip_ends_with_a_reason(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "junk.avi").write_bytes(os.urandom(4096))
    reader = ReaderProcess(every_frame(tmp_path / name))
    try:
        with pytest.raises(ReaderEnded) as caught:
            reader.take(20.0)
    finally:
        reader.close()

    assert (caught.value.reason, caught.value.finished) == (reason, False)


def test_pictures_are_not_overwritten_before_they_are_given_back(clip: Path) -> None:
    reader = ReaderProcess(every_frame(clip))
    try:
        frame = reader.take(20.0)
        assert frame is not None
        before = frame.image.copy()
        other = reader.take(20.0)  # the second place of the shared memory
        assert other is not None
        assert reader.take(0.3) is None

        assert (frame.image == before).all()
        assert not np.shares_memory(frame.image, other.image)
    finally:
        reader.close()


# --- live -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def source(clip: Path) -> Iterator[LiveSource]:
    task = ReaderTask(kind="file", target=str(clip), within=WITHIN, loop=True)
    live = LiveSource("door", lambda: task, chance=random.random, backoff=Backoff(0.1, 1.0), stall_s=0.5)
    yield live
    live.close()


@pytest.mark.slow
def test_a_clip_plays_at_its_own_pace_and_begins_again_with_a_jump(source: LiveSource) -> None:
    first = next_frame(source)

    frames = [next_frame(source) for _ in range(24)]

    assert 1.9 < frames[-1].t - first.t < 8.0  # a busy machine drops frames, it never hurries
    assert sum(frame.jump for frame in frames) == 1


def test_a_killed_reader_is_started_again(source: LiveSource) -> None:
    next_frame(source)
    pid = source.pid
    assert pid is not None

    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: source.step(time.monotonic()) is None and source.pid is None, 10.0, "the loss")

    assert next_frame(source).jump
    assert source.pid != pid
    assert source.restarts == 1


@pytest.mark.slow
def test_a_reader_that_hangs_is_killed_and_started_again(source: LiveSource) -> None:
    next_frame(source)
    pid = source.pid
    assert pid is not None

    os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: source.step(time.monotonic()) is None and source.restarts, 10.0, "the stall")

    assert source.reason == "frozen"
    assert not is_running(pid)
    assert next_frame(source).jump


def test_a_source_that_is_not_there_is_tried_again_and_again(tmp_path: Path) -> None:
    task = ReaderTask(kind="file", target=str(tmp_path / "none.avi"), within=WITHIN, loop=True)
    source = LiveSource("door", lambda: task, chance=lambda: 0.0, backoff=Backoff(0.05, 0.2))
    try:
        wait_until(lambda: source.step(time.monotonic()) or source.restarts >= 2, 20.0, "two attempts")
    finally:
        source.close()

    assert source.reason == "missing"


def test_a_password_that_cannot_be_read_is_told_and_tried_again(clip: Path, tmp_path: Path) -> None:
    password = tmp_path / "password"
    camera = {"url": "rtsp://127.0.0.1:9/x", "username": "u", "password_file": str(password)}
    section = CameraSection(kind="rtsp", **camera)  # type: ignore[arg-type]

    def task() -> ReaderTask:
        reader_task(section, BlockDetector())
        return ReaderTask(kind="file", target=str(clip), within=WITHIN, loop=True)

    source = LiveSource("door", task, chance=lambda: 0.0, backoff=Backoff(0.05, 0.2))
    try:
        wait_until(lambda: source.step(time.monotonic()) or source.restarts >= 2, 5.0, "two attempts")
        assert (source.reason, source.pid) == ("misconfigured", None)
        password.write_bytes(b"\xff\xfe")
        wait_until(lambda: source.step(time.monotonic()) or source.restarts >= 4, 5.0, "two more")
        assert source.reason == "misconfigured"
        password.write_text("secret", "utf-8")

        assert next_frame(source)
        assert source.reason == ""
    finally:
        source.close()


def test_a_machine_that_cannot_start_a_reader_tries_again(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    task = ReaderTask(kind="file", target=str(clip), within=WITHIN, loop=True)
    source = LiveSource("door", lambda: task, chance=lambda: 0.0, backoff=Backoff(0.05, 0.2))
    handles = len(list(Path("/proc/self/fd").iterdir()))
    with monkeypatch.context() as full:
        full.setattr(subprocess, "Popen", no_memory)
        wait_until(lambda: source.step(time.monotonic()) or source.restarts >= 2, 5.0, "two attempts")

    try:
        assert (source.reason, source.pid) == ("not_started", None)
        assert len(list(Path("/proc/self/fd").iterdir())) == handles
        assert next_frame(source)
    finally:
        source.close()


def no_memory(*_: object, **__: object) -> None:
    raise OSError(errno.ENOMEM, "Cannot allocate memory")


@pytest.mark.slow
def test_a_reader_that_hangs_in_a_driver_holds_nobody_up_and_is_reaped_later(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = ReaderTask(kind="file", target=str(clip), within=WITHIN, loop=True)
    source = LiveSource("door", lambda: task, chance=lambda: 0.0, backoff=Backoff(0.05, 0.05))
    stuck: list[int] = []
    with monkeypatch.context() as driver:
        driver.setattr(subprocess.Popen, "kill", lambda _: None)  # as if it were to die at the driver's pleasure
        while source.reason != "stuck_reader" and len(stuck) <= STUCK_MAX:
            next_frame(source)
            assert source.pid is not None
            stuck.append(source.pid)
            os.kill(source.pid, signal.SIGSTOP)
            began = time.monotonic()
            source.give_up(began, "frozen")
            assert time.monotonic() - began < 2.0
            wait_until(
                lambda: source.step(time.monotonic()) or source.pid or source.reason == "stuck_reader", 5.0, "it"
            )

    try:
        assert len(stuck) == STUCK_MAX
        for pid in stuck:
            os.kill(pid, signal.SIGKILL)
        assert next_frame(source)
        assert not any(is_running(pid) for pid in stuck)
    finally:
        source.close()


@pytest.mark.slow
def test_the_newest_picture_wins_over_old_ones(source: LiveSource) -> None:
    next_frame(source)
    held = wait_until(lambda: source.step(time.monotonic()), 20.0, "a picture")
    index = held.index
    wait_until(lambda: time.monotonic() > held.t + 0.55, 5.0, "half a second")
    source.give_back()

    following = next_frame(source)

    assert following.index >= index + 4
    assert time.monotonic() - following.t < 0.5


def test_a_reader_ends_with_its_parent(clip: Path) -> None:
    program = textwrap.dedent(
        f"""
        import os, sys, time
        from counter.sources import ReaderTask
        from counter.sources.process import ReaderProcess
        task = ReaderTask(kind="file", target={str(clip)!r}, within=(448, 256), loop=True)
        reader = ReaderProcess(task)
        assert reader.take(20.0) is not None
        print(reader.pid, flush=True)
        os.kill(os.getpid(), 9)
        """
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False, cwd=Path.cwd()
    )

    wait_until(lambda: not is_running(int(ended.stdout)), 10.0, "the reader's end")
