"""What the log teaches: times that are true, laws that shrink to the catalogue, bands as wide as the record says."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from math import log
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.calendars import Calendar, Hours
from edge.domain.replay import Recorded
from edge.domain.shifts import Shift, windows
from edge.domain.waiting.accuracy import Calibration, ToldRow, record, residual_class
from edge.domain.waiting.laws import Law, drift, fit, laws, prior
from edge.domain.waiting.learning import Day
from edge.domain.waiting.results import Spread
from edge.domain.waiting.tallies import Moments, Tally, count, summed

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Madrid")
WEEK = frozenset(range(5))


def day() -> Day:
    return Day(ZONE, lambda _: 9.0)


def say(known: Day, kind: str, minutes: float, **body: object) -> None:
    known.take(Recorded(kind, NOW + timedelta(minutes=minutes), "test", body))


def served(known: Day, turn: str, *, come: float, call: float, start: float, end: float, **last: object) -> None:
    """Let one walk-in come, be called at desk 1, be served and go; minutes from now."""
    say(known, "turn_issued", come, turn=turn, queue="q", service="s", due_at=None)
    say(known, "turn_arrived", come, turn=turn)
    say(known, "turn_called", call, turn=turn, desk="1")
    say(known, "turn_started", start, turn=turn)
    say(known, "turn_completed", end, turn=turn, **last)


def test_ways_services_and_waits_are_learned() -> None:
    known = day()
    say(known, "desk_open", -5, desk="1")
    served(known, "a", come=0, call=4, start=5, end=15)

    assert known.tally.served["s"].n == 1
    assert known.tally.served["s"].ln == pytest.approx(log(10))
    assert known.tally.way.ln == pytest.approx(0.0)
    assert known.tally.waits == {"10/0": 1}  # 10 o'clock in Madrid, less than five minutes
    assert known.tally.came == {"10/s": 1}


@pytest.mark.parametrize(
    ("end", "facts"),
    [(5.1, {}), (200, {}), (15, {"outcome": "left_open"})],
    ids=["too short", "forgotten", "left open"],
)
def test_times_that_cannot_be_true_are_flagged_and_left_out(end: float, facts: dict) -> None:
    known = day()
    served(known, "a", come=0, call=4, start=5, end=end, **facts)

    assert known.tally.served == {}
    assert known.tally.flagged == {"s": 1}
    assert not known.recent


def test_an_end_that_was_undone_is_taken_back() -> None:
    known = day()
    served(known, "a", come=0, call=4, start=5, end=6)
    say(known, "turn_undone", 6.1, turn="a")
    say(known, "turn_completed", 15, turn="a")

    assert (known.tally.served["s"].n, known.tally.served["s"].ln) == (1, pytest.approx(log(10)))
    assert [round(value, 3) for _, _, value in known.recent] == [round(log(10), 3)]


def test_an_open_desk_that_leaves_people_waiting_was_away() -> None:
    known = day()
    say(known, "desk_open", 0, desk="1")
    served(known, "a", come=1, call=31, start=32, end=40)
    served(known, "b", come=33, call=40.5, start=41, end=45)

    assert known.tally.away.n == 1
    assert known.tally.away.ln == pytest.approx(log(30))
    assert known.tally.turnaround.n == 1


def test_who_is_sent_on_could_be_called_there_only_from_then_on() -> None:
    known = day()
    say(known, "desk_open", 0, desk="1")
    say(known, "turn_issued", 0, turn="a", queue="q", service="s", due_at=None)
    say(known, "turn_arrived", 0, turn="a")
    came = known.ready_at("a")
    say(known, "turn_called", 1, turn="a", desk="1")
    say(known, "turn_started", 1, turn="a")
    say(known, "turn_transferred", 31, turn="a", queue="r", service="t")

    assert (came, known.ready_at("a")) == (NOW, NOW + timedelta(minutes=31))


def test_nobody_on_hold_could_be_called_until_they_are_back() -> None:
    known = day()
    say(known, "desk_open", 0, desk="1")
    say(known, "turn_issued", 0, turn="a", queue="q", service="s", due_at=None)
    say(known, "turn_arrived", 0, turn="a")
    say(known, "turn_called", 1, turn="a", desk="1")
    say(known, "turn_started", 1, turn="a")
    say(known, "turn_held", 2, turn="a")
    held = known.ready_at("a")
    say(known, "turn_resumed", 32, turn="a")

    assert (held, known.ready_at("a")) == (None, NOW + timedelta(minutes=32))


def test_who_is_passed_over_for_a_while_could_be_called_after_it() -> None:
    known, until = day(), NOW + timedelta(minutes=11)
    say(known, "turn_issued", 0, turn="a", queue="q", service="s", due_at=None)
    say(known, "turn_arrived", 0, turn="a")
    say(known, "turn_delayed", 1, turn="a", not_before=until.isoformat())

    assert known.ready_at("a") == until


def test_a_planned_break_is_no_absence() -> None:
    known = day()
    known.planned = lambda _desk, _at: False
    for kind, minutes in (("desk_open", 0), ("desk_paused", 10), ("desk_open", 40), ("desk_closed", 60)):
        say(known, kind, minutes, desk="1")

    assert known.tally.away.n == 0
    assert known.tally.desk_min == 60


def test_a_tally_survives_being_written_down() -> None:
    known = day()
    served(known, "a", come=0, call=4, start=5, end=15)

    assert Tally.read(known.tally.document()) == known.tally
    assert Tally.read({"future": 1}) == Tally()


def test_laws_begin_with_the_catalogue_and_give_way_to_what_is_measured() -> None:
    measured = Tally(served={"s": Moments()})
    for _ in range(200):
        measured.served["s"].add(20.0)

    assert laws(Tally(), {"s": 9.0}, days=1).service("s").mean == pytest.approx(9.0)
    assert laws(measured, {"s": 9.0}, days=1).service("s").mean == pytest.approx(20.0, rel=0.05)
    assert 10 < laws(measured, {"s": 9.0}, days=1).slot_minutes("s") < 25


@given(st.lists(st.floats(1, 60), min_size=1, max_size=30))
def test_a_fit_lies_between_what_was_assumed_and_what_was_measured(times: list[float]) -> None:
    moments = Moments()
    for minutes in times:
        moments.add(minutes)
    before, mean = prior(9.0), moments.ln / moments.n

    after = fit(moments, before)

    assert min(before.mu, mean) - 1e-9 <= after.mu <= max(before.mu, mean) + 1e-9
    assert after.sigma > 0


def test_a_slow_morning_is_noticed() -> None:
    usual = laws(Tally(), {"s": 9.0}, days=1)
    slow = [(NOW - timedelta(minutes=3 * n), "s", usual.service("s").mu + log(1.4)) for n in range(25)]

    today = drift(slow, usual, NOW)

    assert 0.15 < today.mu < log(1.4)
    assert today.sigma < drift([], usual, NOW).sigma


def test_people_who_wait_longer_are_called_in_vain_more_often() -> None:
    learned = Tally()
    for key, n, missed, wait in (("0", 400, 8, 4.0), ("2", 200, 40, 30.0), ("3", 100, 40, 50.0)):
        count(learned.calls, key, n)
        count(learned.missed, key, missed)
        count(learned.waited, key, n * wait)

    found = laws(learned, {}, days=1)

    assert 0.004 < found.ghost_rate < 0.02
    assert found.ghost_share < 0.05


def test_older_days_count_less() -> None:
    one = Tally(left=1.0)

    assert summed([(one, 1.0), (one, 0.5)]).left == 1.5


# --- accuracy -------------------------------------------------------------------------------------------------------

SPREAD = Spread(300.0, 600.0, 800.0, 900.0, 1000.0)


def test_bands_become_as_wide_as_the_record_says() -> None:
    residuals: dict[str, float] = {}
    for came in range(0, 2400, 10):  # much wider than told
        count(residuals, residual_class(SPREAD, came, booked=False), 10.0)

    moved = Calibration.of(residuals).apply(SPREAD)

    assert moved.low < SPREAD.low
    assert moved.high > 1900
    assert moved.low <= moved.mid <= moved.late <= moved.high <= moved.last


def test_without_a_record_nothing_is_corrected() -> None:
    assert Calibration.of({}).apply(SPREAD) == SPREAD
    assert Calibration.of({"5/3": 100.0}).apply(SPREAD) == SPREAD  # another class of wait


def test_what_is_announced_is_p75_or_later_where_five_minutes_more_would_be_likely() -> None:
    assert SPREAD.announced == 820
    assert Spread(0.0, 600.0, 800.0, 1500.0, 1580.0).announced == 1400
    assert Spread(0.0, 600.0, 800.0, 1500.0, 9000.0).announced == 1500  # never outside the band


def told(came: float | None, n: int = 1) -> ToldRow:
    return ToldRow("t", n, "2026-11-23", NOW, "s", "q", booked=False, spread=SPREAD, came_s=came)


def test_the_record_says_error_coverage_and_who_waited_longer() -> None:
    good = record([told(600.0), told(840.0), told(1200.0), told(None), told(5.0, n=2)])

    assert good is not None
    assert (good.turns, good.mean_error, good.bias) == (3, pytest.approx(14 / 3), pytest.approx(-14 / 3))
    assert (good.covered, good.waited_longer) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert record([told(None)]) is None


# --- shifts ---------------------------------------------------------------------------------------------------------


def hours(opens: str, closes: str) -> Hours:
    return Hours(WEEK, time.fromisoformat(opens), time.fromisoformat(closes))


def shift(opens: str, closes: str, *pauses: tuple[str, str]) -> Shift:
    at = time.fromisoformat
    breaks = tuple((at(begin), at(end)) for begin, end in pauses)
    return Shift(WEEK, at(opens), at(closes), frozenset({"1"}), breaks)


def test_a_shift_without_its_breaks_inside_the_opening_hours() -> None:
    calendar = Calendar(ZONE, (hours("09:00", "17:00"),))
    plan = [shift("08:00", "17:00", ("11:00", "11:30"))]
    found = windows(calendar, date(2026, 11, 23), "1", plan, grace=timedelta(minutes=15))

    assert found is not None
    local = [tuple(f"{at.astimezone(ZONE):%H:%M}" for at in row) for row in found]
    assert local == [("09:00", "11:00"), ("11:30", "17:15")]


def test_a_desk_that_nobody_planned_has_no_plan_and_a_closed_day_no_window() -> None:
    calendar = Calendar(ZONE, (hours("09:00", "17:00"),))
    plan = [shift("09:00", "14:00")]

    assert windows(calendar, date(2026, 11, 23), "2", plan, grace=timedelta()) is None
    assert windows(calendar, date(2026, 11, 28), "1", plan, grace=timedelta()) == ()


def test_a_law_says_its_mean() -> None:
    assert Law(log(10), 0.0).mean == pytest.approx(10)
