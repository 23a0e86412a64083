"""What the count of people is held against now: the capacity of today and how well each camera counts.

All are versioned settings beside the office's documents: "capacity" (less than authorised, for today or for good),
"accuracy" (what audits of each camera have seen) and "lean" (what closing-time checks have taught).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

import msgspec

from edge.contracts.cameras import AuditReport, AuditRow
from edge.contracts.office import Document
from edge.contracts.ready import ready
from edge.domain.doors import Flow
from edge.domain.doubt import Rates, assumed
from edge.domain.errors import BadInput
from edge.domain.events import Event, Stream
from edge.domain.lean import Lean, learned
from edge.domain.occupancy import Limits
from edge.services.ports import Stores, UnitOfWork

CHECKED = "occupancy_checked"  # event of a closing-time check
TEACHES = timedelta(days=31)
CHECKS_READ = 62
BLIND_TOLERATED_S = 120  # of a day that teaches
CAPACITY, ACCURACY, LEAN = "capacity", "accuracy", "lean"


class CapacityLimit(Document, frozen=True, kw_only=True):
    """Fewer people than authorised: *today* until a moment, *for_good* otherwise; None where there is no such limit."""

    for_good: int | None = None
    today: int | None = None
    until: datetime | None = None
    reason: str = ""

    def people(self, authorised: int, now: datetime) -> int:
        """Return the capacity in force; never more than *authorised*."""
        is_today = self.today is not None and self.until is not None and now < self.until
        wanted = self.today if is_today else self.for_good
        return authorised if wanted is None else min(authorised, wanted)


class Seen(Document, frozen=True, kw_only=True):
    """What an audit saw in one direction: real crossings and the missed of them, counted ones and the false of them."""

    truth: int = 0
    missed: int = 0
    counted: int = 0
    extra: int = 0

    def __add__(self, other: Seen) -> Seen:
        """Return both together."""
        return Seen(
            truth=self.truth + other.truth,
            missed=self.missed + other.missed,
            counted=self.counted + other.counted,
            extra=self.extra + other.extra,
        )


class CameraAudit(Document, frozen=True, kw_only=True):
    """What *audits* of one camera have seen together; *source* is the id of the last one."""

    source: str
    at: datetime
    into: Seen
    out: Seen
    layout: str = ""  # digest of the shapes of the whole group, in the last one
    model: str = ""  # SHA-256
    audits: int = 1

    def after(self, before: CameraAudit | None) -> CameraAudit:
        """Return this audit together with those *before* it: a small one never throws a good one away.

        Only audits of one model add up. Those of other shapes are not there any more (``outdate``); the digest of the
        group also changes with the shapes of other cameras, so it decides nothing here.
        """
        if before is None or not self.model or before.model != self.model:
            return self
        return msgspec.structs.replace(
            self, into=self.into + before.into, out=self.out + before.out, audits=before.audits + 1
        )

    def rates(self, prior: Rates) -> Rates:
        """Return what the audit says, drawn a little towards what was assumed."""
        return Rates(
            miss_in=prior.miss_in.observed(self.into.missed, self.into.truth),
            miss_out=prior.miss_out.observed(self.out.missed, self.out.truth),
            false_in=prior.false_in.observed(self.into.extra, self.into.counted),
            false_out=prior.false_out.observed(self.out.extra, self.out.counted),
        )


class Accuracy(Document, frozen=True, kw_only=True):
    """The audits of every camera that hold, by "group/camera"."""

    cameras: dict[str, CameraAudit] = {}


class Taught(Document, frozen=True, kw_only=True):
    """What the closings of the last month have taught; see ``edge.domain.lean``."""

    lean: Lean | None = None


def limits_in_force(office: Limits, stores: Stores, now: datetime) -> Limits:
    """Return the *office*'s limits as they are now: with the capacity of today and what audits have found."""
    prior = assumed(office.error_percent, office.false_percent)
    audits = {camera: audit.rates(prior) for camera, audit in accuracy(stores).cameras.items()}
    capacity = capacity_limit(stores).people(office.capacity, now)
    return replace(office, capacity=capacity, audits=MappingProxyType(audits), lean=_lean(stores))


def capacity_limit(stores: Stores) -> CapacityLimit:
    """Return the newest limit."""
    row = stores.settings.current(CAPACITY)
    return msgspec.json.decode(row[1], type=ready(CapacityLimit)) if row else CapacityLimit()


def accuracy(stores: Stores) -> Accuracy:
    """Return the audits that hold."""
    row = stores.settings.current(ACCURACY)
    return msgspec.json.decode(row[1], type=ready(Accuracy)) if row else Accuracy()


def measure(uow: UnitOfWork, report: AuditReport, office: Limits, *, at: datetime) -> None:
    """Take the rates of one camera from its audit; the bounds follow it from now on.

    Raises ``BadInput`` (``bad_audit``) as ``camera_audit`` does, and changes nothing then.
    """
    camera, actor = f"{report.group}/{report.camera}", f"device:{report.group}"
    audit, known = camera_audit(report, uow.ledger.get().doors), accuracy(uow).cameras
    held = audit.after(known.get(camera))
    version = keep(uow, ACCURACY, Accuracy(cameras={**known, camera: held}), at=at, actor=actor)
    facts = {"camera": camera, "audit": report.id, "audits": held.audits, "version": version["version"]}
    seen = {"in": msgspec.to_builtins(audit.into), "out": msgspec.to_builtins(audit.out)}
    uow.log.append(Event(Stream.OCCUPANCY, "accuracy_measured", at, actor, "", {**facts, **seen}))
    teach(uow, limits_in_force(office, uow, at), at=at)


def outdate(uow: UnitOfWork, cameras: Collection[str], *, at: datetime, actor: str) -> None:
    """Forget the audits of *cameras* ("group/camera"): they count something else now."""
    known = accuracy(uow).cameras
    gone = sorted(known.keys() & set(cameras))
    if not gone:
        return
    kept = Accuracy(cameras={camera: audit for camera, audit in known.items() if camera not in gone})
    version = keep(uow, ACCURACY, kept, at=at, actor=actor)
    for camera in gone:
        facts = {"camera": camera, "audit": known[camera].source, "version": version["version"]}
        uow.log.append(Event(Stream.OCCUPANCY, "accuracy_outdated", at, actor, "", facts))


def teach(uow: UnitOfWork, limits: Limits, *, at: datetime, today: Event | None = None) -> Lean | None:
    """Learn from the checks of the last month and from that of *today*; return what is known now.

    Only days teach that ended empty, and in which no door was blind for longer than a moment.
    """
    checks = [*uow.log.ledger_notes(at - TEACHES, CHECKS_READ, CHECKED), *([today] if today else [])]
    days = [
        {door: Flow(*flow) for door, flow in check.body["doors"].items()}
        for check in checks
        if check.reason == "closed" and check.body["blind_s"] <= BLIND_TOLERATED_S
    ]
    lean = learned(days, limits)
    keep(uow, LEAN, Taught(lean=lean), at=at, actor="system")
    return lean


def _lean(stores: Stores) -> Lean | None:
    row = stores.settings.current(LEAN)
    return msgspec.json.decode(row[1], type=ready(Taught)).lean if row else None


def keep(uow: UnitOfWork, name: str, document: Document, *, at: datetime, actor: str) -> Mapping[str, object]:
    """Store *document* as the next version of *name*; return version and digest for the log."""
    body = msgspec.json.encode(document, order="deterministic")
    digest = hashlib.sha256(body).hexdigest()
    return {"version": uow.settings.put(name, body.decode(), digest, at=at, actor=actor), "digest": digest}


def camera_audit(report: AuditReport, doors: Mapping[str, object]) -> CameraAudit:
    """Return what *report* says about the lines that are *doors*, or about all of them when none is one yet.

    Raises ``BadInput`` (``bad_audit``) for a report that has seen nobody, contradicts itself, or ended because the
    camera counts something else now.
    """
    if report.ended == "changed":
        raise BadInput(f"the audit {report.id} is of lines that are not counted any more", code="bad_audit")
    place = f"{report.group}/{report.camera}"
    rows = [row for row in report.rows if row.line and row.direction != "both"]
    at_doors = [row for row in rows if f"{place}/{row.line}" in doors] or rows
    audit = CameraAudit(
        source=report.id,
        at=report.started_at,
        into=_seen(at_doors, "in"),
        out=_seen(at_doors, "out"),
        layout=report.layout,
        model=report.model_sha256,
    )
    both = (audit.into, audit.out)
    if not any(s.truth for s in both) or any(s.missed > s.truth or s.extra > s.counted for s in both):
        raise BadInput(f"the audit {report.id} of {place} saw nobody or contradicts itself", code="bad_audit")
    return audit


def _seen(rows: list[AuditRow], direction: str) -> Seen:
    found = [row for row in rows if row.direction == direction]
    return Seen(
        truth=sum(row.truth for row in found),
        missed=sum(row.missed for row in found),
        counted=sum(row.counted for row in found),
        extra=sum(row.extra for row in found),
    )
