"""From appointments to the shapes of the API, in the person's language; and from what is asked to days, hours, ways."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from edge.adapters.http.call import Call
from edge.adapters.http.pages import name_of
from edge.adapters.http.shapes.agenda import AppointmentCard, AppointmentRow, Modality
from edge.domain.agenda import Appointment, AppointmentState, window
from edge.domain.errors import BadInput, OfficeError, RuleViolation
from edge.domain.grace import check_party
from edge.domain.office import Service
from edge.domain.turns import Mode


@dataclass(frozen=True, slots=True)
class Coming:
    """What somebody books for. *wrong*: why it is not what they have typed."""

    procedures: int = 1
    party: int = 1
    wrong: OfficeError | None = None

    @property
    def query(self) -> str:
        """Return what the links of the page carry on."""
        return f"&procedures={self.procedures}&party={self.party}" if (self.procedures, self.party) != (1, 1) else ""


def coming(call: Call) -> Coming:
    """Return what the query says; numbers that cannot be become those that can."""
    most = call.web.office().agenda.most_procedures
    try:
        wanted = Coming(number(call.query("procedures")), number(call.query("party")))
        check_party(wanted.procedures, wanted.party)
    except BadInput as error:
        return Coming(wrong=error)
    if wanted.procedures > most:
        return Coming(most, wanted.party, RuleViolation(code="too_many_procedures"))
    return wanted


def number(text: str) -> int:
    """Return a number of the query, 1 when it is left out; raise ``BadInput`` ``bad_number``."""
    if text and not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text)):
        raise BadInput(code="bad_number")
    return int(text or "1")


def row_of(call: Call, a: Appointment) -> AppointmentRow:
    """Return *a* as staff see it."""
    return AppointmentRow(
        id=a.id,
        service=a.service,
        name=service_name(call, a.service) or a.service,
        mode=a.mode.value,
        state=_state(call, a),
        slot_at=a.slot_at,
        minutes=a.minutes,
        procedures=a.procedures,
        party=a.party,
        channel=a.channel,
        part=str(a.part),
        turn=a.turn,
        reason=a.reason,
    )


def card(call: Call, a: Appointment, link: str) -> AppointmentCard:
    """Return *a* as its holder sees it."""
    rules = call.web.office().rules
    opens, closes = window(a, early=rules.early_check_in, late=rules.late_check_in)
    booked = a.state is AppointmentState.BOOKED
    return AppointmentCard(
        link=link,
        service=call.web.office().id_now(a.service),
        name=service_name(call, a.service),
        mode=a.mode.value,
        state=_state(call, a),
        slot_at=a.slot_at,
        minutes=a.minutes,
        procedures=a.procedures,
        party=a.party,
        expires_at=a.expires_at,
        check_in_from=opens if booked else None,
        check_in_until=closes if booked else None,
    )


def service_name(call: Call, service_id: str) -> str:
    """Return the name of a service in the person's language, "" of one that is not offered any more."""
    service = call.web.office().services.get(service_id)
    return name_of(service.names, call.language) if service else ""


def aware(call: Call, at: datetime) -> datetime:
    """Return *at* in UTC; a time without a zone is of the office's clock."""
    zone = call.web.office().calendar.zone
    try:
        local = at if at.tzinfo is not None else at.replace(tzinfo=zone)
        return datetime.fromtimestamp(local.timestamp(), tz=call.now.tzinfo)
    except (OverflowError, ValueError, OSError) as exc:
        raise BadInput("no time") from exc


def moment(call: Call, text: str) -> datetime:
    """Return the moment that a query names, in UTC; raise ``BadInput`` for what is none."""
    try:
        return aware(call, datetime.fromisoformat(text))
    except ValueError as exc:
        raise BadInput("no time") from exc


def day_of(text: str) -> date:
    """Return the day that a query names; raise ``BadInput`` ``bad_range``."""
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        raise BadInput(code="bad_range") from exc


def ways_of(call: Call, service: Service) -> list[Modality]:
    """Return the ways in which *service* can be attended here."""
    ways = call.web.office().ways(service)
    return [mode.value for mode in Mode if mode in ways]


def mode_of(text: str) -> Mode:
    """Return the way that a query names; raise ``RuleViolation`` ``mode_not_offered``."""
    try:
        return Mode(text)
    except ValueError as exc:
        raise RuleViolation(code="mode_not_offered") from exc


def _state(call: Call, a: Appointment) -> str:
    """Return its state as people see it: a hold that has run out is over before the office has noted it."""
    return "lapsed" if a.is_over(call.now) else str(a.state)
