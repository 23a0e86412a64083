"""When people are told over a real database: by the wait, by other parts, by the calendar; and in which words."""

from __future__ import annotations

import string
from collections.abc import Iterator
from datetime import timedelta

import pytest

from edge.bootstrap.office import OfficeParts
from edge.domain.desks import DeskState
from edge.domain.notices import Message, NoticeKind, Rung
from edge.domain.sms_text import narrow, parts
from edge.domain.turns import Mode
from edge.runtime.clock import ManualClock
from edge.runtime.i18n import Messages
from edge.runtime.resources import config_dir
from tests.fixtures.office import add_agent, walk_in
from tests.unit.edge.telling import MAIL, PHONE, call, look, send, told

pytestmark = pytest.mark.usefixtures("every_rung")
K = NoticeKind


# --- the wait ---------------------------------------------------------------------------------------------------------


def test_the_wait_is_told_once_and_again_when_it_moves(office: OfficeParts, manual_clock: ManualClock) -> None:
    for _ in range(9):
        walk_in(office)
    turn = told(office, MAIL)

    assert (look(office), look(office)) == (1, 0)
    [letter] = send(office, Rung.MAIL)
    assert letter.kind is K.CONFIRMED
    assert "hacia las" in letter.text
    assert letter.text.endswith("Olvidaremos su dirección un día después de su visita.")
    office.attention.set_desk("1", DeskState.PAUSED, agent="ana")
    assert look(office) == 0  # nobody knows the hour now
    manual_clock.move(1500)
    office.attention.set_desk("1", DeskState.OPEN, agent="ana")
    assert look(office) == 1
    assert [letter.kind for letter in send(office, Rung.MAIL)] == [K.ETA_MOVED]
    assert turn.version == 1


def test_who_is_nearly_there_is_told_once(office: OfficeParts) -> None:
    walk_in(office)
    turn = told(office)

    assert look(office) == 1
    assert look(office) == 0
    [letter] = send(office)
    assert letter.kind is K.NEAR
    assert letter.text.startswith(f"Turno {turn.code}: falta 1 persona.")


def test_news_of_a_turn_that_has_changed_since_is_not_told(office: OfficeParts) -> None:
    told(office)
    news = office.occasions.look()
    call(office)

    assert len(news) == 1
    assert office.occasions.tell(news) == 0


def test_who_waits_outside_is_asked_in_when_there_is_room(office: OfficeParts) -> None:
    for _ in range(9):
        walk_in(office)
    told(office)
    office.occupancy.correct(40, actor="test", reason="hand_count")
    look(office)
    send(office)

    office.occupancy.correct(5, actor="test", reason="hand_count")
    look(office)

    [letter] = send(office)
    assert letter.kind is K.COME_IN
    assert "puede entrar" in letter.text


# --- appointments -----------------------------------------------------------------------------------------------------


def test_another_part_tells_a_party_through_the_port(office: OfficeParts, manual_clock: ManualClock) -> None:
    now = manual_clock.now()
    slot = now + timedelta(days=1)
    owner, _ = office.agenda.book("registro", slot, language="ca", channel="web", actor="phone", contact=MAIL)
    send(office, Rung.MAIL)  # that it is booked
    facts = {"at": slot.isoformat(), "link": "https://carretas4.offices.example/c/" + 32 * "A"}
    with office.database.write() as uow:
        tell = office.notices.tell
        there = tell(uow, Message(K.APPOINTMENT_REMINDER, owner, "ca", now + timedelta(hours=1), facts))
        nobody = tell(uow, Message(K.APPOINTMENT_REMINDER, "nobody", "ca", now + timedelta(hours=1), facts))
        uow.commit()

    [letter] = send(office, Rung.MAIL)

    assert (there, nobody) == (True, False)
    assert letter.text.startswith("Recordeu la cita: 24/11 a les 09:00, Oficina 360 Carretas.")
    with office.database.read() as stores:
        rows = stores.connection.execute("select facts from notice where kind = 'appointment_reminder'").fetchall()
        log = stores.connection.execute("select group_concat(body) from event").fetchone()[0]
    assert [dict(row)["facts"] for row in rows] == [f'{{"at": "{slot.isoformat()}"}}']
    assert "AAAAAAAAAAAAAAAAAAAAAA" not in log


def test_an_appointment_is_remembered_once_on_the_eve(office: OfficeParts, manual_clock: ManualClock) -> None:
    slot = manual_clock.now() + timedelta(days=1, hours=2)
    _, link = office.agenda.book("registro", slot, language="es", channel="web", actor="phone", contact=PHONE)
    office.agenda.book("registro", slot, language="es", channel="web", actor="phone")
    assert office.occasions.reminders() == []
    send(office)  # that it is booked

    manual_clock.move(9 * 3600)  # 18:00 in Madrid

    assert office.occasions.remind(office.occasions.reminders()) == 1
    assert office.occasions.reminders() == []
    [letter] = send(office)
    assert letter.text.startswith("Recuerde su cita: 24/11 a las 11:00, Oficina 360 Carretas. Cambiarla o anularla: ")
    assert letter.text.endswith(f"{office.office.public_url}/c/{link}")


def test_a_moved_appointment_is_remembered_at_its_new_hour_by_its_old_link(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    slot = manual_clock.now() + timedelta(days=1, hours=2)
    _, link = office.agenda.book("registro", slot, language="es", channel="web", actor="phone", contact=PHONE)
    office.agenda.move(link, slot + timedelta(hours=1), Mode.PRESENCIAL, actor="phone")
    send(office)  # that it is booked, and moved
    manual_clock.move(9 * 3600)

    assert office.occasions.remind(office.occasions.reminders()) == 1
    assert office.occasions.reminders() == []
    [letter] = send(office)
    assert "24/11 a las 12:00" in letter.text
    assert letter.text.endswith(f"/c/{link}")


def test_who_moved_an_appointment_is_told_of_the_turn_too(office: OfficeParts, manual_clock: ManualClock) -> None:
    slot = manual_clock.now() + timedelta(hours=2)
    _, link = office.agenda.book("registro", slot, language="es", channel="web", actor="phone", contact=PHONE)
    office.agenda.move(link, slot + timedelta(hours=1), Mode.PRESENCIAL, actor="phone")
    send(office)  # that it is booked, and moved
    manual_clock.move(3 * 3600 - 600)
    office.turns.check_in(link, code="", phone="p" * 22, present=True, actor="phone")

    call(office)

    assert [letter.to for letter in send(office)] == ["+34612345678"]


def test_who_checks_in_is_told_by_what_the_appointment_was_booked_with(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    slot = manual_clock.now() + timedelta(minutes=10)
    _, link = office.agenda.book("registro", slot, language="es", channel="web", actor="phone", contact=PHONE)
    send(office)  # that it is booked
    office.turns.check_in(link, code="", phone="p" * 22, present=True, actor="phone")

    call(office)

    assert [letter.to for letter in send(office)] == ["+34612345678"]


# --- texts ------------------------------------------------------------------------------------------------------------

LONGEST = {
    "code": "A999",
    "desk": "12",
    "zone": "Planta primera",
    "time": "10:40",
    "at": "10:40",
    "date": "24/11",
    "ahead": "3",
    "pin": "123456",
    "minutes": "10",
    "office": "Oficina 360 Casa del Mig",
    "link": "https://carretas4.offices.example/c/" + 32 * "A",
}


def sentences() -> Iterator[tuple[str, str, str]]:
    texts = Messages.load(config_dir() / "messages")
    for language in texts.languages:
        for key, text in texts.section(language, "notices.text").items():
            yield language, key, text


def test_a_notice_fits_one_sms_and_two_in_arabic() -> None:
    long = {
        (language, key): parts(narrow(text.format(**LONGEST)))
        for language, key, text in sentences()
        if parts(narrow(text.format(**LONGEST))) > (1 if language != "ar" else 3)
    }

    assert long == {}


def test_a_notice_names_no_person_no_service_and_no_document() -> None:
    known = LONGEST.keys()

    assert {name for _, _, text in sentences() for _, name, _, _ in string.Formatter().parse(text) if name} <= known


def test_who_was_told_of_a_call_that_was_taken_back_is_told_so(office: OfficeParts) -> None:
    turn = told(office)
    call(office)
    assert [letter.kind for letter in send(office)] == [K.CALLED]

    office.attention.undo("1", agent="ana")

    [letter] = send(office)
    assert letter.kind is K.CALL_OFF
    assert letter.text.startswith(f"Turno {turn.code}: ")
    assert "vuelva a esperar" in letter.text


def test_who_was_told_of_a_call_is_told_when_the_desk_is_closed_with_its_account(office: OfficeParts) -> None:
    add_agent(office, "ana")
    told(office)
    call(office)
    send(office)

    office.members.close("ana", by="rosa")

    assert [letter.kind for letter in send(office)] == [K.CALL_OFF]


def test_a_call_that_was_taken_back_before_anybody_was_told_tells_nothing(office: OfficeParts) -> None:
    told(office)
    call(office)

    office.attention.undo("1", agent="ana")

    assert send(office) == []
