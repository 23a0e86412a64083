"""The content of a ticket before any printer sees it: what is allowed, and how it reads as plain text.

Text never becomes a printer command: control characters (ESC, GS and DLE among them) and characters that reorder
writing are taken out before a driver gets the lines.
"""

from __future__ import annotations

import textwrap
import unicodedata

import msgspec

from edge.contracts.jobs import PrintTicket, TicketLine

MAX_LINES = 40
MAX_TEXT = 200
MAX_QR = 512
COLUMNS = 42
RULE = "---"  # a line with this text is a rule across the paper; an empty text is a gap

_REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def plain(text: str) -> str:
    """Return *text* on one line, without control characters and without marks that reorder writing."""
    spaced = " ".join(text.replace("\t", " ").splitlines())
    kept = (c for c in spaced if c not in _REORDERING and unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp"))
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def cleaned(ticket: PrintTicket) -> PrintTicket:
    """Return *ticket* safe to print; raise ``ValueError`` when it is no ticket at all."""
    if len(ticket.lines) > MAX_LINES or len(ticket.qr) > MAX_QR:
        raise ValueError("too long for a ticket")
    lines = [msgspec.structs.replace(line, text=plain(line.text)) for line in ticket.lines]
    qr = plain(ticket.qr)
    if any(len(line.text) > MAX_TEXT for line in lines):
        raise ValueError("a line is too long for a ticket")
    if not qr and not any(line.text for line in lines):
        raise ValueError("an empty ticket")
    return msgspec.structs.replace(ticket, lines=lines, qr=qr)


def to_text(ticket: PrintTicket) -> str:
    """Return a cleaned *ticket* as it reads on a screen of ``COLUMNS`` characters."""
    rows: list[str] = []
    for line in ticket.lines:
        rows.extend(_text_rows(line, right_to_left=ticket.right_to_left))
    if ticket.qr:
        rows.extend(["", f"[QR] {ticket.qr}"])
    return "\n".join(row.rstrip() for row in rows) + "\n"


def _text_rows(line: TicketLine, *, right_to_left: bool) -> list[str]:
    if line.text == RULE:
        return ["-" * COLUMNS]
    rows = textwrap.wrap(line.text, COLUMNS) or [""]
    if line.align == "center":
        return [row.center(COLUMNS) for row in rows]
    return [row.rjust(COLUMNS) for row in rows] if right_to_left else rows
