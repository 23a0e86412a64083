"""When people would be called: the forecast is the calling rules played forward."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from edge.bootstrap.office import OfficeParts
from edge.domain.calling import Policy, WorkProfile, choose
from edge.domain.desks import DeskState
from edge.domain.turns import Channel, Kind, Turn, TurnState
from edge.domain.waiting import OpenDesk, estimate, forecast
from edge.services.board import Offer
from tests.fixtures.office import walk_in

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TEN_MINUTES = timedelta(minutes=10)


def waiting(name: str, minutes: int, *, due: int | None = None, queue: str = "q") -> Turn:
    since = NOW - timedelta(minutes=minutes)
    return Turn(
        id=name, visit=name, day="", code=name, queue=queue, service="s", channel=Channel.WEB, language="es",
        kind=Kind.WALK_IN, created_at=since, state=TurnState.WAITING, waiting_since=since,
        due_at=None if due is None else NOW + timedelta(minutes=due),
    )  # fmt: skip


def desk(queues: tuple[str, ...], free_at: datetime) -> OpenDesk:
    return OpenDesk(WorkProfile(frozenset(queues)), free_at)


def starts(turns: list[Turn], *desks: OpenDesk, coming: list[Turn] | None = None) -> dict[str, float]:
    found = forecast(turns, desks, coming=coming or [], now=NOW, policy=Policy(), service_time=lambda _: TEN_MINUTES)
    return {call.turn.id: (call.at - NOW) / timedelta(minutes=1) for call in found}


def test_two_desks_take_two_at_a_time() -> None:
    turns = [waiting(name, 9 - n) for n, name in enumerate("abcd")]

    assert starts(turns, desk(("q",), NOW), desk(("q",), NOW)) == {"a": 0, "b": 0, "c": 10, "d": 10}


def test_a_busy_desk_begins_when_it_is_free() -> None:
    assert starts([waiting("a", 1)], desk(("q",), NOW + timedelta(minutes=4))) == {"a": 4}


def test_nobody_is_told_a_time_without_a_desk() -> None:
    assert starts([waiting("a", 1, queue="other")], desk(("q",), NOW)) == {}


def test_an_appointment_passes_when_its_time_has_come() -> None:
    turns = [waiting("a", 30), waiting("b", 20), waiting("c", 1, due=5)]

    assert starts(turns, desk(("q",), NOW)) == {"a": 0, "c": 10, "b": 20}


def test_nobody_waits_for_a_booked_person_who_is_not_here_yet() -> None:
    booked = waiting("c", -15, due=15)

    assert starts([waiting("a", 5), waiting("b", 3)], desk(("q",), NOW), coming=[booked]) == {
        "a": 0,
        "b": 10,
        "c": 20,
    }
    assert starts([waiting("a", 5)], desk(("q",), NOW), coming=[booked]) == {"a": 0, "c": 15}
    assert starts([], desk(("q",), NOW), coming=[booked]) == {"c": 15}


def test_who_comes_early_with_a_later_slot_is_called_before_who_is_not_here() -> None:
    early, absent = waiting("early", 2, due=40), waiting("absent", -20, due=20)

    assert starts([early], desk(("q",), NOW), coming=[absent]) == {"early": 0, "absent": 20}


people = st.lists(st.tuples(st.integers(0, 120), st.none() | st.integers(-60, 60), st.sampled_from("qrs")), max_size=20)


@given(people, st.sampled_from(["q", "qr", "qrs"]))
def test_one_desk_calls_in_the_order_of_the_calling_engine(rows: list, queues: str) -> None:
    turns = [waiting(f"t{n:02}", minutes, due=due, queue=queue) for n, (minutes, due, queue) in enumerate(rows)]
    told = starts(turns, desk(tuple(queues), NOW))

    left, at, called = list(turns), NOW, []
    while (choice := choose(left, WorkProfile(frozenset(queues)), now=at, policy=Policy())) is not None:
        called.append(choice.turn.id)
        left.remove(choice.turn)
        at += TEN_MINUTES

    assert list(told) == called


def test_the_band_is_wide_for_few_and_narrower_for_many() -> None:
    alone, crowd = (estimate(NOW + timedelta(minutes=60), n, now=NOW) for n in (0, 24))

    assert (alone.low, alone.expected) == (timedelta(), timedelta(minutes=60))
    assert crowd.low > timedelta(minutes=40)
    assert crowd.high < timedelta(minutes=80)


def test_all_services_of_a_queue_are_told_the_same_and_admission_agrees(office: OfficeParts) -> None:
    for _ in range(20):
        walk_in(office)
    offers = {offer.service.id: offer for offer in office.board.offers()}

    certificate, card = offers["certificado"], offers["familia_numerosa"]
    assert certificate.estimate is not None
    assert card.estimate is not None
    assert certificate.estimate.expected == card.estimate.expected == timedelta(minutes=20 * 9)
    assert certificate.decision.admitted


def test_only_who_would_really_go_first_is_ahead(office: OfficeParts) -> None:
    for desk, agent in (("2", "eva"), ("3", "luis")):  # 1 and 2: registry and procedures; 3: the registry alone
        office.attention.set_desk(desk, DeskState.OPEN, agent=agent)
    for _ in range(10):
        walk_in(office, "certificado")
    alone = offered(office, "registro")
    document = walk_in(office, "registro")
    certificate = walk_in(office, "certificado")

    assert alone.waiting == 0
    assert offered(office, "registro").waiting == 5  # that document, and whom desks 1 and 2 take meanwhile
    assert offered(office, "certificado").waiting == 11
    views = office.board.open_turns()
    assert (views[document.id].ahead, views[certificate.id].ahead) == (0, 10)


def test_who_a_desk_of_another_queue_calls_is_not_ahead(office: OfficeParts) -> None:
    office.attention.set_desk("3", DeskState.OPEN, agent="luis")
    office.attention.set_desk("4", DeskState.OPEN, agent="eva")
    office.attention.set_desk("1", DeskState.CLOSED, agent="ana")
    for _ in range(3):
        walk_in(office, "registro")
    for _ in range(6):
        walk_in(office, "certificado")

    assert offered(office, "registro").waiting == 3
    assert offered(office, "certificado").waiting == 6


def test_a_service_that_is_no_longer_offered_blinds_nobody(office: OfficeParts) -> None:
    turn = walk_in(office)
    services = {name: service for name, service in office.office.services.items() if name != "registro"}
    office.office = replace(office.office, services=services)

    assert office.board.open_turns()[turn.id].estimate is not None


def offered(office: OfficeParts, service: str) -> Offer:
    return next(offer for offer in office.board.offers() if offer.service.id == service)


def test_the_desk_that_is_busy_counts_with_what_is_left(office: OfficeParts) -> None:
    walk_in(office)
    second = walk_in(office)
    office.attention.call_next("1", agent="ana")
    office.attention.start("1", agent="ana")
    office.attention.set_desk("2", DeskState.OPEN, agent="eva")

    with_two = office.board.turn(second).estimate
    office.attention.set_desk("2", DeskState.CLOSED, agent="eva")
    with_one = office.board.turn(second).estimate

    assert with_two is not None
    assert with_one is not None
    assert (with_two.expected, with_one.expected) == (timedelta(), timedelta(minutes=9))


def test_who_is_booked_is_never_told_an_hour_before_the_slot(office: OfficeParts) -> None:
    slot = office.clock.now() + timedelta(minutes=30)
    _, link = office.agenda.book("registro", slot, language="es", channel="desk", actor="test")
    turn = office.turns.check_in(link, code="", phone="p", actor="phone").turn

    told = office.board.turn(turn).estimate

    assert told is not None
    assert told.expected == timedelta(minutes=30)
