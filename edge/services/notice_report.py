"""How notices went, told to the centre as a measurement of each quarter of an hour: numbers, no turns."""

from __future__ import annotations

from datetime import datetime, timedelta

from edge.contracts.notices import NoticeTally
from edge.contracts.wire import encode
from edge.services.context import Context

QUARTER = timedelta(minutes=15)
SETTLED = timedelta(minutes=5)  # by then a notice has arrived, or nobody waits for it any more
KIND = "notices"


class NoticeReportService:
    """One use case; it does nothing when there is nothing new to report."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._told: datetime | None = None

    def is_due(self) -> bool:
        """Whether a quarter of an hour is over that was not reported yet."""
        return self._told != self._start()

    def report(self) -> bool:
        """Queue the tally of the last quarter for the centre, when it has any; return whether it was new."""
        start, now = self._start(), self._context.now()
        rungs: dict[str, dict[str, int]] = {}
        with self._context.database.write() as uow:
            for (rung, state), count in uow.notices.tally(start, start + QUARTER).items():
                rungs.setdefault(rung, {})[state] = count
            body = encode(NoticeTally(start=start, rungs=rungs))
            fresh = bool(rungs) and uow.telemetry.put(KIND, "office", start.isoformat(), body, now)
            uow.commit()
        self._told = start
        return fresh

    def _start(self) -> datetime:
        at = self._context.now() - SETTLED
        return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0) - QUARTER
