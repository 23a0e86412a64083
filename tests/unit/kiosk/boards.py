"""Snapshots of an office for the tests of the display."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from edge.contracts.board import BoardCall, BoardCode, BoardOccupancy, BoardSnapshot
from edge.runtime.i18n import Messages
from edge.runtime.resources import config_dir
from kiosk.presenters.board import BoardPresenter

NOW = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)  # a Monday, 10:05 in Madrid
MESSAGES = Messages.load(config_dir() / "messages")
LANGUAGES = ("es", "ca", "en")
NOTICES = {
    "es": "El empadronamiento se atiende hoy en los puestos 3 a 6. Tenga a mano su documento de identidad.",
    "ca": "L'empadronament s'atén avui a les taules 3 a 6. Tingueu a mà el document d'identitat.",
    "en": "Registration is served today at desks 3 to 6. Please have your identity document at hand.",
    "ar": "يُنجز التسجيل اليوم في المكاتب من 3 إلى 6. يُرجى تجهيز وثيقة الهوية.",
}


def call(number: int, *, age_s: float = 0.0, at: datetime = NOW, **changes: Any) -> BoardCall:
    """Return the call ``A<number>`` to desk 3, made *age_s* before *at*."""
    values: dict[str, Any] = {
        "call_id": f"call-{number}",
        "code": f"A{number:03}",
        "desk": "3",
        "called_at": at - timedelta(seconds=age_s),
    }
    return BoardCall(**{**values, **changes})


def code(text: str = "7K2M9QXP", *, at: datetime = NOW) -> BoardCode:
    """Return a rotating code that holds from *at* for a minute."""
    return BoardCode(code=text, valid_from=at, valid_until=at + timedelta(seconds=60))


def snapshot(*calls: BoardCall, at: datetime = NOW, **changes: Any) -> BoardSnapshot:
    """Return an open office with *calls*, newest first."""
    values: dict[str, Any] = {
        "office": "carretas4",
        "title": "Oficina de Atención a la Ciudadanía · Carretas 4",
        "languages": list(LANGUAGES),
        "zone": "Europe/Madrid",
        "seq": 1,
        "generated_at": at,
        "open": True,
        "calls": list(calls),
        "waiting": 7,
        "codes": [code(at=at)],
        "join_url": "https://carretas4.offices.example/t",
        "occupancy": BoardOccupancy(people=17, capacity=24, health="ok"),
        "notices": NOTICES,
    }
    return BoardSnapshot(**{**values, **changes})


def presenter(languages: tuple[str, ...] = LANGUAGES) -> BoardPresenter:
    """Return the presenter of the display "hall" before it has heard anything."""
    return BoardPresenter(MESSAGES, display="hall", languages=languages)
