"""The life of a job at a device, as a table; and its page journal, so that nothing is ever printed twice.

A page is *begun* durably before the device acts and *completed* durably afterwards. Between the two the page is in
doubt: it may be on paper. A job in doubt is never held, resumed or repeated; it ends, and a person looks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from edge.contracts.jobs import JobReport, JobRequest, PrintTicket, Scan, SendSms, ShowSign

MAX_LIFE = timedelta(hours=24)  # a job lives no longer, whatever it asks for: the journal may forget it then
REPEATABLE = frozenset({"scan", "show_sign"})  # doing them twice harms nobody
Work = PrintTicket | Scan | ShowSign | SendSms

_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")


class State(StrEnum):
    """Where a job is; the values are those of the wire."""

    QUEUED = "queued"
    RUNNING = "running"
    HELD = "held"
    DONE = "done"
    FAILED = "failed"
    PARTIAL = "partial"
    EXPIRED = "expired"


class Action(StrEnum):
    """What may happen to a job."""

    START = "start"
    HOLD = "hold"
    FINISH = "finish"
    FAIL = "fail"
    BREAK = "break"
    EXPIRE = "expire"


_S, _A = State, Action

FINAL = frozenset({_S.DONE, _S.FAILED, _S.PARTIAL, _S.EXPIRED})

TRANSITIONS: Mapping[tuple[State, Action], State] = MappingProxyType(
    {
        (_S.QUEUED, _A.START): _S.RUNNING,
        (_S.QUEUED, _A.FAIL): _S.FAILED,
        (_S.QUEUED, _A.EXPIRE): _S.EXPIRED,
        (_S.RUNNING, _A.HOLD): _S.HELD,
        (_S.RUNNING, _A.FINISH): _S.DONE,
        (_S.RUNNING, _A.FAIL): _S.FAILED,
        (_S.RUNNING, _A.BREAK): _S.PARTIAL,
        (_S.HELD, _A.START): _S.RUNNING,
        (_S.HELD, _A.FAIL): _S.FAILED,
        (_S.HELD, _A.BREAK): _S.PARTIAL,
        (_S.HELD, _A.EXPIRE): _S.EXPIRED,
    }
)


class IllegalStep(Exception):
    """The step is not in the table or breaks a page rule: a bug of the caller, never of the device."""


@dataclass(frozen=True, slots=True)
class JobRecord:
    """What the journal knows of one job. It never holds what was printed or scanned."""

    job_id: str
    device: str
    kind: str  # "print_ticket", "scan", "show_sign", "send_sms"
    expires_at: datetime
    at: datetime
    state: State = State.QUEUED
    reason: str = ""
    retry: bool = False
    pages: int = 0  # 0 until the driver knows
    page_begun: int = 0
    pages_done: int = 0

    @property
    def is_final(self) -> bool:
        """Whether the state never changes again."""
        return self.state in FINAL

    @property
    def in_doubt(self) -> bool:
        """Whether a page was begun of which nobody knows if it came out."""
        return self.page_begun > self.pages_done

    @property
    def is_complete(self) -> bool:
        """Whether every page is known to be out."""
        return 0 < self.pages == self.pages_done

    @property
    def may_repeat(self) -> bool:
        """Whether the same work may be asked for again without a second copy of anything."""
        return self.kind in REPEATABLE or self.page_begun == 0

    def apply(self, action: Action, *, at: datetime, reason: str = "", retry: bool = False) -> JobRecord:
        """Return the record after *action*; raise ``IllegalStep`` when the table or a page rule forbids it."""
        state = TRANSITIONS.get((self.state, action))
        if state is None or not self._pages_allow(action):
            raise IllegalStep(f"{self.state} cannot {action} with {self.pages_done}/{self.pages} pages")
        return replace(self, state=state, reason=reason, retry=retry and self.may_repeat, at=at)

    def _pages_allow(self, action: Action) -> bool:
        match action:
            case Action.START | Action.HOLD:
                return not self.in_doubt
            case Action.FINISH:
                return not self.in_doubt and self.pages == self.pages_done
            case Action.FAIL | Action.EXPIRE:
                return self.pages_done == 0
            case Action.BREAK:
                return self.pages_done > 0

    def end(self, *, at: datetime, reason: str, retry: bool) -> JobRecord:
        """Return the record of a job that cannot go on: done when every page is out, else partial or failed."""
        if self.is_complete and self.state is State.RUNNING:
            return self.apply(Action.FINISH, at=at)
        action = Action.BREAK if self.pages_done else Action.FAIL
        return self.apply(action, at=at, reason=reason, retry=retry)

    def void(self, *, at: datetime) -> JobRecord:
        """Return the record of a job whose time is over before it ran to its end."""
        if self.pages_done:
            return self.apply(Action.BREAK, at=at, reason="expired")
        return self.apply(Action.EXPIRE, at=at, reason="expired")

    def begin_page(self, page: int, of: int) -> JobRecord:
        """Return the record with *page* in doubt; pages come in order and *of* never changes."""
        is_next = page == self.pages_done + 1 and not self.in_doubt
        if self.state is not State.RUNNING or not is_next or page > of or self.pages not in (0, of):
            raise IllegalStep(f"page {page} of {of} cannot begin after {self.pages_done} of {self.pages}")
        return replace(self, pages=of, page_begun=page)

    def complete_page(self, page: int) -> JobRecord:
        """Return the record with *page* known to be out."""
        if not self.in_doubt or page != self.page_begun or self.state is not State.RUNNING:
            raise IllegalStep(f"page {page} was not begun")
        return replace(self, pages_done=page)

    def withdraw_page(self, page: int) -> JobRecord:
        """Return the record with *page* as if never begun: the driver is certain that nothing came out."""
        if not self.in_doubt or page != self.page_begun or self.state is not State.RUNNING:
            raise IllegalStep(f"page {page} was not begun")
        return replace(self, page_begun=self.pages_done)

    def report(self) -> JobReport:
        """Return what the edge is told."""
        return JobReport(
            job_id=self.job_id,
            device=self.device,
            state=self.state.value,
            reason=self.reason,
            retry=self.retry,
            pages_done=self.pages_done,
            at=self.at,
        )


def accepted(request: JobRequest, *, at: datetime) -> JobRecord:
    """Return the first record of *request*; raise ``ValueError`` for an id that is no ULID or a time without a zone."""
    if not _ULID.fullmatch(request.job_id):
        raise ValueError("the job id is no ULID")
    if request.created_at.tzinfo is None or request.expires_at.tzinfo is None:
        raise ValueError("a time without a zone")
    life = min(request.expires_at, request.created_at + MAX_LIFE)
    return JobRecord(request.job_id, request.device, kind_of(request.work), expires_at=life, at=at)


def recovered(record: JobRecord, *, at: datetime) -> JobRecord:
    """Return what becomes of *record* after the process died: its content is gone, so it ends here."""
    if record.is_final:
        return record
    return record.end(at=at, reason="interrupted", retry=True)


def kind_of(work: Work) -> str:
    """Return the wire word of *work*."""
    match work:
        case PrintTicket():
            return "print_ticket"
        case Scan():
            return "scan"
        case ShowSign():
            return "show_sign"
        case SendSms():
            return "send_sms"


def capability_of(work: Work) -> str:
    """Return the ability that a device needs for *work*, as in ``DeviceStatus.capabilities``."""
    match work:
        case PrintTicket():
            return "print.ticket"
        case Scan():
            return "scan"
        case ShowSign(sign=sign):
            return f"sign.{sign}"
        case SendSms():
            return "sms.send"


@dataclass(frozen=True, slots=True)
class RateCap:
    """At most *per_minute* jobs in any 60 s: a runaway or hostile sender does not empty the paper roll."""

    per_minute: int
    taken: tuple[datetime, ...] = ()

    def take(self, at: datetime) -> tuple[bool, RateCap]:
        """Return whether one more job is allowed at *at*, and the cap that remembers it."""
        recent = tuple(t for t in self.taken if at - timedelta(minutes=1) < t <= at)
        if len(recent) >= self.per_minute:
            return False, replace(self, taken=recent)
        return True, replace(self, taken=(*recent, at))
