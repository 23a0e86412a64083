"""Forgetting: every rule of ``domain.retention``, a few hundred rows at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from edge.domain.daily import Daily
from edge.domain.events import Event, Stream
from edge.domain.retention import RULES, Rule, kept
from edge.services.context import Context

AT = time(3, 10)  # after the day was closed
SETTLES = timedelta(hours=1)  # a machine that starts with a wrong clock gets it right before anything is deleted
SYSTEM = "system"


class RetentionService:
    """Use cases of forgetting."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._done: date | None = None
        self._since_s = context.clock.monotonic()

    def is_due(self) -> bool:
        """Whether tonight's job has not been done by this program; also once, an hour after each start."""
        if self._context.clock.monotonic() - self._since_s < SETTLES.total_seconds():
            return False
        return bool(self._nightly().due(self._done, self._context.now(), at_most=1))

    def overdue(self) -> list[Rule]:
        """Return the rules whose rows may not wait for the night, as far as there are any; reads only."""
        now = self._context.now()
        with self._context.database.read() as stores:
            return [rule for rule in RULES if rule.soon and stores.retention.over(rule, now)]

    def kept_since(self, what: str) -> datetime:
        """Return the moment before which *what* is over its time; for what is kept in no table."""
        return self._context.now() - kept(what)

    def forget(self, rule: Rule) -> int:
        """Delete some rows that are over their time by *rule*; return how many. Call again until it is none."""
        with self._context.database.write() as uow:
            gone = uow.retention.delete(rule, self._context.now())
            uow.commit()
        return gone

    def done(self, gone: Mapping[str, int]) -> None:
        """Note that tonight's job is done and how much is *gone*, by rule."""
        now = self._context.now()
        self._done = self._nightly().due(None, now)[0]
        if facts := {what: n for what, n in gone.items() if n}:
            with self._context.database.write() as uow:
                uow.log.append(Event(Stream.OFFICE, "rows_forgotten", now, SYSTEM, "retention", facts))
                uow.commit()

    def over(self) -> dict[str, int]:
        """Return, by rule, how many rows are over their time now."""
        now = self._context.now()
        with self._context.database.read() as stores:
            return {rule.what: stores.retention.over(rule, now) for rule in RULES}

    def _nightly(self) -> Daily:
        return Daily(AT, self._context.office().calendar.zone)
