"""Databases of earlier releases keep their people and sessions when the consoles' tables come."""

from __future__ import annotations

import itertools
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from edge.adapters.sqlite.connection import open_reader
from edge.adapters.sqlite.database import SqliteDatabase
from edge.adapters.sqlite.log import Stamp
from edge.adapters.sqlite.schema import migrations
from edge.runtime.entry_journal import Before
from edge.runtime.ids import new_ulid
from tests.fixtures.clocks import MONDAY_MORNING as NOW

AT = "2026-11-20T08:00:00.000000Z"


def migrated(file: Path) -> SqliteDatabase:
    return SqliteDatabase(file, Stamp(new_ulid, itertools.count().__next__, "boot"))


def test_people_and_sessions_of_the_schema_before_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "office.db"
    with closing(Database(file)) as db:
        migrations.apply(db, stop_before="m0045_entries")
        db.execute("insert into staff values ('7', 'marta', 'Marta', 'scrypt$old', '[\"agent\"]', ?)", [AT])
        db.execute("insert into session values ('hash', '7', 'Marta', '[\"agent\"]', 'csrf', ?, ?)", [AT, AT])
        db.conn.commit()

    database = migrated(file)
    with database.write() as uow:
        account, session = uow.staff.by_id("7"), uow.sessions.find("hash")
        before = uow.staff.came_in("7", NOW)
        uow.commit()
    database.close()

    assert account is not None
    assert session is not None
    assert (account.name, account.password, account.roles) == ("Marta", "scrypt$old", frozenset({"agent"}))
    assert (session.how, session.before_at, session.failures) == ("password", None, 0)
    assert before == Before()


def test_alerts_come_to_a_database_that_has_none(tmp_path: Path) -> None:
    file = tmp_path / "office.db"
    with closing(Database(file)) as db:
        migrations.apply(db, stop_before="m0046_alerts")
        db.execute(
            "insert into staff (id, login, name, password, roles, created_at, subject)"
            " values ('7', 'marta', 'Marta', '', '[]', ?, 'subject')",
            [AT],
        )
        db.conn.commit()

    migrated(file).close()

    with closing(open_reader(file)) as reader:
        assert reader.execute("select count(*) from alert").fetchone()[0] == 0
        assert reader.execute("select subject from staff").fetchone()[0] == "subject"


def test_until_now_every_role_of_a_vouched_person_came_from_the_other_house(tmp_path: Path) -> None:
    file = tmp_path / "office.db"
    with closing(Database(file)) as db:
        migrations.apply(db, stop_before="m0070_vouched_roles")
        insert = (
            "insert into staff (id, login, name, password, roles, created_at, subject)"
            " values (?, ?, 'Marta', '', '[\"agent\"]', ?, ?)"
        )
        db.execute(insert, ["7", "marta", AT, "subject"])
        db.execute(insert, ["8", "local", AT, ""])
        db.conn.commit()

    database = migrated(file)
    with database.read() as stores:
        vouched = {staff: stores.staff.vouched(staff) for staff in ("7", "8", "9")}
    database.close()

    assert vouched == {"7": frozenset({"agent"}), "8": frozenset(), "9": frozenset()}
