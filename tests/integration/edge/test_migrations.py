"""Databases of before: each migration, with rows in the schema that it finds."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.adapters.sqlite.connection import open_writer
from edge.adapters.sqlite.outgoing import meta, settle_identity
from edge.domain.occupancy import DoorTotal, Limits, count
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.office import MakeOffice
from tests.fixtures.schema import migrated, schema_before


def test_a_database_without_audits_is_migrated_with_its_rows(tmp_path: Path) -> None:
    file = tmp_path / "office.db"
    with schema_before("m0005_audits", file) as old:
        old.execute("insert into measured values ('count_interval', 'door/cam', 'E1/1')")

    with closing(open_writer(file)) as new:
        assert new.execute("select count(*) from taken").fetchone()[0] == 1
        assert new.execute("select count(*) from audit").fetchone()[0] == 0


def test_minutes_that_were_kept_before_the_migration_are_not_sent_again(tmp_path: Path) -> None:
    file = tmp_path / "office.db"
    with schema_before("m0007_taken", file) as old:
        old.execute("insert into measured values ('count_interval', 'hall/front', 'E1/000000000007')")
        for seq in (6, 7):
            old.execute("insert into count_minute values ('hall/front', 'E1', ?, 't', '{}')", (seq,))

    with migrated(file) as made, made.write() as uow:
        new = [
            uow.telemetry.put("count_interval", "hall/front", f"E1/{n:012d}", b"{}", MONDAY_MORNING) for n in (5, 6, 7)
        ]
        uow.commit()

    assert new == [True, False, False]


def test_a_database_of_the_first_schema_is_migrated_with_its_rows(tmp_path: Path) -> None:
    file = tmp_path / "office.db"
    with schema_before("m0002_measured", file) as old:
        old.execute("insert into telemetry (kind, key, at, body) values ('count_interval', 'k', 't', '{}')")

    with closing(open_writer(file)) as new:
        assert new.execute("select count(*) from telemetry").fetchone()[0] == 1
        assert new.execute("select count(*) from taken").fetchone()[0] == 0


def test_a_ledger_of_the_second_schema_keeps_its_people_and_its_doubt(tmp_path: Path) -> None:
    file = tmp_path / "office.db"
    doors = '{"hall/front/door": ["E1", 50, 39]}'
    with schema_before("m0003_ledger", file) as old:
        row = (7, 89, "2026-11-23T08:00:00.000000Z", "free", doors, 31)
        old.execute("insert into ledger values (1, ?, ?, ?, ?, ?, ?)", row)

    with migrated(file) as made:
        with made.read() as stores:
            ledger = stores.ledger.get()
        with made.write() as uow:
            uow.ledger.save(count(ledger, {"hall/front/door": DoorTotal("E1", 52, 39)}, Limits(20)).ledger)
            uow.commit()
        with made.read() as stores:
            later = stores.ledger.get()

    low, high = ledger.bounds(Limits(20))
    assert (ledger.people, ledger.flow, ledger.version, later.people, later.flow) == (7, 89, 31, 9, 91)
    assert low < 7 < high


def test_a_database_without_notices_keeps_its_contacts_and_gets_a_key_for_push(
    make_office: MakeOffice, tmp_path: Path
) -> None:
    file = tmp_path / "carretas4.db"
    with schema_before("m0025_notices", file) as old:
        old.execute("insert into contact values ('a1', 'phone', '+34600000001', '2027-01-01T00:00:00.000000Z')")

    office = make_office()

    with office.database.read() as stores:
        assert stores.contacts.shared("+34600000001") == 1
        assert stores.notices.of_owner("a1") == []
    assert len(office.push_key) == 32
    settle_identity(office.database, "carretas4", "another epoch")
    assert meta(office.database, "push_key") == office.push_key.hex()


@pytest.mark.parametrize(
    ("migration", "table"),
    [
        ("m0030_posters", "poster"),
        ("m0031_documents", "document"),
        ("m0032_certificates", "certificate"),
        ("m0033_submissions", "submission"),
    ],
)
def test_a_database_without_papers_is_migrated_with_its_rows(tmp_path: Path, migration: str, table: str) -> None:
    file = tmp_path / "office.db"
    with schema_before(migration, file) as old:
        old.execute("insert into visit values ('v', '2026-11-23T08:00:00.000000Z', 'present', null, 1)")

    with closing(open_writer(file)) as new:
        assert new.execute("select state from visit").fetchone()[0] == "present"
        assert new.execute(f"select count(*) from {table}").fetchone()[0] == 0


def test_what_presses_made_before_they_were_one_thing_is_still_their_answer(tmp_path: Path) -> None:
    file = tmp_path / "office.db"
    with schema_before("m0051_presses", file) as old:
        old.execute("insert into booking_key values ('k', 'A1', '2026-11-16')")
        for kind in ("nonce", "request", "paper"):
            old.execute("insert into link values (?, ?, 't1', '2026-11-16')", (kind, f"h-{kind}"))

    with migrated(file) as database, database.read() as stores:
        links = [stores.links.target(*link) for link in (("press_slot", "k"), ("press_turn", "h-nonce"))]
        links += [stores.links.target(*link) for link in (("press_turn", "h-request"), ("paper", "h-paper"))]

    assert links == ["A1", "t1", "t1", "t1"]


def test_a_database_with_an_outbox_beside_the_notices_keeps_its_notices_and_says_whom_to_tell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "office.db"
    with schema_before("m0052_one_outbox", file) as old:
        for n, kind in enumerate(("code", "link", "booked", "withdrawn")):
            row = (f"m{n}", f"appointment_{kind}", f"A{n}", "es", "{}", "2026-11-16", "2026-11-17")
            old.execute("insert into outbound values (?, ?, ?, ?, ?, ?, ?)", row)
        values = (
            "'o', 'called', 'k', 'sms', 'es', '2026-11-16', '2026-11-16', '2026-11-16', '', '{}', 'sent', '', 1, 1, 0"
        )
        old.execute(f"insert into notice values ('n', {values})")

    with migrated(file) as database, database.read() as stores:
        tables = {row[0] for row in stores.connection.execute("select name from sqlite_master")}
        kept = stores.notices.of_owner("o")

    told = capsys.readouterr()
    said = [line for line in (told.out + told.err).splitlines() if "message_not_sent" in line]
    assert "outbound" not in tables
    assert [notice.id for notice in kept] == ["n"]
    assert [name for name in ("A0", "A1", "A2", "A3") if any(name in line for line in said)] == ["A2", "A3"]


def test_notes_of_before_are_about_no_turn(tmp_path: Path) -> None:
    file, at = tmp_path / "office.db", "2026-11-23T08:00:00.000000Z"
    with schema_before("m0055_note_turn", file) as old:
        row = ("n1", at, "agent:1", "incident", '["impresora"]', "Sin papel", "2027-12-24T08:00:00.000000Z")
        old.execute("insert into note values (?, ?, ?, ?, ?, ?, ?)", row)

    with migrated(file) as made, made.read() as stores:
        notes = stores.notes.between(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), 9)

    assert [(note.id, note.text, note.tags, note.turn) for note in notes] == [("n1", "Sin papel", ("impresora",), "")]


def test_an_appointment_of_before_is_for_one_procedure_of_one_person(tmp_path: Path) -> None:
    file, at = tmp_path / "office.db", "2026-11-23T08:00:00.000000Z"
    with schema_before("m0056_appointment_company", file) as old:
        old.execute(
            "insert into appointment (id, service, slot_at, language, channel, state, turn, version)"
            " values ('a', 'registro', ?, 'es', 'web', 'booked', '', 1)",
            (at,),
        )

    with migrated(file) as made:
        with made.write() as uow:
            booked = uow.appointments.get("a")
            uow.appointments.save(replace(booked, procedures=2, party=3, version=booked.version + 1))
            uow.commit()
        with made.read() as stores:
            later = stores.appointments.get("a")

    assert (booked.procedures, booked.party, later.procedures, later.party) == (1, 1, 2, 3)


def test_accounts_of_before_are_open_and_profiles_keep_their_history(tmp_path: Path) -> None:
    file, at = tmp_path / "office.db", "2026-11-23T08:00:00.000000Z"
    with schema_before("m0057_profile_changes", file) as old:
        old.execute(
            "insert into staff (id, login, name, password, roles, created_at) values ('7', 'ana', 'Ana', 'h', '[]', ?)",
            (at,),
        )
        old.execute(
            "insert into event (id, stream, seq, type, at, mono_ns, boot, actor, reason, body, prev, hash) values"
            " ('e', 'office', 1, 'agent_profile_set', ?, 1, 'b', 'agent:8', '', ?, '', 'h')",
            (at, '{"staff": "7", "profile": "n"}'),
        )

    with migrated(file) as made, made.read() as stores:
        members, changes = stores.staff.members(), stores.log.profile_changes(9)

    assert [(m.staff_id, m.state, m.code_until) for m in members] == [("7", "open", None)]
    assert [change.body for change in changes] == [{"staff": "7", "profile": "n"}]


def test_a_database_without_cases_is_migrated_with_its_rows(tmp_path: Path) -> None:
    file = tmp_path / "office.db"
    with schema_before("m0060_cases", file) as old:
        old.execute("insert into visit values ('v', '2026-11-16', 'ended', null, 0)")

    with migrated(file) as database, database.read() as stores:
        rows = [stores.connection.execute(f"select count(*) from {t}").fetchone()[0] for t in ("visit", "case_visit")]

    assert rows == [1, 0]
