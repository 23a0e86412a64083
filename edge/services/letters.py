"""A notice in words: in the party's language, by the office's clock, without anything personal in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from edge.domain.assistant.prompts import later
from edge.domain.ladder import APPOINTMENTS, ESSENTIAL
from edge.domain.notices import Notice, NoticeKind, Rung
from edge.domain.office import Office
from edge.domain.sms_text import narrow
from edge.domain.turns import Mode
from edge.runtime.i18n import in_language
from edge.services.notifiers import Letter
from edge.services.ports import Texts

STEP_MIN = 5  # nobody can promise a minute

_PLACES = {NoticeKind.CALLED, NoticeKind.RECALLED, NoticeKind.DESK_CHANGED}
_LONGER = APPOINTMENTS - {NoticeKind.APPOINTMENT_REMINDER}  # in a mail: with the service and the way to change it
_TRIED_BEFORE = {NoticeKind.APPOINTMENT_BOOKED, NoticeKind.APPOINTMENT_MOVED, NoticeKind.APPOINTMENT_LINK}
_SEEN, _CANCEL, _CHANGE = ("seen", "cancel"), ("cancel",), ("move", "cancel")
_ANSWERS: Mapping[NoticeKind, tuple[str, ...]] = {  # what the assistant understands and can be of use now
    NoticeKind.CONFIRMED: _CANCEL,
    NoticeKind.ETA_MOVED: _CANCEL,
    NoticeKind.NEAR: ("later", "cancel"),
    NoticeKind.COME_IN: ("later", "cancel"),
    NoticeKind.CALLED: _SEEN,
    NoticeKind.RECALLED: _SEEN,
    NoticeKind.DESK_CHANGED: _SEEN,
    NoticeKind.APPOINTMENT_REMINDER: _CHANGE,
    NoticeKind.APPOINTMENT_MOVED: _CHANGE,
}
_HOURS = {NoticeKind.CONFIRMED, NoticeKind.NEAR, NoticeKind.COME_IN, NoticeKind.ETA_MOVED}


def letter_of(notice: Notice, to: str, office: Office, texts: Texts) -> Letter:
    """Return *notice* as it goes to the address *to*."""
    values = _values(notice, office, texts)
    text = _mail(notice, values, texts) if notice.rung is Rung.MAIL else _text(notice, values, texts)
    return Letter(
        id=notice.id,
        kind=notice.kind,
        to=to,
        title=texts.text(notice.language, f"notices.title.{notice.kind}", **values),
        text=narrow(text) if notice.rung is Rung.SMS else text,
        language=notice.language,
        useful_until=notice.useful_until,
        sender=office.notices.sender,
        link=f"{office.public_url}/my" if notice.turn else values["link"],
        tag=notice.turn or notice.owner,
        urgent=notice.kind in ESSENTIAL,
        answers=_answers(notice, office, texts) if notice.rung is Rung.CHAT else (),
    )


def _answers(notice: Notice, office: Office, texts: Texts) -> tuple[tuple[str, str], ...]:
    """Return what can be tapped under *notice*: ids and labels of the assistant's own options."""
    ids = {"seen": f"seen:{notice.id}", "later": later(notice.turn, int(notice.facts.get("delays", 0)))}
    minutes = int(office.rules.grace.delay / timedelta(minutes=1))
    return tuple(
        (ids.get(name, name), texts.text(notice.language, f"assistant.option.{name}", minutes=minutes))
        for name in _ANSWERS.get(notice.kind, ())
    )


def _text(notice: Notice, values: Mapping[str, str], texts: Texts) -> str:
    """Return the sentence of its kind; one for each of what is not always known: the hour, the zone."""
    kind, variant = str(notice.kind), ""
    if notice.kind in _HOURS and not values["time"]:
        variant = "_unknown"
    elif notice.kind in _PLACES and notice.facts.get("way"):
        variant = "_video"
    elif notice.kind in _PLACES and values["zone"]:
        variant = "_zone"
    elif notice.kind is NoticeKind.NEAR and values["ahead"] in ("0", "1"):
        variant = {"0": "_next", "1": "_one"}[values["ahead"]]
    return texts.text(notice.language, f"notices.text.{kind}{variant}", **values)


def _mail(notice: Notice, values: Mapping[str, str], texts: Texts) -> str:
    """Return the sentences of a mail: of an appointment more than fits an SMS, and at the end who sent it."""

    def say(key: str) -> str:
        return texts.text(notice.language, f"notices.{key}", **values)

    lines = [say(f"mail.{notice.kind}") if notice.kind in _LONGER else _text(notice, values, texts)]
    if notice.facts.get("mode") == Mode.VIDEO and notice.kind in _TRIED_BEFORE:
        lines.append(say("mail.video"))
    return "\n\n".join([*lines, say("mail_end")])


def _values(notice: Notice, office: Office, texts: Texts) -> dict[str, str]:
    facts, zone = notice.facts, office.calendar.zone
    found = {key: facts.get(key, "") for key in ("code", "ahead", "desk", "zone", "pin", "minutes", "link")}
    service = office.services.get(facts.get("service", ""))
    found |= dict.fromkeys(("time", "date", "at", "weekday"), "")
    found |= {"office": office.title, "test": f"{office.public_url}/video/test"}
    found["service"] = in_language(service.names, notice.language) if service else ""
    if eta := facts.get("eta"):
        found["time"] = f"{_stepped(datetime.fromisoformat(eta).astimezone(zone)):%H:%M}"
    if at := facts.get("at"):
        local = datetime.fromisoformat(at).astimezone(zone)
        weekday = texts.text(notice.language, f"portal.weekday.{local.weekday()}")
        found |= {"date": f"{local:%d/%m}", "at": f"{local:%H:%M}", "weekday": weekday}
    return found


def _stepped(at: datetime) -> datetime:
    """Return *at* on the next step of five minutes: the hour that is told is rather late than early."""
    over = timedelta(minutes=at.minute % STEP_MIN, seconds=at.second, microseconds=at.microsecond)
    return at if not over else at - over + timedelta(minutes=STEP_MIN)
