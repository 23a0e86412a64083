"""Power that fails at any moment: no minute that a counter has closed is missing from the office's history."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.fixtures import processes
from tests.fixtures.broker import Mosquitto
from tests.fixtures.processes import unused_port
from tests.fixtures.waiting import wait_until
from tests.integration.cameras.stage import GROUP, run_program
from tests.integration.counter.clips import there_and_back, write_clip

pytestmark = pytest.mark.slow


class House:
    """Broker, office and counter, each on its own disk and all on one plug."""

    def __init__(self, folder: Path, broker: Mosquitto) -> None:
        self.folder, self.broker, self.outbox = folder, broker, folder / "outbox"
        self._clip = write_clip(folder / "walk.avi", there_and_back, 20)
        self._port = unused_port()
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, program: str) -> None:
        bus = f'host = "127.0.0.1"\nport = {self.broker.port}\n'
        edge = f'office = "carretas4"\ndatabase = "{self.folder}/office.db"\nport = {self._port}\n[bus]\n{bus}'
        counter = (
            f'group = "{GROUP}"\ninterval_s = 1\noutbox = "outbox"\n[broker]\n{bus}'
            f'[cameras.door]\nkind = "file"\npath = "{self._clip}"\n'
            "[cameras.door.lines.main]\npoints = [[320, 20], [320, 460]]\n"
        )
        self._running[program] = run_program(self.folder, program, {"edge": edge, "counter": counter}[program])

    def kill(self, program: str) -> None:
        process = self._running.pop(program)
        process.kill()
        process.wait(10)

    def on_disk(self) -> set[str]:
        """Return the records that the counter has closed and the office has not said to have kept."""
        return {file.read_bytes().split(b"\n", 1)[0].decode() for file in self.outbox.glob("*.record")}

    def kept(self) -> set[str]:
        """Return the minutes in the office's history, as a reader beside it sees them."""
        try:
            with closing(sqlite3.connect(f"file:{self.folder}/office.db?mode=ro", uri=True)) as reader:
                rows = reader.execute("select camera, epoch, seq from count_minute").fetchall()
        except sqlite3.OperationalError:  # not made yet, or just now being recovered
            return set()
        return {f"{camera.partition('/')[2]}/{epoch}/{seq}" for camera, epoch, seq in rows}

    def close(self) -> None:
        for process in self._running.values():
            processes.end(process)


@pytest.fixture
def house(tmp_path: Path, broker: Mosquitto) -> Iterator[House]:
    living = House(tmp_path, broker)
    yield living
    living.close()


def test_no_closed_minute_is_lost_whatever_dies_and_in_whatever_order(house: House) -> None:
    closed: set[str] = set()

    def for_a_while(done: Callable[[], object], what: str) -> None:
        wait_until(done, 40.0, what)
        closed.update(house.on_disk())

    house.start("edge")
    house.start("counter")
    for_a_while(lambda: len(house.kept()) >= 2, "minutes in the office")
    house.kill("edge")  # the office is away: the broker takes minutes, and then dies with them
    for_a_while(lambda: len(house.on_disk()) >= 4, "minutes that nobody keeps")
    house.broker.kill()
    for_a_while(lambda: len(house.on_disk()) >= 6, "minutes without a broker")
    house.kill("counter")
    closed |= house.on_disk()
    house.broker.start()
    house.start("edge")
    house.start("counter")
    for_a_while(lambda: closed <= house.kept(), "everything of before")
    for _ in range(3):  # all at once, in the middle of the work
        begun = len(closed)
        for_a_while(lambda: len(house.on_disk() | house.kept() | closed) >= begun + 2, "two more minutes")  # noqa: B023
        house.kill("counter")
        house.kill("edge")
        house.broker.kill()
        closed |= house.on_disk()
        house.broker.start()
        house.start("counter")
        house.start("edge")
    wait_until(lambda: closed <= house.kept(), 40.0, "every closed minute")
    house.kill("counter")
    wait_until(lambda: house.on_disk() <= house.kept(), 40.0, "the newest ones")

    seqs: dict[str, list[int]] = {}
    for record in house.kept():
        _, epoch, seq = record.split("/")
        seqs.setdefault(epoch, []).append(int(seq))
    assert len(seqs) >= 3
    for epoch, numbers in seqs.items():
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), epoch
