"""A centre's ingest on a real broker with a real database, and offices with a log in memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from edge.adapters.mqtt.uplink import Uplink
from edge.adapters.mqtt.uplink_messages import OfficeCard
from edge.central import offices, schema
from edge.central.ingest import Ingest
from edge.central.store import Store
from edge.central.wall import Wall
from edge.contracts.uplink import EventRow, LiveState, SignedCommand
from edge.domain.delivery import Limits
from tests.contract.uplink.memory_log import MemoryLog
from tests.fixtures.broker import Mosquitto
from tests.integration.central.real_office import QUICK, NewRealOffice, RealOffice, utc_now


class Centre:
    """Store, wall and ingest together; ``start`` again after ``stop`` is a restart of the process."""

    def __init__(self, broker: Mosquitto, url: str) -> None:
        self._broker, self._url = broker, url
        self.births: list[str] = []
        self.start()

    def start(self) -> None:
        self.store = Store(self._url)
        self.store.prepare()
        self.wall = Wall(heartbeat_s=0.5)
        offices.fill(self.wall, self.store, time.monotonic(), utc_now())
        self.ingest = Ingest(
            self._broker.settings, self.store, self.wall, now=utc_now, on_birth=self.births.append, backoff=QUICK,
            save=lambda now, at: offices.save(self.store, self.wall.to_save(now, 0.0, at)),
        )  # fmt: skip
        self.ingest.start()

    def stop(self) -> None:
        self.ingest.stop()
        self.store.close()

    def rows(self, office: str, stream: str = "turns") -> list[EventRow]:
        table = schema.event
        query = select(table.c.raw).where(table.c.office == office, table.c.stream == stream)
        with self.store.read() as conn:
            raws = conn.execute(query.order_by(table.c.epoch, table.c.seq)).scalars().all()
        return [msgspec.json.decode(raw, type=EventRow) for raw in raws]

    def seqs(self, office: str, stream: str = "turns") -> list[int]:
        return [row.seq for row in self.rows(office, stream)]


class Office:
    """A log in memory and its uplink."""

    def __init__(self, broker: Mosquitto, office: str, log: MemoryLog | None = None) -> None:
        self.office, self.log = office, log or MemoryLog()
        self.commands: list[SignedCommand] = []
        self.uplink = Uplink(
            broker.settings, OfficeCard(office, f"Office {office}", "1"), self.log, live=self.live,
            on_command=self.commands.append, now=utc_now, limits=Limits(resend_after_s=1.5), live_s=0.2, backoff=QUICK,
        )  # fmt: skip
        self.uplink.start()

    def live(self) -> LiveState:
        return LiveState(
            office=self.office, at=utc_now(), open=True, waiting=3, serving=1, desks_open=2, issued_today=9,
            completed_today=5, devices={"printer": "offline", "display": "ok"},
        )  # fmt: skip

    def append(self, rows: int, stream: str = "turns") -> None:
        self.log.append(stream, rows)
        self.uplink.wake()

    def is_acknowledged(self) -> bool:
        return self.log.acked() == self.log.streams()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/central.db"


@pytest.fixture
def centre(broker: Mosquitto, sqlite_url: str) -> Iterator[Centre]:
    made = Centre(broker, sqlite_url)
    assert made.ingest.wait_connected(5)
    yield made
    made.stop()


NewOffice = Callable[..., Office]


@pytest.fixture
def new_office(broker: Mosquitto) -> Iterator[NewOffice]:
    made: list[Office] = []

    def begin(office: str = "carretas4", log: MemoryLog | None = None) -> Office:
        made.append(Office(broker, office, log))
        return made[-1]

    yield begin
    for office in made:
        office.uplink.stop(0.0)


@pytest.fixture
def real_office(broker: Mosquitto) -> Iterator[NewRealOffice]:
    """Open offices with a database in a file; their uplink begins when the test says so."""
    made: list[RealOffice] = []

    def begin(file: Path) -> RealOffice:
        made.append(RealOffice(broker, file))
        return made[-1]

    yield begin
    for office in made:
        office.close()
