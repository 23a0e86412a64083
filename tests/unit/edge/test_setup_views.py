from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from edge.bootstrap.office import OfficeParts
from edge.contracts.cameras import Foot, PassageSeen, SetupFrame
from edge.domain.errors import BadInput, Forbidden, NotFound
from edge.runtime.clock import ManualClock
from edge.services.setup_views import ABANDONED_S, PERMIT_S, TAKEN, View

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ANA, LUIS = "agent:ana", "agent:luis"


def frame(view: View, *passages: PassageSeen) -> SetupFrame:
    return SetupFrame(
        session=view.session,
        camera=view.camera,
        at=AT,
        size=(640, 480),
        columns=2,
        rows=1,
        cells=b"\x00" * 6,
        passages=list(passages),
    )


def passage(direction: str = "in", *, line: str = "main", after_s: float = 1) -> PassageSeen:
    return PassageSeen(line=line, direction=direction, at=AT + timedelta(seconds=after_s))  # type: ignore[arg-type]


def logged(office: OfficeParts) -> list[tuple[str, str, str, dict[str, object]]]:
    with office.database.read() as stores:
        rows = stores.connection.execute(
            "select type, actor, reason, body from event where type like 'setup_%' or type = 'walk_tested' order by n"
        )
        return [(row[0], row[1], row[2], msgspec.json.decode(row[3])) for row in rows]


def never(_: str) -> bool:
    """Say that no audit goes on."""
    return False


@pytest.fixture
def view(office: OfficeParts) -> View:
    return office.views.start("hall", "door", actor=ANA)


def test_a_view_is_written_down_when_it_begins_and_when_it_ends(office: OfficeParts, view: View, manual_clock) -> None:
    manual_clock.move(7)
    office.views.end(view.session, actor=ANA)
    office.views.end(view.session, actor=ANA)

    first, last = logged(office)
    assert first[:3] == ("setup_view_started", ANA, "")
    assert first[3] == {"group": "hall", "camera": "door", "seconds": 600}
    assert last[:3] == ("setup_view_ended", ANA, "closed")
    assert last[3] == {"group": "hall", "camera": "door", "seconds": 7}


def test_the_counter_has_leave_while_a_page_asks_and_is_told_the_end(
    office: OfficeParts, view: View, manual_clock: ManualClock
) -> None:
    assert [(v.group, v.camera, v.lasts_s) for v in office.views.permits()] == [("hall", "door", PERMIT_S)]

    office.views.end(view.session, actor=ANA)

    assert [v.lasts_s for v in office.views.permits()] == [0]
    assert office.views.permits() == []


def test_a_page_that_is_gone_loses_its_leave_at_once_and_its_session_next(
    office: OfficeParts, view: View, manual_clock: ManualClock
) -> None:
    manual_clock.move(ABANDONED_S + 0.1)

    assert office.views.permits() == []
    assert office.views.over(never) == [(view.session, "page_gone")]


def test_a_page_that_asks_stays_for_ten_minutes_and_no_longer(
    office: OfficeParts, view: View, manual_clock: ManualClock
) -> None:
    for _ in range(299):
        manual_clock.move(2)
        office.views.look(view.session, actor=ANA)
        assert office.views.over(never) == []
    manual_clock.move(2)

    assert office.views.over(never) == [(view.session, "time_over")]
    with pytest.raises(NotFound):
        office.views.look(view.session, actor=ANA)


def test_only_the_newest_picture_is_kept_and_it_goes_with_the_session(office: OfficeParts, view: View) -> None:
    office.views.keep(view.session, frame(view), device="counter-hall")
    newer = frame(view, passage())
    office.views.keep(view.session, newer, device="counter-hall")
    assert office.views.look(view.session, actor=ANA).frame is newer

    office.views.end(view.session, actor=ANA)

    assert view.frame is None
    with pytest.raises(NotFound):
        office.views.keep(view.session, frame(view), device="counter-hall")


def test_an_old_picture_is_not_shown(office: OfficeParts, view: View, manual_clock: ManualClock) -> None:
    office.views.keep(view.session, frame(view), device="counter-hall")
    manual_clock.move(5.1)

    assert office.views.look(view.session, actor=ANA).frame is None


def test_a_picture_of_another_counter_camera_or_size_is_refused(office: OfficeParts, view: View) -> None:
    good = frame(view)
    with pytest.raises(Forbidden):
        office.views.keep(view.session, good, device="counter-roof")
    with pytest.raises(BadInput):
        office.views.keep(view.session, msgspec.structs.replace(good, camera="roof"), device="counter-hall")
    with pytest.raises(BadInput):
        office.views.keep(view.session, msgspec.structs.replace(good, cells=b"1"), device="counter-hall")

    assert office.views.look(view.session, actor=ANA).frame is None


def test_nobody_looks_through_somebody_elses_session(office: OfficeParts, view: View) -> None:
    for act in (
        lambda: office.views.look(view.session, actor=LUIS),
        lambda: office.views.walk(view.session, actor=LUIS, line="main", walked=1, since=AT),
        lambda: office.views.end(view.session, actor=LUIS),
    ):
        with pytest.raises((NotFound, Forbidden)):
            act()


def test_the_next_who_looks_at_a_group_sends_the_first_away(office: OfficeParts, view: View) -> None:
    second = office.views.start("hall", "roof", actor=LUIS)
    other = office.views.start("cellar", "c", actor=ANA)

    assert set(office.views.everybody()) == {second.session, other.session}
    assert [row[:3] for row in logged(office)][1] == ("setup_view_ended", ANA, "replaced")
    assert next((v.session, v.lasts_s) for v in office.views.permits()) == (view.session, 0)


def test_only_who_was_sent_away_learns_by_whom_and_only_for_the_newest(office: OfficeParts, view: View) -> None:
    assert office.views.taken_by(view.session, actor=ANA) == ""

    office.views.start("hall", "roof", actor=LUIS)

    assert office.views.taken_by(view.session, actor=ANA)
    assert office.views.taken_by(view.session, actor=LUIS) == ""
    for _ in range(TAKEN + 1):
        office.views.start("hall", "roof", actor=LUIS)
    assert office.views.taken_by(view.session, actor=ANA) == ""


def test_a_walk_is_compared_with_what_was_counted_since_and_written_down(office: OfficeParts, view: View) -> None:
    passages = [passage(after_s=-5), passage(), passage("out"), passage(line="other"), passage(after_s=9)]
    office.views.keep(view.session, frame(view, *passages), device="counter-hall")

    result = office.views.walk(view.session, actor=ANA, line="main", walked=5, since=AT)

    assert (result.walked, result.counted) == (5, 3)
    kind, actor, _, body = logged(office)[-1]
    assert (kind, actor) == ("walk_tested", ANA)
    assert body == {"group": "hall", "camera": "door", "line": "main", "walked": 5, "counted": 3, "in": 2, "out": 1}


def test_without_a_picture_there_is_no_result(office: OfficeParts, view: View) -> None:
    with pytest.raises(BadInput):
        office.views.walk(view.session, actor=ANA, line="main", walked=5, since=AT)


# --- beside the keys of an audit ------------------------------------------------------------------------------------


def test_the_view_of_an_audit_ends_with_it(office: OfficeParts) -> None:
    view = office.views.start("hall", "door", actor=ANA, audit="A1")
    on = {"A1"}

    assert office.views.over(on.__contains__) == []
    on.clear()

    assert office.views.over(on.__contains__) == [(view.session, "audit_over")]


def test_the_view_of_an_audit_is_written_down_as_any_other(office: OfficeParts, view: View) -> None:
    beside = office.views.start("roof", "door", actor=ANA, audit="A1")
    office.views.end(view.session, actor=ANA)
    office.views.end(beside.session, actor=ANA)

    first, second, *ends = logged(office)
    assert first[:3] == second[:3]
    assert [row[3] | {"group": ""} for row in (first, second)] == [first[3] | {"group": ""}] * 2
    assert [row[2] for row in ends] == ["closed", "closed"]


def test_an_audit_sees_nothing_of_what_its_counter_sees(office: OfficeParts) -> None:
    view = office.views.start("hall", "door", actor=ANA, audit="A1")
    told = msgspec.structs.replace(frame(view, passage()), feet=[Foot(x=1, y=2, height=3)], zones={"queue": 2})

    office.views.keep(view.session, told, device="counter-hall")

    shown = office.views.look(view.session, actor=ANA).frame
    assert shown == frame(view)
    with pytest.raises(BadInput):
        office.views.walk(view.session, actor=ANA, line="main", walked=1, since=AT)
