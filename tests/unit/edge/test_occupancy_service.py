"""The count over a real database: several doors, blind minutes, audits, staff, limits of today, levels."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from edge.adapters.sqlite.outgoing import SqliteOutgoingLog
from edge.bootstrap.config import EdgeConfig
from edge.bootstrap.office import OfficeParts
from edge.contracts.cameras import AuditReport, AuditRow, CameraShapes, LayoutUsed, LineShape, ZoneShape
from edge.contracts.counting import CameraNow
from edge.contracts.shapes import digest
from edge.domain.errors import BadInput, RuleViolation
from edge.domain.occupancy import CapacityLevel
from edge.domain.turns import Channel, TurnState
from edge.runtime.clock import ManualClock
from edge.runtime.ids import new_ulid
from edge.services.occupancy import AnotherTime
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.office import take
from tests.unit.edge.counters import CLOSED, HOUR, kinds, log, minute, report, state

# --- doors ----------------------------------------------------------------------------------------------------------


def test_several_doors_make_one_count_and_each_keeps_its_day(office: OfficeParts) -> None:
    office.occupancy.totals(report(30, 10))
    office.occupancy.totals(report(6, 12, camera="back"))

    now, view = state(office), office.occupancy.today()

    assert (now.people, now.people_in, now.people_out, now.ratio_permille) == (14, 36, 22, 1636)
    assert now.low <= 14 <= now.high
    assert [(door.door, door.flow.people_in, door.flow.ratio_permille) for door in view.doors] == [
        ("hall/back/door", 6, 500),
        ("hall/front/door", 30, 3000),
    ]


def test_a_repeated_report_is_no_change_and_an_older_epoch_is_refused(office: OfficeParts) -> None:
    ledger = office.occupancy.totals(report(30, 10))
    again = office.occupancy.totals(report(30, 10))

    assert again.version == ledger.version
    with pytest.raises(AnotherTime):
        office.occupancy.totals(report(99, epoch=new_ulid(MONDAY_MORNING - timedelta(days=1))))
    with pytest.raises(AnotherTime):
        office.occupancy.totals(report(99, epoch=new_ulid(MONDAY_MORNING + timedelta(days=1))))
    assert state(office).people == 20


def test_the_count_survives_a_restart(office: OfficeParts, tmp_path: Path, manual_clock: ManualClock) -> None:
    office.occupancy.totals(report(30, 10))
    office.counts.interval(minute(0))
    config = EdgeConfig(office="carretas4", database=str(tmp_path / "carretas4.db"))
    again = OfficeParts(config, manual_clock, exclusive=False)

    before = state(again)
    again.occupancy.totals(report(31, 10))
    after = state(again)
    with again.database.read() as stores:
        pace = stores.ledger.get().pace
    again.database.close()

    assert (before.people, after.people, state(office).people) == (20, 21, 21)
    assert pace.keys() == {"hall/front/door"}


# --- blind minutes --------------------------------------------------------------------------------------------------


def seen_well(parts: OfficeParts, clock: ManualClock, minutes: int = 15) -> None:
    parts.occupancy.totals(report(30, 10))
    parts.occupancy.correct(20, actor="agent:ana", reason="counted_by_hand")
    clock.move(60 * minutes + 1)
    for n in range(minutes):
        parts.counts.interval(minute(n))


def test_a_covered_door_widens_the_bounds_and_makes_the_count_doubtful(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    seen_well(office, manual_clock)
    well = state(office)

    manual_clock.move(60)
    office.counts.interval(minute(15, 0, 0, coverage_s=0.0, health="invalid", reason="covered"))
    blind = state(office)

    assert (well.health, well.low, well.high) == ("ok", 20, 20)
    assert (blind.health, blind.why, blind.blind_s, blind.people) == ("degraded", ["blind_minutes"], 60, 20)
    assert blind.low < 20 < blind.high
    assert blind.high - 20 > 20 - blind.low


def test_a_hand_count_ends_the_doubt(office: OfficeParts, manual_clock: ManualClock) -> None:
    seen_well(office, manual_clock)
    office.counts.interval(minute(15, 0, 0, health="invalid"))

    office.occupancy.correct(24, actor="agent:ana", reason="counted_by_hand")

    assert (state(office).low, state(office).high, state(office).health) == (24, 24, "ok")


def test_a_counter_that_died_is_doubted_while_it_is_silent_and_for_the_gap_it_left(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    seen_well(office, manual_clock)
    manual_clock.move(600)
    silent = state(office)

    later = new_ulid(manual_clock.now())
    office.counts.interval(minute(25, epoch=later))
    back = state(office)

    assert silent.why == ["silent_camera", "wide_bounds"]
    assert silent.high > 20
    assert back.why == ["blind_minutes", "wide_bounds"]
    assert back.blind_s == 600


def test_an_interval_told_twice_widens_once(office: OfficeParts, manual_clock: ManualClock) -> None:
    seen_well(office, manual_clock)
    covered = minute(15, 0, 0, health="invalid")

    told = [office.counts.interval(covered) for _ in range(3)]

    assert told == [True, False, False]
    assert state(office).blind_s == 60


def test_a_night_without_a_counter_is_no_blindness(office: OfficeParts, manual_clock: ManualClock) -> None:
    seen_well(office, manual_clock)
    manual_clock.move(CLOSED)
    office.housekeeping.tidy()
    manual_clock.move(10 * HOUR)
    dawn = state(office)

    office.counts.interval(minute(0, 0, 0, start=manual_clock.now(), epoch=new_ulid(manual_clock.now())))

    assert (dawn.low, dawn.high) == (0, 0)
    assert (state(office).low, state(office).high, state(office).blind_s) == (0, 0, 0)


def test_nobody_waits_for_a_camera_that_was_taken_away(office: OfficeParts, manual_clock: ManualClock) -> None:
    seen_well(office, manual_clock)
    manual_clock.move(600)

    office.occupancy.totals(report(0, camera="back", cameras=[CameraNow(camera="back", health="ok")]))

    assert state(office).why == []


@pytest.mark.parametrize(
    ("begins", "length"),
    [
        (timedelta(minutes=20), timedelta(days=3650)),
        (timedelta(minutes=20), timedelta(minutes=7)),  # its end is further ahead than clocks differ
        (timedelta(minutes=-180), timedelta(hours=2, minutes=1)),
        (timedelta(minutes=20), timedelta()),
        (timedelta(minutes=20), timedelta(minutes=-1)),
    ],
)
def test_a_record_that_cannot_be_of_now_says_nothing_of_the_doors_but_the_centre_gets_it(
    office: OfficeParts, manual_clock: ManualClock, begins: timedelta, length: timedelta
) -> None:
    office.occupancy.totals(report(30, 10))
    seen_well(office, manual_clock)
    start = MONDAY_MORNING + begins
    record = minute(20, start=start - timedelta(minutes=20), end=start + length)
    with office.database.read() as stores:
        before = stores.ledger.get()

    assert not office.counts.interval(record)

    with office.database.read() as stores:
        assert stores.ledger.get() == before
    queued = SqliteOutgoingLog(office.database, manual_clock.now).rows("telemetry", 0, 100)
    assert queued[-1].body["end"] == msgspec.to_builtins(record.end)
    manual_clock.move(HOUR)
    assert state(office).why == ["silent_camera", "wide_bounds"]


# --- too wide to say anything ---------------------------------------------------------------------------------------


def test_bounds_wider_than_half_the_capacity_make_the_count_doubtful_until_somebody_counts(office: OfficeParts) -> None:
    office.office = replace(office.office, limits=replace(office.office.limits, capacity=40))
    found = []
    for crossings in range(0, 3000, 20):
        office.occupancy.totals(report(10 + crossings, crossings))
        now = state(office)
        found.append((now.high - now.low > 20, now.health, now.why))
    office.occupancy.correct(12, actor="agent:ana", reason="counted_by_hand")

    assert {(width, health, *why) for width, health, why in found} == {
        (False, "ok"),
        (True, "degraded", "wide_bounds"),
    }
    assert (state(office).health, state(office).why) == ("ok", [])


# --- audits ---------------------------------------------------------------------------------------------------------


def audit(missed_in: int, missed_out: int, of: int = 400, **facts: object) -> AuditReport:
    def row(line: str, direction: str, missed: int) -> AuditRow:
        good = {"precision": 1.0, "recall": 1.0, "f1": 1.0, "wape": 0.0, "bias": 0.0, "geh": 0.0}
        seen = {"truth": of, "counted": of - missed, "matched": of - missed, "missed": missed, "extra": 0}
        return AuditRow(line=line, direction=direction, f1_low=1.0, f1_high=1.0, **good, **seen)  # type: ignore[arg-type]

    made = AuditReport(
        id="audit-7",
        kind="live",
        group="hall",
        camera="front",
        started_at=MONDAY_MORNING,
        seconds=3600.0,
        coverage_s=3600.0,
        tolerance_s=1.0,
        bin_s=900.0,
        layout="0123456789abcdef",
        model="nanodet",
        model_sha256="00",
        version="1",
        rows=[row("door", "in", missed_in), row("door", "out", missed_out), row("aisle", "in", of), row("", "both", 0)],
        bins=[],
    )
    return msgspec.structs.replace(made, **facts)


def test_an_audit_sets_the_bounds_of_its_camera(office: OfficeParts) -> None:
    office.occupancy.totals(report(400, 390))
    assumed = state(office)

    office.audits.report(audit(4, 4))
    exact = state(office)
    office.audits.report(audit(40, 4, id="audit-8", model_sha256="01"))
    skewed = state(office)

    assert exact.high - exact.low < assumed.high - assumed.low
    assert skewed.high > exact.high + 20  # who came in was missed more often than who left
    assert [(a.camera, a.crossings) for a in office.occupancy.today().audits] == [("hall/front", 800)]
    kind, _, body = log(office)[-1]
    assert (kind, body["audit"], body["audits"], body["in"]) == (
        "accuracy_measured",
        "audit-8",
        1,  # another model: what the one before had seen holds no more
        {"truth": 400, "missed": 40, "counted": 360, "extra": 0},  # the aisle is no door
    )


def test_a_small_audit_never_throws_a_good_one_away(office: OfficeParts) -> None:
    office.occupancy.totals(report(400, 395))
    unaudited = state(office).high
    office.audits.report(audit(0, 0, of=1, id="tiny"))
    tiny = state(office).high
    office.audits.report(audit(5, 5, of=500, id="good", layout="fedcba9876543210"))  # another camera was drawn anew
    good = state(office).high
    office.audits.report(audit(1, 1, of=1, id="a slip of the finger"))
    slip = state(office).high
    office.audits.report(audit(1, 1, of=1, id="a slip of the finger"))

    assert tiny <= unaudited
    assert good < unaudited
    assert good <= slip <= good + 1
    assert state(office).high == slip  # the same report is summed once
    assert [a.crossings for a in office.occupancy.today().audits] == [1004]
    _, _, body = log(office)[-1]
    assert (body["audit"], body["audits"], body["in"]["truth"]) == ("a slip of the finger", 3, 1)


def test_an_audit_of_an_older_program_is_replaced(office: OfficeParts) -> None:
    office.occupancy.totals(report(400, 395))
    seen = {"truth": 500, "missed": 5, "counted": 495, "extra": 0}
    old = {"cameras": {"hall/front": {"source": "a", "at": "2026-11-20T08:00:00Z", "into": seen, "out": seen}}}
    with office.database.write() as uow:
        uow.settings.put("accuracy", json.dumps(old), "0", at=MONDAY_MORNING, actor="device:hall")
        uow.commit()
    before = [a.crossings for a in office.occupancy.today().audits]

    office.audits.report(audit(0, 0, of=20))

    assert (before, [a.crossings for a in office.occupancy.today().audits]) == ([1000], [40])


def test_an_audit_of_lines_that_are_drawn_anew_does_not_hold_any_more(office: OfficeParts) -> None:
    line = LineShape(name="door", points=((9, 9), (9, 90)), door=True)
    cameras = [CameraShapes(camera="front", lines=[line]), CameraShapes(camera="back", lines=[line])]
    told = LayoutUsed(group="hall", epoch="E", version=0, digest=digest(cameras), at=MONDAY_MORNING, cameras=cameras)
    office.layouts.adopt(told)
    office.occupancy.totals(report(400, 390))
    assumed = state(office)
    office.audits.report(audit(4, 4))

    def draw(camera: str, version: int, **facts: object) -> list[str]:
        shapes = CameraShapes(camera=camera, **{"lines": [line], **facts})  # type: ignore[arg-type]
        office.layouts.save("hall", [shapes], version=version, reason="trial", actor="agent:1", sizes={})
        return [one.camera for one in office.occupancy.today().audits]

    area = [(10.0, 10.0), (90.0, 10.0), (90.0, 90.0)]
    assert draw("front", 1, zones=[ZoneShape(name="hall", points=area)]) == ["hall/front"]
    assert draw("back", 2, masks=[area]) == ["hall/front"]
    assert draw("front", 3, masks=[area]) == []
    assert (state(office).low, state(office).high) == (assumed.low, assumed.high)
    assert log(office)[-1][0] == "accuracy_outdated"
    with pytest.raises(BadInput, match="not counted any more"):
        office.audits.report(audit(4, 4, id="audit-8", ended="changed"))


def test_an_audit_does_not_hold_any_more_once_its_camera_was_moved(office: OfficeParts) -> None:
    cameras = [CameraShapes(camera="front", lines=[LineShape(name="door", points=((9, 9), (9, 90)))])]
    told = LayoutUsed(group="hall", epoch="E", version=0, digest=digest(cameras), at=MONDAY_MORNING, cameras=cameras)
    office.layouts.adopt(told)
    office.occupancy.totals(report(400, 390))
    office.audits.report(audit(4, 4))

    office.layouts.save("hall", cameras, version=1, reason="camera_moved", actor="agent:1", sizes={})

    assert office.occupancy.today().audits == ()


def test_an_audit_that_saw_nobody_is_refused(office: OfficeParts) -> None:
    with pytest.raises(BadInput, match="saw nobody"):
        office.audits.report(audit(0, 0, of=0))


# --- people ---------------------------------------------------------------------------------------------------------


def test_a_correction_is_audited_with_what_it_replaced_and_undone_within_a_minute(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    office.occupancy.totals(report(30, 10))
    office.occupancy.correct(2, actor="agent:ana", reason="camera_fault")
    office.occupancy.totals(report(33, 10))

    office.occupancy.undo(actor="agent:eva")

    assert state(office).people == 23
    assert [kind for kind in kinds(office) if "capacity" not in kind] == [
        "occupancy_anchored",
        "occupancy_correction_undone",
    ]
    _, reason, body = log(office)[0]
    assert (reason, body["people"], body["was"]) == ("camera_fault", 2, 20)
    assert body["low"] < 20 < body["high"]
    office.occupancy.correct(2, actor="agent:ana", reason="camera_fault")
    manual_clock.move(61)
    with pytest.raises(RuleViolation) as error:
        office.occupancy.undo(actor="agent:ana")
    assert error.value.code == "nothing_to_undo"


def test_staff_are_noted_at_a_door_of_everybody(office: OfficeParts) -> None:
    office.occupancy.totals(report(30, 10))
    office.occupancy.totals(report(4, camera="back", staff=True))

    office.occupancy.staff_passed(3, actor="agent:ana")
    office.occupancy.staff_passed(-1, actor="agent:ana")
    now = state(office)

    assert (now.people, now.staff, now.visitors) == (24, 6, 18)
    with pytest.raises(BadInput):
        office.occupancy.staff_passed(0, actor="agent:ana")


def test_only_visitors_count_where_the_office_says_so(office: OfficeParts) -> None:
    office.office = replace(office.office, limits=replace(office.office.limits, capacity=40, counts_staff=False))
    office.occupancy.totals(report(38))
    office.occupancy.totals(report(5, camera="back", staff=True))

    now = state(office)

    assert (now.people, now.visitors, now.state, now.counts_staff) == (43, 38, "nearly_full", False)


# --- limits ---------------------------------------------------------------------------------------------------------


def test_the_limit_of_today_is_in_force_at_once_everywhere_and_over_tomorrow(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    office.occupancy.totals(report(20))
    authorised = state(office).capacity

    office.occupancy.limit(20, for_good=False, actor="agent:luis", reason="distance")
    now = state(office)
    board = office.board.snapshot(seq=1, capacity=now, notices={})
    newcomer = take(office, channel=Channel.HELPER, present=True)

    assert (now.capacity, now.authorised, now.state) == (20, authorised, "full")
    assert board.wait_outside
    assert newcomer.wait_outside
    assert [(kind, reason) for kind, reason, _ in log(office)] == [
        ("capacity_limited", "distance"),
        ("capacity_changed", ""),
    ]

    manual_clock.move(24 * HOUR)
    office.housekeeping.tidy()
    assert (state(office).capacity, state(office).state) == (authorised, "free")


def test_a_level_that_time_ends_is_an_event(office: OfficeParts, manual_clock: ManualClock) -> None:
    office.occupancy.totals(report(20))
    office.occupancy.limit(20, for_good=False, actor="agent:luis", reason="works")
    manual_clock.move(15.5 * HOUR)

    assert office.occupancy.settle()
    assert not office.occupancy.settle()
    assert log(office)[-1][2]["was"] == "full"
    assert log(office)[-1][2]["lasted_s"] == 15.5 * HOUR


def test_a_limit_for_good_stays_until_the_authorised_number_lifts_it(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    authorised = office.office.limits.capacity
    office.occupancy.limit(25, for_good=True, actor="agent:luis", reason="works")
    office.occupancy.limit(15, for_good=False, actor="agent:luis", reason="staffing")
    today = state(office).capacity
    manual_clock.move(24 * HOUR)
    tomorrow = state(office).capacity

    office.occupancy.limit(authorised, for_good=True, actor="agent:luis", reason="back_to_normal")

    assert (today, tomorrow, state(office).capacity) == (15, 25, authorised)


@pytest.mark.parametrize(("people", "code"), [(0, "bad_limit"), (10_000, "above_authorised")])
def test_no_limit_is_above_what_is_authorised(office: OfficeParts, people: int, code: str) -> None:
    with pytest.raises(BadInput) as error:
        office.occupancy.limit(people, for_good=False, actor="agent:luis", reason="works")

    assert error.value.code == code
    assert kinds(office) == []


def test_a_document_that_authorises_less_wins_over_an_older_limit(office: OfficeParts) -> None:
    office.occupancy.limit(25, for_good=True, actor="agent:luis", reason="works")

    office.office = replace(office.office, limits=replace(office.office.limits, capacity=12))

    assert state(office).capacity == 12


# --- levels ---------------------------------------------------------------------------------------------------------


def test_the_minutes_at_full_are_told_by_state_and_event(office: OfficeParts, manual_clock: ManualClock) -> None:
    office.office = replace(office.office, limits=replace(office.office.limits, capacity=20))
    office.occupancy.totals(report(20))
    manual_clock.move(300)
    during = state(office).full_s
    office.occupancy.totals(report(20, 1))  # 95 %: still full
    manual_clock.move(60)
    office.occupancy.totals(report(20, 2))
    manual_clock.move(600)

    assert (during, state(office).full_s, state(office).state) == (300, 360, "nearly_full")
    assert [body["lasted_s"] for kind, _, body in log(office) if kind == "capacity_changed"] == [0, 360]


def test_a_called_person_is_never_blocked_by_a_full_office(office: OfficeParts) -> None:
    turn = take(office, present=True).turn
    office.occupancy.correct(500, actor="agent:ana", reason="counted_by_hand", sure=True)
    waiting = office.board.turn(office.turns.get(turn.id))

    called = office.attention.call_next("1", agent="ana")
    view = office.board.turn(called)
    board = office.board.snapshot(seq=1, capacity=state(office), notices={})
    office.attention.start("1", agent="ana")

    assert state(office).state == CapacityLevel.FULL
    assert waiting.wait_outside
    assert not view.wait_outside
    assert (board.wait_outside, board.enter) == (True, [turn.code])
    assert office.turns.get(turn.id).state is TurnState.SERVING
