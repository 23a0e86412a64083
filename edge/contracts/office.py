"""What an office is, as a person writes it in ``config/`` and as a version of it travels: hours, desks, services.

Unknown keys are refused. These documents become versioned settings; the running office reads only the settings.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, get_args

import msgspec


def _form(pattern: str, says: str) -> msgspec.Meta:
    """Return the meta of a text of one form; *says* stands in the sentence that refuses another one."""
    return msgspec.Meta(pattern=pattern, extra={"says": says})


Id = Annotated[str, _form(r"^[a-z0-9][a-z0-9_-]{0,31}$", "a lower-case name as tramites-1")]
Letter = Annotated[str, _form(r"^[A-Z]$", "one capital letter")]
ClockTime = Annotated[str, _form(r"^([01]\d|2[0-3]):[0-5]\d$", "a time as 08:00")]
MonthDay = Annotated[str, _form(r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", "a day of the year as 08-31")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Language = Literal["es", "ca", "en", "ar"]
Dir3 = Annotated[str, _form(r"^[AEIJLOU]\d{8}$", "a DIR3 code: a capital letter and eight digits")]
Sia = Annotated[str, _form(r"^\d{6,7}$", "a SIA code: six or seven digits")]
Colour = Annotated[str, _form(r"^#[0-9a-fA-F]{6}$", "a colour as #0b5394")]
PhoneStart = Annotated[str, _form(r"^\+[1-9]\d{0,7}$", "the beginning of a number as +346")]
SmsKind = Literal[
    "near", "come_in", "eta_moved", "called", "desk_changed", "missed", "cancelled", "expired",
    "appointment_code", "appointment_booked", "appointment_reminder", "appointment_moved", "appointment_cancelled",
    "appointment_refused",
]  # fmt: skip
Positive = Annotated[int, msgspec.Meta(ge=1)]
NotNegative = Annotated[int, msgspec.Meta(ge=0)]
Level = Annotated[int, msgspec.Meta(ge=0, le=2)]  # 1 own work, 2 help when nobody of level 1 waits, 0 never
Percent = Annotated[int, msgspec.Meta(ge=1, le=100)]
ErrorPercent = Annotated[int, msgspec.Meta(ge=0, le=50)]


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every part of a configuration document."""


class ServiceEntry(Document, frozen=True, kw_only=True):
    """One service (trámite) of the region's catalogue."""

    names: dict[Language, str]
    queue: Id  # default queue; an office may map it to another
    minutes: Positive
    modes: list[Literal["presencial", "video"]] = msgspec.field(default_factory=lambda: ["presencial"])
    kind: Literal["procedure", "info"] = "procedure"
    dir3: Dir3  # organ that is competent
    sia: Sia  # code of the procedure in the state's inventory
    bring: dict[Language, list[str]] = {}  # documents to bring
    neutral: bool = False  # sensitive: shared screens and paper do not name it


class Catalogue(Document, frozen=True, kw_only=True):
    """All services of the region."""

    version: Positive
    service: dict[Id, ServiceEntry]


class HoursEntry(Document, frozen=True, kw_only=True):
    """Open from *opens* to *closes* on *days*, in local time."""

    days: list[Weekday]
    opens: ClockTime
    closes: ClockTime


class SeasonEntry(Document, frozen=True, kw_only=True):
    """Other hours between two days of the year, both included."""

    first: MonthDay
    last: MonthDay
    hours: list[HoursEntry]


class SpecialDay(Document, frozen=True, kw_only=True):
    """One day with its own hours; none = closed."""

    date: date
    reason: str = ""
    opens: ClockTime = "00:00"
    closes: ClockTime = "00:00"


class Holidays(Document, frozen=True, kw_only=True):
    """Public holidays of a country, region or town: every year the same day, or single dates."""

    title: str
    yearly: dict[MonthDay, str] = {}
    dates: dict[str, str] = {}  # ISO date -> name


class QueueEntry(Document, frozen=True, kw_only=True):
    """People who wait together."""

    letter: Letter
    names: dict[Language, str]


class DeskEntry(Document, frozen=True, kw_only=True):
    """A place of attention."""

    label: str
    zone: str = ""
    queues: list[Id]
    skills: dict[Id, Level] = {}  # service -> level, where it differs from that of its queue
    modes: list[Literal["presencial", "video"]] = msgspec.field(default_factory=lambda: ["presencial"])
    auto_call_s: NotNegative = 0  # idle for so long, it calls the next person by itself; 0: never


class ProfileEntry(Document, frozen=True, kw_only=True):
    """Work profile of an agent: what they are called for at any desk that serves it."""

    services: dict[Id, Level]
    auto_call_s: NotNegative = 0  # 0: as the desk


class CapacityEntry(Document, frozen=True, kw_only=True):
    """Authorised capacity and its hysteresis."""

    people: Positive
    source: str = ""  # document that authorises it
    warn_percent: Percent = 90
    clear_percent: Percent = 95
    error_percent: ErrorPercent = 3  # of the real crossings that a counter misses, as long as nobody has audited it
    false_percent: ErrorPercent = 1  # of the counted crossings that were none, likewise
    counts_staff: bool = True  # the legal capacity counts everybody; false: only visitors


class RulesEntry(Document, frozen=True, kw_only=True):
    """Times and limits of the queue."""

    due_lead_s: NotNegative = 0
    early_check_in_min: NotNegative = 30
    late_check_in_min: NotNegative = 15
    remote_ttl_min: Positive = 30
    missed_ttl_min: Positive = 30
    recall_after_s: NotNegative = 30
    auto_recalls: NotNegative = 0  # a call is announced again by itself, so often
    no_show_after_s: NotNegative = 0  # then who was called is taken for not coming; 0: the agent says so
    undo_s: NotNegative = 10
    hold_min: NotNegative = 0  # then who is on hold goes back to the queue; 0: never by itself
    walk_in_cap_min: NotNegative = 0  # who waited longer goes before due appointments; 0: nobody does
    help_after_min: NotNegative = 0  # who waited longer is called by level 2 as by level 1; 0: nobody is
    late_credit_min: NotNegative = 15  # an appointment that came too late waits as if it had come so much earlier
    missed_credit_min: NotNegative | None = None  # likewise who was missed and returns; none: the old place
    delay_min: Positive = 10  # what "+10 minutes" gives
    delays: NotNegative = 1  # how often; 0: the button is not shown
    bulk_limit: NotNegative = 0  # procedures of a walk-in served in one go; 0: any number
    bulk_rest: Literal["behind", "appointment"] = "behind"  # what becomes of the rest
    last_admission_min: NotNegative = 5
    queue_limit: Positive = 120
    remote_limit: Positive = 60
    closing_grace_min: NotNegative = 30


class NoticesEntry(Document, frozen=True, kw_only=True):
    """When people are told that it is soon their turn, and what telling them may cost."""

    ahead: NotNegative = 3  # "soon": so many people are before somebody,
    lead_min: NotNegative = 10  # or the call is so near
    eta_moved_min: Positive = 10  # told again when the expected hour has moved by more
    escalate_s: NotNegative = 20  # how long a rung of the ladder has before the next one is used
    sms_kinds: list[SmsKind] = msgspec.field(default_factory=lambda: list(get_args(SmsKind)))  # what is told by SMS
    sms_per_visit: Annotated[int, msgspec.Meta(ge=0, le=3)] = 3
    sms_cents: NotNegative = 8  # of one part of 160 characters
    day_cents: NotNegative = 2000  # no SMS is sent beyond it, and technicians are told
    phones: list[PhoneStart] = msgspec.field(
        default_factory=lambda: ["+346", "+347"]
    )  # beginnings of the numbers that an SMS may go to: no premium numbers
    per_address: Positive = 3  # parties at a time that one phone or mailbox may stand for
    remind_at: Annotated[str, _form(r"^(([01]\d|2[0-3]):[0-5]\d)?$", "a time as 18:00, or nothing")] = "18:00"
    remind_before_min: NotNegative = 90  # before an appointment; 0: not
    sender: Annotated[str, _form(r"^[A-Za-z0-9 ]{3,11}$", "3 to 11 letters and digits")] = "OFICINA360"


class CountingCamera(Document, frozen=True, kw_only=True):
    """One camera that counts people, as the record of processing knows it."""

    group: Id  # of its counter
    camera: Id
    place: str  # where it hangs and what it looks at
    masked: str = ""  # what is blacked out in its picture and why


class PrivacyEntry(Document, frozen=True, kw_only=True):
    """Who answers for personal data, and for what people are counted: entrance poster, /privacy, record of processing.

    The wording of purpose and legal basis is the controller's; its data protection officer decides.
    """

    version: Positive  # of this text: goes up with each change
    since: date
    controller: str
    address: str  # where rights are exercised
    email: str
    dpo: str  # how the data protection officer is reached
    authority: str = "Agencia Española de Protección de Datos, www.aepd.es"
    purpose: dict[Language, str]
    basis: dict[Language, str]
    recipients: dict[Language, str] = {}  # who gets the numbers, beside open data
    camera: list[CountingCamera]


class OfficeDocument(Document, frozen=True, kw_only=True):
    """One office or one site with only a booth."""

    id: Id
    title: str
    address: str
    profile: Literal["office", "kiosk_only"] = "office"
    zone: str  # IANA time zone
    languages: list[Language]  # in the order of screens and voice
    public_url: str  # e.g. "https://carretas4.offices.example"
    dir3: Dir3
    brand: Colour = "#0b5394"  # checked for contrast against the design tokens
    holidays: list[Id] = []  # files of config/holidays
    hours: list[HoursEntry]
    season: list[SeasonEntry] = []
    special: list[SpecialDay] = []
    queue: dict[Id, QueueEntry] = {}
    desk: dict[Id, DeskEntry] = {}
    work_profile: dict[Id, ProfileEntry] = {}
    services: list[Id]
    service_queue: dict[Id, Id] = {}  # service -> queue, where it is not the catalogue's default
    capacity: CapacityEntry
    rules: RulesEntry = RulesEntry()
    notices: dict[Language, str] = {}  # line of text on the hall display
    notices_rules: NoticesEntry = NoticesEntry()
    privacy: PrivacyEntry | None = None  # needed where cameras count people
