"""Databases of earlier releases keep their people and sessions when the consoles' tables come."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from edge.adapters.sqlite.connection import open_reader
from edge.runtime.entry_journal import Before
from tests.fixtures.clocks import MONDAY_MORNING as NOW
from tests.fixtures.schema import migrated, schema_before

AT = "2026-11-20T08:00:00.000000Z"


def test_people_and_sessions_of_the_schema_before_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "office.db"
    with schema_before("m0045_entries", file) as old:
        old.execute("insert into staff values ('7', 'marta', 'Marta', 'scrypt$old', '[\"agent\"]', ?)", [AT])
        old.execute("insert into session values ('hash', '7', 'Marta', '[\"agent\"]', 'csrf', ?, ?)", [AT, AT])

    with migrated(file) as database, database.write() as uow:
        account, session = uow.staff.by_id("7"), uow.sessions.find("hash")
        before = uow.staff.came_in("7", NOW)
        uow.commit()

    assert account is not None
    assert session is not None
    assert (account.name, account.password, account.roles) == ("Marta", "scrypt$old", frozenset({"agent"}))
    assert (session.how, session.before_at, session.failures) == ("password", None, 0)
    assert before == Before()


def test_alerts_come_to_a_database_that_has_none(tmp_path: Path) -> None:
    file = tmp_path / "office.db"
    with schema_before("m0046_alerts", file) as old:
        old.execute(
            "insert into staff (id, login, name, password, roles, created_at, subject)"
            " values ('7', 'marta', 'Marta', '', '[]', ?, 'subject')",
            [AT],
        )

    with migrated(file), closing(open_reader(file)) as reader:
        assert reader.execute("select count(*) from alert").fetchone()[0] == 0
        assert reader.execute("select subject from staff").fetchone()[0] == "subject"


def test_until_now_every_role_of_a_vouched_person_came_from_the_other_house(tmp_path: Path) -> None:
    file = tmp_path / "office.db"
    with schema_before("m0070_vouched_roles", file) as old:
        insert = (
            "insert into staff (id, login, name, password, roles, created_at, subject)"
            " values (?, ?, 'Marta', '', '[\"agent\"]', ?, ?)"
        )
        old.execute(insert, ["7", "marta", AT, "subject"])
        old.execute(insert, ["8", "local", AT, ""])

    with migrated(file) as database, database.read() as stores:
        vouched = {staff: stores.staff.vouched(staff) for staff in ("7", "8", "9")}

    assert vouched == {"7": frozenset({"agent"}), "8": frozenset(), "9": frozenset()}
