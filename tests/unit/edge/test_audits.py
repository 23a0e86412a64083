"""Audits: what is kept of them, what they say of a line, and the keys of one that goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.domain.errors import BadInput, NotFound, RuleViolation, Unavailable
from edge.services import limits
from edge.services.last_words import SILENT_S
from edge.services.live_audits import SESSIONS, LiveAuditService
from tests.fakes.audits import connect, report, totals
from tests.fakes.office import FakeOffice, office_at


@pytest.fixture
def office(tmp_path: Path) -> FakeOffice:
    made = office_at(tmp_path / "spool")
    connect(made, door=["main", "side"], back=["a"])
    return made


@pytest.fixture
def live(office: FakeOffice) -> LiveAuditService:
    return office.web.live_audits


def types(office: FakeOffice) -> list[str]:
    return [event.type for event in office.database.events]


# --- reports --------------------------------------------------------------------------------------------------------


def test_a_report_is_kept_once_and_logged_with_its_figures(office: FakeOffice) -> None:
    audits = office.web.audits

    assert [audits.report(report()), audits.report(report())] == [True, False]
    assert audits.find("S1") == report()
    assert types(office) == ["audit_reported", "accuracy_measured"]
    body = office.database.events[0].body
    assert (body["truth"], body["matched"], body["missed"], body["extra"]) == (10, 9, 1, 1)


def test_a_report_and_what_it_says_of_the_bounds_are_kept_together_or_not_at_all(
    office: FakeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(*_: object, **__: object) -> None:
        raise Unavailable("the power went")

    with monkeypatch.context() as patch:
        patch.setattr(limits, "keep", power_cut)
        with pytest.raises(Unavailable):
            office.web.audits.report(report())
    before = (office.web.audits.has("S1"), types(office))

    assert office.web.audits.report(report())  # told again, as nobody said that it was kept
    assert before == (False, [])
    assert types(office) == ["audit_reported", "accuracy_measured"]


def test_a_report_that_says_nothing_of_the_bounds_is_kept_all_the_same(office: FakeOffice) -> None:
    with pytest.raises(BadInput) as error:
        office.web.audits.report(report(ended="changed"))

    assert error.value.code == "bad_audit"
    assert office.web.audits.has("S1")
    assert types(office) == ["audit_reported"]
    assert office.web.audits.report(report(ended="changed")) is False


def test_lists_are_newest_first_and_light(office: FakeOffice) -> None:
    for name, minutes_ago in (("S1", 60), ("S2", 10), ("S3", 200)):
        office.web.audits.report(report(name, minutes_ago=minutes_ago))

    found = office.web.audits.all()

    assert [one.id for one in found] == ["S2", "S1", "S3"]
    assert all(not one.events and not one.bins for one in found)


def test_an_unknown_report_is_not_found(office: FakeOffice) -> None:
    with pytest.raises(NotFound) as error:
        office.web.audits.find("S9")

    assert error.value.code == "no_audit"
    assert office.web.audits.has("S9") is False


# --- keys -----------------------------------------------------------------------------------------------------------


def test_a_mark_reaches_the_counter_with_the_time_of_the_press(office: FakeOffice, live: LiveAuditService) -> None:
    opened = live.begin("hall", "door", actor="agent:x")
    office.clock.move(10)

    live.mark(opened.session, "main", "in", seq=1, ago_s=2.5, undo=False, actor="agent:x")
    after = live.mark(opened.session, "main", "in", seq=2, ago_s=0, undo=True, actor="agent:x")

    first, undo = office.post.marks
    assert (first.group, first.camera, first.line, first.direction) == ("hall", "door", "main", "in")
    assert (first.at - opened.began_at).total_seconds() == 7.5
    assert (first.undo, undo.undo, first.seq, undo.seq) == (False, True, 1, 2)
    assert after.tally["main", "in"] == 0


def test_a_mark_that_is_sent_twice_counts_once(office: FakeOffice, live: LiveAuditService) -> None:
    opened = live.begin("hall", "door", actor="a")

    for _ in range(2):
        again = live.mark(opened.session, "side", "out", seq=1, ago_s=0, undo=False, actor="a")

    assert again.tally["side", "out"] == len(office.post.marks) == 1


def test_no_mark_is_before_the_beginning(office: FakeOffice, live: LiveAuditService) -> None:
    opened = live.begin("hall", "door", actor="a")

    live.mark(opened.session, "main", "in", seq=1, ago_s=3600, undo=False, actor="a")

    assert office.post.marks[0].at == opened.began_at


def test_beginning_and_end_are_said_and_logged(office: FakeOffice, live: LiveAuditService) -> None:
    opened = live.begin("hall", "door", actor="agent:x")
    live.end(opened.session, actor="agent:x")

    assert [said.state for said in office.post.sessions] == ["begin", "end"]
    assert types(office) == ["audit_begun", "audit_ended"]
    with pytest.raises(NotFound):
        live.end(opened.session, actor="agent:x")


def test_what_is_not_there_is_refused(live: LiveAuditService) -> None:
    opened = live.begin("hall", "door", actor="a")

    with pytest.raises(NotFound) as camera:
        live.begin("hall", "roof", actor="a")
    with pytest.raises(BadInput):
        live.mark(opened.session, "roof", "in", seq=1, ago_s=0, undo=False, actor="a")
    with pytest.raises(NotFound) as somebody_else:
        live.mark(opened.session, "main", "in", seq=1, ago_s=0, undo=False, actor="b")

    assert (camera.value.code, somebody_else.value.code) == ("no_camera", "audit_over")


def test_an_audit_needs_a_counter_that_speaks(office: FakeOffice, live: LiveAuditService) -> None:
    connect(office, for_s=0, door=["main"])
    office.clock.move(SILENT_S + 1)

    with pytest.raises(Unavailable) as error:
        live.begin("hall", "door", actor="a")

    assert error.value.code == "counter_away"
    assert live.camera("hall", "door").away
    assert office.post.sessions == []


def test_without_a_bus_nothing_is_lost_silently(office: FakeOffice, live: LiveAuditService) -> None:
    opened = live.begin("hall", "door", actor="a")
    office.post.up = False

    with pytest.raises(Unavailable):
        live.mark(opened.session, "main", "in", seq=1, ago_s=0, undo=False, actor="a")
    with pytest.raises(Unavailable):
        live.begin("hall", "back", actor="a")
    with pytest.raises(Unavailable):
        live.end(opened.session, actor="a")
    office.post.up = True
    again = live.mark(opened.session, "main", "in", seq=1, ago_s=5, undo=False, actor="a")

    assert again.tally["main", "in"] == 1


def test_an_audit_is_over_after_ten_quiet_minutes_or_an_hour(office: FakeOffice, live: LiveAuditService) -> None:
    quiet = live.begin("hall", "door", actor="a")
    office.clock.move(601)
    with pytest.raises(NotFound):
        live.mark(quiet.session, "main", "in", seq=1, ago_s=0, undo=False, actor="a")

    busy = live.begin("hall", "door", actor="a")
    for seq in range(1, 7):
        office.clock.move(595)
        live.mark(busy.session, "main", "in", seq=seq, ago_s=0, undo=False, actor="a")
    office.clock.move(60)
    with pytest.raises(NotFound):
        live.mark(busy.session, "main", "in", seq=9, ago_s=0, undo=False, actor="a")


def test_only_so_many_audits_go_on_at_once(live: LiveAuditService) -> None:
    for _ in range(SESSIONS):
        live.begin("hall", "door", actor="a")

    with pytest.raises(RuleViolation) as error:
        live.begin("hall", "door", actor="a")

    assert error.value.code == "too_many_audits"


def test_cameras_without_lines_cannot_be_audited(office: FakeOffice, live: LiveAuditService) -> None:
    office.web.counters.counted(totals(office.clock.now(), group="roof", sky=[]))

    assert [(one.group, one.camera, one.lines) for one in live.cameras()] == [
        ("hall", "back", ("a",)),
        ("hall", "door", ("main", "side")),
    ]


def test_an_audit_goes_on_until_its_end_ten_quiet_minutes_or_an_hour(
    office: FakeOffice, live: LiveAuditService
) -> None:
    ended, quiet, long = (live.begin("hall", "door", actor="a").session for _ in range(3))
    live.end(ended, actor="a")
    known = [live.goes_on(one) for one in (ended, quiet, long, "another")]
    for number in range(1, 7):
        office.clock.move(9 * 60)
        live.mark(long, "main", "in", seq=number, ago_s=0, undo=False, actor="a")
    after = [live.goes_on(one) for one in (quiet, long)]
    office.clock.move(6 * 60)

    assert known == [False, True, True, False]
    assert after == [False, True]
    assert live.goes_on(long) is False


def test_only_who_audits_a_camera_looks_through_it_beside_the_keys(office: FakeOffice, live: LiveAuditService) -> None:
    session = live.begin("hall", "door", actor="a").session

    live.looks(session, "hall", "door", actor="a")

    for place, actor in ((("hall", "door"), "b"), (("hall", "back"), "a"), (("roof", "door"), "a")):
        with pytest.raises(NotFound) as error:
            live.looks(session, *place, actor=actor)
        assert error.value.code == "audit_over"
