"""Long random days through the real office: an oracle agrees with every call, and the log rebuilds the turns."""

from __future__ import annotations

import copy
from contextlib import closing
from pathlib import Path

import pytest

from edge.adapters.sqlite.connection import open_reader
from edge.adapters.sqlite.log import types, verify
from edge.adapters.sqlite.replay import differences
from edge.bootstrap.office import OfficeParts
from edge.domain.turns import EVENT_TYPES
from edge.runtime.clock import ManualClock
from tests.fixtures.office import MakeOffice
from tests.fixtures.random_day import RandomDay
from tests.oracle import ASKED_FOR, NAMES, Oracle, read


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_an_independent_reader_of_the_log_agrees_with_every_call(
    make_office: MakeOffice, manual_clock: ManualClock, seed: int
) -> None:
    parts = make_office()
    day = RandomDay(parts, manual_clock, seed)
    day.go(500)
    day.settle()
    day.go(500)

    told = Oracle().follow(read(str(parts.database.path)))
    with closing(open_reader(parts.database.path)) as reader:
        assert differences(reader) == []
        assert verify(reader)[1] == []
    print(f"{day.done} done, {day.refused} refused, {told.calls} calls: {told.by_rule}")
    assert told.wrong == []
    assert told.calls > 80
    assert day.done > 350


@pytest.mark.slow
def test_profiles_that_a_manager_chooses_during_the_day_are_read_from_the_log_too(
    make_office: MakeOffice, manual_clock: ManualClock
) -> None:
    parts = make_office()
    day = RandomDay(parts, manual_clock, 3, is_managed=True)
    day.go(1600)

    told = Oracle().follow(read(str(parts.database.path)))
    with closing(open_reader(parts.database.path)) as reader:
        assert types(reader)["desk_profile_set"] > 5
    assert told.wrong == []
    assert told.calls > 40


@pytest.mark.slow
def test_such_days_hold_every_rule_and_everything_that_may_happen_to_a_turn(
    make_office: MakeOffice, manual_clock: ManualClock
) -> None:
    parts = make_office()
    day = RandomDay(parts, manual_clock, 5)
    for _ in range(36):
        day.go(150)
        day.settle()

    rows = read(str(parts.database.path))
    told = Oracle().follow(rows)

    assert told.wrong == []
    assert set(told.by_rule) == {*NAMES, *ASKED_FOR}
    assert {row["type"] for row in rows} >= {*EVENT_TYPES.values(), "turn_undone"} - {"turn_carried_over"}


@pytest.fixture
def rows(make_office: MakeOffice, manual_clock: ManualClock) -> list[dict]:
    parts: OfficeParts = make_office()
    RandomDay(parts, manual_clock, 1).go(300)
    return read(str(parts.database.path))


@pytest.mark.slow
def test_the_oracle_finds_a_call_that_the_rules_did_not_demand(rows: list[dict]) -> None:
    assert Oracle().follow(rows).wrong == []
    ordered = [n for n, row in enumerate(rows) if row["type"] == "turn_called" and row["body"]["rule"] not in ASKED_FOR]

    for lie in ({"rule": "appointment_early"}, {"eligible": 99}):
        changed = copy.deepcopy(rows)
        changed[ordered[5]]["body"] |= lie
        assert len(Oracle().follow(changed).wrong) == 1

    quiet = copy.deepcopy(rows)
    asked = next(n for n, row in enumerate(rows) if row["type"] == "turn_called" and row["body"]["rule"] in ASKED_FOR)
    quiet[asked]["reason"] = ""
    assert len(Oracle().follow(quiet).wrong) == 1


@pytest.mark.slow
def test_the_oracle_finds_somebody_who_was_passed_over(rows: list[dict]) -> None:
    """A twin of somebody who was called, before them in the line, whom nobody ever called."""
    called = next(r["body"]["turn"] for r in rows if r["type"] == "turn_called" and r["body"]["rule"] not in ASKED_FOR)
    twins = [copy.deepcopy(row) for row in rows if row["type"] in ("turn_issued", "turn_arrived")]
    twins = [row for row in twins if row["body"]["turn"] == called]
    for row in twins:
        row["body"]["turn"] = "0" * 26
    first = next(n for n, row in enumerate(rows) if row["type"] == "turn_arrived" and row["body"]["turn"] == called)

    told = Oracle().follow([*rows[: first + 1], *twins, *rows[first + 1 :]])

    assert told.wrong


def test_a_day_is_the_same_each_time(make_office: MakeOffice, manual_clock: ManualClock, tmp_path: Path) -> None:
    """Otherwise a failure above could not be looked at again."""
    logs = []
    start = manual_clock.now()
    for name in ("one", "two"):
        manual_clock.move((start - manual_clock.now()).total_seconds())
        parts = make_office(folder=tmp_path / name)
        RandomDay(parts, manual_clock, 3).go(40)
        logs.append([(row["type"], row["at"], row["body"].get("code")) for row in read(str(parts.database.path))])

    assert logs[0] == logs[1]
