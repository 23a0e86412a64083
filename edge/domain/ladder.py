"""The ladder: over which rung a party is told, when the next rung takes over, and how much may be spent.

Web push, then the live page, then the chat, then SMS, then e-mail, then board and voice. Page and board are told by
themselves all the time. Of what the party has given the first rung sends at once; each further one waits until the one
before has had its chance, and is not used at all when the phone or an answer in the chat says that the notice was seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from edge.domain.notices import SENT_OVER, Notice, NoticeKind, Rung

_K = NoticeKind

APPOINTMENTS = frozenset(kind for kind in NoticeKind if kind.startswith("appointment_"))
ESSENTIAL = frozenset({_K.CALLED, _K.DESK_CHANGED, _K.CALL_OFF, _K.MISSED, _K.CANCELLED, _K.EXPIRED}) | APPOINTMENTS
BY_SMS = ESSENTIAL | {_K.NEAR, _K.COME_IN, _K.ETA_MOVED}
NEVER_BY: Mapping[Rung, frozenset[NoticeKind]] = MappingProxyType(
    {Rung.CHAT: frozenset({_K.APPOINTMENT_CODE})}  # it has to prove that a phone or a mailbox is the person's
)

ATTEMPTS = 6
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(seconds=60)
PATIENT_PAUSE = timedelta(minutes=30)

TOO_MANY_FOR_VISIT = "visit_cap"
TOO_MANY_TODAY = "day_cap"
NOT_ALLOWED_THERE = "country_not_allowed"


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """When people are told and what it may cost; the office changes it live. Times are elapsed unless they say so."""

    ahead: int = 3  # "soon": so many people are before somebody...
    lead: timedelta = timedelta(minutes=10)  # ...or the call is so near
    eta_moved: timedelta = timedelta(minutes=10)
    escalate: timedelta = timedelta(seconds=20)  # how long a rung has before the next one
    sms_kinds: frozenset[NoticeKind] = BY_SMS
    sms_per_visit: int = 3
    sms_per_appointment: int = 8
    sms_cents: int = 8  # of one billed part
    day_cents: int = 2000
    phones: tuple[str, ...] = ("+346", "+347")  # beginnings of numbers that an SMS may go to
    per_address: int = 3  # parties at a time that one phone or mailbox may stand for
    remind_at: str = "18:00"  # on the office's clock, the day before; "" = not
    remind_before: timedelta = timedelta(minutes=90)  # and so long before; 0 = not
    sender: str = "OFICINA360"


def plan(kind: NoticeKind, reach: Iterable[Rung], rules: NoticeRules) -> list[tuple[Rung, timedelta]]:
    """Return the rungs for one message with how long each waits, first to last; empty when only the board tells."""
    given = frozenset(reach)
    if kind is _K.CONFIRMED and given == {Rung.SMS}:
        return [(Rung.PAGE, timedelta())]  # the page on which the number was typed says the hour: an SMS is paid for
    usable = [r for r in SENT_OVER if r in given and _carries(r, kind, rules)]
    wait = timedelta() if kind in APPOINTMENTS else rules.escalate  # who left two addresses for a slot is told by both
    return [(rung, wait * place) for place, rung in enumerate(usable)]


def objection(
    notice: Notice, *, phone: str, of_owner: Iterable[Notice], units: int, units_today: int, rules: NoticeRules
) -> str:
    """Return why an SMS of *units* parts may not be sent, as a stable word, or an empty one.

    One SMS of a visit is kept for the call until the person was called: a wait that keeps moving does not use them up.
    """
    if notice.is_paid:
        return ""  # sent before, perhaps: asked again under the same id, it is one
    if not phone.startswith(rules.phones):
        return NOT_ALLOWED_THERE
    paid = [other for other in of_owner if other.is_paid]
    called = any(other.kind is NoticeKind.CALLED for other in paid)
    kept = 0 if called or notice.kind in ESSENTIAL else 1
    if len(paid) + kept >= (rules.sms_per_appointment if notice.kind in APPOINTMENTS else rules.sms_per_visit):
        return TOO_MANY_FOR_VISIT
    return TOO_MANY_TODAY if (units_today + units) * rules.sms_cents > rules.day_cents else ""


def retry_at(
    kind: NoticeKind, attempts: int, *, now: datetime, chance: float, wanted: timedelta | None = None
) -> datetime | None:
    """Return when to try again after *attempts*, doubling from 2 s to a minute with jitter; None after the last one.

    What concerns an appointment is of use for long: it is tried until it is not, in the end every half hour.
    *chance* is from [0, 1); *wanted* is what the provider asked for, never less than that and never more than an hour.
    """
    is_patient = kind in APPOINTMENTS
    if attempts >= ATTEMPTS and not is_patient:
        return None
    longest = PATIENT_PAUSE if is_patient else LONGEST_PAUSE
    pause = min(FIRST_PAUSE * (1 << min(attempts - 1, 20)), longest) * (0.5 + chance)
    return now + max(pause, min(wanted or timedelta(), timedelta(hours=1)))


def _carries(rung: Rung, kind: NoticeKind, rules: NoticeRules) -> bool:
    return kind not in NEVER_BY.get(rung, ()) and (rung is not Rung.SMS or kind in rules.sms_kinds)
