"""The whole way of a notice into a chat: a running office, and a server that speaks the Bot API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.adapters.channels.settings import ChannelsSection, TelegramSection
from edge.bootstrap.program import OfficeProgram
from edge.domain.contacts import chat_owner
from edge.domain.turns import Turn
from tests.fakes.telegram import TOKEN, BotApi, bot_api
from tests.fixtures.broker import Mosquitto
from tests.fixtures.providers import WebServer
from tests.fixtures.waiting import wait_until
from tests.integration.edge.conftest import RunOffice
from tests.integration.notify.test_telling import call, open_desk, sms, states

CHAT = 987654321


@pytest.fixture
def bot() -> Iterator[BotApi]:
    with bot_api() as served:
        yield served


@pytest.fixture
def gateway() -> Iterator[WebServer]:
    with WebServer() as server:
        yield server


def channels(bot: BotApi, folder: Path) -> ChannelsSection:
    (folder / "token").write_text(TOKEN)
    return ChannelsSection(telegram=TelegramSection(token_file=str(folder / "token"), url=bot.url, poll_s=0.1))


def said(bot: BotApi, words: str) -> str:
    """Wait for a message with *words* in the chat; return it."""
    wait_until(lambda: any(words in message["text"] for message in bot.sent), 10, words)
    message = next(message for message in reversed(bot.sent) if words in message["text"])
    assert message["chat_id"] == str(CHAT)
    return str(message["text"])


def turn_by_chat(program: OfficeProgram, bot: BotApi) -> Turn:
    """Take a turn as a person does in the chat, and come to the office."""
    bot.write("registro", chat=CHAT)
    said(bot, "¿Cuándo quiere venir?")
    bot.tap("now", chat=CHAT)
    code = said(bot, "Su turno es ").partition("Su turno es ")[2][:4]
    with program.parts.database.read() as stores:
        turn = stores.turns.by_code("2026-11-23", code)
    assert turn is not None
    return program.work.carry_out(program.parts.turns.confirm_presence, turn.id, actor="helper")


def reasons(program: OfficeProgram, turn: Turn) -> list[tuple[str, str]]:
    return [(told.state, told.reason) for told in program.parts.notices.of_turn(turn.id) if told.kind == "called"]


@pytest.mark.slow
def test_a_turn_by_telegram_is_called_and_the_call_taken_back_in_the_chat(
    run_office: RunOffice, broker: Mosquitto, bot: BotApi, tmp_path: Path
) -> None:
    program = run_office(broker.port, channels=channels(bot, tmp_path))
    open_desk(program)
    turn = turn_by_chat(program, bot)

    call(program)
    called = said(bot, "es su turno")
    program.work.carry_out(program.parts.attention.undo, "1", agent="ana")
    undone = said(bot, "la llamada se ha anulado")
    wait_until(lambda: ("call_off", "chat", "sent") in states(program, turn), what="the state of the last notice")

    assert called.startswith(f"Turno {turn.code}: es su turno. Puesto 1.")
    assert undone.startswith(f"Turno {turn.code}:")
    assert ("called", "chat", "sent") in states(program, turn)
    assert program.health()["notices"] == {"chat": "ok"}
    talk = program.parts.conversations.of_key("telegram", str(CHAT))
    assert talk is not None
    assert called in [line.text for line in program.parts.transcripts.of(talk.id)]  # staff who answer see it


@pytest.mark.slow
def test_who_has_blocked_the_bot_is_told_by_the_next_rung(
    run_office: RunOffice, broker: Mosquitto, bot: BotApi, gateway: WebServer, tmp_path: Path
) -> None:
    program = run_office(broker.port, channels=channels(bot, tmp_path), notify={"sms": sms(gateway)})
    open_desk(program)
    turn = turn_by_chat(program, bot)
    program.work.carry_out(program.parts.parties.want, turn.id, "612345678", actor="phone")
    bot.blocked.add(str(CHAT))

    call(program)
    wait_until(lambda: any("es su turno" in heard.json()["text"] for heard in gateway.heard), 10, "the SMS")
    wait_until(lambda: ("called", "sms", "sent") in states(program, turn), what="the state of the SMS")

    assert ("called", "chat", "failed") in states(program, turn)
    with program.parts.database.read() as stores:
        assert stores.contacts.find(chat_owner(turn.visit)) is None
    assert program.parts.conversations.of_key("telegram", str(CHAT)) is None


@pytest.mark.slow
def test_a_provider_that_stumbles_is_asked_again(
    run_office: RunOffice, broker: Mosquitto, bot: BotApi, tmp_path: Path
) -> None:
    program = run_office(broker.port, channels=channels(bot, tmp_path))
    open_desk(program)
    turn = turn_by_chat(program, bot)
    bot.stumbles.append("es su turno")

    call(program)
    wait_until(lambda: ("queued", "channel_away") in reasons(program, turn), what="the notice put back")
    program.parts.clock.move(4)

    said(bot, "es su turno")
    wait_until(lambda: ("called", "chat", "sent") in states(program, turn), what="the state of the notice")


@pytest.mark.slow
def test_an_office_may_keep_notices_out_of_chats(
    run_office: RunOffice, broker: Mosquitto, bot: BotApi, tmp_path: Path
) -> None:
    telegram = channels(bot, tmp_path).telegram
    program = run_office(broker.port, channels=ChannelsSection(telegram=telegram, notices=False))
    open_desk(program)
    turn = turn_by_chat(program, bot)

    call(program)

    assert states(program, turn) == []
    assert not any("Le avisaremos aquí" in message["text"] for message in bot.sent)
