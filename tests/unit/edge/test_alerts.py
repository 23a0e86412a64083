"""Emergencies and requests for help: who may take them, who hears of them, when they end."""

from __future__ import annotations

import pytest

from edge.bootstrap.office import OfficeParts
from edge.domain.alerts import FINAL, TRANSITIONS, Alert, AlertAction, AlertKind, AlertState, raised
from edge.domain.errors import BadInput, NotFound, RuleViolation
from edge.runtime.clock import ManualClock
from tests.fixtures.clocks import MONDAY_MORNING as NOW
from tests.fixtures.office import forget, walk_in

PHONE = "phone-secret-1234"


def alert(kind: AlertKind = AlertKind.HELP, **facts: object) -> Alert:
    return Alert("A1", kind, "hall/waiting", "agent:ana", NOW, **facts)  # type: ignore[arg-type]


def code(act: object, *args: object, **facts: object) -> str:
    with pytest.raises((RuleViolation, BadInput, NotFound)) as caught:
        act(*args, **facts)  # type: ignore[operator]
    return caught.value.code


def test_every_row_of_the_table_ends_where_it_says() -> None:
    for (state, action), after in TRANSITIONS.items():
        moved, event = alert(state=state).apply(action, at=NOW, actor="agent:eva")
        assert (moved.state, event.body["state"]) == (after, str(after))


def test_what_the_table_does_not_hold_is_refused() -> None:
    rows = {(state, action) for state in AlertState for action in AlertAction} - TRANSITIONS.keys()

    assert {code(alert(state=s).apply, a, at=NOW, actor="agent:eva") for s, a in rows} == {"alert_changed"}
    assert all(not alert(state=state).is_open for state in FINAL)


def test_somebody_else_has_to_have_seen_an_emergency() -> None:
    emergency = alert(AlertKind.EMERGENCY)

    assert code(emergency.apply, AlertAction.TAKE, at=NOW, actor="agent:ana") == "own_emergency"
    assert emergency.apply(AlertAction.TAKE, at=NOW, actor="agent:eva")[0].taken_by == "agent:eva"


def test_the_log_tells_where_and_for_whose_turn_but_no_name() -> None:
    body = raised(alert(languages=("ar",), turn="T1", silent=True)).body

    assert body == {
        "alert": "A1",
        "kind": "help",
        "place": "hall/waiting",
        "languages": ["ar"],
        "turn": "T1",
        "silent": True,
    }


def test_a_second_press_is_the_same_emergency(office: OfficeParts) -> None:
    first = office.alerts.emergency("desk/1", actor="agent:ana", silent=True)
    second = office.alerts.emergency("desk/1", actor="agent:ana")
    elsewhere = office.alerts.emergency("desk/2", actor="agent:eva")

    assert second == first
    assert elsewhere.id != first.id
    assert [one.silent for one in office.alerts.open()] == [True, False]


def test_an_emergency_needs_a_desk_or_the_entrance(office: OfficeParts) -> None:
    assert code(office.alerts.emergency, "desk/99", actor="agent:ana") == "no_such_desk"
    assert code(office.alerts.emergency, "zone/Planta 1", actor="agent:ana") == "no_such_place"
    assert office.alerts.emergency("hall/entrance", actor="agent:eva").place == "hall/entrance"


def test_only_who_raised_it_calls_it_off_before_anybody_came(office: OfficeParts) -> None:
    emergency = office.alerts.emergency("desk/1", actor="agent:ana")

    assert code(office.alerts.end, emergency.id, actor="agent:eva", reason="false_alarm") == "take_first"
    assert code(office.alerts.end, emergency.id, actor="agent:ana", reason="bored") == "reason_needed"
    assert office.alerts.end(emergency.id, actor="agent:ana", reason="false_alarm").state == "withdrawn"


def test_taking_twice_is_taking_once_and_two_do_not_both_go(office: OfficeParts, manual_clock: ManualClock) -> None:
    asked = office.alerts.ask_help("hall/waiting", actor="phone", phone=PHONE)
    manual_clock.move(40)
    taken = office.alerts.take(asked.id, actor="agent:rosa")

    assert office.alerts.take(asked.id, actor="agent:rosa") == taken
    assert code(office.alerts.take, asked.id, actor="agent:luis") == "alert_changed"
    assert office.alerts.end(asked.id, actor="agent:luis", reason="helped").state == "ended"
    with office.database.read() as stores:
        rows = stores.connection.execute("select type, body from event where stream = 'alerts' order by seq").fetchall()
    assert [row["type"] for row in rows] == ["alert_raised", "alert_taken", "alert_ended"]
    assert '"waited_s":40' in rows[1]["body"].replace(" ", "")


def test_a_phone_asks_once_and_again_when_it_is_over(office: OfficeParts) -> None:
    turn = walk_in(office)
    first = office.alerts.ask_help("hall/waiting", actor="phone", languages=["ar", "es"], phone=PHONE, turn=turn.id)
    same = office.alerts.ask_help("hall/entrance", actor="phone", phone=PHONE)
    office.alerts.withdraw(PHONE)
    office.alerts.withdraw(PHONE)
    again = office.alerts.ask_help("hall/entrance", actor="phone", phone=PHONE)

    assert (same, first.turn, first.languages) == (first, turn.id, ("ar", "es"))
    assert again.id != first.id
    assert office.alerts.of_phone(PHONE) == again
    assert office.alerts.of_phone("") is None
    assert code(office.alerts.withdraw, "another phone") == "no_help"


def test_a_place_that_is_not_here_is_refused_and_a_device_asks_once(office: OfficeParts) -> None:
    first = office.alerts.ask_help("device/booth-1", actor="device:booth-1")

    assert office.alerts.ask_help("device/booth-1", actor="device:booth-1") == first
    assert code(office.alerts.ask_help, "hall/roof", actor="phone", phone=PHONE) == "no_such_place"
    assert office.alerts.places() == ["hall/entrance", "hall/waiting", "zone/Planta 1"]


def test_help_that_nobody_takes_is_told_to_all_and_ends_one_day(office: OfficeParts, manual_clock: ManualClock) -> None:
    asked = office.alerts.ask_help("hall/waiting", actor="phone", phone=PHONE)
    taken = office.alerts.ask_help("device/booth-1", actor="device:booth-1")
    office.alerts.take(taken.id, actor="agent:rosa")
    manual_clock.move(89)
    early = office.alerts.tidy()
    manual_clock.move(1)
    escalated = office.alerts.tidy()
    state = office.alerts.get(asked.id).state
    manual_clock.move(1800)
    office.alerts.tidy()

    assert (early, escalated, state) == (0, 1, "escalated")
    assert [office.alerts.get(one.id).state for one in (asked, taken)] == ["lapsed", "ended"]
    assert office.alerts.open() == []


def test_an_emergency_stays_for_hours(office: OfficeParts, manual_clock: ManualClock) -> None:
    emergency = office.alerts.emergency("desk/1", actor="agent:ana")
    manual_clock.move(7 * 3600)
    office.alerts.tidy()

    assert office.alerts.get(emergency.id).state == "raised"


def test_what_is_over_is_forgotten_after_a_month(office: OfficeParts, manual_clock: ManualClock) -> None:
    office.alerts.ask_help("hall/waiting", actor="phone", phone=PHONE)
    office.alerts.withdraw(PHONE)
    manual_clock.move(29 * 86400)
    kept = forget(office)["alert"]
    manual_clock.move(86400 + 1)

    assert (kept, forget(office)["alert"]) == (0, 1)
    assert office.alerts.of_phone(PHONE) is None
