"""What the centre proposes: every conflict ends as docs/agenda.md has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from edge.bootstrap.office import OfficeParts
from edge.contracts.agenda import (
    AgendaAnswer,
    AgendaProposal,
    Book,
    Cancel,
    FreeSlots,
    Lease,
    Move,
    Release,
    TurnWanted,
)
from edge.domain.agenda import AppointmentState
from edge.domain.desks import DeskState
from edge.domain.plan import Shares
from edge.domain.turns import Channel, Mode
from edge.runtime.clock import ManualClock
from edge.runtime.ids import new_ulid
from edge.services.turns import Wish

TOMORROW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAY = date(2026, 11, 24)
MINUTE = timedelta(minutes=1)

Ask = Callable[..., AgendaAnswer]


@pytest.fixture
def ask(office: OfficeParts, manual_clock: ManualClock) -> Ask:
    """Propose something; one desk serves the registry, so that a slot is for one."""
    plan = replace(
        office.office.agenda,
        desks={"1": frozenset({"registro", "tramites"})},
        modes={"1": frozenset(map(str, Mode))},
        shares=Shares(100, 100, 50),
    )
    office.office = replace(office.office, agenda=plan)

    def propose(wish: object, *, channel: str = "web", asked_at: datetime | None = None, id: str = "") -> AgendaAnswer:
        now = manual_clock.now()
        proposal = AgendaProposal(
            id=id or new_ulid(now),
            office="carretas4",
            channel=channel,
            asked_at=asked_at or now,
            wish=wish,  # type: ignore[arg-type]
        )
        return office.leases.decide(proposal)

    return propose


def book(at: datetime = TOMORROW, **facts: object) -> Book:
    given = {"service": "registro", "at": at, "language": "es", "has_mail": True, "has_phone": True}
    return Book(**{**given, **facts})  # type: ignore[arg-type]


def state(office: OfficeParts, appointment: str) -> AppointmentState:
    with office.database.read() as stores:
        return stores.appointments.latest(appointment).state


def test_a_free_slot_is_booked_and_the_same_id_gets_the_same_answer(office: OfficeParts, ask: Ask) -> None:
    one = new_ulid(TOMORROW)
    first, second = ask(book(), id=one), ask(book(), id=one)

    assert first == second
    assert (first.state, first.rule) == ("accepted", "free")
    assert office.agenda.of_link(first.url.rsplit("/", 1)[1]).channel == "web"
    assert len(office.slots.on(DAY)[0]) == 1


def test_given_away_meanwhile_is_refused_with_what_is_free_nearby(ask: Ask) -> None:
    ask(book())

    answer = ask(book())

    assert (answer.state, answer.rule, answer.url) == ("refused", "slot_full", "")
    assert TOMORROW + 15 * MINUTE in answer.slots


def test_promised_and_given_away_meanwhile_is_replaced_by_the_nearest(office: OfficeParts, ask: Ask) -> None:
    office.agenda.book("registro", TOMORROW, language="es", channel="desk", actor="agent:ana")

    answer = ask(book(promised=True))

    assert (answer.state, answer.rule) == ("moved", "replaced")
    assert answer.at is not None
    assert abs(answer.at - TOMORROW) == 15 * MINUTE


def test_promised_and_nothing_near_is_refused(office: OfficeParts, ask: Ask) -> None:
    office.agenda.close(TOMORROW - timedelta(hours=4), TOMORROW + timedelta(hours=12), reason="staff", actor="eva")

    answer = ask(book(promised=True))

    assert (answer.state, answer.rule) == ("refused", "closed_then")


def test_a_leased_slot_is_the_centres_whatever_others_want(office: OfficeParts, ask: Ask) -> None:
    lease = ask(Lease(service="registro", day=DAY, quantity=3))
    at = lease.slots[0]
    assert at not in office.slots.times("registro", Mode.PRESENCIAL, DAY).times

    answer = ask(book(at, lease=lease.lease, promised=True))
    again = ask(book(at, lease=lease.lease))

    assert (answer.state, answer.rule, answer.at) == ("accepted", "in_lease", at)
    assert again.state == "refused"  # the slot of the lease is used


def test_a_promise_from_a_living_lease_that_is_heard_late_is_kept(ask: Ask, manual_clock: ManualClock) -> None:
    lease = ask(Lease(service="registro", day=DAY, quantity=3))
    at = lease.slots[0]
    manual_clock.move((at - manual_clock.now()).total_seconds() - 90 * 60)
    said = manual_clock.now()
    manual_clock.move(60 * 60)  # half an hour before the slot: too short a notice for anybody else

    answer = ask(book(at, lease=lease.lease, promised=True), asked_at=said)

    assert (answer.state, answer.rule, answer.at) == ("accepted", "in_lease", at)


def test_a_promise_that_is_heard_when_its_hour_has_passed_is_replaced(ask: Ask, manual_clock: ManualClock) -> None:
    lease = ask(Lease(service="registro", day=DAY, quantity=3))
    at = lease.slots[0]
    manual_clock.move((at - manual_clock.now()).total_seconds() - 90 * 60)
    said = manual_clock.now()
    manual_clock.move(100 * 60)

    answer = ask(book(at, lease=lease.lease, promised=True), asked_at=said)

    assert (answer.state, answer.rule) == ("moved", "replaced")
    assert answer.at is not None
    assert answer.at > manual_clock.now()


def test_a_lease_ends_and_gives_its_slots_back(office: OfficeParts, ask: Ask, manual_clock: ManualClock) -> None:
    plan = replace(office.office.agenda, lease=timedelta(hours=1))
    office.office = replace(office.office, agenda=plan)
    lease = ask(Lease(service="registro", day=DAY, quantity=2))
    before = manual_clock.now()
    manual_clock.move(3600)
    free = office.slots.times("registro", Mode.PRESENCIAL, DAY).times

    assert set(lease.slots) <= set(free)
    kept = ask(book(lease.slots[0], lease=lease.lease, promised=True), asked_at=before + timedelta(minutes=30))
    assert (kept.state, kept.rule) == ("accepted", "in_lease")  # promised while it lived, and still free
    office.agenda.book("registro", lease.slots[1], language="es", channel="desk", actor="agent:ana")
    gone = ask(book(lease.slots[1], lease=lease.lease, promised=True), asked_at=before + timedelta(minutes=30))
    assert (gone.state, gone.rule) == ("moved", "replaced")


def test_a_lease_given_back_is_free_and_none_is_given_when_nothing_is(office: OfficeParts, ask: Ask) -> None:
    lease = ask(Lease(service="registro", day=DAY, quantity=100))
    more = ask(Lease(service="registro", day=DAY, quantity=1))

    assert more.rule == "nothing_to_lease"
    ask(Release(lease=lease.lease))
    assert ask(Lease(service="registro", day=DAY, quantity=1)).state == "accepted"


def test_cancelled_at_the_centre_but_attended_stays_attended(
    office: OfficeParts, ask: Ask, manual_clock: ManualClock
) -> None:
    mine = ask(book())
    manual_clock.move((TOMORROW - manual_clock.now()).total_seconds())
    office.turns.check_in(mine.url.rsplit("/", 1)[1], code="", phone="", present=True, actor="phone")

    answer = ask(Cancel(appointment=mine.appointment), asked_at=TOMORROW - timedelta(hours=1))

    assert (answer.state, answer.rule) == ("refused", "attended")
    assert state(office, mine.appointment) is AppointmentState.CHECKED_IN


def test_cancelled_in_time_and_heard_of_late_is_no_no_show(
    office: OfficeParts, ask: Ask, manual_clock: ManualClock
) -> None:
    mine, other = ask(book()), ask(book(TOMORROW + 15 * MINUTE))
    manual_clock.move((TOMORROW + timedelta(hours=1) - manual_clock.now()).total_seconds())
    office.housekeeping.tidy()
    assert state(office, mine.appointment) is AppointmentState.NO_SHOW

    in_time = ask(Cancel(appointment=mine.appointment), asked_at=TOMORROW - timedelta(hours=1))
    too_late = ask(Cancel(appointment=other.appointment), asked_at=TOMORROW + timedelta(minutes=40))

    assert (in_time.state, in_time.rule) == ("accepted", "excused")
    assert state(office, mine.appointment) is AppointmentState.CANCELLED_CITIZEN
    assert (too_late.state, too_late.rule) == ("refused", "ended")


def test_of_two_moves_the_one_said_later_holds_in_whatever_order_they_come(office: OfficeParts, ask: Ask) -> None:
    mine = ask(book())
    now = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

    later = ask(Move(appointment=mine.appointment, at=TOMORROW + 60 * MINUTE), asked_at=now + MINUTE)
    earlier = ask(Move(appointment=mine.appointment, at=TOMORROW + 30 * MINUTE), asked_at=now + MINUTE / 2)

    assert (later.state, earlier.state, earlier.rule) == ("accepted", "refused", "superseded")
    assert earlier.at == TOMORROW + 60 * MINUTE


def test_moved_by_the_phone_and_cancelled_earlier_at_the_centre_stays(
    office: OfficeParts, ask: Ask, manual_clock: ManualClock
) -> None:
    mine = ask(book())
    before = manual_clock.now()
    manual_clock.move(60)
    office.agenda.move(mine.url.rsplit("/", 1)[1], TOMORROW + 60 * MINUTE, Mode.PRESENCIAL, actor="phone")

    answer = ask(Cancel(appointment=mine.appointment), asked_at=before)

    assert (answer.state, answer.rule) == ("refused", "superseded")


def test_a_service_that_was_withdrawn_is_refused(ask: Ask) -> None:
    assert ask(book(service="fianzas")).rule == "service_not_offered"


def test_an_office_that_is_closed_that_day_says_so_with_the_next_day(ask: Ask) -> None:
    sunday = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)

    answer = ask(book(sunday))

    assert (answer.state, answer.rule) == ("refused", "closed_then")
    assert {at.date() for at in answer.slots} == {date(2026, 11, 30)}


def test_video_needs_both_ways_to_reach_a_person_and_a_service_that_offers_it(ask: Ask) -> None:
    assert ask(book(mode="video")).rule == "mode_not_offered"
    assert ask(book(service="certificado", mode="video", has_phone=False)).rule == "mobile_needed"
    assert ask(book(service="certificado", mode="video")).state == "accepted"


def test_moving_has_the_rules_of_booking(ask: Ask) -> None:
    both = [ask(book(TOMORROW + 30 * n * MINUTE, person="abc")) for n in range(2)]
    mine = ask(book(TOMORROW + timedelta(days=1), service="certificado", person="abc"))
    move = Move(appointment=mine.appointment, at=TOMORROW + 120 * MINUTE)
    by_video = Move(appointment=mine.appointment, at=TOMORROW + timedelta(days=1, hours=1), mode="video")

    assert [answer.state for answer in both] == ["accepted", "accepted"]
    assert (ask(move).state, ask(move).rule) == ("refused", "person_day")
    assert ask(by_video).rule == "mail_needed"
    assert ask(msgspec.structs.replace(by_video, has_mail=True)).rule == "mobile_needed"
    assert ask(msgspec.structs.replace(by_video, has_mail=True, has_phone=True)).state == "accepted"


def test_a_person_of_the_centre_has_the_limits_of_everybody(ask: Ask) -> None:
    answers = [ask(book(TOMORROW + 15 * n * MINUTE, person="abc")) for n in range(3)]

    assert [answer.rule for answer in answers] == ["free", "free", "person_day"]


def test_a_clock_that_is_a_day_ahead_wins_no_dispute(ask: Ask, manual_clock: ManualClock) -> None:
    answer = ask(book(), asked_at=manual_clock.now() + timedelta(days=1))

    assert (answer.state, answer.rule) == ("refused", "not_yet")


def test_an_unknown_appointment_is_said_to_be_unknown(ask: Ask) -> None:
    assert ask(Cancel(appointment="01NOTHING")).rule == "unknown_appointment"
    assert ask(Move(appointment="01NOTHING", at=TOMORROW)).rule == "unknown_appointment"


def test_the_same_turn_by_the_centre_and_by_the_phone_is_one(office: OfficeParts, ask: Ask) -> None:
    wanted = TurnWanted(service="registro", language="es", request="r" * 20)
    by_centre = ask(wanted)
    by_phone = office.turns.take(Wish("registro", Channel.WEB, "es", phone="p" * 20, key="r" * 20), actor="phone")
    again = ask(wanted)

    assert by_centre.turn == by_phone.turn.code == again.turn
    assert by_phone.existing
    assert (by_centre.state, again.rule) == ("accepted", "existing")


def test_a_turn_that_is_not_given_has_its_reason(office: OfficeParts, ask: Ask, manual_clock: ManualClock) -> None:
    manual_clock.move(14 * 3600)

    answer = ask(TurnWanted(service="registro", language="es", request="s" * 20))

    assert (answer.state, answer.rule, answer.turn) == ("refused", "closed", "")


def test_what_is_free_changes_nothing_and_is_not_remembered(office: OfficeParts, ask: Ask) -> None:
    answer = ask(FreeSlots(service="registro", day=DAY))

    assert answer.slots == list(office.slots.times("registro", Mode.PRESENCIAL, DAY).times)
    with office.database.read() as stores:
        assert stores.leases.answer(answer.proposal) is None


@pytest.mark.parametrize("at", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_a_time_out_of_this_world_is_refused_and_answered(ask: Ask, at: datetime) -> None:
    mine = ask(book())

    answers = [ask(book(at)), ask(Move(appointment=mine.appointment, at=at))]
    answers += [ask(wish) for wish in (Lease(service="registro", day=at.date(), quantity=1),)]
    answers += [ask(FreeSlots(service="registro", day=at.date()))]

    assert [(answer.state, answer.rule) for answer in answers] == [("refused", "closed_then")] * 4


@pytest.mark.parametrize(
    ("asked", "rule"),
    [(timedelta(days=-3), "day_over"), (timedelta(days=-1), "day_over"), (timedelta(hours=1), "not_yet")],
)
def test_a_turn_is_of_the_day_on_which_it_was_asked_for(
    office: OfficeParts, ask: Ask, manual_clock: ManualClock, asked: timedelta, rule: str
) -> None:
    office.attention.set_desk("1", DeskState.OPEN, agent="ana")
    wish = TurnWanted(service="registro", language="es", request="r" * 20)

    answer = ask(wish, asked_at=manual_clock.now() + asked)

    assert (answer.state, answer.rule, answer.turn) == ("refused", rule, "")
    assert office.board.open_turns() == {}
    assert ask(wish, asked_at=manual_clock.now() - timedelta(minutes=30)).state == "accepted"


@pytest.mark.parametrize("field", ["asked_at", "at"])
def test_a_time_without_its_zone_is_refused_before_anything_is_decided(field: str) -> None:
    whole = AgendaProposal(
        id=new_ulid(TOMORROW), office="carretas4", channel="web", asked_at=TOMORROW, wish=book(TOMORROW)
    )
    body = msgspec.to_builtins(whole)
    part = body if field == "asked_at" else body["wish"]
    part[field] = "2026-11-24T10:00:00"

    with pytest.raises(msgspec.ValidationError, match="timezone"):
        msgspec.json.decode(msgspec.json.encode(body), type=AgendaProposal)
