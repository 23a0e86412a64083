"""What the JSON API and the forms carry. Requests are strict in size and shape; answers say times in UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from edge.contracts.counting import CapacityState
from edge.contracts.wire import Message

Word = Annotated[str, msgspec.Meta(max_length=32, pattern=r"^[A-Za-z0-9_.:-]*$")]
Code = Annotated[str, msgspec.Meta(max_length=32)]
Language = Literal["es", "ca", "en", "ar"]
ClockTime = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]

# --- requests -------------------------------------------------------------------------------------------------------


class Nothing(Message, frozen=True, kw_only=True):
    """The route says it all."""


class TurnWish(Message, frozen=True, kw_only=True):
    """A turn for *service*; *code* of the hall display lets it wait at once."""

    service: Word
    code: Code = ""
    poster: Word = ""


class Presence(Message, frozen=True, kw_only=True):
    """The code of the hall display; empty when the phone has shown it a moment ago."""

    code: Code = ""


class LogIn(Message, frozen=True, kw_only=True):
    """Name and password."""

    login: Annotated[str, msgspec.Meta(max_length=128)]
    password: Annotated[str, msgspec.Meta(max_length=256)]
    next: Annotated[str, msgspec.Meta(max_length=128)] = ""


class Finish(Message, frozen=True, kw_only=True):
    """How the service ended."""

    outcome: Word
    procedures: Annotated[int, msgspec.Meta(ge=0, le=99)] = 1


class Transfer(Message, frozen=True, kw_only=True):
    """Where the person goes on."""

    service: Word


class Opening(Message, frozen=True, kw_only=True):
    """Open a desk; *take_over* one that another agent holds, which only a manager may."""

    take_over: bool = False


class CallOne(Message, frozen=True, kw_only=True):
    """One person out of order, and why."""

    turn: Word
    reason: Word


class HelperTurn(Message, frozen=True, kw_only=True):
    """A turn for somebody who stands there, on paper or by voice."""

    service: Word
    language: Language
    paper: bool = False
    key: Word = ""  # of one press of the button: the second request with it gets the first one's turn


class Booking(Message, frozen=True, kw_only=True):
    """An appointment for today at a local hour; *contact* is a phone or an e-mail, forgotten a day after."""

    service: Word
    at: ClockTime
    language: Language
    contact: Annotated[str, msgspec.Meta(max_length=254)] = ""
    key: Word = ""  # as in ``HelperTurn``


CorrectionReason = Literal["counted_by_hand", "camera_fault", "group_missed", "evacuated"]
LimitReason = Literal["distance", "works", "staffing", "authority", "back_to_normal"]


class PeopleSeen(Message, frozen=True, kw_only=True):
    """How many people somebody has counted inside, how many *staff* among them if they were counted apart, and why."""

    people: Annotated[int, msgspec.Meta(ge=0, le=9999)]
    staff: Annotated[int, msgspec.Meta(ge=0, le=9999)] | Literal[""] = ""
    reason: CorrectionReason = "counted_by_hand"


class StaffPassed(Message, frozen=True, kw_only=True):
    """So many of the staff came in or went out by a door that everybody uses."""

    people: Annotated[int, msgspec.Meta(ge=1, le=99)]
    direction: Literal["in", "out"]


class CapacityWish(Message, frozen=True, kw_only=True):
    """Let in at most so many *people*, until the end of today or *for_good*; the authorised number lifts the limit."""

    people: Annotated[int, msgspec.Meta(ge=1, le=9999)]
    reason: LimitReason
    for_good: bool = False


class Seen(Message, frozen=True, kw_only=True):
    """Somebody crossed *line* *ago_s* seconds before this was sent, or such a mark is taken back; *seq* from 1."""

    line: Word
    direction: Literal["in", "out"]
    seq: Annotated[int, msgspec.Meta(ge=1, le=3000)]
    ago_s: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 0.0
    undo: bool = False


# --- answers --------------------------------------------------------------------------------------------------------


class Hours(Message, frozen=True, kw_only=True):
    """When the office is open around now."""

    open: bool
    closes_at: datetime | None = None
    opens_at: datetime | None = None


class DoorNow(Message, frozen=True, kw_only=True):
    """One door since the morning; *ratio_permille* is ΣIN / ΣOUT."""

    door: str
    people_in: int
    people_out: int
    ratio_permille: int | None
    staff: bool


class LedgerNote(Message, frozen=True, kw_only=True):
    """Something that was done to the count, as the log has it."""

    type: str
    at: datetime
    actor: str
    reason: str
    facts: dict[str, Any]


class OccupancyToday(Message, frozen=True, kw_only=True):
    """The count with its doors, what was done to it today (newest first) and the closing-time checks of a month."""

    now: CapacityState
    doors: list[DoorNow]
    notes: list[LedgerNote]
    checks: list[LedgerNote]
    can_undo: bool


class OfficeCard(Message, frozen=True, kw_only=True):
    """The office for people."""

    id: str
    title: str
    address: str
    zone: str
    languages: list[str]
    public_url: str
    hours: Hours


class ServiceCard(Message, frozen=True, kw_only=True):
    """One service now. *reason* says why no turn is given, *retry_at* when it may be."""

    id: str
    name: str
    queue: str
    modes: list[str]
    bring: list[str]
    waiting: int
    wait_low_min: int | None = None
    wait_high_min: int | None = None
    admitted: bool
    reason: str
    retry_at: datetime | None = None


class MyTurn(Message, frozen=True, kw_only=True):
    """The turn of this phone. The wait is a range in minutes and absent when no desk is open."""

    code: str
    state: str
    service: str
    ahead: int
    wait_low_min: int | None = None
    wait_high_min: int | None = None
    desk: str = ""
    zone: str = ""
    called_at: datetime | None = None
    wait_outside: bool = False
    existing: bool = False
    seen_at: datetime


class StaffTurn(Message, frozen=True, kw_only=True):
    """A turn as staff see it."""

    id: str
    code: str
    state: str
    service: str
    queue: str
    kind: str
    language: str
    desk: str = ""
    created_at: datetime
    waiting_since: datetime | None = None
    due_at: datetime | None = None
    called_at: datetime | None = None
    started_at: datetime | None = None
    recalls: int = 0


class NextTurn(StaffTurn, frozen=True, kw_only=True):
    """Who would be called, and by which rule."""

    rule: str


class DeskCard(Message, frozen=True, kw_only=True):
    """One desk in the list."""

    desk: str
    label: str
    zone: str
    state: str
    mine: bool
    queues: list[str]


class DeskPicture(Message, frozen=True, kw_only=True):
    """One desk as its agent sees it."""

    desk: str
    state: str
    current: StaffTurn | None
    next: list[NextTurn]
    held: list[StaffTurn]
    missed: list[StaffTurn]
    remote: list[StaffTurn]
    seen_at: datetime


class DeskNow(Message, frozen=True, kw_only=True):
    """State of a desk after it was changed."""

    desk: str
    state: str


class Issued(Message, frozen=True, kw_only=True):
    """A turn that staff issued; *link* follows it, *job* prints it."""

    turn: StaffTurn
    link: str
    job: str = ""
    printer_problem: str = ""


class Booked(Message, frozen=True, kw_only=True):
    """An appointment and the link that checks in."""

    appointment: str
    service: str
    slot_at: datetime
    link: str


class JobNow(Message, frozen=True, kw_only=True):
    """How a job for a device goes."""

    job: str
    device: str
    state: str
    reason: str


class SessionNow(Message, frozen=True, kw_only=True):
    """Who is logged in; asking keeps the session alive."""

    name: str
    roles: list[str]
    csrf: str
    seconds_left: int


class DeviceNow(Message, frozen=True, kw_only=True):
    """Whom a bearer belongs to."""

    device: str
    at: datetime


class FileReceived(Message, frozen=True, kw_only=True):
    """A device's file that is safely stored."""

    job: str
    bytes: int
    sha256: str


class AuditCamera(Message, frozen=True, kw_only=True):
    """A camera that can be audited, and how well it sees."""

    group: str
    camera: str
    lines: list[str]
    health: str
    reason: str


class Tally(Message, frozen=True, kw_only=True):
    """What was marked on one line so far."""

    line: str
    people_in: int
    people_out: int


class LiveAudit(Message, frozen=True, kw_only=True):
    """An audit that goes on; its report will have *session* as its id."""

    session: str
    began_at: datetime
    tally: list[Tally]


class AuditOutcome(Message, frozen=True, kw_only=True):
    """Whether the report of an audit can be read."""

    session: str
    reported: bool


class CountRow(Message, frozen=True, kw_only=True):
    """One line or zone in one step of time. A gap has no numbers: *coverage_s* says how long pictures came."""

    start: datetime
    end: datetime
    place: str  # "group/camera/line"
    kind: Literal["line", "zone"]
    door: bool
    staff: bool
    people_in: int | None = None
    people_out: int | None = None
    coverage_s: float
    trusted_s: float  # seconds of it in which the camera saw well enough
    health: Literal["ok", "degraded", "invalid", "unknown"]  # the worst state of what was seen
    reason: str = ""
    mean: float | None = None  # people in the zone
    peak: int | None = None
    entered: int | None = None
    left: int | None = None
    mean_stay_s: float | None = None  # of the stays that ended
    wait_s: float | None = None  # in a queue, by Little's law
    unsteady: bool | None = None  # wait and mean stay differ by more than 30 %: trust neither


class Counts(Message, frozen=True, kw_only=True):
    """What was counted between two moments."""

    start: datetime
    end: datetime
    step_min: int
    rows: list[CountRow]
