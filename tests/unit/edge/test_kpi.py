"""What the figures make of rows of the log."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from edge.domain.kpi.closing import close_day, close_quarters, day_window, quarter_windows
from edge.domain.kpi.fairness import fairness
from edge.domain.kpi.figures import Spread, TurnFigures, rank, spread
from edge.domain.kpi.release import may_tell_part, released, released_groups
from edge.domain.kpi.rows import HELP_ASKED, HELP_SEEN, QUARTER_MEASURED, STATES_NOTED, WAIT_TOLD, LogRow, Window
from edge.domain.kpi.turns import TurnFacts, fold

ZONE = ZoneInfo("Europe/Madrid")
DAY = date(2026, 11, 23)
NINE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # nine in Madrid


class Story:
    """Rows of a log, written in minutes after nine."""

    def __init__(self) -> None:
        self.rows: list[LogRow] = []
        self._seq = count(1)

    def add(
        self,
        minute: float,
        what: str,
        /,
        *,
        stream: str = "turns",
        actor: str = "system",
        reason: str = "",
        **body: object,
    ) -> Story:
        self.rows.append(LogRow(stream, next(self._seq), what, NINE + timedelta(minutes=minute), actor, reason, body))
        return self

    def issue(self, minute: float, turn: str = "t", /, *, due: float | None = None, **facts: object) -> Story:
        body = {
            "turn": turn, "visit": f"v-{turn}", "day": DAY.isoformat(), "code": turn.upper(), "queue": "general",
            "service": "dni", "kind": "sin_cita" if due is None else "cita", "channel": "board", "state": "remote",
            "due_at": None if due is None else (NINE + timedelta(minutes=due)).isoformat(),
        }  # fmt: skip
        return self.add(minute, "turn_issued", **{**body, **facts})

    def turn(self, minute: float, what: str, state: str, turn: str = "t", /, **facts: object) -> Story:
        return self.add(minute, f"turn_{what}", turn=turn, state=state, **facts)

    def served(self, turn: str, came: float, called: float, started: float, ended: float, **facts: object) -> Story:
        self.issue(came, turn, **facts).turn(came, "arrived", "waiting", turn)
        self.turn(called, "called", "called", turn, desk="1", rule="longest_waiting")
        self.turn(started, "started", "serving", turn, desk="1")
        return self.turn(ended, "completed", "completed", turn, desk="1", procedures=2)

    def day(self) -> TurnFigures:
        return close_day(self.rows, DAY, ZONE).all

    def facts(self) -> TurnFacts:
        return fold(self.rows)[0]


def test_the_wait_runs_from_the_proven_presence_to_the_service() -> None:
    story = Story().issue(0).turn(5, "arrived", "waiting")
    story.turn(12, "called", "called", desk="1").turn(13, "started", "serving", desk="1")

    facts = story.facts()

    assert (facts.wait_s, facts.way_s) == (8 * 60, 60)


def test_of_an_appointment_the_wait_does_not_begin_before_its_slot() -> None:
    story = Story().issue(0, due=30).turn(10, "arrived", "waiting")
    story.turn(36, "called", "called", desk="1").turn(37, "started", "serving", desk="1")

    facts = story.facts()

    assert (facts.wait_s, facts.delay_s) == (7 * 60, 6 * 60)


def test_an_appointment_that_is_called_early_did_not_wait() -> None:
    story = Story().issue(0, due=30).turn(1, "arrived", "waiting")
    story.turn(5, "called", "called", desk="1").turn(6, "started", "serving", desk="1")

    assert (story.facts().wait_s, story.facts().delay_s) == (0, 0)


def test_a_person_who_was_missed_and_came_back_is_counted_once_with_the_whole_wait() -> None:
    story = Story().issue(0).turn(0, "arrived", "waiting")
    story.turn(10, "called", "called", desk="1").turn(11, "missed", "missed").turn(15, "returned", "waiting")
    story.turn(20, "called", "called", desk="1").turn(21, "started", "serving").turn(30, "completed", "completed")

    day = story.day()

    assert (day.wait, day.calls, day.returned, day.no_show, day.served) == (spread([21 * 60]), 2, 1, 0, 1)


def test_a_transfer_adds_to_the_service_and_not_to_the_wait() -> None:
    story = Story().issue(0).turn(0, "arrived", "waiting").turn(2, "called", "called", desk="1")
    story.turn(3, "started", "serving").turn(8, "transferred", "waiting").turn(20, "called", "called", desk="2")
    story.turn(21, "started", "serving").turn(24, "completed", "completed")

    day = story.day()

    assert (day.wait.total_s, day.service.total_s, day.visit.total_s, day.transferred) == (180, 480, 24 * 60, 1)


def test_a_call_that_was_taken_back_never_was() -> None:
    story = Story().issue(0).turn(0, "arrived", "waiting").turn(2, "called", "called", desk="1")
    story.turn(2.1, "call_undone", "waiting").turn(9, "called", "called", desk="1").turn(10, "started", "serving")
    story.turn(10.1, "start_undone", "called").turn(12, "started", "serving").turn(15, "completed", "completed")

    day = story.day()

    assert (day.calls, day.wait.total_s) == (1, 12 * 60)


def test_a_service_that_was_ended_by_mistake_goes_on() -> None:
    story = Story().served("a", 0, 2, 3, 9).turn(9.1, "undone", "serving", "a", undone="turn_completed")
    story.turn(20, "completed", "completed", "a")

    day = story.day()

    assert (day.served, day.way.total_s, day.visit.total_s) == (1, 60, 20 * 60)


def test_a_transfer_that_was_taken_back_is_none() -> None:
    story = Story().issue(0).turn(0, "arrived", "waiting").turn(2, "called", "called", desk="1")
    story.turn(3, "started", "serving").turn(8, "transferred", "waiting")
    story.turn(8.1, "undone", "serving", undone="turn_transferred").turn(12, "completed", "completed")

    day = story.day()

    assert (day.transferred, day.served, day.way.total_s) == (0, 1, 60)


def test_a_service_that_nobody_ended_counts_and_is_not_measured() -> None:
    story = Story().served("a", 0, 1, 2, 12)
    story.issue(0, "b").turn(0, "arrived", "waiting", "b").turn(1, "called", "called", "b", desk="2")
    story.turn(2, "started", "serving", "b").turn(60, "completed", "completed", "b", outcome="left_open")
    story.served("c", 0, 1, 2, 200)

    day = story.day()

    assert (day.served, day.inaccurate, day.service) == (3, 2, spread([600]))


def test_every_turn_ends_in_exactly_one_way() -> None:
    story = Story().served("a", 0, 1, 2, 3)
    story.issue(0, "b").turn(1, "arrived", "waiting", "b").turn(5, "cancelled", "cancelled", "b")
    story.issue(0, "c").turn(30, "expired", "expired", "c")
    story.issue(0, "d").turn(1, "arrived", "waiting", "d").turn(600, "expired", "expired", "d")
    story.issue(0, "e").turn(1, "arrived", "waiting", "e").turn(2, "called", "called", "e", desk="1")
    story.turn(3, "missed", "missed", "e").turn(33, "no_show", "no_show", "e")
    story.issue(0, "f").turn(1, "arrived", "waiting", "f").turn(2, "called", "called", "f", desk="2")
    story.turn(3, "started", "serving", "f").turn(4, "held", "on_hold", "f").turn(600, "expired", "expired", "f")
    story.issue(0, "g").turn(1, "arrived", "waiting", "g").turn(600, "carried_over", "carried_over", "g")
    story.issue(0, "h")

    day = story.day()

    ends = (day.served, day.abandoned, day.not_arrived, day.unattended, day.no_show, day.broken_off, day.carried_over)
    assert ends == (1, 1, 1, 1, 1, 1, 1)
    assert day.issued == sum(ends) + 1  # one is still open


def test_a_turn_belongs_to_its_day_also_after_midnight() -> None:
    late = 15 * 60 - 10  # ten to midnight
    story = Story().served("a", late, late + 15, late + 16, late + 30)

    quarters = close_quarters(story.rows, quarter_windows(day_window(date(2026, 11, 24), ZONE))[:2])

    assert story.day().served == 1
    assert close_day(story.rows, date(2026, 11, 24), ZONE).all == TurnFigures()
    assert [(q.all.issued, q.all.wait.n, q.all.served) for q in quarters] == [(0, 1, 0), (0, 0, 1)]


def test_refusals_count_by_reason_and_channel() -> None:
    story = Story()
    for minute, reason, channel in ((1, "queue_full", "web"), (2, "queue_full", "poster"), (3, "no_desk", "web")):
        story.add(minute, "turn_refused", reason=reason, service="dni", queue="general", channel=channel)

    closed = close_day(story.rows, DAY, ZONE)

    assert dict(closed.all.refused) == {"no_desk": 1, "queue_full": 2}
    assert dict(closed.channels["web"].refused) == {"no_desk": 1, "queue_full": 1}


def test_the_error_of_an_announced_wait_is_measured_at_the_call() -> None:
    story = Story().issue(0).turn(0, "arrived", "waiting").add(0, WAIT_TOLD, turn="t", wait_s=600)
    story.add(5, WAIT_TOLD, turn="t", wait_s=60)  # later ones are easier and do not count
    story.turn(16, "called", "called", desk="1")

    day = story.day()

    assert (day.eta, day.eta_longer) == (spread([360]), 1)


def test_desks_are_busy_while_somebody_is_called_or_served_and_a_pause_is_not_open() -> None:
    story = Story()
    for minute, state in ((0, "open"), (30, "paused"), (40, "open"), (60, "closed")):
        story.add(minute, f"desk_{state}", stream="desks", desk="1", state=state)
    story.served("a", 0, 5, 6, 25)

    house = close_day(story.rows, DAY, ZONE).house

    assert (house.desk_open_s, house.desk_busy_s) == (50 * 60, 20 * 60)


def test_of_a_day_that_goes_on_a_desk_is_open_until_now_and_not_till_midnight() -> None:
    story = Story().add(10, "desk_open", desk="1", state="open").served("a", 11, 12, 13, 18)

    now = close_day(story.rows, DAY, ZONE, until=NINE + timedelta(minutes=40)).house
    over = close_day(story.rows, DAY, ZONE, until=NINE + timedelta(days=2)).house

    assert (now.desk_open_s, now.desk_busy_s) == (30 * 60, 6 * 60)
    assert over == close_day(story.rows, DAY, ZONE).house


def test_a_desk_that_was_open_when_the_time_began_is_known_from_the_note_of_the_night() -> None:
    story = Story().add(-600, STATES_NOTED, stream="office", desks={"1": "open"}, devices={"ticket-1": "ok"})
    story.add(30, "device_status", stream="devices", device="ticket-1", kind="printer", state="offline")

    quarter = close_quarters(story.rows, [Window(NINE, NINE + timedelta(hours=1))])[0]

    assert quarter.house.desk_open_s == 3600
    assert dict(quarter.house.devices) == {"ticket-1": (1800, 3600)}


def test_time_in_which_a_device_is_unknown_counts_for_nothing() -> None:
    story = Story()
    for minute, state in ((0, "ok"), (10, "unknown"), (20, "degraded"), (30, "failed")):
        story.add(minute, "device_status", stream="devices", device="a4", kind="printer", state=state)

    house = close_quarters(story.rows, [Window(NINE, NINE + timedelta(minutes=40))])[0].house

    assert dict(house.devices) == {"a4": (20 * 60, 30 * 60)}


def test_people_inside_have_a_maximum_and_while_a_desk_is_open_a_minimum() -> None:
    story = Story().add(0, "desk_open", stream="desks", desk="1", state="open")
    for minute, people in ((-30, 0), (5, 12), (10, 4), (70, 0)):
        story.add(minute, "occupancy_counted", stream="occupancy", people=people, level="free")
    story.add(60, "desk_closed", stream="desks", desk="1", state="closed")
    story.add(15, QUARTER_MEASURED, stream="occupancy", start=NINE.isoformat(), seconds=900, seen_s=600, doors=1)

    house = close_day(story.rows, DAY, ZONE).house

    assert (house.people_most, house.people_least) == (12, 0)
    assert (house.measured_s, house.measurable_s) == (600, 900)


def test_documents_and_prints_are_counted_from_the_log() -> None:
    story = Story()
    story.add(1, "documents_submitted", actor="phone", documents=["d1", "d2"], receipt="r1")
    story.add(2, "documents_submitted", actor="phone", documents=["d3"], receipt="r2")
    ends = {"a": ["done"], "b": ["partial"], "c": ["expired", "done"], "d": ["failed"], "e": ["held"], "scan": ["done"]}
    for job, states in ends.items():
        ability = "scan" if job == "scan" else "print_ticket"
        story.add(3, "job_queued", stream="devices", job=job, device="p", turn="", ability=ability)
        for n, state in enumerate(states):
            story.add(4 + n, f"job_{state}", stream="devices", job=job, device="p", turn="")

    house = close_day(story.rows, DAY, ZONE).house
    quarter = close_quarters(story.rows, [Window(NINE + timedelta(minutes=15), NINE + timedelta(minutes=30))])[0].house

    assert (house.submissions, house.documents) == (2, 3)
    assert (house.printed, house.printed_partly, house.not_printed) == (2, 1, 1)
    assert (quarter.documents, quarter.printed) == (0, 0)


def test_a_quarter_that_was_noted_again_counts_once_by_its_last_note() -> None:
    story = Story()
    for minute, seen in ((15, 600), (16, 700), (30, 900)):
        start = NINE if minute < 30 else NINE + timedelta(minutes=15)
        story.add(
            minute, QUARTER_MEASURED, stream="occupancy", start=start.isoformat(), seconds=900, seen_s=seen, doors=1
        )

    house = close_day(story.rows, DAY, ZONE).house

    assert (house.measured_s, house.measurable_s) == (1600, 1800)


def test_a_call_from_hold_that_was_taken_back_counts_once() -> None:
    story = Story().served("t", 0, 2, 3, 9)
    story.rows.pop()  # not completed: put on hold instead
    story.turn(5, "held", "on_hold").turn(6, "called", "called", desk="1", rule="resumed")
    story.turn(6.1, "undone", "on_hold", undone="turn_called").turn(8, "called", "called", desk="1", rule="resumed")
    story.turn(9, "started", "serving").turn(12, "completed", "completed")

    [turn] = fold(story.rows)

    assert len(turn.calls) == 2


def test_a_share_that_would_give_a_small_group_away_is_not_told() -> None:
    part = ("paper", "helper")

    def may_tell(**groups: int) -> bool:
        return may_tell_part(groups, released_groups(groups), part)

    assert not may_tell(paper=20, helper=3, board=5, web=5)  # 20 are told, 23 would be: three by the helper
    assert not may_tell(paper=6, helper=7, board=2, web=30)  # what hides the board's two is the paper's six
    assert not may_tell(paper=1, helper=2, board=9)
    assert not may_tell(paper=2, helper=4, board=1, web=9)
    assert not may_tell(paper=30, helper=8, web=3)
    assert may_tell(paper=20, helper=8, board=5)
    assert may_tell(paper=20, helper=8, board=0, web=9)
    assert may_tell(paper=2, helper=3, board=9, web=0)


def test_a_slot_that_was_given_back_and_booked_again_was_reused_once() -> None:
    story, slot = Story(), (NINE + timedelta(hours=2)).isoformat()
    facts = {"service": "dni", "slot_at": slot, "channel": "web"}
    story.add(0, "appointment_booked", appointment="a", **facts)
    story.add(1, "appointment_cancelled_citizen", appointment="a", **facts)
    story.add(2, "appointment_booked", appointment="b", **facts)
    story.add(3, "appointment_booked", appointment="c", **facts)

    house = close_day(story.rows, DAY, ZONE).house

    assert (house.booked, house.cancelled, house.freed, house.reused) == (3, 1, 1, 1)


def test_an_answer_to_a_call_for_help_is_timed() -> None:
    story = Story().add(0, HELP_ASKED, stream="alerts", alert="h1", kind="help")
    story.add(0.5, HELP_ASKED, stream="alerts", alert="e1", kind="emergency").add(
        1, HELP_SEEN, stream="alerts", alert="e1"
    )
    story.add(1.5, HELP_SEEN, stream="alerts", alert="h1")

    assert close_day(story.rows, DAY, ZONE).house.help == spread([90])


def test_a_call_out_of_order_says_whom_it_overtook_and_by_how_much() -> None:
    story = Story()
    for n, turn in enumerate("abc"):
        story.issue(n, turn).turn(n, "arrived", "waiting", turn)
    story.add(
        9,
        "turn_called",
        turn="c",
        state="called",
        desk="1",
        rule="chosen_by_agent",
        reason="emergency",
        actor="agent:eva",
    )
    story.turn(10, "called", "called", "a", desk="2", rule="longest_waiting")

    found = fairness(fold(story.rows))

    assert found.calls == 2
    assert found.rules == (("chosen_by_agent", 1), ("longest_waiting", 1))
    assert found.reasons == (("emergency", 1),)
    assert [(o.code, o.overtaken, o.cost_s, o.actor) for o in found.overrides] == [("C", 2, 120, "agent:eva")]


@pytest.mark.parametrize(("percent", "value"), [(50, 5), (80, 8), (90, 9), (100, 10), (1, 1)])
def test_percentiles_are_by_nearest_rank(percent: int, value: int) -> None:
    assert rank(list(range(1, 11)), percent) == value


def test_nothing_measured_is_an_empty_spread() -> None:
    assert spread([None, None]) == Spread()
    assert Spread().mean_s is None
    assert spread([1, 2]).mean_s == 2  # halves up


@pytest.mark.parametrize(("n", "told"), [(0, 0), (1, None), (4, None), (5, 5), (900, 900)])
def test_one_to_four_people_are_not_told(n: int, told: int | None) -> None:
    assert released(n) == told


def test_a_single_small_group_cannot_be_found_by_subtraction() -> None:
    assert released_groups({"web": 50, "paper": 3, "board": 9}) == {"web": 50, "paper": None, "board": None}
    assert released_groups({"web": 50, "paper": 0}) == {"web": 50, "paper": 0}
    assert released_groups({"web": 50, "paper": 3, "board": 4}) == {"web": 50, "paper": None, "board": None}
