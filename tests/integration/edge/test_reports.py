"""Whole days on the real services: closed, stored, told, and computed again to the same bytes."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.adapters.sqlite.connection import open_writer
from edge.bootstrap.closing import Closing
from edge.bootstrap.config import EdgeConfig
from edge.bootstrap.office import OfficeParts
from edge.bootstrap.work import Work
from edge.cli import main
from edge.contracts.kpi import KpiDay, KpiHouse, KpiSpread, KpiTurns
from edge.contracts.wire import encode
from edge.domain.calendars import Calendar, Hours
from edge.domain.desks import DeskState
from edge.domain.kpi.closing import day_window, quarter_windows
from edge.domain.kpi.figures import Spread, TurnFigures
from edge.domain.kpi.house import HouseFigures
from edge.runtime.clock import ManualClock
from edge.runtime.kpi_view import left, together
from tests.fakes.days import Day, close_days, close_quarters
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.office import MakeOffice, walk_in
from tests.fixtures.schema import schema_before

pytestmark = pytest.mark.slow

DAY = date(2026, 11, 23)
MADRID = ZoneInfo("Europe/Madrid")


def play(office: OfficeParts, clock: ManualClock, seed: int, minutes: int = 240) -> KpiDay:
    """Play a day and its night; return its record."""
    day = Day(office, clock.move, seed, each_minute=lambda: close_quarters(office.reports))
    day.play(minutes)
    day.until(MONDAY_MORNING + timedelta(hours=18))
    assert close_days(office.reports) == [DAY]
    return office.reports.stored(DAY)


@pytest.fixture
def office(make_office: MakeOffice) -> OfficeParts:
    return make_office()


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_any_day_is_conserved_and_computed_again_to_the_same_bytes(tmp_path: Path, seed: int) -> None:
    folder = tmp_path / str(seed)
    clock = ManualClock(MONDAY_MORNING)
    office = OfficeParts(EdgeConfig(office="carretas4", database=str(folder / "office.db")), clock)
    try:
        record = play(office, clock, seed, minutes=180)
        quarters = office.reports.quarters(DAY)
        again = office.reports.recomputed_quarters(quarters)

        every = record.all
        assert every.issued == left(every) + every.not_arrived  # after the night nobody is left over
        assert encode(office.reports.recomputed(record)) == encode(record)
        assert [encode(one) for one in again] == [encode(one) for one in quarters]
        for parts in (record.channels, record.services):
            assert sum(one.issued for one in parts.values()) == every.issued
        assert every.within_10 <= every.within_15 <= every.within_25 <= every.wait.n
        counted = together(quarter.all for quarter in quarters)
        names = ("issued", "served", "calls", "recalls", "no_show", "abandoned", "transferred")
        assert [getattr(counted, name) for name in names] == [getattr(every, name) for name in names]
        assert sum(q.house.desk_open_s for q in quarters) == record.house.desk_open_s
    finally:
        office.database.close()


def test_what_happens_after_the_close_changes_no_closed_figure(office: OfficeParts, manual_clock: ManualClock) -> None:
    record = play(office, manual_clock, 3, minutes=60)
    manual_clock.move(7 * 3600)
    office.attention.set_desk("1", DeskState.OPEN, agent="ana")
    walk_in(office)

    assert encode(office.reports.recomputed(record)) == encode(record)
    assert close_days(office.reports) == []


def test_a_day_is_closed_once_told_once_and_its_digest_stands_in_the_log(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    record = play(office, manual_clock, 4, minutes=45)
    office.reports.keep_day(record)

    with office.database.read() as stores:
        told = stores.connection.execute("select body from telemetry where kind = 'kpi_day'").fetchall()
        closed = stores.connection.execute("select body from event where type = 'day_closed'").fetchall()
    assert [row["body"].encode() for row in told] == [encode(record)]
    assert [json.loads(row["body"])["day"] for row in closed] == ["2026-11-23"]


def test_a_row_that_was_changed_in_the_log_changes_the_figures(
    office: OfficeParts, manual_clock: ManualClock, tmp_path: Path
) -> None:
    play(office, manual_clock, 5, minutes=60)
    config = tmp_path / "edge.toml"
    config.write_text(f'office = "carretas4"\ndatabase = "{office.database.path}"\n', "utf-8")
    same = CliRunner().invoke(main, ["edge", "kpi", "--config", str(config), "--day", "2026-11-23", "--json"])
    with closing(sqlite3.connect(office.database.path)) as connection:
        connection.execute("delete from event where id = (select id from event where type = 'turn_started' limit 1)")
        connection.commit()

    differs = CliRunner().invoke(main, ["edge", "kpi", "--config", str(config), "--day", "2026-11-23"])
    missing = CliRunner().invoke(main, ["edge", "kpi", "--config", str(config), "--day", "2026-11-20"])

    told = json.loads(same.output.splitlines()[-1])
    assert (same.exit_code, told["same"], told["stored"] == told["again"]) == (0, True, True)
    assert (differs.exit_code, "DIFFERS" in differs.output) == (1, True)
    assert (missing.exit_code, "not closed" in missing.output) == (1, True)


def test_a_day_waits_for_its_last_turn(office: OfficeParts, manual_clock: ManualClock) -> None:
    office.attention.set_desk("1", DeskState.OPEN, agent="ana")
    turn = walk_in(office)
    office.attention.call(turn.id, "1", agent="ana", reason="error")
    office.attention.start("1", agent="ana")
    manual_clock.move(18 * 3600)  # ten to three in the night: somebody is still served

    waiting = close_days(office.reports)
    office.attention.finish("1", agent="ana", outcome="resolved")

    assert waiting == []
    assert close_days(office.reports) == [DAY]
    assert office.reports.stored(DAY).all.served == 1


def test_a_turn_of_a_night_that_is_served_after_midnight_belongs_to_its_opening(
    make_office: MakeOffice, manual_clock: ManualClock
) -> None:
    office = make_office()
    calendar = office.office.calendar
    night = Calendar(calendar.zone, (Hours(frozenset(range(7)), time(20), time(2)),))
    office.office = replace(office.office, calendar=night)
    manual_clock.move((datetime(2026, 11, 23, 22, 50, tzinfo=UTC) - manual_clock.now()).total_seconds())  # 23:50
    office.attention.set_desk("1", DeskState.OPEN, agent="ana")
    turn = walk_in(office, "registro")
    manual_clock.move(20 * 60)
    office.attention.call(turn.id, "1", agent="ana", reason="error")
    office.attention.start("1", agent="ana")
    manual_clock.move(5 * 60)
    office.attention.finish("1", agent="ana", outcome="resolved")
    manual_clock.move(3 * 3600)

    closed = close_days(office.reports)

    assert closed == [DAY]
    assert (office.reports.stored(DAY).all.served, office.reports.stored(DAY).all.wait.total_s) == (1, 1200)


@pytest.mark.parametrize(("day", "quarters"), [(date(2026, 3, 29), 92), (date(2026, 10, 25), 100)])
def test_days_of_the_clock_change_store_all_their_quarters(tmp_path: Path, day: date, quarters: int) -> None:
    window = day_window(day, MADRID)
    clock = ManualClock(window.start - timedelta(minutes=20))
    office = OfficeParts(EdgeConfig(office="carretas4", database=str(tmp_path / "office.db")), clock)
    try:
        while clock.now() < window.end + timedelta(hours=4):
            close_quarters(office.reports)
            close_days(office.reports)
            clock.move(600)

        stored = office.reports.quarters(day)
        assert [(q.start, q.end) for q in stored] == [(w.start, w.end) for w in quarter_windows(window)]
        assert len(stored) == quarters
        assert [record.day for record in office.reports.days(day, day)] == [day]
    finally:
        office.database.close()


def test_the_round_of_the_program_closes_by_itself(office: OfficeParts, manual_clock: ManualClock) -> None:
    work, told = Work(office.database), []
    work.start()
    closing_round = Closing(office.reports, office.retention, work, told.extend, office.transcripts)
    work.carry_out(office.attention.set_desk, "1", DeskState.OPEN, agent="ana")
    work.carry_out(walk_in, office)
    closing_round.round()
    manual_clock.move(17 * 60 + 1)
    closing_round.round()
    closing_round.round()
    work.stop()

    assert [q.all.issued for q in office.reports.quarters(DAY) if q.start >= MONDAY_MORNING] == [1]
    assert told.count("reports") >= 1


def test_a_machine_that_was_off_closes_the_last_quarters_and_days(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    play(office, manual_clock, 6, minutes=30)
    manual_clock.move(40 * 86_400)

    due = office.reports.quarters_due()

    assert len(due) == 96
    assert len(close_days(office.reports)) == 7


def test_figures_of_a_survey_need_five_answers_and_reach_the_record(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    day = Day(office, manual_clock.move, 7, per_minute=1.0)
    day.play(120)
    for turn in day.served[:9]:
        office.survey.answer(turn, {"attention": "4"})
    day.until(MONDAY_MORNING + timedelta(hours=18))
    close_days(office.reports)

    record = office.reports.stored(DAY)

    assert (record.survey[""].answered, record.survey[""].total) == (9, 36)
    assert record.survey[""].invited == record.all.served
    assert all(one.answered >= 5 for one in record.survey.values())
    assert encode(office.reports.recomputed(record)) == encode(record)


def test_nothing_of_an_answer_leads_to_who_gave_it(office: OfficeParts, manual_clock: ManualClock) -> None:
    day = Day(office, manual_clock.move, 8, per_minute=1.0)
    day.play(60)
    turn = day.served[0]
    office.survey.answer(turn, {"attention": "5"})

    with office.database.read() as stores:
        kept = [
            tuple(row)
            for t in ("survey_answer", "survey_ballot")
            for row in stores.connection.execute(f"select * from {t}")
        ]
        log = [row["body"] for row in stores.connection.execute("select body from event where type like 'survey%'")]
    assert log == []
    assert turn.id not in str(kept)
    assert turn.visit not in str(kept)
    assert turn.code not in str(kept)


def test_the_variant_of_a_closed_day_stays_when_the_plan_changes(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    office.variants.set("week", ["base", "citas-30"], date(2026, 11, 16), actor="agent:m")
    record = play(office, manual_clock, 9, minutes=20)
    manual_clock.move(60)
    office.variants.set("office", ["otra"], date(2026, 11, 16), actor="agent:m")

    assert record.variant == "citas-30"
    assert office.reports.recomputed(record).variant == "citas-30"
    assert office.variants.today() == "otra"


def test_a_database_without_reports_is_migrated_with_its_rows(tmp_path: Path) -> None:
    file = tmp_path / "office.db"
    with schema_before("m0035_closed", file) as old:
        old.execute("insert into number values ('2026-11-23', 'A', 12)")

    with closing(open_writer(file)) as new:
        assert new.execute("select last from number").fetchone()[0] == 12
        for table in ("kpi_quarter", "kpi_day", "survey_answer", "survey_ballot", "note", "anchor"):
            assert new.execute(f"select count(*) from {table}").fetchone()[0] == 0


def test_the_contract_holds_every_figure_of_the_domain() -> None:
    for domain, wire in ((Spread, KpiSpread), (TurnFigures, KpiTurns), (HouseFigures, KpiHouse)):
        assert [field.name for field in fields(domain)] == list(wire.__struct_fields__)
