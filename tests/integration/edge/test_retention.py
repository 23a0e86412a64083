"""Nothing outlives its time: one row too old and one young enough of everything, on the real tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from edge.adapters.sqlite.connection import open_reader
from edge.adapters.sqlite.log import verify
from edge.adapters.sqlite.outgoing import SqliteOutgoingLog
from edge.adapters.sqlite.replay import differences
from edge.adapters.sqlite.retention import FOUND, STEP
from edge.adapters.sqlite.rows import text
from edge.bootstrap.closing import Closing
from edge.bootstrap.office import OfficeParts
from edge.bootstrap.work import Work
from edge.domain.desks import DeskState
from edge.domain.retention import RULES, Rule, before
from edge.runtime.clock import ManualClock
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.office import MakeOffice, walk_in

BY_NAME = {rule.what: rule for rule in RULES}

# A row of each table whose age is *at*; {n} makes it another row.
ROWS = {
    "contact": "insert into contact values ('{n}', 'phone', '+34600000000', '{at}')",
    "procedure": "update pattern set id = 'p{n}', day = '{day}', code = 'P{n}', state = 'completed', desk = '';"
    " insert into turn select * from pattern; insert into procedure values ('p{n}', 1, '{day}', 's', 1, 'resolved')",
    "deed": "insert into deed values ('{n}', 'call', '{at}', 'a', '')",
    "turn": "update pattern set id = '{n}', day = '{day}', code = 'X{n}', state = 'completed', desk = '';"
    " insert into turn select * from pattern",
    "visit": "insert into visit values ('{n}', '{at}', 'ended', null, 0)",
    "appointment": "insert into appointment (id, service, slot_at, language, channel, state, turn, version)"
    " values ('{n}', 's', '{at}', 'es', 'web', 'no_show', '', 0)",
    "booking_key": "insert into booking_key values ('{n}', 'a', '{at}')",
    "person": "insert into person values ('{n}', 'a', '{at}')",
    "outbound": "insert into outbound values ('{n}', 'appointment_code', 'a', 'es', '{{}}', '{at}', '{at}')",
    "closed_range": "insert into closed_range values ('{n}', '{at}', '{at}', 'training')",
    "lease_slot": "insert into lease_slot values ('{n}', 1, 's', 'presencial', '{at}', 15, '{at}', '')",
    "proposal": "insert into proposal values ('{n}', '{{}}', '{at}')",
    "conversation": "insert into conversation values"
    " ('{n}', 'web', 'es', '{at}', '{at}', 'office', 'service', '{{}}', 0, '', 0)",
    "notice": "insert into notice values ('{n}', 'o', 'called', 'k{n}', 'sms', 'es', '{at}', '{at}', '{at}', '',"
    " '{{}}', 'sent', '', 1, 1, 0)",
    "alert": "insert into alert values ('{n}', 'help', 'ended', '', '', 0, '', 'phone', '{at}', '', null, '{at}', 0)",
    "told": "insert into told values ('{n}', 1, '{day}', '{at}', 's', 'q', 0, 1, 1, 1, 1, 1, null)",
    "number": "insert into number values ('{day}', 'Z', 1)",
    "link": "insert into link values ('mail', '{n}', 't', '{at}')",
    "job": "insert into job values ('{n}', 'd', '{{}}', '{at}', '{at}', '', 'done', '', 0)",
    "command": "insert into command values ('{n}', 'done', '{at}')",
    "refused": "insert into refused values ('turns', {n}, 151, '{at}')",
    "telemetry": "insert into telemetry (kind, key, at, body) values ('k', '{n}', '{at}', '{{}}')",
    "crossing": "insert into count_minute values ('c', 'e', {n}, '{at}', '{{}}')",
    "count_quarter": "insert into count_quarter values ('{at}', 'p{n}', 0,0,0,'ok','',0,0,0,0,0,0,0,'[]',0,0)",
    "inside": "insert into inside values ('{at}', 1, 1, 1, 1, 'ok')",
    "kpi_quarter": "insert into kpi_quarter values ('{at}', 'base', '{{}}')",
    "kpi_day": "insert into kpi_day values ('{day}', 'base', '{at}', '{{}}')",
    "survey_answer": "insert into survey_answer values ('{n}', '{day}', 'web', 's', 'base', '{{}}')",
    "survey_ballot": "insert into survey_ballot values ('{n}', '{day}')",
    "note": "insert into note values ('{n}', '{at}', 'a', 'note', '[]', 'x', '{at}')",
    "session": "insert into session (token_hash, staff_id, name, roles, csrf, created_at, seen_at)"
    " values ('{n}', 's', 'n', '[]', 'c', '{at}', '{at}')",
    "event": "insert into event (id, stream, seq, type, at, mono_ns, boot, actor, reason, body, prev, hash)"
    " select '{n}', 'old', {n}, 'x', '{at}', 0, '', 'a', '', '{{}}', '', 'h{n}'",
}


@pytest.fixture
def office(make_office: MakeOffice, manual_clock: ManualClock) -> Iterator[OfficeParts]:
    parts = make_office()
    parts.attention.set_desk("1", DeskState.OPEN, agent="ana")
    walk_in(parts)
    manual_clock.move(3601)  # the job waits an hour for the right time of a machine that starts
    return parts


def put(office: OfficeParts, what: str, at: datetime, n: int) -> None:
    day = (at.date()).isoformat()
    with closing(sqlite3.connect(office.database.path)) as connection:
        connection.execute("create temp table pattern as select * from turn limit 1")
        connection.executescript(ROWS[what].format(n=n, at=text(at), day=day))
        if what == "event":
            connection.execute("insert or replace into stream values ('old', ?, ?, 0)", (n, f"h{n}"))
        connection.commit()


def run(office: OfficeParts) -> None:
    work = Work(office.database)
    work.start()
    Closing(office.reports, office.retention, work, lambda _: None).round()
    work.stop()


def count(office: OfficeParts, what: str) -> int:
    with office.database.read() as stores:
        return int(stores.connection.execute(f"select count(*) from {FOUND[what].table}").fetchone()[0])


def test_there_is_a_row_of_every_rule() -> None:
    assert list(ROWS) == [rule.what for rule in RULES]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.what)
def test_a_row_that_is_over_its_time_goes_and_a_younger_one_stays(office: OfficeParts, rule: Rule) -> None:
    now = office.clock.now()
    known = count(office, rule.what)
    put(office, rule.what, before(rule, now) - timedelta(days=1, minutes=1), 1)
    put(office, rule.what, before(rule, now) + timedelta(days=1, minutes=1), 2)
    over = office.retention.over()[rule.what]

    run(office)

    assert over == 1
    assert set(office.retention.over().values()) == {0}
    assert count(office, rule.what) >= known + (0 if rule.what == "event" else 1)
    with office.database.read() as stores:
        younger = text(before(rule, now) + timedelta(days=1, minutes=1)) or ""
        table = FOUND[rule.what].table
        left = [tuple(row) for row in stores.connection.execute(f"select * from {table}")]
    assert any(younger in str(row) or younger[:10] in str(row) for row in left)


def test_all_tables_at_once_hold_nothing_that_is_over(office: OfficeParts) -> None:
    now = office.clock.now()
    for rule in RULES:
        for n in range(1, 8):
            put(office, rule.what, before(rule, now) - timedelta(days=40 - n), n)

    run(office)

    assert office.retention.over() == {rule.what: 0 for rule in RULES}


def test_more_rows_than_one_step_takes_go_too(office: OfficeParts) -> None:
    at = before(BY_NAME["telemetry"], office.clock.now()) - timedelta(days=1)
    with closing(sqlite3.connect(office.database.path)) as connection:
        connection.executemany(
            "insert into telemetry (kind, key, at, body) values ('k', ?, ?, '{}')",
            ((str(n), text(at)) for n in range(2 * STEP + 7)),
        )
        connection.commit()

    run(office)

    assert office.retention.over()["telemetry"] == 0


def test_the_job_runs_once_a_night_and_an_hour_after_a_start(
    make_office: MakeOffice, manual_clock: ManualClock
) -> None:
    office = make_office()
    due = [office.retention.is_due()]
    manual_clock.move(3600)
    due.append(office.retention.is_due())
    run(office)
    due.append(office.retention.is_due())
    manual_clock.move((MONDAY_MORNING + timedelta(hours=18) - manual_clock.now()).total_seconds())  # 03:00
    due.append(office.retention.is_due())
    manual_clock.move(601)
    due.append(office.retention.is_due())

    assert due == [False, True, False, False, True]


# --- the log --------------------------------------------------------------------------------------------------------


@pytest.fixture
def old_log(office: OfficeParts, manual_clock: ManualClock) -> OfficeParts:
    """An office with turns of three months ago and of today."""
    for _ in range(30):
        walk_in(office)
    manual_clock.move(18 * 3600)
    office.housekeeping.tidy()
    office.housekeeping.tidy()
    manual_clock.move(95 * 86_400 - 17 * 3600)
    office.attention.set_desk("2", DeskState.OPEN, agent="eva")
    for _ in range(5):
        walk_in(office)
    run(office)
    return office


def test_the_rest_of_a_log_that_was_cut_is_verified_from_its_anchor(old_log: OfficeParts) -> None:
    with closing(open_reader(old_log.database.path)) as reader:
        _, flaws = verify(reader)
        anchors = [row["stream"] for row in reader.execute("select stream from anchor")]
        first = reader.execute("select min(seq) from event where stream = 'turns'").fetchone()[0]

    assert flaws == []
    assert "turns" in anchors
    assert first > 60
    assert old_log.retention.over()["event"] == 0


def test_the_turns_are_still_what_the_log_says(old_log: OfficeParts) -> None:
    with closing(open_reader(old_log.database.path)) as reader:
        assert differences(reader) == []
        assert reader.execute("select count(*) from turn").fetchone()[0] == 5


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("update anchor set hash = 'f' where stream = 'turns'", "anchor was changed"),
        ("update anchor set seq = seq - 1 where stream = 'turns'", "anchor was changed"),
        ("delete from event where n = (select min(n) from event where stream = 'turns')", "is missing"),
        ("delete from anchor where stream = 'turns'", "row 1 is missing"),
    ],
)
def test_who_cuts_more_than_retention_did_is_found(old_log: OfficeParts, change: str, why: str) -> None:
    with closing(sqlite3.connect(old_log.database.path)) as connection:
        connection.execute(change)
        connection.commit()

    with closing(open_reader(old_log.database.path)) as reader:
        _, flaws = verify(reader)

    assert any(flaw.stream == "turns" and why in flaw.why for flaw in flaws)


def test_the_centre_is_given_what_is_left(old_log: OfficeParts) -> None:
    outgoing = SqliteOutgoingLog(old_log.database, old_log.clock.now)

    rows = outgoing.rows("turns", 0, 1000)

    assert rows[0].seq > 60
    assert [row.seq for row in rows] == list(range(rows[0].seq, outgoing.streams()["turns"] + 1))


def test_turns_and_notes_of_the_night_job_stand_in_the_log_as_numbers_only(
    old_log: OfficeParts, tmp_path: Path
) -> None:
    with old_log.database.read() as stores:
        row = stores.connection.execute("select body from event where type = 'rows_forgotten'").fetchone()

    assert '"turn":31' in row["body"]
