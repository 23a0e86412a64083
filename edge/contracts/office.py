"""What an office is, as a person writes it in ``config/`` and as a version of it travels: hours, desks, services.

Unknown keys are refused. These documents become versioned settings; the running office reads only the settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar, Literal, get_args

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
Telephone = Annotated[str, _form(r"^(\+?\d[\d ]{1,18}\d)?$", "a telephone number as 012, or nothing")]
SmsKind = Literal[
    "near", "come_in", "eta_moved", "called", "desk_changed", "call_off", "missed", "cancelled", "expired",
    "appointment_code", "appointment_booked", "appointment_reminder", "appointment_moved", "appointment_cancelled",
    "appointment_refused", "appointment_link",
]  # fmt: skip
Positive = Annotated[int, msgspec.Meta(ge=1)]
NotNegative = Annotated[int, msgspec.Meta(ge=0)]
Level = Annotated[int, msgspec.Meta(ge=0, le=2)]  # 1 own work, 2 help when nobody of level 1 waits, 0 never
Percent = Annotated[int, msgspec.Meta(ge=1, le=100)]
Share = Annotated[int, msgspec.Meta(ge=0, le=100)]
Days = Annotated[int, msgspec.Meta(ge=1, le=365)]
Minutes = Annotated[int, msgspec.Meta(ge=1, le=1440)]
ErrorPercent = Annotated[int, msgspec.Meta(ge=0, le=50)]


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every part of a configuration document."""


class ServiceEntry(Document, frozen=True, kw_only=True):
    """One service (trámite) of the region's catalogue."""

    names: dict[Language, str]
    about: dict[Language, str] = {}  # one line for those whom the name tells little
    queue: Id  # default queue; an office may map it to another
    minutes: Positive
    modes: list[Literal["presencial", "video"]] = msgspec.field(default_factory=lambda: ["presencial"])
    kind: Literal["procedure", "info"] = "procedure"
    dir3: Dir3  # organ that is competent
    sia: Sia  # code of the procedure in the state's inventory
    bring: dict[Language, list[str]] = {}  # documents to bring
    words: dict[Language, list[str]] = {}  # what else people call it, for the assistant
    neutral: bool = False  # sensitive: shared screens and paper do not name it, and its id says no more than its names
    formerly: list[Id] = []  # ids that it had before: old links still lead to it


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
    access: dict[Language, str] = {}  # the way there without steps, in one line; else that of its zone
    queues: list[Id]
    skills: dict[Id, Level] = {}  # service -> level, where it differs from that of its queue
    modes: list[Literal["presencial", "video"]] = msgspec.field(default_factory=lambda: ["presencial"])
    auto_call_s: NotNegative = 0  # idle for so long, it calls the next person by itself; 0: never

    moved: ClassVar[Mapping[str, str]] = {
        "shift": "is written once for the office: [[shift]] with desks, days, opens, closes",
        "pause": "is written in the shift: [[shift]] with pauses = [{ opens, closes }]",
    }


class PauseEntry(Document, frozen=True, kw_only=True):
    """A planned break, in local time."""

    opens: ClockTime  # when it begins
    closes: ClockTime


class ShiftEntry(Document, frozen=True, kw_only=True):
    """Desks that are planned to take people from *opens* to *closes* on *days*, in local time, but for the *pauses*."""

    desks: list[Id]
    days: list[Weekday]
    opens: ClockTime
    closes: ClockTime
    pauses: list[PauseEntry] = []


class ProfileEntry(Document, frozen=True, kw_only=True):
    """Work profile of an agent: what they are called for at any desk that serves it."""

    services: dict[Id, Level]
    names: dict[Language, str] = {}  # how managers see it; without any it is called by its id
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

    due_lead_s: NotNegative = 480  # how long before its slot an appointment is due: no desk is free on the minute
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
    queue_limit: Positive = 120  # no turns for walk-ins while so many go before them
    remote_limit: Positive = 60
    closing_grace_min: NotNegative = 30
    carry_over_days: NotNegative = 0  # who still waits at closing comes first on one of the next days; 0: the turn ends
    longest_wait_min: NotNegative = 0  # no turns for walk-ins while the announced wait is longer; 0 = never for that


class BookingEntry(Document, frozen=True, kw_only=True):
    """How one service is booked, where it differs from the others."""

    booking: bool = True  # false: without appointment only
    minutes: NotNegative = 0  # length of an appointment; 0: the measured one where it is learned, else the catalogue's


class AgendaEntry(Document, frozen=True, kw_only=True):
    """Appointments: how much of the office's time they get, who may book it, and how long things are kept open."""

    grid_min: Literal[5, 10, 15, 20, 30] = 15  # appointments begin every so many minutes from the opening
    share_percent: Percent = 50  # of the staffed desk time of an hour; the rest is for people without appointment
    public_percent: Percent = 80  # of that share: what citizens book themselves; staff may use all of it
    lease_percent: Share = 50  # of the public part: what the centre may lease
    lease_hours: Positive = 72  # how long an unused lease lives
    most_procedures: Annotated[int, msgspec.Meta(ge=1, le=8)] = 3  # of one appointment; each takes its own length
    video_desks: NotNegative = 1  # video appointments at the same time
    window_days: Days = 30  # how far ahead
    notice_min: NotNegative = 60  # how soon at the earliest
    hold_min: Minutes = 10  # a chosen slot waits so long for a contact...
    confirm_min: Minutes = 20  # ...and then so long for the code
    code_attempts: Positive = 5
    code_sends: Positive = 3
    cool_down_min: NotNegative = 0  # a freed slot is not offered to citizens for so long: against the trade with slots
    freed: Literal["offer", "walk_in"] = "offer"  # a slot freed late goes back on offer, or to walk-ins
    freed_late_hours: NotNegative = 24  # what "late" means: less than this before the slot
    per_person_day: Positive = 2  # appointments of one contact
    per_person_open: Positive = 4
    replace_min: NotNegative = 120  # a promised slot that is gone is replaced by one at most so far away
    learn_minutes: bool = False  # take the length of an appointment from measured service times
    service: dict[Id, BookingEntry] = {}

    moved: ClassVar[Mapping[str, str]] = {
        "shift": "is written once for the office: [[shift]] with desks, days, opens, closes"
    }


class ConsoleEntry(Document, frozen=True, kw_only=True):
    """How the pages of staff behave, and help for people without a phone."""

    lock_after_s: Annotated[int, msgspec.Meta(ge=60, le=300)] = 300  # unused for so long, a page asks for the password
    help_escalates_s: Annotated[int, msgspec.Meta(ge=30, le=900)] = 90  # help that nobody took: all staff hear it
    help_lapses_min: Annotated[int, msgspec.Meta(ge=5, le=120)] = 30
    wait_watch_min: Annotated[int, msgspec.Meta(ge=1, le=240)] = 15  # from here on a queue needs a look
    wait_late_min: Annotated[int, msgspec.Meta(ge=1, le=480)] = 30  # and from here on it is late
    paper_grace_min: Annotated[int, msgspec.Meta(ge=0, le=60)] = 10  # longer for who has no phone that rings


class NoticesEntry(Document, frozen=True, kw_only=True):
    """When people are told that it is soon their turn, and what telling them may cost."""

    ahead: NotNegative = 3  # "soon": so many people are before somebody,
    lead_min: NotNegative = 10  # or the call is so near
    eta_moved_min: Positive = 10  # told again when the expected hour has moved by more
    escalate_s: NotNegative = 20  # how long a rung of the ladder has before the next one is used
    sms_kinds: list[SmsKind] = msgspec.field(default_factory=lambda: list(get_args(SmsKind)))  # what is told by SMS
    sms_per_visit: Annotated[int, msgspec.Meta(ge=0, le=3)] = 3
    sms_per_appointment: Annotated[int, msgspec.Meta(ge=0, le=20)] = 8  # codes, links, changes and reminders together
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


class SurveyQuestion(Document, frozen=True, kw_only=True):
    """One question after a visit: a *scale* of 1 to 5, or *yes_no*. Without a text of its own the catalogue has one."""

    id: Id
    kind: Literal["scale", "yes_no"] = "scale"
    text: dict[Language, str] = {}


SurveyQuestions = Annotated[list[SurveyQuestion], msgspec.Meta(max_length=3)]


class OfficeDocument(Document, frozen=True, kw_only=True):
    """One office or one site with only a booth."""

    id: Id
    title: str
    address: str
    profile: Literal["office", "kiosk_only"] = "office"
    zone: str  # IANA time zone
    languages: list[Language]  # in the order of screens and voice
    public_url: str  # e.g. "https://carretas4.offices.example"
    telephone: Telephone = ""  # that citizens may call when something does not work for them
    dir3: Dir3
    brand: Colour = "#0b5394"  # checked for contrast against the design tokens
    holidays: list[Id] = []  # files of config/holidays
    hours: list[HoursEntry]
    season: list[SeasonEntry] = []
    special: list[SpecialDay] = []
    access: dict[Language, str] = {}  # the way in without steps, in one line
    zone_access: dict[str, dict[Language, str]] = {}  # zone of desks -> the way there without steps
    queue: dict[Id, QueueEntry] = {}
    desk: dict[Id, DeskEntry] = {}
    shift: list[ShiftEntry] = []  # who works when; none: every desk while it is open, appointments all the opening time
    work_profile: dict[Id, ProfileEntry] = {}
    services: list[Id]
    service_queue: dict[Id, Id] = {}  # service -> queue, where it is not the catalogue's default
    capacity: CapacityEntry
    rules: RulesEntry = RulesEntry()
    agenda: AgendaEntry = AgendaEntry()
    console: ConsoleEntry = ConsoleEntry()
    notices: dict[Language, str] = {}  # line of text on the hall display
    notices_rules: NoticesEntry = NoticesEntry()
    privacy: PrivacyEntry | None = None  # needed where cameras count people
    survey: SurveyQuestions = msgspec.field(default_factory=lambda: [SurveyQuestion(id="attention")])  # first: CSAT
