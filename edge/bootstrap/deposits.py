"""Takes submitted documents to the centre while the office runs: one at a time, on a thread of its own."""

from __future__ import annotations

import random
from datetime import timedelta

from edge.adapters.http.vault import DocumentVault
from edge.bootstrap.office import OfficeParts
from edge.bootstrap.work import Work
from edge.domain.documents import Document
from edge.domain.errors import OfficeError
from edge.runtime import log as logs
from edge.runtime.supervise import Periodic
from edge.services.deposits import CentreAway, CentreRefuses, Depot, Waiting
from edge.services.submissions import Pending

log = logs.get(__name__)

ROUND_S = 5.0
FIRST_S, LONGEST_S = 5.0, 300.0  # rests after attempts in which the centre was away, each twice the one before
REFUSED_S = 3600.0  # rest of a submission that the centre does not take as it is
STALLED_AFTER = timedelta(hours=1)


class Depositing:
    """The thread, and what it says of itself."""

    def __init__(self, depot: Depot, parts: OfficeParts, work: Work, vault: DocumentVault) -> None:
        self._depot, self._parts, self._work, self._vault = depot, parts, work, vault
        self._failures, self._rests_until = 0, float("-inf")
        self._refused: dict[str, float] = {}  # submission -> when it is tried again
        self._problem, self._told = "", False
        self._loop = Periodic("deposits", self.round, every_s=ROUND_S)

    def start(self) -> None:
        """Begin."""
        self._loop.start()

    def stop(self) -> None:
        """End after the present piece, or in some seconds."""
        self._loop.stop()

    def wake(self) -> None:
        """Something was handed in."""
        self._loop.wake()

    def waiting(self) -> Waiting:
        """Return what waits and why."""
        return self._parts.deposits.waiting(self._problem, is_refused=bool(self._refused))

    def round(self) -> None:
        """Send everything that waits, as long as the centre takes it."""
        now = self._parts.clock.monotonic()
        if now >= self._rests_until:
            self._refused = {name: until for name, until in self._refused.items() if until > now}
            self._go_on(now)
        self._tell()

    def _go_on(self, now: float) -> None:
        try:
            for pending in self._parts.deposits.pending():
                if pending.receipt.id not in self._refused:
                    self._deliver(pending, now)
        except CentreAway as away:
            self._failures += 1
            rest = min(LONGEST_S, FIRST_S * 2 ** min(self._failures - 1, 10))
            self._rests_until = now + rest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads offices, guards nothing
            if away.reason != self._problem:
                log.warning("centre_takes_no_documents", reason=away.reason)
            self._problem = away.reason
            return
        self._failures = 0
        if not self._refused:
            self._problem = ""

    def _deliver(self, pending: Pending, now: float) -> None:
        try:
            announcement = self._parts.deposits.announcement(pending)
            if announcement is not None:
                self._depot.announce(announcement)
            for document in pending.documents:
                self._send(document)
        except CentreRefuses as refusal:
            self._refused[pending.receipt.id] = now + REFUSED_S
            self._problem = refusal.reason
            log.warning("deposit_refused", submission=pending.receipt.id, reason=refusal.reason)
        except OfficeError as gone:  # taken on by an official, or wiped, while this went on
            log.info("deposit_gone", submission=pending.receipt.id, reason=gone.code)

    def _send(self, document: Document) -> None:
        data = self._vault.read(document.id, self._parts.deposits.key_of(document))
        self._depot.send(document.id, data)
        if self._work.carry_out(self._parts.deposits.kept, document.id):
            log.info("document_deposited", document=document.id, bytes=len(data))

    def _tell(self) -> None:
        """Write once into the log that documents have waited for long."""
        waiting = self.waiting()
        late = waiting.since is not None and self._parts.clock.now() - waiting.since >= STALLED_AFTER
        if late and waiting.problem and not self._told:
            self._work.carry_out(self._parts.deposits.stalled, waiting)
        self._told = late and bool(waiting.problem)
