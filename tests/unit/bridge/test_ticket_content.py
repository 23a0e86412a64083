"""What may stand on a ticket: text, never a command."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.contracts.jobs import PrintTicket, TicketLine
from firmware_bridge.tickets import MAX_LINES, cleaned, plain, to_text


def ticket(*texts: str, qr: str = "") -> PrintTicket:
    return PrintTicket(language="es", lines=[TicketLine(text=text) for text in texts], qr=qr)


@pytest.mark.parametrize("attack", ["\x1bp\x00", "\x1d(L", "\x10\x04\x01", "\x9bA", "\u202eABC", "a\r\nb\x0cc"])
def test_printer_commands_do_not_survive(attack: str) -> None:
    shown = to_text(cleaned(ticket(f"Ana{attack}", qr=f"HTTPS://X/{attack}")))

    assert shown
    assert not any(ord(c) < 0x20 and c != "\n" for c in shown)
    assert not set(shown) & set("\x7f\x9b\u202e")


@given(st.text(max_size=80))
def test_plain_text_has_no_control_character_and_is_stable(text: str) -> None:
    once = plain(text)

    assert all(ord(c) >= 0x20 and not 0x7F <= ord(c) < 0xA0 for c in once)
    assert plain(once) == once


def test_letters_of_our_languages_stay() -> None:
    assert plain("Col·legi, niño, ÀÈÒ àèòéíóúïü ç € «»") == "Col·legi, niño, ÀÈÒ àèòéíóúïü ç € «»"
    assert plain("شهادة السكن") == "شهادة السكن"


@pytest.mark.parametrize(
    "wrong", [ticket(), ticket("\x1b"), ticket("x" * 201), ticket(*["x"] * (MAX_LINES + 1)), ticket("x", qr="x" * 513)]
)
def test_what_is_no_ticket_is_refused(wrong: PrintTicket) -> None:
    with pytest.raises(ValueError, match="ticket"):
        cleaned(wrong)
