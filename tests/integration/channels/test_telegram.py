"""The assistant through Telegram, against a server on the loopback that speaks the Bot API."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge.adapters.channels.messenger import PER_MINUTE, TAKEN, TRIES, USEFUL_S, WAITING, ChannelAway, Messenger
from edge.bootstrap.office import OfficeParts
from edge.domain.assistant.conversation import Answering
from edge.domain.errors import Conflict, Unavailable
from edge.runtime.clock import ManualClock
from edge.services.transcripts import Line, Who
from tests.fakes.telegram import BotApi
from tests.fixtures.letters import code_in, send_all
from tests.fixtures.office import forget
from tests.fixtures.schema import dump
from tests.integration.channels.conftest import messenger_of, open_telegram, turn_over


def test_a_booking_by_buttons_and_text(messenger: Messenger, api: BotApi, office: OfficeParts) -> None:
    api.write("/start")
    turn_over(messenger)
    assert "no soy una persona" in api.sent[-1]["text"]
    for prefix in ("service:registro", "day:", "hour:"):
        api.tap(next(data for data in api.buttons() if data.startswith(prefix)))
        turn_over(messenger)
    api.write("ana@example.org")
    turn_over(messenger)
    api.write(code_in(send_all(office.notices)))
    turn_over(messenger)

    assert api.sent[-1]["text"].startswith("Cita confirmada")
    assert api.sent[-1]["chat_id"] == "42"
    assert len(api.acknowledged) == 3
    assert all(len(data.encode()) <= 64 for message in range(len(api.sent)) for data in api.buttons(message))


def test_the_first_words_are_answered_at_once_in_the_language_of_the_person(messenger: Messenger, api: BotApi) -> None:
    api.write("I would like to submit documents", language="en")
    turn_over(messenger)

    assert api.sent[0]["text"].startswith("Hello.")
    assert "When would you like to come?" in api.sent[1]["text"]


def test_each_message_is_taken_once_also_over_a_restart(messenger: Messenger, api: BotApi, office: OfficeParts) -> None:
    api.write("registro")
    turn_over(messenger)
    turn_over(messenger)

    assert api.asked == [1, 101]
    assert office.conversations.position("telegram") == 100
    talk = office.conversations.of_key("telegram", "42")
    assert talk is not None
    assert [line.who for line in office.transcripts.of(talk.id)].count(Who.PARTY) == 1


def test_groups_bots_stickers_and_unknown_updates_change_nothing_and_do_not_come_again(
    messenger: Messenger, api: BotApi, office: OfficeParts
) -> None:
    api.write("hola", kind="group")
    api.add({"message": {"message_id": 1, "chat": {"id": 1, "type": "private"}}})
    api.add({"poll": {"id": "1"}})
    api.add({"message": "nonsense"})
    turn_over(messenger)

    assert api.sent == []
    assert office.conversations.position("telegram") == 103


def test_a_conversation_that_goes_on_is_found_again_however_old_it_is(
    messenger: Messenger, api: BotApi, office: OfficeParts, manual_clock: ManualClock
) -> None:
    api.write("registro")
    turn_over(messenger)
    first = office.conversations.of_key("telegram", "42")
    for _ in range(4):
        manual_clock.move(20 * 3600)
        api.write("registro")
        turn_over(messenger)
        forget(office)

    assert first is not None
    assert office.conversations.of_key("telegram", "42").id == first.id
    manual_clock.move(24 * 3600 + 1)
    forget(office)
    assert office.conversations.of_key("telegram", "42") is None


def test_whoever_is_answered_late_is_reached_and_answers_the_same_person(
    messenger: Messenger, api: BotApi, office: OfficeParts, manual_clock: ManualClock
) -> None:
    api.write("quiero hablar con una persona")
    turn_over(messenger)
    talk = office.conversations.in_hands()[0]
    for _ in range(2):
        manual_clock.move(23 * 3600)
        api.write("¿hay alguien?")
        turn_over(messenger)
    manual_clock.move(23 * 3600)
    office.conversations.take(talk.id, agent="ana")
    manual_clock.move(2 * 3600)
    forget(office)

    messenger.post(talk.id, Line(0, Who.PERSON, "Buenos días, dígame.", talk.heard_at))
    messenger.deliver()
    api.write("gracias")
    turn_over(messenger)

    assert api.sent[-1]["text"] == "Buenos días, dígame."
    assert office.transcripts.of(talk.id)[-1].text == "gracias"


@pytest.mark.parametrize(
    ("written", "heard", "answered"),
    [
        ("hola\u202e\x07 registro\u200f", ["hola registro"], "¿Cuándo"),
        ("\u202e\x07", [], "Aquí solo puedo leer texto"),
        ("a" * 1001, [], "Es demasiado largo"),
    ],
)
def test_the_first_message_is_read_as_every_other(
    messenger: Messenger, api: BotApi, office: OfficeParts, written: str, heard: list[str], answered: str
) -> None:
    api.write(written)
    turn_over(messenger)

    talk = office.conversations.of_key("telegram", "42")
    assert talk is not None
    assert [line.text for line in office.transcripts.of(talk.id) if line.who is Who.PARTY] == heard
    assert answered in api.sent[-1]["text"]
    assert office.conversations.position("telegram") == 100


def test_what_is_no_text_gets_a_clear_answer(messenger: Messenger, api: BotApi) -> None:
    api.write("hola")
    turn_over(messenger)
    api.write("")
    api.write("a" * 1001)
    turn_over(messenger)

    assert api.sent[-2]["text"].startswith("Aquí solo puedo leer texto")
    assert api.sent[-1]["text"].startswith("Es demasiado largo")


def test_a_person_answers_through_the_messenger(messenger: Messenger, api: BotApi, office: OfficeParts) -> None:
    api.write("quiero hablar con una persona")
    turn_over(messenger)
    talk = office.conversations.in_hands()[0]
    office.conversations.take(talk.id, agent="ana")
    line = office.transcripts.add(talk.id, Who.PERSON, "Buenos días, dígame.", at=talk.heard_at)
    messenger.post(talk.id, line)
    messenger.deliver()
    api.write("gracias")
    turn_over(messenger)

    assert api.sent[-1]["text"] == "Buenos días, dígame."
    assert office.transcripts.of(talk.id)[-1].text == "gracias"


@pytest.mark.parametrize(
    "trouble",
    [
        (500, b"<html>oops</html>"),
        (502, b""),
        (200, b'{"ok": true, "result": 7}'),
        (200, b"[]"),
        (401, b'{"ok":false,"error_code":401}'),
    ],
)
def test_a_provider_that_answers_nonsense_is_away_and_nothing_is_lost(
    messenger: Messenger, api: BotApi, trouble: tuple[int, bytes]
) -> None:
    api.write("registro")
    api.trouble = [trouble]
    with pytest.raises(ChannelAway):
        messenger.receive()

    turn_over(messenger)

    assert len(api.sent) == 2


def test_an_answer_waits_while_the_provider_is_away_and_says_how_long_it_wants(
    messenger: Messenger, api: BotApi
) -> None:
    api.write("registro")
    messenger.receive()
    api.trouble = [(429, b'{"ok":false,"error_code":429,"parameters":{"retry_after":7}}')]

    with pytest.raises(ChannelAway) as caught:
        messenger.deliver()
    sent = messenger.deliver()

    assert caught.value.retry_after_s == 7
    assert sent == 2


def test_a_message_that_the_provider_never_takes_holds_nobody_up_and_ends_no_conversation(
    messenger: Messenger, api: BotApi, office: OfficeParts
) -> None:
    api.write("registro", chat=1)
    api.write("registro", chat=2)
    messenger.receive()
    api.trouble = [(400, b'{"ok":false,"error_code":400,"description":"Bad Request: message is too long"}')] * 2
    messenger.deliver()

    assert {message["chat_id"] for message in api.sent} == {"2"}
    assert len(messenger.undelivered) == 2
    assert office.conversations.of_key("telegram", "1") is not None


def test_an_answer_that_is_too_old_is_not_sent(messenger: Messenger, api: BotApi, manual_clock: ManualClock) -> None:
    api.write("registro")
    messenger.receive()
    manual_clock.move(USEFUL_S + 1)

    assert messenger.deliver() == 0
    assert api.sent == []
    assert len(messenger.undelivered) == 2


def test_of_what_was_not_delivered_the_newest_is_known(messenger: Messenger, manual_clock: ManualClock) -> None:
    for n in range(2 * WAITING):
        messenger.post("t", Line(n, Who.OFFICE, "x", manual_clock.now()))
    manual_clock.move(USEFUL_S + 1)
    messenger.deliver()

    assert [n for _, n in messenger.undelivered] == list(range(WAITING, 2 * WAITING))


def test_who_blocks_the_bot_ends_the_conversation(messenger: Messenger, api: BotApi, office: OfficeParts) -> None:
    api.write("registro")
    messenger.receive()
    talk = office.conversations.of_key("telegram", "42")
    api.blocked.add("42")
    messenger.deliver()

    assert talk is not None
    assert office.conversations.get(talk.id).answering is Answering.OVER
    assert office.conversations.of_key("telegram", "42") is None


def test_a_flood_of_one_chat_is_passed_over_and_others_are_answered(messenger: Messenger, api: BotApi) -> None:
    for _ in range(PER_MINUTE + 15):
        api.write("hola", chat=1)
    api.write("registro", chat=2)
    turn_over(messenger)

    assert sum(message["chat_id"] == "1" for message in api.sent) <= PER_MINUTE + 1
    assert sum(message["chat_id"] == "2" for message in api.sent) == 2


@pytest.mark.parametrize("taken", [False, True])
def test_start_while_a_person_is_asked_for_is_answered_once(
    messenger: Messenger, api: BotApi, office: OfficeParts, taken: bool
) -> None:
    api.write("quiero hablar con una persona")
    turn_over(messenger)
    if taken:
        office.conversations.take(office.conversations.in_hands()[0].id, agent="ana")
    api.sent.clear()
    api.write("/start")

    for _ in range(18):
        turn_over(messenger)

    assert len(api.sent) == 1
    assert len(office.conversations.in_hands()) == 1


@pytest.mark.parametrize("error", [Conflict(code="changed_meanwhile"), ValueError("a mistake of ours")])
def test_one_message_that_cannot_be_answered_holds_nobody_up(
    api: BotApi, office: OfficeParts, manual_clock: ManualClock, tmp_path: Path, error: Exception
) -> None:
    failing: list[str] = []

    def stumbling(run: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        if args and getattr(args[0], "id", "") in failing:
            raise error
        return run(*args, **kwargs)

    messenger = messenger_of(api, office, manual_clock, tmp_path, stumbling)
    api.write("hola", chat=1)
    api.write("hola", chat=2)
    turn_over(messenger)
    failing += [talk.id for talk in [office.conversations.of_key("telegram", "1")] if talk]
    api.sent.clear()
    api.write("registro", chat=1)
    api.write("registro", chat=2)

    for _ in range(TRIES):
        with pytest.raises(type(error)):
            messenger.receive()
    turn_over(messenger)

    assert [message["chat_id"] for message in api.sent] == ["1", "2"]
    assert api.sent[0]["text"].startswith("Algo ha fallado en la oficina")
    assert office.conversations.position("telegram") == 103


def test_a_message_waits_for_a_database_that_is_busy(
    api: BotApi, office: OfficeParts, manual_clock: ManualClock, tmp_path: Path
) -> None:
    busy = [True]

    def write_later(run: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        if busy[0]:
            raise Unavailable(code="busy")
        return run(*args, **kwargs)

    messenger = messenger_of(api, office, manual_clock, tmp_path, write_later)
    api.write("registro")
    for _ in range(TRIES + 2):
        with pytest.raises(Unavailable):
            messenger.receive()
    busy[0] = False
    turn_over(messenger)

    assert "¿Cuándo quiere venir?" in api.sent[-1]["text"]


def test_one_chat_takes_only_so_many_turns(
    messenger: Messenger, api: BotApi, office: OfficeParts, manual_clock: ManualClock
) -> None:
    for _ in range(TAKEN + 5):
        for said in ("registro", "now", "anular", "sí"):
            if said == "now":
                api.tap(said)
            else:
                api.write(said)
            turn_over(messenger)
            manual_clock.move(3)

    assert _log(office).count("'turn_issued'") == TAKEN
    assert any("Demasiadas peticiones" in message["text"] for message in api.sent)


def test_an_unreachable_provider_is_away(api: BotApi, tmp_path: Path) -> None:
    gone = BotApi(url="http://127.0.0.1:9")

    with pytest.raises(ChannelAway):
        open_telegram(gone, tmp_path).receive(0)


def test_neither_token_nor_name_nor_chat_shows_anywhere(
    messenger: Messenger, api: BotApi, office: OfficeParts, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    api.write("quiero hablar con una persona", chat=987654321)
    turn_over(messenger)
    wrong = open_telegram(api, tmp_path, token="123:OTHER-canary")
    with pytest.raises(ChannelAway) as caught:
        wrong.receive(0)

    out, err = capfd.readouterr()
    log = _log(office)
    assert "conversation_asked" in log
    for text in (out, err, log, str(caught.value), repr(caught.value)):
        assert "canary" not in text.lower()
        assert "987654321" not in text


def _log(office: OfficeParts) -> str:
    return "\n".join(line for line in dump(office.database.path) if line.startswith('INSERT INTO "event"'))


def test_long_texts_are_cut_at_lines_and_hours_stand_beside_each_other(
    messenger: Messenger, api: BotApi, office: OfficeParts
) -> None:
    api.write("registro")
    turn_over(messenger)
    talk = office.conversations.of_key("telegram", "42")
    assert talk is not None
    hours = [(f"hour:{n}", f"{n}:00") for n in range(6)]
    line = office.transcripts.add(
        talk.id, Who.OFFICE, "línea\n" * 1500, at=talk.heard_at, options=[*hours, ("x" * 65, "too long")]
    )
    messenger.post(talk.id, line)
    messenger.deliver()

    last = api.sent[-1]
    assert api.sent
    assert all(len(message["text"]) <= 4096 for message in api.sent)
    assert [len(row) for row in last["reply_markup"]["inline_keyboard"]] == [4, 2]
    assert "reply_markup" not in api.sent[-2]
