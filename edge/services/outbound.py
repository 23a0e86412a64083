"""What the holder of an appointment is to be told: the facts of it, and the words when it is sent.

The port between the agenda and whoever sends. A message is a row, written in the transaction of what it tells of; it
has a kind, the id that the contact is kept under, and facts: never an address. A ``Sender`` takes it to the person.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from edge.domain.agenda import Appointment, Outbound
from edge.domain.contacts import Contact, second
from edge.domain.office import Office
from edge.domain.turns import Mode
from edge.runtime.i18n import in_language
from edge.services.context import Context
from edge.services.ports import Texts

AT_ONCE = 20  # messages in one round


class Kind(StrEnum):
    """What it is about."""

    CODE = "appointment_code"
    BOOKED = "appointment_booked"
    MOVED = "appointment_moved"
    CANCELLED = "appointment_cancelled"
    WITHDRAWN = "appointment_withdrawn"  # by the office
    LINK = "appointment_link"  # somebody has lost it


class Sender(Protocol):
    """Takes *subject* and *body* to *contacts*; may block, and raises nothing: it says whether it is done with it."""

    def __call__(self, message: Outbound, contacts: list[Contact], subject: str, body: str) -> bool: ...


def told(office: Office, appointment: Appointment, link: str, *, code: str = "") -> dict[str, str]:
    """Return the facts of an appointment that a message is made from; all of them text."""
    return {
        "slot_at": appointment.slot_at.isoformat(),
        "minutes": str(appointment.minutes),
        "service": appointment.service,
        "mode": str(appointment.mode),
        "reason": appointment.reason,
        "url": f"{office.public_url}/c/{link}",
    } | ({"code": code} if code else {})


class OutboundService:
    """Use case of sending."""

    def __init__(self, context: Context, texts: Texts) -> None:
        self._context, self._texts = context, texts

    def waiting(self) -> list[tuple[Outbound, list[Contact]]]:
        """Return what is to be sent with whom it is for; nobody when the contact was forgotten meanwhile."""
        with self._context.database.read() as stores:
            return [
                (message, [c for name in (message.owner, second(message.owner)) if (c := stores.contacts.find(name))])
                for message in stores.outbound.waiting(AT_ONCE)
            ]

    def done(self, message_id: str) -> None:
        """Forget a message that was sent, or that nobody can be told any more."""
        with self._context.database.write() as uow:
            uow.outbound.done(message_id)
            uow.commit()

    def words(self, message: Outbound) -> tuple[str, str]:
        """Return subject and body in the language of the holder."""
        office, facts = self._context.office(), message.told
        say = self._texts.text
        at = datetime.fromisoformat(facts["slot_at"]).astimezone(office.calendar.zone)
        service = office.services.get(facts["service"])
        name = in_language(service.names, message.language) if service else ""
        values: dict[str, object] = {
            "office": office.title,
            "service": name,
            "weekday": say(message.language, f"portal.weekday.{at.weekday()}"),
            "day": at.day,
            "month": at.month,
            "time": f"{at:%H:%M}",
            "url": facts["url"],
            "code": facts.get("code", ""),
        }
        lines = [say(message.language, f"booking.mail.{message.kind}", **values)]
        if facts["mode"] == Mode.VIDEO and message.kind in (Kind.BOOKED, Kind.MOVED, Kind.LINK):
            lines.append(say(message.language, "booking.mail.video", url=f"{office.public_url}/video/test"))
        return say(message.language, f"booking.mail.{message.kind}_subject", **values), "\n\n".join(lines)


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
