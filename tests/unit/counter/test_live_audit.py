from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from counter.audit.live import BEFORE_S, CROSSINGS, IDLE_S, LATE_S, LONGEST_S, SESSIONS, LiveAudits
from counter.audit.report import Facts
from edge.contracts.cameras import AuditMark, AuditReport, AuditSession, Direction

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FACTS = Facts("hall", "door", "0123456789abcdef", "person_nanodet_g", "a" * 64, "test")


class Door:
    """A camera with two lines, and somebody who presses keys, *t* seconds after nine o'clock."""

    def __init__(self) -> None:
        self.cameras: dict[str, tuple[Facts, list[str]]] = {"door": (FACTS, ["main", "side"])}
        self.covered = 100.0
        self.audits = LiveAudits(self.cameras.__getitem__, lambda _: self.covered)
        self.seq = 0

    def session(self, state: str, t: float, *, name: str = "s1", camera: str = "door") -> bool:
        said = AuditSession(group="hall", session=name, camera=camera, state=state, at=at(t))  # type: ignore[arg-type]
        return self.audits.session(said, t)

    def mark(self, t: float, direction: Direction = "in", **other: object) -> bool:
        self.seq += 1
        facts = {"session": "s1", "camera": "door", "line": "main", "seq": self.seq, **other}
        return self.audits.mark(AuditMark(group="hall", direction=direction, at=at(t), **facts), t)  # type: ignore[arg-type]

    def counts(self, t: float, direction: Direction = "in", line: str = "main") -> None:
        self.audits.crossed("door", line, direction, at(t), t)

    def report(self, now: float) -> AuditReport:
        (only,) = self.audits.due(now)
        return only


def at(t: float) -> datetime:
    return START + timedelta(seconds=t)


@pytest.fixture
def door() -> Door:
    return Door()


def test_marks_and_counts_meet_in_one_report(door: Door) -> None:
    door.session("begin", 0)
    for t in (5, 9, 14):
        door.counts(t)
        door.mark(t + 0.5)
    door.counts(20, "out", "side")
    door.covered += 30
    door.session("end", 30)

    assert door.audits.due(30 + LATE_S - 0.1) == []
    report = door.report(30 + LATE_S)

    total = report.rows[0]
    assert (total.truth, total.matched, total.missed, total.extra) == (3, 3, 0, 1)
    assert (report.id, report.kind, report.ended, report.started_at) == ("s1", "live", "asked", START)
    assert (report.seconds, report.coverage_s, report.delay_ms) == (30.0, 30.0, -500.0)
    assert (report.layout, report.model_sha256) == (FACTS.layout, FACTS.model_sha256)
    assert door.audits.due(1000) == []


def test_a_crossing_that_is_told_after_the_end_still_counts(door: Door) -> None:
    door.session("begin", 0)
    door.mark(9.9)
    door.session("end", 10)
    door.audits.crossed("door", "main", "in", at(9.7), 12)

    assert door.report(15).rows[0].matched == 1


def test_undo_takes_the_newest_equal_mark_back(door: Door) -> None:
    door.session("begin", 0)
    door.mark(1)
    door.mark(2, "out")
    door.mark(3)
    door.mark(4, undo=True)
    door.mark(5, line="side", undo=True)  # nothing to take back
    door.session("end", 6)

    assert [(e.direction, e.seen_s) for e in door.report(20).events] == [("in", 1.0), ("out", 2.0)]


def test_a_mark_that_comes_twice_is_one(door: Door) -> None:
    door.session("begin", 0)

    assert [door.mark(1, seq=7), door.mark(1, seq=7), door.mark(2, seq=8)] == [True, False, True]


def test_without_a_beginning_the_first_mark_begins(door: Door) -> None:
    door.counts(4.6)
    door.counts(4.6 - BEFORE_S - 1)
    door.mark(5)
    door.session("end", 8)

    report = door.report(20)
    assert report.started_at == at(5)
    assert (report.rows[0].matched, report.rows[0].extra) == (1, 0)


def test_after_ten_minutes_without_a_mark_only_what_was_watched_is_judged(door: Door) -> None:
    door.session("begin", 0)
    door.counts(60)
    door.mark(60)
    door.counts(300)

    assert door.audits.due(60 + IDLE_S - 1) == []
    report = door.report(60 + IDLE_S)
    assert (report.ended, report.seconds, report.rows[0].extra) == ("idle", 61.0, 0)


def test_an_audit_lasts_an_hour_at_most(door: Door) -> None:
    door.session("begin", 0)
    for t in range(0, int(LONGEST_S), 300):
        door.mark(t)
        door.audits.due(t)
    door.audits.due(LONGEST_S)

    report = door.report(LONGEST_S + LATE_S)
    assert (report.ended, report.seconds) == ("too_long", LONGEST_S)


def test_too_many_crossings_end_an_audit(door: Door) -> None:
    door.session("begin", 0)
    for n in range(CROSSINGS + 10):
        door.counts(n / 100)

    assert door.report(CROSSINGS).ended == "full"


def test_a_mark_after_the_end_begins_nothing(door: Door) -> None:
    door.session("begin", 0)
    door.session("end", 5)
    door.audits.due(20)

    assert door.mark(21) is False
    assert door.session("begin", 22) is False


def test_other_cameras_lines_and_too_many_sessions_are_refused(door: Door) -> None:
    assert door.session("begin", 0, camera="roof") is False
    assert door.mark(1, line="roof") is False
    assert door.mark(1, session="x", camera="roof") is False

    begun = [door.session("begin", 2, name=f"t{n}") for n in range(SESSIONS + 1)]
    assert begun == [True] * SESSIONS + [False]
    assert door.session("end", 3, name="nobody") is False


def test_other_lines_or_a_stop_end_an_audit(door: Door) -> None:
    door.session("begin", 0)
    door.mark(3)
    door.cameras["door"] = (FACTS, ["main"])
    assert door.report(5).ended == "changed"

    door.session("begin", 6, name="s2")
    (report,) = door.audits.stop(at(9), 9)
    assert (report.id, report.ended, report.seconds) == ("s2", "stopped", 3.0)


def test_the_end_is_never_before_the_beginning(door: Door) -> None:
    door.session("begin", 10)
    door.session("end", 4)

    assert door.report(60).seconds == 0
