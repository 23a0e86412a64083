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
from edge.adapters.sqlite.retention import FOUND, LASTING, STEP
from edge.adapters.sqlite.rows import text
from edge.bootstrap.closing import Closing
from edge.bootstrap.office import OfficeParts
from edge.bootstrap.work import Work
from edge.domain.desks import DeskState
from edge.domain.retention import RULES, Rule, before
from edge.runtime.clock import ManualClock
from edge.services.transcripts import Who
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.office import MakeOffice, forget, walk_in

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
    "person": "insert into person values ('{n}', 'a', '{at}')",
    "challenge": "insert into challenge values ('c{n}', '{at}', 0, 1);"
    " insert into appointment (id, service, slot_at, language, channel, state, turn, version)"
    " values ('c{n}', 's', '{at}', 'es', 'web', '{waits}', '', 0)",
    "closed_range": "insert into closed_range values ('{n}', '{at}', '{at}', 'training')",
    "lease_slot": "insert into lease_slot values ('{n}', 1, 's', 'presencial', '{at}', 15, '{at}', '')",
    "proposal": "insert into proposal values ('{n}', '{{}}', '{at}')",
    "conversation_own": "insert into conversation_own values ('own{n}', 'turn', '{at}');"
    " insert into conversation values"
    " ('own{n}', 'web', 'es', '{at}', '{at}', 'office', 'service', '{{}}', 0, '', 0)",
    "conversation": "insert into conversation values"
    " ('{n}', 'web', 'es', '{at}', '{at}', 'office', 'service', '{{}}', 0, '', 0)",
    "notice": "insert into notice values ('{n}', 'o', 'called', 'k{n}', 'sms', 'es', '{at}', '{at}', '{at}', '',"
    " '{{}}', 'sent', '', 1, 1, 0)",
    "alert": "insert into alert values ('{n}', 'help', 'ended', '', '', 0, '', 'phone', '{at}', '', null, '{at}', 0)",
    "told": "insert into told values ('{n}', 1, '{day}', '{at}', 's', 'q', 0, 1, 1, 1, 1, 1, null)",
    "wait_day": "insert into wait_day values ('{day}', '{{}}')",
    "number": "insert into number values ('{day}', 'Z', 1)",
    "visit_link": "insert into link values ('phone', '{n}', 't', '{at}')",
    "talk_link": "insert into link values ('talk', '{n}', '{talk}{n}', '{at}');"
    " insert into conversation values"
    " ('lives{n}', 'web', 'es', '{at}', '{at}', 'office', 'service', '{{}}', 0, '', 0)",
    "booking_link": "insert into link values ('mail', '{n}', 't', '{at}')",
    "job": "insert into job values ('{n}', 'd', '{{}}', '{at}', '{at}', '', 'done', '', 0)",
    "document": "insert into document values ('{n}', 'v', 'pdf', 1, '{at}', 'wiped', '', 'pdf', 1, 'h', '', 0)",
    "submission": "insert into submission values ('{n}', 'N{n}', 'v', '{at}', 'oidc', 'p', 1, 0)",
    "identity": "insert into identity values ('i{n}', 'oidc', '{at}', 'sealed', 'p', '', '', '');"
    " insert into contact values ('i{n}.{key}', 'key', 'k', '{at}')",
    "certificate": "insert into certificate values ('{n}', 'v', '{at}', '{at}', null)",
    "command": "insert into command values ('{n}', 'done', '{at}')",
    "refused": "insert into refused values ('turns', {n}, 151, '{at}')",
    "telemetry": "insert into telemetry (kind, key, at, body) values ('k', '{n}', '{at}', '{{}}')",
    "crossing": "insert into count_minute values ('c', 'e', {n}, '{at}', '{{}}')",
    "inside_minute": "insert into inside values"
    " (substr('{at}', 1, 14) || '0{n}' || substr('{at}', 17), 1, 1, 1, 1, 'ok')",
    "count_quarter": "insert into count_quarter values ('{at}', 'p{n}', 0,0,0,'ok','',0,0,0,0,0,0,0,'[]',0,0)",
    "count_place": "insert into count_place values ('{n}', 'line', 1, 0, 0, '{at}', '{at}')",
    "inside": "insert into inside values (substr('{at}', 1, 14) || '00' || substr('{at}', 17), 1, 1, 1, 1, 'ok')",
    "audit": "insert into audit values ('{n}', '{at}', '{at}', '{{}}', '{{}}')",
    "kpi_quarter": "insert into kpi_quarter values ('{at}', 'base', '{{}}')",
    "kpi_day": "insert into kpi_day values ('{day}', 'base', '{at}', '{{}}')",
    "case_visit": "insert into case_visit values ('{n}', 't', 'video', '{at}')",
    "survey_answer": "insert into survey_answer values ('{n}', '{day}', 'web', 's', 'base', '{{}}')",
    "survey_ballot": "insert into survey_ballot values ('{n}', '{day}')",
    "note": "insert into note (id, at, author, kind, tags, text, expires_at)"
    " values ('{n}', '{at}', 'a', 'note', '[]', 'x', '{at}')",
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
        waits, key, talk = ("held", "key", "lives") if at > office.clock.now() else ("lapsed", "gone", "gone")
        connection.executescript(ROWS[what].format(n=n, at=text(at), day=day, waits=waits, key=key, talk=talk))
        if what == "event":
            connection.execute("insert or replace into stream values ('old', ?, ?, 0)", (n, f"h{n}"))
        connection.commit()


def run(office: OfficeParts) -> None:
    work = Work(office.database)
    work.start()
    Closing(office.reports, office.retention, work, lambda _: None, office.transcripts).round()
    work.stop()


def count(office: OfficeParts, what: str) -> int:
    with office.database.read() as stores:
        return int(stores.connection.execute(f"select count(*) from {FOUND[what].table}").fetchone()[0])


def test_words_of_a_conversation_are_gone_a_day_after_they_were_written(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    said = office.transcripts
    said.add("c1", Who.PARTY, "ayer", at=office.clock.now())
    said.add("c2", Who.PARTY, "también ayer", at=office.clock.now())
    manual_clock.move(60 * 60)
    said.add("c2", Who.PARTY, "después", at=office.clock.now())
    run(office)
    before_the_day_is_over = [len(said.of(talk)) for talk in ("c1", "c2")]

    manual_clock.move(23 * 60 * 60 + 1)
    run(office)

    assert before_the_day_is_over == [1, 2]
    assert [[line.text for line in said.of(talk)] for talk in ("c1", "c2")] == [[], ["después"]]
    assert list(said.counts()) == ["c2"]


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


def tables(office: OfficeParts) -> set[str]:
    own = (
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like '_sqlite_%'"
    )
    with office.database.read() as stores:
        return {row[0] for row in stores.connection.execute(own)}


def test_every_table_has_a_rule_or_a_reason_to_last(office: OfficeParts) -> None:
    ruled = {found.table for found in FOUND.values()}

    assert list(FOUND) == [rule.what for rule in RULES]
    assert tables(office) - ruled - LASTING.keys() == set()
    assert (ruled | LASTING.keys()) - tables(office) == set()
    assert ruled & LASTING.keys() == set()


def test_what_may_not_wait_for_the_night_is_gone_with_the_next_round(office: OfficeParts) -> None:
    run(office)  # tonight's job is done
    soon = [rule for rule in RULES if rule.soon]
    for rule in soon:
        put(office, rule.what, before(rule, office.clock.now()) - timedelta(seconds=1), 1)
    late = {what for what, n in office.retention.over().items() if n}

    run(office)

    assert late >= {rule.what for rule in soon} >= {"contact", "person", "conversation", "crossing"}
    assert {office.retention.over()[rule.what] for rule in soon} == {0}


# A row that is over its time but needed by something open, what ends the hold, and what is held.
HOLDS = {
    "document": (
        "insert into document values ('d', 'v', 'pdf', 1, '{at}', 'clean', '', 'pdf', 1, 'h', 's', 0)",
        "update document set state = 'wiped'",
    ),
    "submission": (
        "insert into submission values ('s', 'N', 'v', '{at}', 'oidc', 'p', 1, 0);"
        " insert into document values ('d', 'v', 'pdf', 1, '{at}', 'clean', '', 'pdf', 1, 'h', 's', 0)",
        "update document set state = 'wiped'",
    ),
    "identity": (
        "insert into identity values ('v', 'oidc', '{at}', 'sealed', 'p', '', '', '');"
        " insert into contact values ('v.key', 'key', 'k', '2100-01-01')",
        "delete from contact where id = 'v.key'",
    ),
    "job": (
        "insert into job values ('j', 'd', '{{}}', '{at}', '{at}', '', 'held', '', 0)",
        "update job set state = 'done'",
    ),
    "alert": (
        "insert into alert values ('a', 'help', 'taken', '', '', 0, '', 'phone', '{at}', '', null, null, 0)",
        "update alert set state = 'ended'",
    ),
    "visit": (
        "insert into visit values ('w', '{at}', 'ended', null, 0);"
        " update pattern set id = 't', visit = 'w', code = 'W1', desk = ''; insert into turn select * from pattern",
        "delete from turn where visit = 'w'",
    ),
}


def execute(office: OfficeParts, script: str) -> None:
    with closing(sqlite3.connect(office.database.path)) as connection:
        connection.execute("create temp table pattern as select * from turn limit 1")
        connection.executescript(script)


@pytest.mark.parametrize("what", HOLDS)
def test_what_something_open_needs_stays_until_that_is_over(office: OfficeParts, what: str) -> None:
    known, long_ago = count(office, what), text(office.clock.now() - timedelta(days=60))
    held, ended = HOLDS[what]
    execute(office, held.format(at=long_ago))
    during = office.retention.over()[what], forget(office)[what], count(office, what) - known
    execute(office, ended)

    assert during == (0, 0, 1)
    assert office.retention.over()[what] == 1
    assert forget(office)[what] == 1
    assert count(office, what) == known


def test_sums_beyond_what_a_disk_has_room_for_go_the_oldest_first(office: OfficeParts) -> None:
    at = office.clock.now()
    with closing(sqlite3.connect(office.database.path)) as connection:
        connection.executemany(
            "insert into count_minute values ('c', 'e', ?, ?, '{}')",
            ((n, text(at - timedelta(seconds=n))) for n in range(100_005)),
        )
        connection.commit()

    run(office)

    with office.database.read() as stores:
        oldest = stores.connection.execute("select max(seq), count(*) from count_minute").fetchone()
    assert tuple(oldest) == (99_999, 100_000)


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
