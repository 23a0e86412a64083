"""What agents and citizens may do about a turn beside the plain order, over a real database."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from types import MappingProxyType

import pytest

from edge.adapters.sqlite.connection import open_reader
from edge.adapters.sqlite.replay import differences
from edge.bootstrap.office import OfficeParts
from edge.domain.desks import DeskState
from edge.domain.errors import BadInput, Conflict, NotFound, Refused, RuleViolation
from edge.domain.grace import Grace
from edge.domain.occupancy import Ledger
from edge.domain.office import AgentProfile
from edge.domain.procedures import Done
from edge.domain.turns import Mode, TurnState
from edge.domain.visits import VisitState
from edge.runtime.clock import ManualClock
from tests.fixtures.attended import ANA, equipped, logged, now_of, ruled, served
from tests.fixtures.office import add_agent, take, walk_in

# --- undo -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deed", "state"),
    [
        ("call", "waiting"),
        ("start", "called"),
        ("miss", "called"),
        ("finish", "serving"),
        ("hold", "serving"),
        ("transfer", "serving"),
    ],
)
def test_what_was_done_is_taken_back_as_it_was(office: OfficeParts, deed: str, state: str) -> None:
    turn = walk_in(office)
    do = {
        "call": lambda: office.attention.call_next("1", **ANA),
        "start": lambda: office.attention.start("1", **ANA),
        "miss": lambda: office.attention.miss("1", **ANA),
        "finish": lambda: office.attention.finish("1", outcome="resolved", **ANA),
        "hold": lambda: office.attention.hold("1", own=True, minutes=5, **ANA),
        "transfer": lambda: office.attention.transfer("1", service="certificado", place="first", **ANA),
    }
    if deed != "call":
        do["call"]()
    if deed in ("finish", "hold", "transfer"):
        office.attention.start("1", **ANA)
    before = now_of(office, turn)
    do[deed]()

    after = office.attention.undo("1", **ANA)

    uncalled_at = office.context.now() if deed == "call" else None
    assert (after.state, after) == (state, replace(before, version=after.version, uncalled_at=uncalled_at))
    with closing(open_reader(office.database.path)) as reader:
        assert differences(reader) == []
    with office.database.read() as stores:
        assert stores.visits.get(after.visit).state is VisitState.PRESENT


def test_a_call_that_was_taken_back_is_not_on_the_board(office: OfficeParts) -> None:
    walk_in(office)
    office.attention.call_next("1", **ANA)
    office.attention.undo("1", **ANA)

    with office.database.read() as stores:
        assert stores.turns.recent_calls(office.context.day(), 6) == []


def test_after_ten_seconds_it_is_too_late_to_undo(office: OfficeParts, manual_clock: ManualClock) -> None:
    walk_in(office)
    office.attention.call_next("1", **ANA)
    manual_clock.move(11)

    with pytest.raises(RuleViolation) as error:
        office.attention.undo("1", **ANA)

    assert error.value.code == "too_late_to_undo"
    assert office.board.desk("1").deed is None


def test_a_start_is_taken_back_when_nobody_has_come_and_then_the_person_is_missed(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    turn = walk_in(office)
    office.attention.call_next("1", **ANA)
    office.attention.start("1", **ANA)
    manual_clock.move(90)
    office.attention.undo("1", **ANA)
    office.attention.miss("1", **ANA)

    assert now_of(office, turn).state is TurnState.MISSED
    assert now_of(office, turn).started_at is None
    with closing(open_reader(office.database.path)) as reader:
        assert differences(reader) == []


def test_a_call_that_was_taken_back_is_known_to_its_holder_for_a_while(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    turn = walk_in(office)
    office.attention.call_next("1", **ANA)
    before = office.board.turn(now_of(office, turn)).uncalled
    office.attention.undo("1", **ANA)
    after = office.board.turn(now_of(office, turn)).uncalled
    manual_clock.move(11 * 60)
    later = office.board.turn(now_of(office, turn)).uncalled
    office.attention.call_next("1", **ANA)

    assert (before, after, later) == (False, True, False)
    assert now_of(office, turn).uncalled_at is None


def test_nothing_is_undone_twice_nor_by_somebody_else(office: OfficeParts) -> None:
    walk_in(office)
    office.attention.call_next("1", **ANA)
    with pytest.raises(Conflict):
        office.attention.undo("1", agent="eva")
    office.attention.undo("1", **ANA)

    with pytest.raises(NotFound) as error:
        office.attention.undo("1", **ANA)

    assert error.value.code == "no_undo"


def test_what_somebody_else_has_changed_since_is_not_undone(office: OfficeParts) -> None:
    turn = walk_in(office)
    office.attention.call_next("1", **ANA)
    office.attention.miss("1", **ANA)
    office.attention.give_back(turn.id, actor="rosa")

    with pytest.raises(Conflict) as error:
        office.attention.undo("1", **ANA)

    assert error.value.code == "changed_meanwhile"


def test_the_desk_must_be_free_for_who_comes_back_by_undo(office: OfficeParts) -> None:
    first, _ = walk_in(office), walk_in(office)
    office.attention.call_next("1", **ANA)
    office.attention.miss("1", **ANA)
    office.attention.call_next("1", **ANA)
    office.attention.undo("1", **ANA)  # the second call

    with pytest.raises(NotFound):
        office.attention.undo("1", **ANA)
    assert now_of(office, first).state is TurnState.MISSED


# --- hold and transfer ----------------------------------------------------------------------------------------------


def test_who_is_on_hold_returns_by_itself_with_the_seniority(office: OfficeParts, manual_clock: ManualClock) -> None:
    turn = served(office)
    office.attention.hold("1", reason="copy", minutes=5, **ANA)
    later = walk_in(office)
    manual_clock.move(299)
    office.housekeeping.tidy()
    assert now_of(office, turn).state is TurnState.ON_HOLD
    manual_clock.move(2)

    office.housekeeping.tidy()

    assert [choice.turn.id for choice in office.board.desk("1").next] == [turn.id, later.id]
    assert now_of(office, turn).held_reason == ""


def test_the_own_pool_is_kept_from_others_as_long_as_its_agent_is_there(office: OfficeParts) -> None:
    turn = served(office)
    office.attention.hold("1", own=True, **ANA)
    office.attention.set_desk("2", DeskState.OPEN, agent="eva")

    with pytest.raises(Conflict) as error:
        office.attention.call(turn.id, "2", agent="eva", reason="returned")
    assert error.value.code == "held_by_another"
    assert logged(office, "desk_refused") == [("agent:eva", "held_by_another")]

    office.attention.set_desk("1", DeskState.CLOSED, **ANA)
    assert office.attention.call(turn.id, "2", agent="eva", reason="returned").state is TurnState.CALLED


@pytest.mark.parametrize(("place", "position"), [("first", 0), ("age", 2), ("last", 3)])
def test_a_transfer_goes_first_by_age_or_last(
    office: OfficeParts, manual_clock: ManualClock, place: str, position: int
) -> None:
    older = walk_in(office, "certificado")
    manual_clock.move(60)
    turn = walk_in(office)
    office.attention.call(turn.id, "1", reason="error", **ANA)
    manual_clock.move(60)
    younger, favoured = walk_in(office, "certificado"), walk_in(office, "certificado")
    office.grace.prioritise(favoured.id, "pregnancy", agent="rosa")
    office.attention.start("1", **ANA)
    manual_clock.move(1)

    moved = office.attention.transfer("1", service="certificado", place=place, **ANA)

    order = [choice.turn.id for choice in office.board.desk("1").next]
    others = [favoured.id, older.id, younger.id]
    assert (moved.code, moved.waiting_since) == (turn.code, turn.waiting_since)
    assert [t for t in order if t != turn.id] == others
    assert order.index(turn.id) == position


def test_a_named_desk_alone_calls_and_when_it_closes_anybody_does(office: OfficeParts) -> None:
    office.attention.set_desk("2", DeskState.OPEN, agent="eva")
    turn = served(office)
    office.attention.transfer("1", service="registro", to_desk="2", **ANA)
    with pytest.raises(NotFound):
        office.attention.call_next("1", **ANA)

    office.attention.set_desk("2", DeskState.CLOSED, agent="eva")
    office.housekeeping.tidy()

    assert office.attention.call_next("1", **ANA).id == turn.id


def test_nobody_is_sent_to_a_desk_that_would_never_call_them(office: OfficeParts) -> None:
    turn = served(office)
    for desk, state, why in (
        ("2", DeskState.CLOSED, "named_desk_closed"),
        ("3", DeskState.OPEN, "desk_does_not_serve"),
    ):
        if state is DeskState.OPEN:
            office.attention.set_desk(desk, state, agent="eva")
        with pytest.raises(RuleViolation) as error:
            office.attention.transfer("1", service="certificado", to_desk=desk, **ANA)
        assert error.value.code == why

    assert now_of(office, turn).state is TurnState.SERVING


# --- modes, skills, bulk --------------------------------------------------------------------------------------------


def video_service(office: OfficeParts) -> str:
    return next(s.id for s in office.office.services.values() if s.modes == {"presencial", "video"})


def test_a_visit_goes_from_the_desk_to_video_and_back_on_the_same_turn(office: OfficeParts) -> None:
    service = video_service(office)
    equipped(office, "2", modes=frozenset(Mode), queues=(office.office.services[service].queue,))
    equipped(office, "1", queues=(office.office.services[service].queue,))
    office.attention.set_desk("2", DeskState.OPEN, agent="eva")
    turn = served(office, service)

    office.attention.transfer("1", service=service, mode="video", **ANA)
    with pytest.raises(NotFound):
        office.attention.call_next("1", **ANA)
    at_video = office.attention.call_next("2", agent="eva")
    office.attention.undo("2", agent="eva")
    back = office.grace.switch(turn.id, "presencial", actor="phone")

    assert (at_video.id, at_video.mode, back.mode, back.code) == (turn.id, "video", "presencial", turn.code)
    assert office.attention.call_next("1", **ANA).id == turn.id


def test_a_mode_that_the_service_or_no_desk_offers_is_refused(office: OfficeParts) -> None:
    only_here = next(s.id for s in office.office.services.values() if s.modes == {"presencial"})
    for desk in office.office.desks:
        equipped(office, desk, modes=frozenset({"presencial"}))
    for service, why in ((only_here, "mode_not_offered"), (video_service(office), "mode_not_served")):
        turn = walk_in(office, service)
        with pytest.raises(RuleViolation) as error:
            office.grace.switch(turn.id, "video", actor="phone")
        assert error.value.code == why
    with pytest.raises(Refused, match="mode_not_offered"):
        take(office, only_here, present=True, mode="video")


def test_an_agent_is_called_only_for_what_both_desk_and_profile_serve(office: OfficeParts) -> None:
    office.office = replace(
        office.office, profiles=MappingProxyType({"new": AgentProfile(MappingProxyType({"certificado": 1}))})
    )
    add_agent(office, "eva")
    office.profiles.give("eva", "new", actor="agent:luis")
    office.attention.set_desk("2", DeskState.OPEN, agent="eva")
    walk_in(office)
    certificate = walk_in(office, "certificado")

    assert office.attention.call_next("2", agent="eva").id == certificate.id
    with pytest.raises(BadInput):
        office.profiles.give("eva", "unknown", actor="agent:luis")


def test_only_somebody_with_an_account_gets_a_work_profile(office: OfficeParts) -> None:
    office.office = replace(office.office, profiles=MappingProxyType({"new": AgentProfile(MappingProxyType({}))}))

    for profile in ("new", ""):
        with pytest.raises(NotFound, match="no_such_account"):
            office.profiles.give("María García 612345678", profile, actor="agent:luis")

    with office.database.read() as stores:
        assert stores.log.profile_changes(1) == []
        assert stores.desks.profiles() == {}


def test_many_procedures_are_served_up_to_the_limit_and_the_rest_behind_the_others(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    ruled(office, grace=Grace(bulk_limit=3))
    turn = served(office, procedures=8)
    manual_clock.move(60)
    other = walk_in(office)
    manual_clock.move(1)

    rest = office.attention.defer("1", done=3, **ANA)

    assert (rest.declared, rest.code, rest.state) == (5, turn.code, TurnState.WAITING)
    assert [choice.turn.id for choice in office.board.desk("1").next] == [other.id, turn.id]


def test_or_somebody_with_many_procedures_is_sent_to_an_appointment(office: OfficeParts) -> None:
    ruled(office, grace=Grace(bulk_limit=3, bulk_by_appointment=True))

    with pytest.raises(Refused, match="needs_appointment"):
        take(office, present=True, procedures=4)
    assert walk_in(office, procedures=3).declared == 3


@pytest.mark.parametrize("wish", [{"procedures": 0}, {"procedures": 100}, {"party": 0}, {"party": 21}])
def test_numbers_that_no_party_has_are_refused(office: OfficeParts, wish: dict[str, int]) -> None:
    with pytest.raises(BadInput) as error:
        walk_in(office, **wish)

    assert error.value.code == "bad_number"


def test_a_family_waits_outside_when_it_does_not_fit_any_more(office: OfficeParts) -> None:
    with office.database.write() as uow:
        uow.ledger.save(Ledger(people=office.office.limits.capacity - 2, version=1))
        uow.commit()

    assert [take(office, present=True, party=n).wait_outside for n in (1, 2, 3)] == [False, False, True]


def test_each_service_of_a_visit_has_an_outcome_of_its_own(office: OfficeParts) -> None:
    turn = served(office)
    done = [Done("registro", 2, "resolved"), Done("certificado", 1, "not_resolved")]

    ended = office.attention.finish("1", outcome="partly", done=done, **ANA)

    with office.database.read() as stores:
        assert stores.procedures.of_visit(turn.visit) == [(turn.id, one) for one in done]
    assert ended.procedures == 3
    office.attention.undo("1", **ANA)
    with office.database.read() as stores:
        assert stores.procedures.of_visit(turn.visit) == []


@pytest.mark.parametrize(
    ("outcomes", "whole"),
    [
        (("resolved", "resolved"), "resolved"),
        (("resolved", "not_resolved"), "partly"),
        (("information",), "information"),
    ],
)
def test_a_visit_without_an_outcome_of_its_own_has_that_of_its_procedures(
    office: OfficeParts, outcomes: tuple[str, ...], whole: str
) -> None:
    served(office)

    ended = office.attention.finish("1", done=[Done("registro", 1, one) for one in outcomes], **ANA)

    assert ended.outcome == whole


def test_a_service_ends_with_some_outcome(office: OfficeParts) -> None:
    served(office)

    with pytest.raises(BadInput) as refused:
        office.attention.finish("1", **ANA)

    assert refused.value.code == "bad_outcome"
