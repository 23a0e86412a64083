"""Audits that are done: the reports of the counters are kept, and say how far their counts can be trusted."""

from __future__ import annotations

from edge.contracts.cameras import AuditReport
from edge.domain.errors import BadInput, NotFound
from edge.domain.events import Event, Stream
from edge.services.context import Context
from edge.services.limits import measure

SHOWN = 200


class AuditService:
    """Use cases of reports."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def report(self, report: AuditReport) -> bool:
        """Keep *report* and let the bounds follow it, both or neither; return whether it is new.

        Raises ``BadInput`` (``bad_audit``) when it is kept, but says nothing of how well a camera counts.
        """
        now, refused = self._context.now(), None
        with self._context.database.write() as uow:
            if not uow.audits.put(report, now):
                return False
            figures = {
                name: getattr(report.rows[0], name) for name in ("truth", "counted", "matched", "missed", "extra")
            }
            body = {"audit": report.id, "camera": report.camera, "layout": report.layout, **figures}
            actor = f"device:{report.group}"
            uow.log.append(Event(Stream.OCCUPANCY, "audit_reported", now, actor, report.ended, body))
            try:
                measure(uow, report, self._context.office().limits, at=now)
            except BadInput as exc:
                refused = exc
            uow.commit()
        if refused is not None:
            raise refused
        return True

    def all(self) -> list[AuditReport]:
        """Return the newest reports without bins and crossings, newest first."""
        with self._context.database.read() as stores:
            return stores.audits.recent(SHOWN)

    def find(self, audit_id: str) -> AuditReport:
        """Return one report whole; raise ``NotFound`` (``no_audit``)."""
        with self._context.database.read() as stores:
            report = stores.audits.find(audit_id)
        if report is None:
            raise NotFound(audit_id, code="no_audit")
        return report

    def has(self, audit_id: str) -> bool:
        """Whether the report of that audit has come."""
        with self._context.database.read() as stores:
            return stores.audits.find(audit_id) is not None
