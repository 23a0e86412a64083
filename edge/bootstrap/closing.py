"""The round that closes quarters and days and forgets what is over: sums on this thread, writes on the writer's."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from edge.bootstrap.work import Work
from edge.domain.retention import RULES, Rule
from edge.runtime import log as logs
from edge.runtime.supervise import keep_going
from edge.services.reports import ReportService
from edge.services.retention import RetentionService
from edge.services.transcripts import Transcripts

log = logs.get(__name__)

REPORTS = "reports"  # topic of the pages that show figures


class Closing:
    """What is due now, done; called every few seconds."""

    def __init__(
        self,
        reports: ReportService,
        retention: RetentionService,
        work: Work,
        tell: Callable[[Iterable[str]], None],
        transcripts: Transcripts,
    ) -> None:
        self._reports, self._retention, self._work, self._tell = reports, retention, work, tell
        self._transcripts = transcripts

    def round(self) -> None:
        """Close what is over, then forget what is due."""
        with keep_going("closing"):
            self._quarters()
            self._days()
        with keep_going("retention"):
            self._forget()

    def _quarters(self) -> None:
        windows = self._reports.quarters_due()
        if not windows:
            return
        self._work.carry_out(self._reports.note, self._reports.quarters_measured(windows))
        for record in self._reports.closed_quarters(windows):
            self._work.carry_out(self._reports.keep_quarter, record)
        self._tell({REPORTS})

    def _days(self) -> None:
        for day in self._reports.days_due():
            self._work.carry_out(self._reports.note, self._reports.day_measured(day))
            self._work.carry_out(self._reports.keep_day, self._reports.closed_day(day))
            log.info("day_closed", day=day.isoformat())
            self._tell({REPORTS})

    def _forget(self) -> None:
        self._transcripts.forget_until(self._retention.kept_since("conversation"))
        for rule in self._retention.overdue():
            self._clear(rule)
        if not self._retention.is_due():
            return
        gone = {rule.what: self._clear(rule) for rule in RULES}
        self._work.carry_out(self._retention.done, gone)
        log.info("rows_forgotten", rows={what: n for what, n in gone.items() if n})

    def _clear(self, rule: Rule) -> int:
        """Delete what is over by *rule*, in steps that others can write between; return how many rows."""
        gone = 0
        while n := self._work.carry_out(self._retention.forget, rule):
            gone += n
        return gone
