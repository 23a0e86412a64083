"""A notice in words: in the party's language, by the office's clock, without anything personal in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from edge.domain.ladder import ESSENTIAL
from edge.domain.notices import Notice, NoticeKind, Rung
from edge.domain.office import Office
from edge.domain.sms_text import narrow
from edge.services.notifiers import Letter
from edge.services.ports import Texts

STEP_MIN = 5  # nobody can promise a minute

_PLACES = {NoticeKind.CALLED, NoticeKind.RECALLED, NoticeKind.DESK_CHANGED}
_HOURS = {NoticeKind.CONFIRMED, NoticeKind.NEAR, NoticeKind.COME_IN, NoticeKind.ETA_MOVED}


def letter_of(notice: Notice, to: str, office: Office, texts: Texts) -> Letter:
    """Return *notice* as it goes to the address *to*."""
    values = _values(notice, office)
    text = _text(notice, values, texts)
    if notice.rung is Rung.MAIL:
        text = f"{text}\n\n{texts.text(notice.language, 'notices.mail_end', office=office.title)}"
    return Letter(
        id=notice.id,
        kind=notice.kind,
        to=to,
        title=texts.text(notice.language, f"notices.title.{notice.kind}", **values),
        text=narrow(text) if notice.rung is Rung.SMS else text,
        language=notice.language,
        useful_until=notice.useful_until,
        sender=office.notices.sender,
        link=f"{office.public_url}/my" if notice.turn else "",
        tag=notice.turn or notice.owner,
        urgent=notice.kind in ESSENTIAL,
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


def _values(notice: Notice, office: Office) -> dict[str, str]:
    facts, zone = notice.facts, office.calendar.zone
    found = {key: facts.get(key, "") for key in ("code", "ahead", "desk", "zone", "pin", "minutes", "link")}
    found |= {"office": office.title, "time": "", "date": "", "at": ""}
    if eta := facts.get("eta"):
        found["time"] = f"{_stepped(datetime.fromisoformat(eta).astimezone(zone)):%H:%M}"
    if at := facts.get("at"):
        local = datetime.fromisoformat(at).astimezone(zone)
        found |= {"date": f"{local:%d/%m}", "at": f"{local:%H:%M}"}
    return found


def _stepped(at: datetime) -> datetime:
    """Return *at* on the next step of five minutes: the hour that is told is rather late than early."""
    over = timedelta(minutes=at.minute % STEP_MIN, seconds=at.second, microseconds=at.microsecond)
    return at if not over else at - over + timedelta(minutes=STEP_MIN)
