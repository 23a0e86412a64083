"""The ladder, its caps, what an SMS costs, and when there is something to tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain import ladder
from edge.domain.errors import IllegalTransition
from edge.domain.ladder import NoticeRules, objection, plan, retry_at
from edge.domain.notices import Notice, NoticeAction, NoticeKind, NoticeState, Rung
from edge.domain.occasions import Outlook, due_reminders, of_change, of_wait, reminders
from edge.domain.sms_text import narrow, parts
from edge.domain.turns import Channel, Kind, Turn, TurnState
from tests.fixtures.clocks import MONDAY_MORNING as NOW

MADRID = ZoneInfo("Europe/Madrid")
RULES = NoticeRules()
K, A, S = NoticeKind, NoticeAction, NoticeState
LADDER = [(Rung.PUSH, 0), (Rung.CHAT, 20), (Rung.SMS, 40), (Rung.MAIL, 60)]


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def notice(kind: NoticeKind = K.CALLED, **facts: object) -> Notice:
    base = Notice("n", "v", kind, "k", Rung.SMS, "es", NOW, NOW, NOW + minutes(5), turn="t")
    return replace(base, **facts)


def turn(state: TurnState = TurnState.WAITING, **facts: object) -> Turn:
    base = Turn("t", "v", "2026-11-23", "A012", "general", "dni", Kind.WALK_IN, Channel.WEB, "es", NOW, state=state)
    return replace(base, **facts)


# --- the ladder -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "reach", "rungs"),
    [
        (K.CALLED, {Rung.PUSH, Rung.SMS}, [(Rung.PUSH, 0), (Rung.SMS, 20)]),
        (K.CALLED, {Rung.SMS}, [(Rung.SMS, 0)]),
        (K.CALLED, {Rung.MAIL, Rung.PUSH}, [(Rung.PUSH, 0), (Rung.MAIL, 20)]),
        (K.CONFIRMED, {Rung.SMS}, [(Rung.PAGE, 0)]),  # the page has just said it: no SMS is paid for
        (K.CONFIRMED, {Rung.MAIL}, [(Rung.MAIL, 0)]),
        (K.RECALLED, {Rung.PUSH, Rung.SMS}, [(Rung.PUSH, 0)]),
        (K.CALLED, {Rung.CHAT, Rung.SMS}, [(Rung.CHAT, 0), (Rung.SMS, 20)]),
        (K.CALLED, {Rung.MAIL, Rung.SMS, Rung.CHAT, Rung.PUSH}, LADDER),
        (K.CONFIRMED, {Rung.CHAT, Rung.SMS}, [(Rung.CHAT, 0)]),
        (K.RECALLED, {Rung.CHAT}, [(Rung.CHAT, 0)]),
        (K.APPOINTMENT_REMINDER, {Rung.CHAT, Rung.MAIL}, [(Rung.CHAT, 0), (Rung.MAIL, 0)]),
        (K.APPOINTMENT_CODE, {Rung.CHAT, Rung.MAIL}, [(Rung.MAIL, 0)]),  # it proves whose the mailbox is
        (K.CALLED, set(), []),  # board and voice
    ],
)
def test_the_first_rung_sends_at_once_and_the_next_one_waits(
    kind: NoticeKind, reach: set[Rung], rungs: list[tuple[Rung, int]]
) -> None:
    assert plan(kind, reach, RULES) == [(rung, timedelta(seconds=wait)) for rung, wait in rungs]


def objected(one: Notice, others: list[Notice], *, phone: str = "+34612345678", today: int = 0) -> str:
    return objection(one, phone=phone, of_owner=others, units=1, units_today=today, rules=RULES)


def test_one_sms_of_a_visit_is_kept_for_the_call() -> None:
    moved = [notice(K.ETA_MOVED, units=1), notice(K.NEAR, units=1)]

    assert objected(notice(K.ETA_MOVED), moved) == ladder.TOO_MANY_FOR_VISIT
    assert objected(notice(K.CALLED), moved) == ""
    assert objected(notice(K.MISSED), [*moved, notice(K.CALLED, units=1)]) == ladder.TOO_MANY_FOR_VISIT


def test_what_was_sent_perhaps_is_asked_again_whatever_the_caps_say() -> None:
    others = [notice(units=1)] * 3

    assert objected(notice(units=1), others, today=10_000) == ""


def test_the_money_of_a_day_is_the_end() -> None:
    assert objected(notice(), [], today=249) == ""
    assert objected(notice(), [], today=250) == ladder.TOO_MANY_TODAY


@pytest.mark.parametrize("phone", ["+34803123456", "+34912345678", "+2250102030405", "+34118888"])
def test_numbers_that_somebody_earns_with_get_no_sms(phone: str) -> None:
    assert objected(notice(), [], phone=phone) == ladder.NOT_ALLOWED_THERE


def test_pauses_double_and_end() -> None:
    waits = [retry_at(K.CALLED, n, now=NOW, chance=0.5) for n in range(1, ladder.ATTEMPTS + 1)]

    assert [(at - NOW).total_seconds() for at in waits if at] == [2, 4, 8, 16, 32]
    assert waits[-1] is None


def test_what_concerns_an_appointment_is_tried_until_it_is_of_no_use() -> None:
    waits = [retry_at(K.APPOINTMENT_BOOKED, n, now=NOW, chance=0.5) for n in (1, 6, 9, 40, 4000)]

    assert [(at - NOW).total_seconds() for at in waits if at] == [2, 64, 512, 1800, 1800]


def test_an_appointment_has_a_cap_of_its_own() -> None:
    paid = [notice(K.APPOINTMENT_CODE, rung=Rung.SMS, units=1, state=S.SENT) for _ in range(8)]

    assert objected(notice(K.APPOINTMENT_BOOKED), paid[:7]) == ""
    assert objected(notice(K.APPOINTMENT_BOOKED), paid) == ladder.TOO_MANY_FOR_VISIT


def test_a_provider_is_left_alone_as_long_as_it_asks_and_no_longer_than_an_hour() -> None:
    assert retry_at(K.CALLED, 1, now=NOW, chance=0, wanted=timedelta(seconds=90)) == NOW + timedelta(seconds=90)
    assert retry_at(K.CALLED, 1, now=NOW, chance=0, wanted=timedelta(days=9)) == NOW + timedelta(hours=1)


@given(st.integers(1, 5), st.floats(0, 1, exclude_max=True))
def test_the_jitter_stays_within_half(attempts: int, chance: float) -> None:
    at = retry_at(K.CALLED, attempts, now=NOW, chance=chance)

    assert at
    assert 2 ** (attempts - 1) <= (at - NOW).total_seconds() <= 3 * 2 ** (attempts - 1)


# --- states ---------------------------------------------------------------------------------------------------------


def test_what_opens_something_is_forgotten_once_it_is_on_its_way() -> None:
    one = notice(K.APPOINTMENT_CODE, facts={"pin": "123456", "minutes": "10"})

    taken, event = one.apply(A.TAKE, at=NOW, units=1)
    sent, _ = taken.apply(A.HAND_OVER, at=NOW)

    assert taken.facts["pin"] == "123456"
    assert sent.facts == {"minutes": "10"}
    assert "123456" not in str(event)


def test_a_notice_that_arrived_is_not_sent_again() -> None:
    delivered, _ = notice().apply(A.DELIVER, at=NOW)

    with pytest.raises(IllegalTransition):
        delivered.apply(A.TAKE, at=NOW)


# --- what an SMS costs ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("á" * 70, 1),
        ("á" * 71, 2),
        ("ñ" * 160, 1),
        ("دور" * 23, 1),
        ("👍" * 36, 2),
        ("", 1),
    ],
)
def test_parts_are_counted_as_networks_bill_them(text: str, count: int) -> None:
    assert parts(text) == count


def test_accents_go_where_that_halves_the_price_and_arabic_stays() -> None:
    assert narrow("Está aquí: atención, anul·lat") == "Esta aqui: atencion, anul.lat"
    assert narrow("Año, també à") == "Año, també à"
    assert narrow("الدور A012") == "الدور A012"


# --- what a change gives rise to --------------------------------------------------------------------------------------


def change(event: str, after: Turn, told: list[Notice], actor: str = "agent:ana", desk: str = "3"):
    return of_change(event, after, told, actor=actor, place=(desk, "Planta 1"), now=NOW)


def test_a_call_tells_hour_desk_and_zone() -> None:
    found = change("turn_called", turn(TurnState.CALLED, called_at=NOW, desk="3"), [])

    assert found
    assert found.kind is K.CALLED
    assert found.facts == {"code": "A012", "desk": "3", "zone": "Planta 1", "at": NOW.isoformat()}


def test_a_call_to_another_desk_a_moment_later_says_so() -> None:
    first = notice(key="call:1", facts={"desk": "1"}, created_at=NOW - minutes(1))
    again = turn(TurnState.CALLED, called_at=NOW, desk="3")

    assert change("turn_called", again, [first]).kind is K.DESK_CHANGED
    assert change("turn_called", again, [first], desk="1").kind is K.CALLED
    assert change("turn_called", again, [replace(first, created_at=NOW - minutes(11))]).kind is K.CALLED
    assert change("turn_called", replace(again, started_at=NOW), [first]).kind is K.CALLED  # back from hold


@pytest.mark.parametrize(
    ("event", "actor", "kind"),
    [
        ("turn_missed", "agent:ana", K.MISSED),
        ("turn_recalled", "agent:ana", K.RECALLED),
        ("turn_cancelled", "agent:ana", K.CANCELLED),
        ("turn_cancelled", "phone", None),  # who leaves knows it
        ("turn_expired", "system", K.EXPIRED),
        ("turn_completed", "agent:ana", None),
        ("turn_arrived", "phone", None),
    ],
)
def test_changes_tell_what_their_party_does_not_know(event: str, actor: str, kind: NoticeKind | None) -> None:
    found = change(event, turn(called_at=NOW), [], actor)

    assert (found.kind if found else None) == kind


# --- what the wait gives rise to --------------------------------------------------------------------------------------


def wait(
    ahead: int, in_min: float | None, told: list[Notice], *, outside: bool = False, was: bool = False, **facts: object
) -> list[NoticeKind]:
    call_at = NOW + minutes(in_min) if in_min is not None else None
    found = of_wait(Outlook(turn(**facts), ahead, call_at, outside), told, RULES, was_outside=was, now=NOW)
    return [occasion.kind for occasion in found]


CONFIRMED = notice(K.CONFIRMED, key="confirmed", facts={"eta": (NOW + minutes(40)).isoformat()})


def test_the_first_thing_told_is_that_the_turn_is_there_and_about_when() -> None:
    assert wait(9, 40, []) == [K.CONFIRMED]
    assert wait(9, None, []) == [K.CONFIRMED]
    assert wait(9, 40, [CONFIRMED]) == []


@pytest.mark.parametrize(
    ("ahead", "in_min", "near"), [(4, 11, False), (3, 30, True), (9, 10, True), (3, None, False), (4, 10.5, False)]
)
def test_soon_is_a_number_of_people_or_of_minutes(ahead: int, in_min: float | None, *, near: bool) -> None:
    told = [replace(CONFIRMED, facts={"eta": (NOW + minutes(in_min or 0)).isoformat()})]

    assert (K.NEAR in wait(ahead, in_min, told)) == near


def test_soon_is_told_once_for_each_wait() -> None:
    near = notice(K.NEAR, key="near:0:0:general")

    assert wait(2, 5, [near]) == []
    assert wait(2, 5, [near], queue="ayudas") == [K.NEAR]  # transferred: another wait
    assert wait(2, 5, [near], returns=1) == [K.NEAR]
    assert wait(2, 5, [near], delays=1) == [K.NEAR]


def test_who_has_not_come_is_never_told_to_be_next() -> None:
    assert wait(0, 1, [CONFIRMED], state=TurnState.REMOTE) == [K.ETA_MOVED]


@pytest.mark.parametrize(("in_min", "moved"), [(50, False), (51, True), (30, False), (29, True), (None, False)])
def test_an_hour_that_moves_by_more_than_ten_minutes_is_told(in_min: float | None, *, moved: bool) -> None:
    assert (K.ETA_MOVED in wait(9, in_min, [CONFIRMED])) == moved


def test_the_hour_is_held_against_the_last_one_that_was_told() -> None:
    later = notice(
        K.ETA_MOVED, key="eta:1", facts={"eta": (NOW + minutes(55)).isoformat()}, created_at=NOW + minutes(1)
    )
    lost = replace(later, state=S.DROPPED)

    assert wait(9, 60, [CONFIRMED, later]) == []
    assert wait(9, 60, [CONFIRMED, lost]) == [K.ETA_MOVED]


def test_who_waited_outside_is_asked_in_once() -> None:
    assert wait(9, 40, [CONFIRMED], was=True) == [K.COME_IN]
    assert wait(9, 40, [CONFIRMED], was=True, outside=True) == []
    assert wait(9, 40, [CONFIRMED]) == []


@pytest.mark.parametrize("state", [s for s in TurnState if s not in (TurnState.WAITING, TurnState.REMOTE)])
def test_who_does_not_wait_is_told_nothing_about_the_wait(state: TurnState) -> None:
    assert wait(0, 1, [], state=state, was=True) == []


# --- reminders --------------------------------------------------------------------------------------------------------


def moments(slot: datetime, **rules: object) -> list[datetime]:
    return [at.astimezone(UTC) for _, at in reminders(slot, MADRID, replace(RULES, **rules))]


def test_reminders_are_on_the_eve_by_the_clock_on_the_wall_and_shortly_before() -> None:
    slot = datetime(2026, 3, 29, 11, 0, tzinfo=MADRID)  # the day on which the clock jumps

    assert moments(slot) == [datetime(2026, 3, 28, 17, tzinfo=UTC), datetime(2026, 3, 29, 7, 30, tzinfo=UTC)]
    assert moments(slot, remind_at="", remind_before=timedelta()) == []


def test_an_hour_that_the_clock_skips_is_when_the_gap_ends_and_a_repeated_one_the_first() -> None:
    skipped = datetime(2026, 3, 30, 11, 0, tzinfo=MADRID)
    repeated = datetime(2026, 10, 26, 11, 0, tzinfo=MADRID)

    assert moments(skipped, remind_at="02:30", remind_before=timedelta()) == [datetime(2026, 3, 29, 1, tzinfo=UTC)]
    assert moments(repeated, remind_at="02:30", remind_before=timedelta()) == [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    ]


@given(st.datetimes(datetime(2025, 1, 2), datetime(2030, 12, 30)), st.times())
def test_a_reminder_comes_before_its_slot_and_after_the_day_before_it(local: datetime, hour: object) -> None:
    slot = local.replace(tzinfo=MADRID).astimezone(UTC)
    at = moments(slot, remind_at=f"{hour:%H:%M}", remind_before=timedelta())[0]

    assert timedelta() < slot - at < timedelta(hours=49)
    wall = at.astimezone(MADRID)
    assert wall.date() == (slot.astimezone(MADRID) - timedelta(days=1)).date()


def test_a_reminder_is_due_for_half_an_hour_and_never_after_the_slot() -> None:
    slot = NOW + minutes(90)

    assert len(due_reminders(slot, MADRID, RULES, now=NOW)) == 1
    assert due_reminders(slot, MADRID, RULES, now=NOW - minutes(1)) == []
    assert due_reminders(slot, MADRID, RULES, now=NOW + minutes(30)) == []
