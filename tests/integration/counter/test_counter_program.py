from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from edge.contracts import topics
from edge.contracts.cameras import HeatMap
from edge.contracts.counting import CameraNow, CountInterval, CountTotals
from edge.contracts.devices import DeviceStatus
from edge.contracts.wire import decode
from edge.runtime.resources import models_dir
from tests.fixtures import processes
from tests.fixtures.broker import Mosquitto
from tests.fixtures.waiting import wait_until
from tests.integration.counter.clips import there_and_back, vtest_clip, write_clip

ROOT = Path(__file__).resolve().parents[3]
Run = Callable[..., subprocess.Popen[bytes]]
M = TypeVar("M", bound=msgspec.Struct)


class Listener:
    """Hears everything on the office bus, also what was said while it was away."""

    def __init__(self, port: int) -> None:
        self.heard: list[tuple[str, bytes, bool]] = []
        self._client = paho.Client(CallbackAPIVersion.VERSION2, f"listener-{id(self)}", protocol=paho.MQTTv5)
        self._client.on_connect = lambda client, *_: client.subscribe("office/#", qos=1)
        self._client.on_message = lambda _, __, m: self.heard.append((m.topic, bytes(m.payload), m.retain))
        session = Properties(PacketTypes.CONNECT)
        session.SessionExpiryInterval = 300
        self._client.connect("127.0.0.1", port, clean_start=False, properties=session)
        self._client.loop_start()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def all(self, topic: str, kind: type[M]) -> list[M]:
        return [decode(payload, kind) for heard, payload, _ in list(self.heard) if heard == topic]

    def totals(self) -> list[CountTotals]:
        return self.all(topics.counts("hall"), CountTotals)

    def intervals(self, camera: str) -> list[CountInterval]:
        return [i for i in self.all(topics.interval("hall"), CountInterval) if i.camera == camera]

    def heat(self) -> list[HeatMap]:
        return self.all(topics.heat("hall"), HeatMap)

    def states(self) -> list[DeviceStatus]:
        return self.all(topics.device_status("counter-hall"), DeviceStatus)

    def camera(self, name: str) -> CameraNow | None:
        told = self.totals()
        return next((camera for camera in told[-1].cameras if camera.camera == name), None) if told else None


@pytest.fixture
def listener(broker: Mosquitto) -> Iterator[Listener]:
    listening = Listener(broker.port)
    yield listening
    listening.close()


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    started: list[subprocess.Popen[bytes]] = []

    def start(config: str, **environment: str) -> subprocess.Popen[bytes]:
        file = tmp_path / "counter.toml"
        file.write_text(config, "utf-8")
        with (tmp_path / "counter.log").open("ab") as output:
            process = processes.spawn(
                [sys.executable, "-c", "from edge.cli import main; main()", "counter", "run", "--config", str(file)],
                output=output,
                cwd=ROOT,
                env={**os.environ, **environment},
            )
        started.append(process)
        return process

    yield start
    for process in started:
        processes.end(process)


def hall(port: int, *cameras: str, interval_s: int = 3) -> str:
    head = f'group = "hall"\ninterval_s = {interval_s}\n[broker]\nhost = "127.0.0.1"\nport = {port}\n'
    return head + "\n".join(cameras)


def film(name: str, path: Path, x: int) -> str:
    return f"""
[cameras.{name}]
kind = "file"
path = "{path}"
[cameras.{name}.lines.main]
points = [[{x}, 480], [{x}, 20]]
[cameras.{name}.zones.all]
points = [[0, 0], [2000, 0], [2000, 2000], [0, 2000]]
"""


GONE = '[cameras.gone]\nkind = "rtsp"\nurl = "rtsp://127.0.0.1:9/none"\n[cameras.gone.lines.a]\npoints=[[1,1],[9,9]]\n'


@pytest.mark.slow
def test_people_are_told_on_the_bus_with_intervals_and_a_missing_camera_is_no_zero(
    broker: Mosquitto, listener: Listener, run: Run
) -> None:
    process = run(hall(broker.port, film("door", vtest_clip(), 500), GONE))

    wait_until(lambda: listener.totals() and listener.totals()[-1].lines[0].people_in, 30.0, "somebody counted")
    wait_until(lambda: len(listener.intervals("door")) >= 3, 20.0, "three intervals")
    wait_until(lambda: listener.heat() and any(listener.heat()[-1].cameras[0].cells), 20.0, "a warm floor")
    process.send_signal(signal.SIGTERM)
    process.wait(10)
    wait_until(lambda: listener.states()[-1].state == "offline", 5.0, "the good-bye")

    last, gone = listener.totals()[-1], listener.camera("gone")
    assert process.returncode == 0
    assert [(line.line, line.door) for line in last.lines] == [("door/main", True), ("gone/a", True)]
    assert [zone.zone for zone in last.zones] == ["door/all"]
    assert gone is not None
    assert (gone.health, gone.reason) == ("unknown", "refused")
    second = listener.intervals("door")[1]
    assert (second.seq, second.health) == (2, "ok")
    assert 0.5 < second.coverage_s < 3.7  # a busy machine sees less, never more
    assert listener.intervals("gone")[1].coverage_s == 0
    stays = [zone for interval in listener.intervals("door") for zone in interval.zones]
    assert sum(zone.entered for zone in stays) >= 3  # the film begins with people in view
    assert stays
    assert all(sum(zone.dwell) == zone.left for zone in stays)
    assert all(len(zone.dwell) == 8 for zone in stays)
    warm = listener.heat()[-1]
    assert [camera.camera for camera in warm.cameras] == ["door"]
    assert len(warm.cameras[0].cells) == warm.cameras[0].columns * warm.cameras[0].rows
    assert warm.cameras[0].columns < 40  # half a metre of people a hundred pixels tall
    assert {state.state for state in listener.states()} >= {"degraded", "offline"}
    assert listener.states()[-1].reason == "stopped"


@pytest.mark.slow
def test_counts_are_retained_and_the_last_will_tells_a_crash(
    broker: Mosquitto, listener: Listener, run: Run, tmp_path: Path
) -> None:
    clip = write_clip(tmp_path / "walk.avi", there_and_back, 20)
    process = run(hall(broker.port, film("door", clip, 320)))
    wait_until(lambda: (c := listener.camera("door")) and c.discontinuities, 30.0, "the clip's second round")

    process.kill()
    wait_until(lambda: listener.states()[-1].state == "offline", 10.0, "the last will")
    late = Listener(broker.port)
    try:
        wait_until(lambda: late.totals() and late.states(), 5.0, "retained messages")
        assert late.heard
        assert all(retained for _, _, retained in late.heard)
    finally:
        late.close()

    assert listener.states()[-1].reason == "lost"


@pytest.mark.slow
def test_a_killed_camera_reader_and_a_restarted_broker_are_survived(
    broker: Mosquitto, listener: Listener, run: Run
) -> None:
    process = run(hall(broker.port, film("door", vtest_clip(), 500)))
    wait_until(lambda: (c := listener.camera("door")) and c.health == "ok", 30.0, "a good picture")
    (epoch,) = {totals.epoch for totals in listener.totals()}
    for pid in (process.pid, *readers_of(process.pid)):
        limits = Path(f"/proc/{pid}/limits").read_text("utf-8")
        assert re.search(r"Max core file size +0 +0 ", limits), limits

    broker.stop()
    broker.start()
    (reader,) = readers_of(process.pid)
    os.kill(reader, signal.SIGKILL)
    heard = len(listener.totals())

    wait_until(lambda: (c := listener.camera("door")) and c.discontinuities == 1, 30.0, "the reader's second life")
    assert len(listener.totals()) > heard
    assert {totals.epoch for totals in listener.totals()} == {epoch}
    seqs = wait_until(lambda: [i.seq for i in listener.intervals("door")][2:], 30.0, "intervals")
    assert set(range(1, max(seqs) + 1)) == {i.seq for i in listener.intervals("door")}


@pytest.mark.slow
def test_without_its_model_it_stays_and_says_so_and_goes_on_when_it_comes(
    broker: Mosquitto, listener: Listener, run: Run, tmp_path: Path
) -> None:
    share = tmp_path / "share"
    shutil.copytree(models_dir(), share / "models")
    (share / "models" / "person_nanodet_g.onnx").write_bytes(b"another file")

    process = run(hall(broker.port, film("door", vtest_clip(), 500)), O360_SHARE=str(share))

    wait_until(lambda: listener.camera("door") and listener.states(), 20.0, "totals and state")
    camera = listener.camera("door")
    assert camera is not None
    assert (camera.health, camera.reason) == ("unknown", "no_model")
    assert listener.totals()[-1].lines == []
    assert (listener.states()[-1].state, listener.states()[-1].reason) == ("unknown", "no_model")
    assert process.poll() is None
    shutil.copy(models_dir() / "person_nanodet_g.onnx", share / "models")
    wait_until(lambda: (c := listener.camera("door")) and c.health == "ok", 30.0, "the counter with its model")


def readers_of(parent: int) -> list[int]:
    shown = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=True)
    return [int(pid) for pid in shown.stdout.split()]
