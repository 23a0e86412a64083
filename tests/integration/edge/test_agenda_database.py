"""The agenda on the real database: nobody overbooks it, a clock at the border, and rows of the schema before."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.adapters.sqlite.connection import open_reader
from edge.adapters.sqlite.log import verify
from edge.adapters.sqlite.replay import differences
from edge.adapters.sqlite.writer import Writer
from edge.bootstrap.config import EdgeConfig
from edge.bootstrap.office import OfficeParts
from edge.domain.agenda import TAKES, WAITS, AppointmentState
from edge.domain.errors import BadInput, OfficeError
from edge.domain.plan import Part, Shares
from edge.domain.slots import seats
from edge.domain.turns import Mode
from edge.runtime.clock import ManualClock
from edge.services.bookings import SlotWish
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.schema import migrated, schema_before

TOMORROW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def overbooked(parts: OfficeParts) -> list[datetime]:
    """Return the moments of tomorrow at which more people have appointments than find a desk."""
    rows, _ = parts.slots.on(TOMORROW.date())
    taken = [a for a in rows if a.state in TAKES | WAITS]
    office, found = parts.office, []
    for n in range(4 * 24):
        at = TOMORROW.replace(hour=0) + n * QUARTER
        queues = [office.services[a.service].queue for a in taken if a.slot_at <= at < a.ends_at]
        if seats(queues, office.agenda.staffed(at.astimezone(office.calendar.zone))) < len(queues):
            found.append(at)
    return found


@pytest.mark.slow
def test_sixteen_clients_of_one_writer_overbook_nothing(office: OfficeParts) -> None:
    plan = replace(office.office.agenda, desks={"1": frozenset({"registro", "tramites"})}, shares=Shares(100, 100, 100))
    office.office = replace(office.office, agenda=plan)
    writer = Writer(office.database)
    writer.start()

    def client(n: int) -> int:
        held = 0
        for m in range(12):
            wish = SlotWish("registro", TOMORROW + (m % 4) * QUARTER, "es", "web", key=f"{n}-{m}")
            try:
                slotted = writer.submit(office.agenda.hold, wish, actor="phone").result(30)
                held += not slotted.existing
                if (n + m) % 3 == 0:
                    writer.submit(office.agenda.cancel, slotted.link, actor="phone").result(30)
            except OfficeError:
                continue
        return held

    with ThreadPoolExecutor(16) as pool:
        held = sum(pool.map(client, range(16)))
    writer.stop()

    assert held > 4
    assert overbooked(office) == []
    with closing(open_reader(office.database.path)) as reader:
        assert verify(reader)[1] == []
        assert differences(reader) == []


def _book_in_a_process(folder: str, n: int) -> int:
    config = EdgeConfig(office="carretas4", database=f"{folder}/carretas4.db")
    parts = OfficeParts(config, ManualClock(MONDAY_MORNING), exclusive=False)
    made = 0
    for m in range(40):
        wish = SlotWish("registro", TOMORROW + (m % 8) * QUARTER, "es", "web", key=f"{n}-{m}")
        try:
            parts.agenda.hold(wish, actor="phone")
            made += 1
        except OfficeError:
            continue
    parts.database.close()
    return made


@pytest.mark.slow
def test_several_processes_overbook_nothing(office: OfficeParts, tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        made = pool.starmap(_book_in_a_process, [(str(tmp_path), n) for n in range(3)])

    assert sum(made) > 0
    assert overbooked(office) == []
    assert len(office.slots.on(TOMORROW.date())[0]) == sum(made)


def test_a_press_makes_one_appointment_and_another_press_another(office: OfficeParts) -> None:
    wish = SlotWish("registro", TOMORROW, "es", "web")
    first, again, other = (office.agenda.hold(replace(wish, key=key), actor="phone") for key in ("k", "k", "l"))

    assert (again.appointment.id, again.link, again.existing) == (first.appointment.id, first.link, True)
    assert other.appointment.id != first.appointment.id


def test_a_clock_that_was_a_day_ahead_lets_nobody_book_yesterday(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    held = office.agenda.hold(SlotWish("registro", TOMORROW, "es", "web"), actor="phone")
    manual_clock.move(86_400)

    with pytest.raises(BadInput, match="closed_then"):
        office.agenda.hold(SlotWish("registro", TOMORROW - timedelta(days=1), "es", "web"), actor="phone")
    office.agenda.tidy()
    manual_clock.move(-86_400)

    assert office.agenda.of_link(held.link).state is AppointmentState.LAPSED
    assert TOMORROW in office.slots.times("registro", Mode.PRESENCIAL, TOMORROW.date(), Part.PUBLIC).times


def test_appointments_of_the_schema_before_keep_their_slot(tmp_path: Path) -> None:
    file = tmp_path / "office.db"
    with schema_before("m0020_slots", file) as old:
        row = ("A1", "registro", "2026-11-24T09:00:00.000000Z", "es", "helper", "booked", "", 0)
        old.execute("insert into appointment values (?, ?, ?, ?, ?, ?, ?, ?)", row)
        old.execute("insert into link values ('mail', 'h', 'A1', '2026-11-24T09:00:00.000000Z')")

    with migrated(file) as made, made.read() as stores:
        kept = stores.appointments.get("A1")
        link = stores.links.target("mail", "h")
        leased = stores.leases.of("none")

    assert (kept.slot_at, kept.state, kept.mode, kept.minutes, kept.part, kept.origin) == (
        TOMORROW, AppointmentState.BOOKED, Mode.PRESENCIAL, 15, Part.OFFICE, "A1",
    )  # fmt: skip
    assert (link, leased) == ("A1", [])


def test_a_row_that_the_log_does_not_tell_of_is_found(office: OfficeParts) -> None:
    held = office.agenda.hold(SlotWish("registro", TOMORROW, "es", "web"), actor="phone")
    with office.database.write() as uow:
        uow.connection.execute("update appointment set state = 'booked'")
        uow.commit()

    with closing(open_reader(office.database.path)) as reader:
        assert differences(reader) == [held.appointment.id]
