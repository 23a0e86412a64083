"""Waiting times in a real office: learned from its log, made in a child, told, held against what came, played again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import time, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from edge.bootstrap.estimates import Child, Estimates
from edge.bootstrap.office import OfficeParts
from edge.bootstrap.work import Work
from edge.cli.whatif import whatif
from edge.domain.consoles import Light
from edge.domain.desks import DeskState
from edge.domain.errors import Refused, Unavailable
from edge.domain.shifts import Shift
from edge.domain.waiting.results import Result, Spread
from edge.runtime.clock import ManualClock
from edge.services.ports import Database as OfficeDatabase
from edge.services.ports import Stores, UnitOfWork
from edge.services.waiting import WaitingService
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.office import walk_in
from tests.fixtures.schema import migrated, schema_before
from tests.fixtures.waiting import wait_until

AGENTS = {"1": "ana", "6": "eva"}


@pytest.fixture
def child() -> Iterator[Child]:
    """Give an estimating process."""
    made = Child(1)
    yield made
    made.stop()


def refresh(office: OfficeParts, child: Child) -> int:
    """Make one round of estimates, as the running office does."""
    office.waiting.follow()
    result = child.ask(office.waiting.asked())
    office.estimates.put(result)
    return office.waiting.record(result)


def seen(office: OfficeParts) -> tuple[bool, Light, str]:
    """Return whether desk 4 is shown as one that does not call, the light of information, and its answer."""
    hall = office.consoles.hall()
    desk = next(one for one in hall.desks if one.session.desk == "4")
    light = next(one.light for one in hall.queues if one.queue == "informacion")
    offer = next(offer for offer in office.board.offers() if offer.service.id == "informacion")
    return desk.is_silent, light, offer.decision.reason


def attend(office: OfficeParts, clock: ManualClock, *, minutes: float, desk: str = "1") -> None:
    """Call, serve and finish one person."""
    office.attention.call_next(desk, agent=AGENTS[desk])
    clock.move(30)
    office.attention.start(desk, agent=AGENTS[desk])
    clock.move(60 * minutes)
    office.attention.finish(desk, agent=AGENTS[desk], outcome="resolved")


def played(office: OfficeParts, clock: ManualClock, people: int = 16) -> None:
    """Let a morning pass at two desks."""
    office.attention.set_desk("6", DeskState.OPEN, agent="eva")
    for number in range(people):
        walk_in(office)
        clock.move(120)
        if number % 2:
            attend(office, clock, minutes=4)


def test_people_are_told_the_estimate_and_it_is_held_against_what_came(
    office: OfficeParts, child: Child, manual_clock: ManualClock
) -> None:
    turns = [walk_in(office) for _ in range(4)]
    by_forecast = office.board.turn(turns[3])

    refresh(office, child)
    told = office.board.turn(turns[3])
    attend(office, manual_clock, minutes=8)
    attend(office, manual_clock, minutes=8)
    refresh(office, child)

    assert by_forecast.estimated_at is None
    assert told.estimated_at is not None
    assert told.estimate is not None
    assert told.estimate.low < told.estimate.expected < told.estimate.announced <= told.estimate.high
    good = office.waiting.overall(manual_clock.now() - timedelta(hours=1), manual_clock.now())
    assert good is not None
    assert good.turns == 1  # the first was told to come at once
    rows = office.waiting.accuracy(manual_clock.now() - timedelta(hours=1), manual_clock.now())
    assert [one.turns for _, one in rows] == [1]


def test_a_call_that_moves_far_is_told_again(office: OfficeParts, child: Child, manual_clock: ManualClock) -> None:
    office.attention.set_desk("6", DeskState.OPEN, agent="eva")
    turns = [walk_in(office) for _ in range(12)]
    assert refresh(office, child) == 12
    assert refresh(office, child) == 0

    office.attention.set_desk("6", DeskState.PAUSED, agent="eva")
    office.attention.set_desk("6", DeskState.OPEN, agent="eva")
    office.attention.set_desk("6", DeskState.CLOSED, agent="eva")
    manual_clock.move(5)
    told_anew = refresh(office, child)

    with office.database.read() as stores:
        rows = stores.waiting.told(MONDAY_MORNING, MONDAY_MORNING + timedelta(hours=1))
    assert turns[-1].id in {row.turn for row in rows if row.n == 2}
    assert sum(row.n == 2 for row in rows) == told_anew
    assert refresh(office, child) == 0


def test_a_stale_estimate_gives_way_to_the_forecast(
    office: OfficeParts, child: Child, manual_clock: ManualClock
) -> None:
    turn = walk_in(office)
    walk_in(office)
    refresh(office, child)
    assert office.board.turn(turn).estimated_at is not None

    manual_clock.move(121)

    assert office.board.turn(turn).estimated_at is None


def test_a_new_office_learns_from_the_log_after_a_restart(office: OfficeParts, manual_clock: ManualClock) -> None:
    played(office, manual_clock)
    office.waiting.follow()
    known = office.waiting.asked().laws

    again = WaitingService(office.context)
    again.follow()

    assert again.asked().laws == known
    assert known.service("registro").mean < 9
    assert known.way.n == 8


def test_a_day_that_is_over_becomes_a_tally_without_anybody_in_it(
    office: OfficeParts, child: Child, manual_clock: ManualClock
) -> None:
    played(office, manual_clock)
    refresh(office, child)
    manual_clock.move(86_400)

    days = office.waiting.missing_days()
    for day, body in days:
        office.waiting.keep_day(day, body)

    assert [day for day, _ in days] == ["2026-11-23"]
    assert json.loads(days[0][1])["served"]["registro"][0] == 8
    assert "20261123" not in days[0][1]
    assert office.waiting.missing_days() == []
    assert sum(sum(row.values()) for row in office.waiting.pattern().values()) == 8
    assert office.waiting.laws().service("registro").mean < 9
    assert 5 < office.waiting.laws().slot_minutes("registro") < 15


def test_a_planned_desk_counts_before_it_is_open(office: OfficeParts, child: Child) -> None:
    plan = (Shift(frozenset(range(7)), time(8), time(20), frozenset(office.office.desks)),)
    for _ in range(10):
        turn = walk_in(office)
    refresh(office, child)
    alone = office.board.turn(turn).estimate

    office.office = replace(office.office, agenda=replace(office.office.agenda, shifts=plan))
    refresh(office, child)
    planned = office.board.turn(turn).estimate

    assert alone is not None
    assert planned is not None
    assert planned.expected < alone.expected


def test_no_turn_while_the_wait_is_longer_than_the_office_wants(office: OfficeParts, child: Child) -> None:
    for _ in range(12):
        walk_in(office)
    refresh(office, child)
    office.office = replace(office.office, rules=replace(office.office.rules, longest_wait=timedelta(minutes=60)))

    with pytest.raises(Refused) as refused:
        walk_in(office)

    assert refused.value.code == "wait_too_long"
    assert refused.value.retry_at is not None
    assert refused.value.retry_at > office.clock.now()


def test_a_desk_that_calls_nobody_is_named_and_newcomers_are_told_so(
    office: OfficeParts, child: Child, manual_clock: ManualClock
) -> None:
    office.attention.set_desk("4", DeskState.OPEN, agent="eva")  # procedures and information
    office.office = replace(office.office, rules=replace(office.office.rules, longest_wait=timedelta(minutes=20)))
    manual_clock.move(15 * 60)
    refresh(office, child)
    alone = seen(office)
    walk_in(office, "certificado")
    attend(office, manual_clock, minutes=12)  # desk 1 takes them
    walk_in(office, "certificado")
    manual_clock.move(62)
    refresh(office, child)
    left_waiting = seen(office)
    with pytest.raises(Refused) as refused:
        walk_in(office, "informacion")

    office.attention.call_next("4", agent="eva")
    refresh(office, child)

    assert alone == (False, Light.CALM, "ok")
    assert left_waiting == (True, Light.SILENT, "not_calling")
    assert (refused.value.code, refused.value.retry_at) == ("not_calling", None)
    assert seen(office)[:2] == (False, Light.CALM)


def test_a_desk_is_not_absent_because_somebody_is_sent_on_to_it(
    office: OfficeParts, child: Child, manual_clock: ManualClock
) -> None:
    office.attention.set_desk("4", DeskState.OPEN, agent="eva")
    walk_in(office, "registro")
    office.attention.call_next("1", agent="ana")
    office.attention.start("1", agent="ana")
    manual_clock.move(15 * 60)
    office.attention.transfer("1", agent="ana", service="informacion")
    manual_clock.move(20)
    refresh(office, child)
    at_first = seen(office)
    manual_clock.move(61)
    refresh(office, child)

    assert at_first == (False, Light.WATCH, "ok")
    assert seen(office)[:2] == (True, Light.SILENT)


def test_what_was_said_of_a_desk_before_it_opened_says_nothing_of_it_now(
    office: OfficeParts, child: Child, manual_clock: ManualClock
) -> None:
    plan = (Shift(frozenset(range(7)), time(8), time(20), frozenset(office.office.desks)),)
    office.office = replace(office.office, agenda=replace(office.office.agenda, shifts=plan))
    walk_in(office, "certificado")
    refresh(office, child)  # desk 4 ought to be open and is not
    manual_clock.move(1)
    office.attention.set_desk("4", DeskState.OPEN, agent="eva")

    told = office.estimates()

    assert told is not None
    assert "4" in told.away
    assert seen(office) == (False, Light.CALM, "ok")


@pytest.mark.slow
def test_a_child_that_dies_is_started_again(office: OfficeParts, child: Child) -> None:
    office.waiting.follow()
    child.ask(office.waiting.asked())
    first = child.pid
    assert first is not None
    child._process.kill()  # type: ignore[union-attr]
    child._process.wait()  # type: ignore[union-attr]

    child.ask(office.waiting.asked())

    assert child.pid not in (None, first)


def test_a_child_that_hangs_is_killed(office: OfficeParts) -> None:
    office.waiting.follow()
    asked = office.waiting.asked()
    hasty = Child(1, answer_s=0.0)
    try:
        with pytest.raises(Unavailable):
            hasty.ask(asked)
    finally:
        hasty.stop()


def test_the_running_office_keeps_its_estimates_new(office: OfficeParts) -> None:
    work, heard = Work(office.database), []
    estimates = Estimates(office, work, tell=heard.append)
    office.database.on_commit(estimates.committed)
    work.start()
    estimates.start()
    try:
        wait_until(lambda: office.estimates() is not None, 10, "the first estimate")
        turn = work.carry_out(walk_in, office)
        wait_until(lambda: turn.id in office.estimates().turns, 10, "the turn's estimate")  # type: ignore[union-attr]
    finally:
        estimates.stop()
        work.stop()

    assert {"waits"} in heard


def test_tables_of_waits_come_to_an_office_with_people_in_it(tmp_path: Path) -> None:
    file = tmp_path / "office.db"
    at = "2026-11-23T08:00:00.000000Z"
    with schema_before("m0015_waits", file) as old:
        old.execute("insert into visit values ('V', ?, 'present', null, 2)", (at,))
        columns = [row[1] for row in old.execute("pragma table_info(turn)")]
        texts = {"id": "T", "visit": "V", "day": "2026-11-23", "code": "A001", "state": "waiting", "created_at": at}
        row = [
            texts.get(name, "sin_cita" if name == "kind" else "web" if name == "channel" else "") for name in columns
        ]
        kinds = {r[1]: r[2] for r in old.execute("pragma table_info(turn)")}
        values = [0 if kinds[n].lower() == "integer" else v for n, v in zip(columns, row, strict=True)]
        old.execute(f"insert into turn values ({','.join('?' * len(columns))})", values)

    with migrated(file) as made, made.read() as stores:
        days, told = stores.waiting.days_without_tally("2026-12-01"), stores.waiting.latest("2026-11-23")

    assert (days, told) == (["2026-11-23"], [])


# --- what if --------------------------------------------------------------------------------------------------------


@pytest.fixture
def ask(office: OfficeParts, tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """Run the command over the office's log."""
    config = tmp_path / "edge.toml"
    config.write_text(f'office = "carretas4"\ndatabase = "{tmp_path / "carretas4.db"}"\n')

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(whatif, ["--config", str(config), *words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output

    return run


def test_one_desk_less_makes_people_wait_longer(
    office: OfficeParts, manual_clock: ManualClock, ask: Callable[..., tuple[int, str]]
) -> None:
    office.attention.set_desk("6", DeskState.OPEN, agent="eva")
    for number in range(40):
        walk_in(office)
        manual_clock.move(30)
        if number % 2:
            attend(office, manual_clock, minutes=2, desk="1" if number % 4 == 1 else "6")

    code, output = ask("--day", "2026-11-23", "--desks-less", "1", "--at", "09:00-12:00", "--json")

    assert code == 0, output
    answer = json.loads(output.splitlines()[-1])
    assert answer["after"]["wait_mean_min"] > answer["before"]["wait_mean_min"]
    assert "their wait, mean (min)" in output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--day", "2026-11-23", "--desks-less", "1", "--at", "12:00"), "holds too little"),
        (("--day", "2026-11-23", "--desk", "77", "--closed", "12:00-13:00"), "77"),
        (("--day", "2026-11-23"), "say what changes"),
        (("--day", "2026-11-23", "--desk", "1"), "needs --closed"),
        (("--day", "2026-11-23", "--desk", "1", "--closed", "14:00-13:00"), "before it begins"),
        (("--desks-less", "1", "--at", "12:00"), "--day"),
        (("--from", "2026-11-23", "--to", "2026-11-01", "--due-lead", "5"), "before"),
    ],
)
def test_what_cannot_be_answered_is_said_in_words(
    ask: Callable[..., tuple[int, str]], words: tuple[str, ...], says: str
) -> None:
    code, output = ask(*words)

    assert code in (1, 2)
    assert says in output
    assert "Traceback" not in output


def test_a_call_that_could_not_be_noted_is_noted_the_next_time(office: OfficeParts, manual_clock: ManualClock) -> None:
    database = Failing(office.database)
    waiting = WaitingService(replace(office.context, database=database))
    turn = walk_in(office)
    told = Result(manual_clock.now(), {turn.id: Spread(60.0, 120.0, 300.0, 600.0, 700.0)}, {}, 60)
    waiting.follow()
    waiting.record(told)
    office.attention.call_next("1", agent="ana")
    waiting.follow()

    database.fails = True
    with pytest.raises(Unavailable):
        waiting.record(told)
    database.fails = False
    waiting.record(replace(told, turns={}))

    good = office.waiting.overall(manual_clock.now() - timedelta(hours=1), manual_clock.now() + timedelta(seconds=1))
    assert good is not None
    assert good.turns == 1


@dataclass
class Failing:
    """The office's database, which takes no write while it *fails*."""

    inner: OfficeDatabase
    fails: bool = False

    def read(self) -> AbstractContextManager[Stores]:
        return self.inner.read()

    def write(self) -> AbstractContextManager[UnitOfWork]:
        if self.fails:
            raise Unavailable(code="database_unavailable")
        return self.inner.write()
