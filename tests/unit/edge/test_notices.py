"""Notices over a real database: queued with their cause, sent while they are of use, capped, forgotten."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.bootstrap.office import OfficeParts
from edge.domain import ladder
from edge.domain.desks import DeskState
from edge.domain.errors import BadInput, NotFound, RuleViolation
from edge.domain.ladder import NoticeRules
from edge.domain.notices import NoticeKind, Rung
from edge.domain.turns import TurnAction
from edge.runtime.clock import ManualClock
from edge.services.notices import DAY_CAP
from edge.services.notifiers import Gone, Receipt, Refused, TryLater
from tests.fixtures.office import forget, walk_in
from tests.unit.edge.telling import MAIL, PHONE, call, look, send, states, subscribe, told

pytestmark = pytest.mark.usefixtures("every_rung")
K = NoticeKind


def test_a_call_is_told_with_hour_desk_and_nothing_personal(office: OfficeParts) -> None:
    told(office)
    call(office)

    [letter] = send(office)

    assert letter.to == "+34612345678"
    assert letter.text == "Turno A001: es su turno. Puesto 1. Le hemos llamado a las 09:00. Puede entrar."
    assert letter.sender == "OFICINA360"
    assert letter.urgent


def test_a_notice_is_in_the_transaction_of_its_cause_or_nowhere(office: OfficeParts) -> None:
    turn = told(office)
    with office.database.write() as uow:
        step = uow.turns.get(turn.id).apply(TurnAction.CALL, at=office.clock.now(), actor="test", desk="1", rule="x")
        uow.turns.save(step.turn)
        uow.log.append(step.event)

    assert states(office, turn) == []


def test_a_witness_that_fails_keeps_nobody_from_being_called(office: OfficeParts) -> None:
    turn = told(office)

    def fails(uow: object, events: object) -> None:
        uow.connection.execute("delete from notice")
        raise RuntimeError("a mistake")

    office.database.before_commit(fails)

    assert call(office).id == turn.id
    assert [kind for kind, *_ in states(office, turn)] == ["called"]  # what it did is undone, what others did is not


def test_who_gave_no_address_has_board_and_voice(office: OfficeParts) -> None:
    turn = told(office, "")
    call(office)

    assert states(office, turn) == []
    assert send(office) == []


def test_the_phone_is_told_first_and_sms_follows_unless_it_was_seen(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    turns = [told(office), told(office, "622345678")]
    for turn in turns:
        subscribe(office, turn)
    office.attention.set_desk("2", DeskState.OPEN, agent="bea")
    call(office)
    office.attention.call_next("2", agent="bea")

    first, second = send(office, Rung.PUSH)
    assert send(office) == []
    office.notices.seen(turns[0], first.id)
    manual_clock.move(20)

    assert [letter.to for letter in send(office)] == ["+34622345678"]
    assert states(office, turns[0])[-2:] == [("called", "push", "delivered", ""), ("called", "sms", "dropped", "seen")]
    assert second.tag == turns[1].id


def test_who_looks_at_the_page_needs_no_sms(office: OfficeParts, manual_clock: ManualClock) -> None:
    turn = told(office)
    subscribe(office, turn)
    call(office)

    office.notices.seen(turn)
    manual_clock.move(20)

    assert send(office) == []
    assert len(send(office, Rung.PUSH)) == 0  # it was not sent yet: the page was faster


def test_a_push_that_is_refused_lets_the_sms_go_at_once_and_a_gone_one_is_forgotten(office: OfficeParts) -> None:
    turn = told(office)
    subscribe(office, turn)
    call(office)
    letter = office.notices.take(Rung.PUSH)
    assert letter

    office.notices.failed(letter.id, Gone())

    assert len(send(office)) == 1
    assert not office.parties.of_turn(turn).push


def test_what_fails_is_tried_again_with_pauses_and_ends_when_it_is_of_no_use(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    turn = told(office)
    call(office)
    tries = 0
    while True:
        letter = office.notices.take(Rung.SMS)
        if letter is None and office.notices.due_at(Rung.SMS) is None:
            break
        if letter is not None:
            tries += 1
            office.notices.failed(letter.id, TryLater("http_503"))
        manual_clock.move(1)

    assert tries == ladder.ATTEMPTS
    assert states(office, turn) == [("called", "sms", "failed", "http_503")]


def test_after_an_outage_nothing_of_the_past_is_sent(office: OfficeParts, manual_clock: ManualClock) -> None:
    turn = told(office)
    call(office)

    manual_clock.move(3600)  # the office was cut off, and so was its threads' work

    assert send(office) == []
    assert states(office, turn) == [("called", "sms", "expired", "too_late")]


def test_a_call_that_was_answered_meanwhile_is_not_told(office: OfficeParts) -> None:
    turn = told(office)
    call(office)
    office.attention.start("1", agent="ana")

    assert send(office) == []
    assert states(office, turn) == [("called", "sms", "dropped", "over")]


def test_nothing_is_told_after_the_end_but_the_end_itself(office: OfficeParts) -> None:
    left, cancelled = told(office), told(office, "622345678")
    office.turns.cancel(left.id, actor="phone")
    office.turns.cancel(cancelled.id, actor="agent:ana")
    look(office)

    assert [letter.kind for letter in send(office)] == [K.CANCELLED]
    assert states(office, left) == []


def test_a_provider_that_was_asked_when_the_program_died_is_asked_again_under_the_same_id(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    turn = told(office)
    call(office)
    first = office.notices.take(Rung.SMS)

    assert office.notices.resume() == 1
    [second] = send(office)

    assert first == second
    assert office.notices.resume() == 0
    assert states(office, turn) == [("called", "sms", "sent", "")]


# --- caps -------------------------------------------------------------------------------------------------------------


def test_a_visit_gets_three_sms_however_often_it_is_called(office: OfficeParts, manual_clock: ManualClock) -> None:
    told(office)
    sent = []
    for _ in range(6):
        call(office)
        sent += send(office)
        office.attention.start("1", agent="ana")
        manual_clock.move(700)
        office.attention.transfer("1", agent="ana", service="registro")

    assert len(sent) == 3


def test_an_sms_that_may_not_be_sent_lets_the_next_rung_go(office: OfficeParts) -> None:
    office.office = replace(office.office, notices=NoticeRules(sms_per_visit=0))
    turn = told(office)
    call(office)

    assert send(office) == []
    assert states(office, turn) == [("called", "sms", "dropped", ladder.TOO_MANY_FOR_VISIT)]


def test_the_money_of_a_day_ends_with_one_alarm(office: OfficeParts) -> None:
    office.office = replace(office.office, notices=NoticeRules(day_cents=16))
    turns = [told(office, f"61234567{n}") for n in range(4)]
    sent = []
    for _ in turns:
        call(office)
        sent += send(office)
        office.attention.start("1", agent="ana")
        office.attention.finish("1", agent="ana", outcome="resolved")

    assert len(sent) == 2
    assert states(office, turns[3])[-1][3] == ladder.TOO_MANY_TODAY
    with office.database.read() as stores:
        alarms = stores.connection.execute("select count(*) from event where type = ?", (DAY_CAP,)).fetchone()[0]
    assert alarms == 1


def test_one_address_stands_for_few_parties(office: OfficeParts) -> None:
    for _ in range(3):
        told(office)
    fourth = walk_in(office)

    with pytest.raises(BadInput) as error:
        office.parties.want(fourth.id, PHONE, actor="phone")

    assert error.value.code == "address_in_use"
    office.parties.want(fourth.id, "622345678", actor="phone")
    office.parties.want(fourth.id, "622345678", actor="phone")  # the same again is no other party


@pytest.mark.parametrize(
    ("text", "code"),
    [("+34803123456", "country_not_allowed"), ("+225 01 02 03 04 05", "country_not_allowed"), ("?", "bad_contact")],
)
def test_an_address_that_cannot_be_used_is_refused_with_its_reason(office: OfficeParts, text: str, code: str) -> None:
    turn = walk_in(office)

    with pytest.raises(BadInput) as error:
        office.parties.want(turn.id, text, actor="phone")

    assert error.value.code == code


def test_an_office_offers_only_what_it_can_send(office: OfficeParts) -> None:
    del office.notifiers[Rung.SMS], office.notifiers[Rung.PUSH], office.notifiers[Rung.CHAT]
    turn = told(office, MAIL)

    for refused in (lambda: office.parties.want(turn.id, PHONE, actor="phone"), lambda: subscribe(office, turn)):
        with pytest.raises(BadInput):
            refused()
    assert office.parties.of_turn(turn).offers == {Rung.MAIL}


def test_who_is_done_chooses_no_more(office: OfficeParts) -> None:
    turn = walk_in(office)
    office.turns.cancel(turn.id, actor="phone")

    with pytest.raises(RuleViolation):
        office.parties.want(turn.id, PHONE, actor="phone")


def test_what_was_given_is_known_again_changed_and_taken_back(office: OfficeParts) -> None:
    turn = told(office)
    assert (office.parties.of_turn(turn).rung, office.parties.of_turn(turn).ending) == (Rung.SMS, "678")
    office.parties.want(turn.id, MAIL, actor="phone")
    assert office.parties.of_turn(turn).ending == "c…@example.org"
    call(office)

    assert office.parties.unwant(turn.id, actor="phone")
    assert not office.parties.unwant(turn.id, actor="phone")

    assert send(office, Rung.MAIL) == []
    assert states(office, turn)[-1][3] == "no_address"


# --- what stays -------------------------------------------------------------------------------------------------------


def test_the_addresses_of_a_visit_are_gone_a_day_after_its_end(office: OfficeParts, manual_clock: ManualClock) -> None:
    turn = told(office)
    subscribe(office, turn)
    manual_clock.move(3600)
    call(office)
    office.attention.start("1", agent="ana")
    office.attention.finish("1", agent="ana", outcome="resolved")

    manual_clock.move(24 * 3600 - 1)
    office.housekeeping.tidy()
    assert office.parties.of_turn(turn).push
    manual_clock.move(1)
    forget(office)

    assert not office.parties.of_turn(turn).push
    assert office.parties.of_turn(turn).rung is None


def test_the_addresses_of_a_visit_that_never_ends_are_gone_as_well(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    turn = told(office)

    manual_clock.move(36 * 3600)
    forget(office)

    assert office.parties.of_turn(turn).rung is None


def test_an_address_stands_in_its_own_table_and_nowhere_else(office: OfficeParts) -> None:
    turn = told(office, MAIL)
    subscribe(office, turn)
    call(office)
    for rung in Rung:
        send(office, rung)

    with office.database.read() as stores:
        tables = [row[0] for row in stores.connection.execute("select name from sqlite_master where type = 'table'")]
        rows = {t: repr([tuple(r) for r in stores.connection.execute(f"select * from {t}")]) for t in tables}
    assert "canary" in rows.pop("contact")
    assert [table for table, text in rows.items() if "canary" in text or "push.example" in text] == []


def test_notices_of_last_month_are_forgotten(office: OfficeParts, manual_clock: ManualClock) -> None:
    told(office)
    call(office)

    manual_clock.move(31 * 86_400)

    assert forget(office)["notice"] == 1


def test_a_modem_is_told_number_and_text_only_while_the_letter_is_on_its_way(office: OfficeParts) -> None:
    told(office)
    call(office)
    letter = office.notices.take(Rung.SMS)
    assert letter

    assert office.notices.letter(letter.id) == letter
    office.notices.sent(letter.id, Receipt())
    for gone in (letter.id, "unknown"):
        with pytest.raises(NotFound):
            office.notices.letter(gone)


def test_the_centre_gets_the_numbers_of_each_quarter_once(office: OfficeParts, manual_clock: ManualClock) -> None:
    told(office)
    call(office)
    send(office)

    manual_clock.move(21 * 60)

    assert office.notice_report.is_due()
    assert office.notice_report.report()
    assert not office.notice_report.is_due()
    with office.database.read() as stores:
        [row] = stores.connection.execute("select body from telemetry where kind = 'notices'").fetchall()
    assert '"rungs":{"sms":{"sent":1}}' in row[0]


def test_a_refused_letter_stays_refused_when_it_is_told_twice(office: OfficeParts) -> None:
    turn = told(office)
    call(office)
    letter = office.notices.take(Rung.SMS)
    assert letter

    for _ in range(2):
        office.notices.failed(letter.id, Refused("http_400"))
    office.notices.sent(letter.id, Receipt())

    assert states(office, turn) == [("called", "sms", "failed", "http_400")]
