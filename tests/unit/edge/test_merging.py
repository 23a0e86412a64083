"""Two turns of one party become one: the better place, all procedures, and it can be taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from edge.adapters.sqlite.replay import differences
from edge.bootstrap.office import OfficeParts
from edge.domain.errors import BadInput, Conflict, IllegalTransition, NotFound, RuleViolation
from edge.domain.kpi.figures import end_of
from edge.domain.kpi.rows import LogRow
from edge.domain.kpi.turns import fold
from edge.domain.turns import Channel, Turn, TurnState
from edge.domain.visits import VisitState
from edge.runtime.clock import ManualClock
from tests.fixtures.attended import booked, logged, now_of, ruled
from tests.fixtures.office import take, walk_in


@pytest.fixture
def two(office: OfficeParts, manual_clock: ManualClock) -> tuple[Turn, Turn]:
    """One who came first, with two procedures, and one who came a minute later, with three."""
    first = walk_in(office, procedures=2)
    manual_clock.move(60)
    return first, walk_in(office, "certificado", procedures=3)


def merge(office: OfficeParts, one: Turn, other: Turn, agent: str = "rosa") -> Turn:
    return office.merging.merge(one.id, other.code, agent=agent)


@pytest.mark.parametrize("swapped", [False, True])
def test_the_better_place_is_kept_with_all_procedures(
    office: OfficeParts, two: tuple[Turn, Turn], *, swapped: bool
) -> None:
    first, second = two

    kept = merge(office, second, first) if swapped else merge(office, first, second)

    assert (kept.id, kept.code, kept.seniority, kept.declared) == (first.id, first.code, first.seniority, 5)
    gone = now_of(office, second)
    assert (gone.state, gone.merged_into, gone.is_open) == (TurnState.MERGED, first.id, False)
    assert logged(office, "turn_merged") == [("agent:rosa", "")]
    assert [choice.turn.id for choice in office.board.desk("1").next] == [first.id]
    with office.database.read() as stores:
        assert stores.visits.get(gone.visit).state is VisitState.ENDED
        assert stores.visits.get(kept.visit).state is VisitState.PRESENT


def test_a_due_appointment_is_the_better_place(office: OfficeParts, manual_clock: ManualClock) -> None:
    link = booked(office, 15)
    early = walk_in(office)
    manual_clock.move(15 * 60)
    due = office.turns.check_in(link, code="", phone="", present=True, actor="phone").turn

    assert merge(office, early, due).id == due.id


def test_every_phone_of_the_party_follows_the_turn_that_is_kept(office: OfficeParts) -> None:
    one = take(office, channel=Channel.WEB, phone="p1", present=True).turn
    other = take(office, channel=Channel.WEB, phone="p2", present=True).turn
    paper = take(office, present=True)

    merge(office, one, other)
    merge(office, one, paper.turn)

    assert office.turns.of_phone("p2").id == office.turns.of_phone("p1").id == one.id  # type: ignore[union-attr]
    assert office.turns.of_link(paper.link).id == one.id


def test_a_press_sent_again_shows_the_turn_that_is_kept(office: OfficeParts, manual_clock: ManualClock) -> None:
    one = walk_in(office)
    manual_clock.move(60)
    press = {"channel": Channel.CENTRE, "key": "k" * 20, "present": True}
    merge(office, one, take(office, **press).turn)

    again = take(office, **press)

    assert (again.turn.id, again.turn.state, again.existing) == (one.id, TurnState.WAITING, True)
    assert office.turns.of_press("k" * 20) == again.turn


def test_it_can_be_taken_back_as_it_was(office: OfficeParts, two: tuple[Turn, Turn]) -> None:
    first, second = two
    merge(office, first, second)
    assert office.merging.latest("rosa") is not None

    back = office.merging.undo(agent="rosa")

    restored, kept = now_of(office, second), now_of(office, first)
    assert back == restored
    assert (restored.state, restored.merged_into, restored.ended_at) == (TurnState.WAITING, "", None)
    assert (kept.declared, kept.seniority) == (2, first.seniority)
    assert office.merging.latest("rosa") is None
    assert [choice.turn.id for choice in office.board.desk("1").next] == [first.id, second.id]
    with office.database.read() as stores:
        assert stores.visits.get(restored.visit).state is VisitState.PRESENT
    with pytest.raises(NotFound, match="no_undo"):
        office.merging.undo(agent="rosa")


def test_not_after_ten_seconds_not_by_others_not_when_something_happened(
    office: OfficeParts, two: tuple[Turn, Turn], manual_clock: ManualClock
) -> None:
    first, second = two
    merge(office, first, second)

    with pytest.raises(NotFound, match="no_undo"):
        office.merging.undo(agent="luis")
    office.attention.call(first.id, "1", agent="ana", reason="returned")
    with pytest.raises(Conflict, match="changed_meanwhile"):
        office.merging.undo(agent="rosa")
    manual_clock.move(11)
    with pytest.raises(RuleViolation, match="too_late_to_undo"):
        office.merging.undo(agent="rosa")
    assert office.merging.latest("rosa") is None


def test_only_people_who_wait_are_put_together(office: OfficeParts, two: tuple[Turn, Turn]) -> None:
    first, second = two
    remote = take(office, channel=Channel.WEB, phone="p").turn

    with pytest.raises(IllegalTransition):
        merge(office, first, remote)
    with pytest.raises(BadInput, match="same_turn"):
        merge(office, first, first)
    with pytest.raises(NotFound, match="no turn Z999"):
        office.merging.merge(first.id, "Z999", agent="rosa")
    office.attention.call_next("1", agent="ana")
    with pytest.raises(IllegalTransition):
        merge(office, second, first)
    assert now_of(office, second).state is TurnState.WAITING


def test_more_procedures_than_anybody_has_are_refused(office: OfficeParts) -> None:
    ruled(office, queue_limit=500)
    one, other = walk_in(office, procedures=60), walk_in(office, procedures=60)

    with pytest.raises(BadInput, match="bad_number"):
        merge(office, one, other)


def test_the_log_rebuilds_a_merge_and_its_undoing(office: OfficeParts, two: tuple[Turn, Turn]) -> None:
    first, second = two
    merge(office, first, second)
    office.merging.undo(agent="rosa")
    merge(office, second, first)

    with office.database.read() as stores:
        assert differences(stores.connection) == []


def test_a_merged_turn_is_an_end_of_its_own_and_nobody_left(office: OfficeParts, two: tuple[Turn, Turn]) -> None:
    first, second = two
    merge(office, first, second)
    office.waiting.follow()
    with office.database.read() as stores:
        rows = stores.waiting.events(stores.waiting.position_at(first.created_at - timedelta(hours=1)), 1000)[0]

    told = [LogRow("turns", n, row.type, row.at, row.actor, "", row.body) for n, row in enumerate(rows)]
    ends = [end_of(turn) for turn in fold(told)]

    assert ends == ["", "merged"]
    assert office.waiting.asked().laws.leave_rate == pytest.approx(0.3 / 200, rel=0.2)  # nobody has left
