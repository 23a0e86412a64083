"""Audits that are done: the reports of the counters are kept, and say how far their counts can be trusted."""

from __future__ import annotations

from edge.contracts.cameras import AuditReport
from edge.domain.errors import NotFound
from edge.domain.events import Event, Stream
from edge.services.context import Context

SHOWN = 200


class AuditService:
    """Use cases of reports; what they say of the ledger's bounds is told to ``OccupancyService.audited``."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def report(self, report: AuditReport) -> bool:
        """Keep *report*; return whether it is new. The log gets its figures."""
        now = self._context.now()
        with self._context.database.write() as uow:
            if not uow.audits.put(report, now):
                return False
            figures = {
                name: getattr(report.rows[0], name) for name in ("truth", "counted", "matched", "missed", "extra")
            }
            body = {"audit": report.id, "camera": report.camera, "layout": report.layout, **figures}
            actor = f"device:{report.group}"
            uow.log.append(Event(Stream.OCCUPANCY, "audit_reported", now, actor, report.ended, body))
            uow.commit()
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
