"""Takes submitted documents to the centre while the office runs: one at a time, on a thread of its own."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

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
UNREADABLE_S = 300.0  # rest of one that the office itself cannot send as it is
STALLED_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _LaidBy:
    """A submission that rests *until* (monotonic) because of itself, not of the way."""

    until: float
    reason: str
    is_refused: bool  # by the centre; else the office cannot read it


class Depositing:
    """The thread, and what it says of itself."""

    def __init__(self, depot: Depot, parts: OfficeParts, work: Work, vault: DocumentVault) -> None:
        self._depot, self._parts, self._work, self._vault = depot, parts, work, vault
        self._failures, self._rests_until = 0, float("-inf")
        self._laid_by: dict[str, _LaidBy] = {}  # by submission
        self._away, self._told = "", False
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
        laid_by = list(self._laid_by.values())
        first = laid_by[0].reason if laid_by else ""
        return self._parts.deposits.waiting(
            self._away or first,
            is_refused=any(one.is_refused for one in laid_by),
            is_unreadable=any(not one.is_refused for one in laid_by),
        )

    def round(self) -> None:
        """Send everything that waits, as long as the centre takes it."""
        now = self._parts.clock.monotonic()
        if now >= self._rests_until:
            self._go_on(now)
        self._tell()

    def _go_on(self, now: float) -> None:
        waiting = self._parts.deposits.pending()
        known = {pending.receipt.id for pending in waiting}
        self._laid_by = {name: one for name, one in self._laid_by.items() if name in known}
        try:
            for pending in waiting:
                laid_by = self._laid_by.get(pending.receipt.id)
                if laid_by is None or laid_by.until <= now:
                    self._deliver(pending, now)
        except CentreAway as away:
            self._failures += 1
            rest = min(LONGEST_S, FIRST_S * 2 ** min(self._failures - 1, 10))
            self._rests_until = now + rest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads offices, guards nothing
            if away.reason != self._away:
                log.warning("centre_takes_no_documents", reason=away.reason)
            self._away = away.reason
            return
        self._failures, self._away = 0, ""

    def _deliver(self, pending: Pending, now: float) -> None:
        try:
            trouble = self._trouble(pending.documents, partial(self._announce, pending))
            if not trouble:  # one file that is lost keeps none of the others back
                found = [self._trouble([one], partial(self._send, one)) for one in pending.documents]
                trouble = next(filter(None, found), "")
        except CentreRefuses as refusal:
            self._laid_by[pending.receipt.id] = _LaidBy(now + REFUSED_S, refusal.reason, is_refused=True)
            log.warning("deposit_refused", submission=pending.receipt.id, reason=refusal.reason)
            return
        if trouble:
            self._laid_by[pending.receipt.id] = _LaidBy(now + UNREADABLE_S, trouble, is_refused=False)
            log.warning("deposit_unreadable", submission=pending.receipt.id, reason=trouble)
        else:
            self._laid_by.pop(pending.receipt.id, None)

    def _trouble(self, documents: list[Document], step: Callable[[], None]) -> str:
        """Carry out *step*; return why the office cannot, "" when it can or *documents* wait no longer."""
        try:
            step()
        except OfficeError as error:
            if self._parts.deposits.still_wait(documents):
                return error.code
            log.info("deposit_gone", documents=[one.id for one in documents], reason=error.code)
        return ""

    def _announce(self, pending: Pending) -> None:
        announcement = self._parts.deposits.announcement(pending)
        if announcement is not None:
            self._depot.announce(announcement)

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
