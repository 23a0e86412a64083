"""The office's own days played again with something changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from edge.domain.errors import BadInput, NotFound
from edge.domain.shifts import Window
from edge.domain.waiting.story import Story, read
from edge.domain.waiting.whatif import ENOUGH, Answer, Change, Rules, play_day
from edge.services.context import Context
from edge.services.waiting import WaitingService

Span = tuple[time, time]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to know; times are the office's own."""

    desk: str = ""
    closed: Span | None = None
    desks_less: int = 0
    at: Span | None = None
    due_lead: timedelta | None = None
    walk_in_cap: timedelta | None = None
    slot: timedelta | None = None
    longest_wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class DayAnswer:
    """One day before and after."""

    day: date
    served: int  # as the log says
    logged_refusals: int
    before: Answer
    after: Answer


def _unheard(_: date) -> None:
    return None


class WhatIfService:
    """Use cases of looking back."""

    def __init__(self, context: Context, waiting: WaitingService) -> None:
        self._context, self._waiting = context, waiting

    def days(self, start: date, end: date) -> list[date]:
        """Return the days of the range, both ends included, on which the office was open."""
        calendar = self._context.office().calendar
        days = (start + timedelta(days=n) for n in range((end - start).days + 1))
        return [day for day in days if calendar.openings(day)]

    def answer(self, days: Iterable[date], wish: Wish, *, done: Callable[[date], None] = _unheard) -> list[DayAnswer]:
        """Return every day with enough services before and after *wish*.

        Raises ``NotFound`` (``too_little_log``) when no day has enough, or (``no_such_desk``) for an unknown desk.
        """
        office = self._context.office()
        if wish.desk:
            office.desk(wish.desk)
        if (wish.desk and wish.closed is None) or (wish.desks_less and wish.at is None):
            raise BadInput("say when the desk is closed", code="bad_range")
        laws, found, most = self._waiting.laws(), [], 0
        profiles = {desk: office.work_profile(desk) for desk in office.desks}
        for day in days:
            story = self._story(day)
            most = max(most, story.served)
            if story.served >= ENOUGH:
                rules = self._rules(day)
                before = play_day(story, profiles, rules, laws)
                after = play_day(story, profiles, rules, laws, self._change(day, wish, rules))
                found.append(DayAnswer(day, story.served, story.refused, before, after))
            done(day)
        if not found:
            raise NotFound(
                f"the log holds too little: at most {most} services on one of these days, {ENOUGH} are needed",
                code="too_little_log",
            )
        return found

    def _story(self, day: date) -> Story:
        start, _ = self._waiting.span(day)
        closes = self._closes(day)
        with self._context.database.read() as stores:
            rows = self._waiting.rows_between(stores, start, closes + timedelta(hours=3))
        return read(rows, until=closes + self._context.office().rules.closing_grace)

    def _closes(self, day: date) -> datetime:
        openings = self._context.office().calendar.openings(day)
        return openings[-1].closes if openings else self._waiting.span(day)[1]

    def _rules(self, day: date) -> Rules:
        rules = self._context.office().rules
        return Rules(rules.policy, self._closes(day) + rules.closing_grace, rules.longest_wait)

    def _change(self, day: date, wish: Wish, rules: Rules) -> Change:
        policy = rules.policy
        if wish.due_lead is not None:
            policy = replace(policy, due_lead=wish.due_lead)
        if wish.walk_in_cap is not None:
            policy = replace(policy, walk_in_cap=wish.walk_in_cap)
        return Change(
            shut={wish.desk: [self._window(day, wish.closed)]} if wish.desk and wish.closed else {},
            fewer=(wish.desks_less, self._window(day, wish.at)) if wish.desks_less and wish.at else None,
            slot=wish.slot,
            rules=Rules(policy, rules.closes, wish.longest_wait or rules.longest_wait),
        )

    def _window(self, day: date, span: Span) -> Window:
        zone = self._context.office().calendar.zone
        start, end = (datetime.combine(day, at, tzinfo=zone).astimezone(UTC) for at in span)
        return start, end
