"""An office's database with its uplink, as the tests of the centre use it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from edge.adapters.mqtt.uplink import Uplink
from edge.adapters.mqtt.uplink_messages import OfficeCard
from edge.adapters.sqlite.database import SqliteDatabase
from edge.adapters.sqlite.log import Stamp
from edge.adapters.sqlite.outgoing import SqliteOutgoingLog, settle_identity
from edge.contracts.uplink import EventRow
from edge.domain.delivery import Limits
from edge.domain.events import Event, Stream
from edge.runtime.ids import new_ulid
from edge.runtime.mqtt import Backoff
from tests.fixtures.broker import Mosquitto
from tests.fixtures.waiting import wait_until

OFFICE = "carretas4"
QUICK = Backoff(first_s=0.05, last_s=0.3)


def utc_now() -> datetime:
    return datetime.now(UTC)


class Rows(Protocol):
    """A centre that tells which rows it has."""

    def rows(self, office: str, stream: str = "turns") -> list[EventRow]: ...


class RealOffice:
    """An office's database in *file* with its uplink."""

    def __init__(self, broker: Mosquitto, file: Path) -> None:
        self.database = SqliteDatabase(file, Stamp(new_ulid, lambda: 0, "boot"))
        settle_identity(self.database, OFFICE, new_ulid(utc_now()))
        self.log = SqliteOutgoingLog(self.database, utc_now)
        self._is_closed = False
        self.uplink = Uplink(
            broker.settings, OfficeCard(OFFICE, "Carretas 4", "1"), self.log, live=lambda: None,
            on_command=lambda _: None, now=utc_now, limits=Limits(resend_after_s=1.5), backoff=QUICK,
        )  # fmt: skip

    def issue(self, *turns: str) -> None:
        with self.database.write() as uow:
            for turn in turns:
                uow.log.append(Event(Stream.TURNS, "turn_issued", utc_now(), "phone", "", {"turn": turn}))
            uow.commit()
        self.uplink.wake()

    def measure(self, *minutes: int) -> None:
        with self.database.write() as uow:
            for minute in minutes:
                uow.telemetry.put("count_interval", "hall/door", f"{minute:012d}", b'{"mean":0.5}', utc_now())
            uow.commit()
        self.uplink.wake()

    def sync(self, centre: Rows, last: str) -> None:
        """Run the uplink until the centre has *last* and the office knows."""
        self.uplink.start()
        wait_until(lambda: last in bodies(centre) and self.log.acked() == self.log.streams(), 15)
        self.close()

    def close(self) -> None:
        """Stop and close, once."""
        if not self._is_closed:
            self._is_closed = True
            self.uplink.stop(1.0)
            self.database.close()


def bodies(centre: Rows) -> list[str]:
    """Return the turns of the centre's rows, in every epoch."""
    return [str(row.body["turn"]) for row in centre.rows(OFFICE)]


NewRealOffice = Callable[[Path], RealOffice]
