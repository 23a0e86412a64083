"""Who takes a turn or an appointment in a chat is told in the chat, says what they want there, and is forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from edge.adapters.channels.messenger import Messenger
from edge.bootstrap.office import OfficeParts
from edge.domain.contacts import Contact, ContactKind, chat_owner
from edge.domain.notices import NoticeKind, Rung
from edge.domain.turns import Channel, Turn, TurnState
from edge.runtime.clock import ManualClock
from edge.services.notifiers import Gone
from tests.fakes.telegram import BotApi
from tests.fixtures.letters import code_in, send, send_all
from tests.fixtures.office import forget, walk_in
from tests.fixtures.schema import dump
from tests.integration.channels.conftest import turn_over
from tests.unit.edge.telling import PHONE, call, look, states

CHAT = 987654321


def say(messenger: Messenger, api: BotApi, words: str, *, language: str = "es") -> str:
    """Write in the chat; return the answer."""
    api.write(words, chat=CHAT, language=language)
    turn_over(messenger)
    return str(api.sent[-1]["text"])


def tap(messenger: Messenger, api: BotApi, option: str) -> str:
    """Tap a button; return the answer."""
    api.tap(option, chat=CHAT)
    turn_over(messenger)
    return str(api.sent[-1]["text"])


def taken(
    messenger: Messenger, api: BotApi, office: OfficeParts, words: str = "registro", language: str = "es"
) -> Turn:
    """Take a turn in the chat."""
    say(messenger, api, words, language=language)
    tap(messenger, api, "now")
    with office.database.read() as stores:
        return stores.turns.in_state("2026-11-23", [TurnState.REMOTE, TurnState.WAITING])[-1]


def arrived(messenger: Messenger, api: BotApi, office: OfficeParts) -> Turn:
    """Take a turn in the chat and come to the office."""
    return office.turns.confirm_presence(taken(messenger, api, office).id, actor="helper")


def called_with_phone(messenger: Messenger, api: BotApi, office: OfficeParts) -> Turn:
    """Take a turn in the chat, leave a number for SMS as well, come and be called."""
    turn = arrived(messenger, api, office)
    office.parties.want(turn.id, PHONE, actor="phone")
    call(office)
    return turn


def another(messenger: Messenger, api: BotApi, office: OfficeParts) -> Turn:
    """Take one more turn after staff have ended the conversation."""
    talk = office.conversations.of_key("telegram", str(CHAT))
    assert talk is not None
    office.conversations.end(talk.id, actor="agent:ana")
    return arrived(messenger, api, office)


def booked(messenger: Messenger, api: BotApi, office: OfficeParts) -> str:
    """Book an appointment in the chat; return its id."""
    say(messenger, api, "registro")
    for prefix in ("day:", "hour:"):
        tap(messenger, api, [data for data in api.buttons() if data.startswith(prefix)][-1])
    say(messenger, api, "canary@example.org")
    answer = say(messenger, api, code_in(send_all(office.notices)))
    assert "Le avisaremos aquí" in answer
    with office.database.read() as stores:
        return next(iter(stores.appointments.booked_between(office.clock.now(), office.clock.now() + timedelta(9)))).id


def contact(office: OfficeParts, owner: str) -> Contact | None:
    with office.database.read() as stores:
        return stores.contacts.find(chat_owner(owner))


def test_who_takes_a_turn_in_a_chat_can_be_told_there(messenger: Messenger, api: BotApi, office: OfficeParts) -> None:
    turn = taken(messenger, api, office)

    closes = office.office.calendar.current(office.clock.now())
    assert closes is not None
    assert contact(office, turn.visit) == Contact(
        chat_owner(turn.visit), ContactKind.CHAT, f"telegram:{CHAT}", closes.closes + timedelta(hours=24)
    )
    assert "Le avisaremos aquí" in api.sent[-1]["text"]
    assert "mute" in api.buttons()


def test_the_call_comes_with_desk_and_zone_and_what_can_be_answered(
    messenger: Messenger, api: BotApi, office: OfficeParts
) -> None:
    desk = replace(office.office.desks["1"], zone="Sala B")
    office.office = replace(office.office, desks={**office.office.desks, "1": desk})
    turn = arrived(messenger, api, office)
    call(office)
    (letter,) = send(office.notices, Rung.CHAT)

    assert letter.to == f"telegram:{CHAT}"
    assert "Puesto 1, Sala B." in letter.text
    assert [name for name, _ in letter.answers] == [f"seen:{letter.id}", "cancel"]
    assert states(office, turn)[-1] == ("called", "chat", "sent", "")


@pytest.mark.parametrize(
    ("words", "language", "said"),
    [
        ("I would like to submit documents", "en", "it is your turn. Desk 1"),
        ("vull presentar documents al registre", "ca", "és el vostre torn. Taula 1"),
        ("أريد تسجيل الوثائق", "ar", "حان دوركم. الشباك 1"),
    ],
)
def test_the_news_are_in_the_language_of_the_conversation(
    messenger: Messenger, api: BotApi, office: OfficeParts, words: str, language: str, said: str
) -> None:
    turn = taken(messenger, api, office, words, language)
    office.turns.confirm_presence(turn.id, actor="helper")
    call(office)
    (letter,) = send(office.notices, Rung.CHAT)

    assert said in letter.text
    assert letter.answers[0][1] == office.texts.text(language, "assistant.option.seen")


def test_the_wait_is_told_and_what_changes_in_it(
    messenger: Messenger, api: BotApi, office: OfficeParts, manual_clock: ManualClock
) -> None:
    ahead = [walk_in(office) for _ in range(12)]
    arrived(messenger, api, office)
    look(office)
    first = send(office.notices, Rung.CHAT)
    for turn in ahead[1:]:
        office.turns.cancel(turn.id, actor="test")
    manual_clock.move(1)
    look(office)
    then = send(office.notices, Rung.CHAT)

    assert [letter.kind for letter in first] == [NoticeKind.CONFIRMED]
    assert NoticeKind.NEAR in [letter.kind for letter in then]
    assert "falta 1 persona" in then[0].text
    assert [name.partition(":")[0] for name, _ in then[0].answers] == ["later", "cancel"]


def test_a_call_that_is_undone_is_explained(messenger: Messenger, api: BotApi, office: OfficeParts) -> None:
    turn = arrived(messenger, api, office)
    call(office)
    send(office.notices, Rung.CHAT)
    office.attention.undo("1", agent="ana")
    (letter,) = send(office.notices, Rung.CHAT)

    assert "la llamada se ha anulado" in letter.text
    assert [row[0] for row in states(office, turn)] == ["called", "call_off"]


def test_what_was_seen_in_the_chat_is_not_paid_for_as_well(
    messenger: Messenger, api: BotApi, office: OfficeParts, manual_clock: ManualClock
) -> None:
    turn = called_with_phone(messenger, api, office)
    (letter,) = send(office.notices, Rung.CHAT)
    assert send(office.notices, Rung.SMS) == []

    assert tap(messenger, api, f"seen:{letter.id}") == "Gracias."
    manual_clock.move(60)

    assert send(office.notices, Rung.SMS) == []
    assert states(office, turn) == [("called", "chat", "delivered", ""), ("called", "sms", "dropped", "seen")]


def test_what_nobody_has_seen_in_the_chat_goes_on_to_the_next_rung(
    messenger: Messenger, api: BotApi, office: OfficeParts, manual_clock: ManualClock
) -> None:
    called_with_phone(messenger, api, office)
    send(office.notices, Rung.CHAT)
    manual_clock.move(21)

    assert len(send(office.notices, Rung.SMS)) == 1


def test_what_was_seen_counts_also_while_a_person_answers_the_chat(
    messenger: Messenger, api: BotApi, office: OfficeParts
) -> None:
    turn = arrived(messenger, api, office)
    office.parties.want(turn.id, PHONE, actor="phone")
    say(messenger, api, "quiero hablar con una persona")
    office.conversations.take(office.conversations.in_hands()[0].id, agent="ana")
    call(office)
    (letter,) = send(office.notices, Rung.CHAT)

    tap(messenger, api, f"seen:{letter.id}")

    assert [row[2] for row in states(office, turn)] == ["delivered", "dropped"]


def test_who_asks_to_be_forgotten_is_forgotten_in_the_chat_too(
    messenger: Messenger, api: BotApi, office: OfficeParts
) -> None:
    origin = booked(messenger, api, office)

    office.agenda.forget("canary@example.org", actor="manager")

    assert contact(office, origin) is None


def test_nobody_else_can_say_that_it_was_seen(messenger: Messenger, api: BotApi, office: OfficeParts) -> None:
    turn = called_with_phone(messenger, api, office)
    (letter,) = send(office.notices, Rung.CHAT)
    api.write("hola", chat=7)
    turn_over(messenger)
    api.tap(f"seen:{letter.id}", chat=7)
    turn_over(messenger)

    assert [row[2] for row in states(office, turn)] == ["sent", "queued"]


def test_a_chat_that_is_gone_is_forgotten_and_the_next_rung_goes_at_once(
    messenger: Messenger, api: BotApi, office: OfficeParts
) -> None:
    turn = called_with_phone(messenger, api, office)
    letter = office.notices.take(Rung.CHAT)
    assert letter is not None
    office.notices.failed(letter.id, Gone("chat_gone"))

    assert len(send(office.notices, Rung.SMS)) == 1
    assert contact(office, turn.visit) is None


def test_after_an_outage_nothing_of_the_past_is_told(
    messenger: Messenger, api: BotApi, office: OfficeParts, manual_clock: ManualClock
) -> None:
    turn = arrived(messenger, api, office)
    call(office)
    manual_clock.move(6 * 60)
    office.notices.resume()

    assert send(office.notices, Rung.CHAT) == []
    assert states(office, turn)[-1] == ("called", "chat", "expired", "too_late")


def test_who_wants_no_news_says_so_in_words_or_by_a_button(
    messenger: Messenger, api: BotApi, office: OfficeParts
) -> None:
    turn = arrived(messenger, api, office)

    said = say(messenger, api, "no quiero avisos")
    call(office)

    assert said.startswith("De acuerdo: ya no le avisaremos aquí.")
    assert contact(office, turn.visit) is None
    assert send(office.notices, Rung.CHAT) == []
    assert "tell" in api.buttons()

    assert "Le avisaremos aquí" in tap(messenger, api, "tell")
    assert contact(office, turn.visit) is not None


def test_what_is_queued_for_a_chat_that_was_taken_back_is_not_sent(
    messenger: Messenger, api: BotApi, office: OfficeParts
) -> None:
    turn = arrived(messenger, api, office)
    call(office)
    tap(messenger, api, "mute")

    assert send(office.notices, Rung.CHAT) == []
    assert states(office, turn)[-1] == ("called", "chat", "dropped", "no_address")


def test_the_page_of_the_turn_takes_the_chat_back_too(messenger: Messenger, api: BotApi, office: OfficeParts) -> None:
    turn = arrived(messenger, api, office)
    assert office.parties.of_turn(turn).chat

    assert office.parties.unwant(turn.id, Rung.CHAT, actor="phone")

    assert not office.parties.of_turn(turn).chat
    assert not office.parties.unwant(turn.id, Rung.CHAT, actor="phone")


@pytest.mark.parametrize("words", ["necesito 10 minutos más", "llego tarde", ""])
def test_ten_more_minutes_are_given_in_the_chat_once(
    messenger: Messenger, api: BotApi, office: OfficeParts, words: str
) -> None:
    turn = arrived(messenger, api, office)

    said = say(messenger, api, words) if words else tap(messenger, api, f"later:{turn.id}")
    again = tap(messenger, api, f"later:{turn.id}:1")

    with office.database.read() as stores:
        assert stores.turns.get(turn.id).delays == 1
    assert said.startswith(f"De acuerdo: no llamaremos al turno {turn.code} antes de las")
    assert again.startswith("Ya ha pedido más tiempo")


def test_more_time_is_for_the_turn_that_is_meant(messenger: Messenger, api: BotApi, office: OfficeParts) -> None:
    first, second = arrived(messenger, api, office), another(messenger, api, office)

    asked = say(messenger, api, "más tiempo")
    options = [data for data in api.buttons() if data.startswith("later:")]
    tap(messenger, api, f"later:{second.id}")

    with office.database.read() as stores:
        delays = [stores.turns.get(turn.id).delays for turn in (first, second)]
    assert asked == "¿Para qué turno quiere más tiempo?"
    assert set(options) == {f"later:{first.id}:0", f"later:{second.id}:0"}
    assert delays == [0, 1]


def twice_more(office: OfficeParts) -> None:
    grace = replace(office.office.rules.grace, delays=2)
    office.office = replace(office.office, rules=replace(office.office.rules, grace=grace))


def test_a_double_tap_gives_more_time_once_and_the_next_button_again(
    messenger: Messenger, api: BotApi, office: OfficeParts, manual_clock: ManualClock
) -> None:
    twice_more(office)
    turn = arrived(messenger, api, office)
    say(messenger, api, "¿cuánta espera hay?")
    (button,) = [data for data in api.buttons() if data.startswith("later:")]
    for option in (button, button, f"later:{turn.id}"):
        api.tap(option, chat=CHAT)
    turn_over(messenger)
    said = [message["text"] for message in api.sent[-3:]]
    once = office.turns.get(turn.id)
    (next_button,) = [data for data in api.buttons() if data.startswith("later:")]
    manual_clock.move(900)
    late = tap(messenger, api, button)
    tap(messenger, api, next_button)

    assert once.delays == 1
    assert said[0] == said[1] == said[2]
    assert said[0].startswith("De acuerdo")
    assert (button, next_button) == (f"later:{turn.id}:0", f"later:{turn.id}:1")
    assert late.startswith("El turno ha cambiado")
    assert office.turns.get(turn.id).delays == 2


def test_the_buttons_under_a_notice_know_how_often_more_time_was_given(
    messenger: Messenger, api: BotApi, office: OfficeParts
) -> None:
    twice_more(office)
    turn = arrived(messenger, api, office)
    tap(messenger, api, f"later:{turn.id}:0")
    [walk_in(office) for _ in range(3)]
    look(office)

    answers = [name for letter in send(office.notices, Rung.CHAT) for name, _ in letter.answers]

    assert f"later:{turn.id}:1" in answers


def test_an_old_button_acts_on_no_other_turn(messenger: Messenger, api: BotApi, office: OfficeParts) -> None:
    old = arrived(messenger, api, office)
    office.turns.cancel(old.id, actor="agent:ana")
    new = arrived(messenger, api, office)

    answers = [tap(messenger, api, f"later:{old.id}{count}") for count in ("", ":0")]

    assert all(answer.startswith("Eso ya no se puede elegir") for answer in answers)
    assert office.turns.get(new.id).delays == 0


def test_who_leaves_in_the_chat_is_told_nothing_more(messenger: Messenger, api: BotApi, office: OfficeParts) -> None:
    turn = arrived(messenger, api, office)
    call(office)
    send(office.notices, Rung.CHAT)
    tap(messenger, api, "cancel")
    tap(messenger, api, "yes")

    with office.database.read() as stores:
        assert stores.turns.get(turn.id).state is TurnState.CANCELLED
    assert send(office.notices, Rung.CHAT) == []


def test_one_chat_stands_for_few_open_parties(messenger: Messenger, api: BotApi, office: OfficeParts) -> None:
    most = office.office.notices.per_address
    turns = [arrived(messenger, api, office), *(another(messenger, api, office) for _ in range(most))]

    told = [contact(office, turn.visit) is not None for turn in turns]
    last = api.sent[-1]["text"]

    assert told == [True] * most + [False]
    assert "Le avisaremos aquí" not in last
    office.turns.cancel(turns[0].id, actor="test")
    assert contact(office, another(messenger, api, office).visit) is not None


def test_a_chat_is_forgotten_a_day_after_the_visit(
    messenger: Messenger, api: BotApi, office: OfficeParts, manual_clock: ManualClock
) -> None:
    turn = arrived(messenger, api, office)
    office.turns.cancel(turn.id, actor="test")
    manual_clock.move(24 * 3600 - 1)
    forget(office)
    assert contact(office, turn.visit) is not None
    manual_clock.move(2)
    forget(office)

    assert contact(office, turn.visit) is None


def test_an_appointment_is_reminded_of_in_the_chat_and_its_code_never_goes_there(
    messenger: Messenger, api: BotApi, office: OfficeParts, manual_clock: ManualClock
) -> None:
    origin = booked(messenger, api, office)
    assert send(office.notices, Rung.CHAT) == []
    with office.database.read() as stores:
        slot_at = stores.appointments.latest(origin).slot_at
    kept = contact(office, origin)
    manual_clock.move((slot_at - timedelta(minutes=80) - manual_clock.now()).total_seconds())
    office.occasions.remind(office.occasions.reminders())
    (letter,) = send(office.notices, Rung.CHAT)

    assert kept is not None
    assert kept.expires_at == slot_at + timedelta(hours=24)
    assert letter.kind is NoticeKind.APPOINTMENT_REMINDER
    assert "/c/" in letter.text
    assert [name for name, _ in letter.answers] == ["move", "cancel"]


def test_who_checks_in_is_called_in_the_chat_of_the_appointment(
    messenger: Messenger, api: BotApi, office: OfficeParts, manual_clock: ManualClock
) -> None:
    origin = booked(messenger, api, office)
    with office.database.read() as stores:
        slot_at = stores.appointments.latest(origin).slot_at
    manual_clock.move((slot_at - timedelta(minutes=5) - manual_clock.now()).total_seconds())
    turn = office.turns.check_in_by_staff(origin, Channel.HELPER, actor="helper").turn
    call(office)
    letters = send(office.notices, Rung.CHAT)

    assert [letter.kind for letter in letters] == [NoticeKind.CALLED]
    assert letters[0].to == f"telegram:{CHAT}"
    assert office.parties.of_turn(turn).chat


def test_who_comes_back_days_later_finds_the_appointment_and_can_turn_the_news_off(
    messenger: Messenger, api: BotApi, office: OfficeParts, manual_clock: ManualClock
) -> None:
    origin = booked(messenger, api, office)
    manual_clock.move(25 * 3600)
    forget(office)

    say(messenger, api, "hola")
    talk = office.conversations.of_key("telegram", str(CHAT))

    assert talk is not None
    with office.database.read() as stores:
        assert ("appointment", origin) in stores.conversations.own(talk.id)
    say(messenger, api, "no quiero avisos")
    assert contact(office, origin) is None


def test_a_conversation_of_the_portal_is_not_told(office: OfficeParts) -> None:
    talk = office.conversations.start("web", "phone", language="es")
    turn = walk_in(office)
    office.conversations.own(talk.id, "turn", turn.id)

    assert office.chats.is_told(talk.id) is None
    assert not office.chats.tell_turn(talk.id, turn.id)


def test_the_chat_stands_in_no_event_notice_or_line_of_a_log(
    messenger: Messenger, api: BotApi, office: OfficeParts, capfd: pytest.CaptureFixture[str]
) -> None:
    arrived(messenger, api, office)
    call(office)
    letter = office.notices.take(Rung.CHAT)
    assert letter is not None
    office.notices.failed(letter.id, Gone("chat_gone"))
    another(messenger, api, office)
    say(messenger, api, "no quiero avisos")

    rows = [line for line in dump(office.database.path) if str(CHAT) in line]
    out, err = capfd.readouterr()
    assert {line.split('"')[1] for line in rows} <= {"contact"}
    assert str(CHAT) not in out + err
