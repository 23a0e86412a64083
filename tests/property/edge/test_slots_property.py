"""Never more appointments than desks, whatever is booked in whatever order, on whatever day from 2025 to 2030."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from edge.domain.calendars import Calendar, Hours
from edge.domain.plan import Part, Plan, Shares
from edge.domain.shifts import Shift
from edge.domain.slots import Claim, Day, seats

MADRID = ZoneInfo("Europe/Madrid")
WEEK = frozenset(range(7))
QUEUES = ("a", "b", "c")
HOLIDAYS = frozenset({date(2026, 1, 6), date(2027, 12, 25), date(2028, 2, 29)})
CALENDAR = Calendar(
    MADRID, (Hours(WEEK, time(0), time(5)), Hours(WEEK, time(9), time(13))), closed=HOLIDAYS
)  # open when the clocks change

days = st.dates(date(2025, 1, 1), date(2030, 12, 31)) | st.sampled_from(
    [date(2026, 3, 29), date(2026, 10, 25), date(2028, 2, 29), date(2027, 12, 25)]
)
desks = st.dictionaries(
    st.sampled_from("12345"), st.frozensets(st.sampled_from(QUEUES), min_size=1), min_size=1, max_size=5
)
shifts = st.lists(
    st.builds(
        lambda opens, hours, names: Shift(WEEK, time(opens), time(min(opens + hours, 23)), names),
        st.integers(0, 12),
        st.integers(1, 6),
        st.frozensets(st.sampled_from("12345")),
    ),
    max_size=4,
)
shares = st.builds(Shares, st.integers(1, 100), st.integers(1, 100), st.integers(0, 100))
wishes = st.lists(
    st.tuples(
        st.integers(0, 24 * 12),  # steps of five minutes from midnight: also off the grid
        st.integers(1, 4),
        st.sampled_from(QUEUES),
        st.sampled_from(list(Part)),
        st.booleans(),
    ),
    max_size=40,
)


@given(days, desks, shifts, shares, wishes)
def test_at_no_moment_more_people_than_desks_that_serve_them(
    day: date,
    named: dict[str, frozenset[str]],
    when: list[Shift],
    share: Shares,
    asked: list[tuple[int, int, str, Part, bool]],
) -> None:
    plan = Plan(shares=share, shifts=tuple(when), desks=named, window=timedelta(days=4000), notice=timedelta(0))
    midnight = datetime.combine(day, time(0), tzinfo=MADRID)
    now = midnight - timedelta(days=1)
    booked: list[Claim] = []

    for step, quarters, queue, part, video in asked:
        at = datetime.fromtimestamp(midnight.timestamp() + step * 300, tz=ZoneInfo("UTC"))
        want = Claim(at, quarters * plan.grid, queue, part, video)
        if not Day(plan, CALENDAR, day, booked).objection(want, now=now):
            booked.append(want)

    openings = CALENDAR.openings(day)
    for claim in booked:
        assert any(o.opens <= claim.start and claim.end <= o.closes for o in openings)
        at = claim.start
        while at < claim.end:
            here = [c for c in booked if c.start <= at < c.end]
            assert seats([c.queue for c in here], plan.staffed(at.astimezone(MADRID))) == len(here)
            assert sum(c.video for c in here) <= plan.video_desks
            at += timedelta(minutes=5)


@given(days, desks, shares)
def test_what_is_free_can_be_booked_one_after_the_other_until_nothing_is(
    day: date, named: dict[str, frozenset[str]], share: Shares
) -> None:
    plan = Plan(shares=share, desks=named, window=timedelta(days=4000), notice=timedelta(0))
    now = datetime.combine(day, time(0), tzinfo=MADRID) - timedelta(days=1)
    booked: list[Claim] = []

    for _ in range(200):
        want = Claim(now, plan.grid, "a", Part.PUBLIC)
        free = Day(plan, CALENDAR, day, booked).free(want, now=now)
        if not free:
            break
        booked.append(Claim(free[0], plan.grid, "a", Part.PUBLIC))

    assert len(booked) < 200
    most = sum("a" in served for served in named.values()) * 36 + 9  # nine hours of quarters; one hour more in autumn
    assert len(booked) <= most + 4 * len(named)
    assert (day in HOLIDAYS) <= (not booked)
