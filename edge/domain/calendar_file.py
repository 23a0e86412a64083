"""An appointment as a file for somebody's own calendar (RFC 5545)."""

from __future__ import annotations

from datetime import datetime, timedelta

from edge.domain.agenda import Appointment


def ics(appointment: Appointment, *, title: str, place: str, uid_host: str, url: str, now: datetime) -> str:
    """Return the appointment for a calendar (RFC 5545): times in UTC, lines folded at 75 bytes, CRLF."""
    cancelled = appointment.state.startswith("cancelled")
    rows = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Oficina 360//ES",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{appointment.origin}@{uid_host}",
        f"SEQUENCE:{appointment.version}",
        f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}",
        f"DTSTART:{appointment.slot_at:%Y%m%dT%H%M%SZ}",
        f"DTEND:{appointment.slot_at + timedelta(minutes=appointment.minutes):%Y%m%dT%H%M%SZ}",
        f"SUMMARY:{_escaped(title)}",
        f"LOCATION:{_escaped(place)}",
        f"URL:{url}",
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_escaped(title)}",
        "TRIGGER:-PT2H",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(row)}\r\n" for row in rows)


def _escaped(text: str) -> str:
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\n", "\\n")


def _folded(row: str) -> str:
    """Fold at 75 bytes without cutting a letter in two."""
    parts, size = [""], 0
    for letter in row:
        width = len(letter.encode())
        if size + width > 75:
            parts.append(" ")
            size = 1
        parts[-1] += letter
        size += width
    return "\r\n".join(parts)
