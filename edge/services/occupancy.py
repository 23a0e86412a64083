"""People inside: what the counters report becomes the ledger, a capacity state and an event a change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from types import MappingProxyType

from edge.contracts.counting import CapacityState, CountTotals
from edge.domain.absence import GONE_AFTER, Absent, absent, present, told, without
from edge.domain.errors import BadInput, Unlikely
from edge.domain.events import Event, Stream
from edge.domain.occupancy import Ledger, Limits, anchor, count, levelled, staff_passed, undone
from edge.services import occupancy_state
from edge.services.context import Context
from edge.services.counter_reports import (
    CLOCKS_DIFFER,
    AnotherTime,
    believe,
    doors_of,
    told_at,
    without_removed,
)
from edge.services.limits import (
    CAPACITY,
    CHECKED,
    CapacityLimit,
    capacity_limit,
    keep,
    limits_in_force,
    teach,
)
from edge.services.ports import UnitOfWork

__all__ = ["AnotherTime", "OccupancyService"]

SYSTEM = "system"
NAMES_TOLD = 16  # of doors and cameras in one row of the log


class OccupancyService:
    """Use cases of the count."""

    def __init__(self, context: Context) -> None:
        self._context = context

    # --- what counters tell -----------------------------------------------------------------------------------------

    def totals(self, report: CountTotals) -> Ledger:
        """Apply the running *report* of one counter; the same report twice changes nothing.

        Raises ``AnotherTime`` for a counter that began under a wrong clock: its door would then wait for an epoch after
        that one.
        """
        now, day = self._context.now(), self._context.day()
        with self._context.database.write() as uow:
            stored, limits = uow.ledger.get(), self._limits(uow, now)
            believe(report, stored, latest=self._context.new_id(now + CLOCKS_DIFFER))
            before, heard = without_removed(stored, report), told_at(report, now)
            doors = present(stored, doors_of(report), at=heard)
            counted = count(before, doors, limits, at=now, day=day)
            after = told(counted.ledger, doors, at=heard)
            if after.doors == stored.doors and after.told_at == stored.told_at and before is stored:
                return stored
            uow.ledger.save(after)
            if counted.changed:
                moved = {"in": counted.people_in, "out": counted.people_out, "clamped": counted.clamped}
                facts = {**moved, "staff": after.staff, "doors": _doors(after, counted.moved)}
                actor = f"device:{report.group}"
                uow.log.append(_event("occupancy_counted", after, at=now, actor=actor, facts=facts))
            self._log_level(uow, stored, after, limits, now)
            uow.commit()
        return after

    # --- what people say --------------------------------------------------------------------------------------------

    def correct(self, people: int, *, actor: str, reason: str, staff: int | None = None, sure: bool = False) -> Ledger:
        """Set the count to what somebody has seen; audited, and to be taken back within a minute.

        Raises ``BadInput`` (``staff_above_people``), and ``Unlikely`` for more than the capacity and the bounds hold
        unless somebody is *sure*.
        """
        now, day = self._context.now(), self._context.day()
        if staff is not None and staff > people:
            raise BadInput(f"{staff} of {people} people are staff", code="staff_above_people")

        def change(before: Ledger, limits: Limits) -> Ledger:
            if not sure and people > max(limits.capacity, before.bounds(limits, self._silence(before, now).doubt)[1]):
                raise Unlikely(people, limits.capacity)
            return anchor(before, people, at=now, limits=limits, staff=staff, day=day, is_undoable=True)

        return self._change("occupancy_anchored", change, actor=actor, reason=reason)

    def undo(self, *, actor: str) -> Ledger:
        """Take the newest correction back; raise ``RuleViolation`` (``nothing_to_undo``) after a minute."""
        now = self._context.now()
        return self._change(
            "occupancy_correction_undone", lambda before, limits: undone(before, at=now, limits=limits), actor=actor
        )

    def staff_passed(self, change: int, *, actor: str) -> Ledger:
        """Note that so many of the staff came in (below zero: went out) by a door that everybody uses."""
        if change == 0:
            raise BadInput("nobody passed", code="bad_input")
        now = self._context.now()
        return self._change(
            "staff_passed",
            lambda before, limits: staff_passed(before, change, limits, at=now),
            actor=actor,
            facts={"change": change},
        )

    def limit(self, people: int, *, for_good: bool, actor: str, reason: str) -> Limits:
        """Let in fewer people than authorised, until the end of today or *for_good*; in force at once everywhere.

        The authorised number itself lifts the limit. Raises ``BadInput`` (``above_authorised``, ``bad_limit``).
        """
        now, office = self._context.now(), self._context.office()
        authorised = office.limits.capacity
        if people < 1:
            raise BadInput(f"a capacity of {people}", code="bad_limit")
        if people > authorised:
            raise BadInput(f"{people} are more than the {authorised} authorised", code="above_authorised")
        with self._context.database.write() as uow:
            was, earlier = self._limits(uow, now), capacity_limit(uow)
            if for_good:
                wanted = CapacityLimit(for_good=people, reason=reason)
            else:
                until = self._end_of_day(now)
                wanted = CapacityLimit(for_good=earlier.for_good, today=people, until=until, reason=reason)
            facts = keep(uow, CAPACITY, wanted, at=now, actor=actor)
            limits = self._limits(uow, now)
            before = uow.ledger.get()
            after = levelled(before, limits, at=now)
            uow.ledger.save(after)
            facts = {**facts, "was": was.capacity, "limit": people, "for_good": for_good, "authorised": authorised}
            uow.log.append(_event("capacity_limited", after, at=now, actor=actor, facts=facts, reason=reason))
            self._log_level(uow, before, after, limits, now)
            uow.commit()
        return limits

    # --- what time does ---------------------------------------------------------------------------------------------

    def settle(self) -> bool:
        """Bring the level up to the limits of now: today's ends by itself; return whether it changed."""
        now = self._context.now()
        with self._context.database.read() as stores:
            ledger, limits = stores.ledger.get(), limits_in_force(self._context.office().limits, stores, now)
        if levelled(ledger, limits, at=now).level is ledger.level:
            return False
        with self._context.database.write() as uow:
            before = uow.ledger.get()
            after = levelled(before, limits, at=now)
            uow.ledger.save(after)
            self._log_level(uow, before, after, limits, now)
            uow.commit()
        return True

    def check_closing(self, closing: datetime, *, people_seen: int) -> Ledger:
        """Set the count of a closed office to who is still seen, nobody as a rule; the drift found is its quality.

        A camera that sees more people than the doors can have let in is contradicted: then the row says so.
        """
        now = self._context.now()
        day = closing.astimezone(self._context.office().calendar.zone).date().isoformat()
        reason = "still_seen" if people_seen else "closed"
        with self._context.database.write() as uow:
            before, limits = uow.ledger.get(), self._limits(uow, now)
            found = occupancy_state.check(before, limits, self._silence(before, now), people_seen, closing)
            after = anchor(before, found["inside"], at=now, limits=limits, staff=0)
            after = replace(after, today=replace(after.today, corrected=before.today.corrected))
            uow.ledger.save(after)
            facts = {**found, "day": before.today.day or day}
            done = _event(CHECKED, after, at=now, actor=SYSTEM, facts=facts, reason=reason)
            teach(uow, limits, at=now, today=done)
            uow.log.append(done)
            facts = {"was": before.people}
            uow.log.append(_event("occupancy_anchored", after, at=now, actor=SYSTEM, facts=facts, reason=reason))
            self._log_level(uow, before, after, limits, now)
            uow.commit()
        return after

    def forget_absent(self, *, after: timedelta = GONE_AFTER) -> Absent:
        """Forget the doors and cameras of which nothing was heard for so long; return them."""
        now = self._context.now()
        with self._context.database.read() as stores:
            if not absent(stores.ledger.get(), at=now, after=after):
                return Absent()
        with self._context.database.write() as uow:
            before = uow.ledger.get()
            gone = absent(before, at=now, after=after)
            ledger = without(before, gone)
            uow.ledger.save(ledger)
            facts = {
                "doors": sorted(gone.doors)[:NAMES_TOLD],
                "cameras": sorted(gone.cameras)[:NAMES_TOLD],
                "forgotten": len(gone.doors) + len(gone.cameras),
            }
            uow.log.append(_event("counters_forgotten", ledger, at=now, actor=SYSTEM, facts=facts, reason="silent"))
            uow.commit()
        return gone

    def hold_check(self, people_seen: int) -> None:
        """Write down that the closing-time check waits, because a camera still sees people."""
        with self._context.database.write() as uow:
            facts = {"seen": people_seen}
            ledger, now = uow.ledger.get(), self._context.now()
            uow.log.append(
                _event("occupancy_check_held", ledger, at=now, actor=SYSTEM, facts=facts, reason="still_seen")
            )
            uow.commit()

    # --- what is read -----------------------------------------------------------------------------------------------

    def state(self, *, health: str) -> CapacityState:
        """Return what door signs and displays show; *health* is how far the counters can be trusted now."""
        now = self._context.now()
        with self._context.database.read() as stores:
            ledger, limits = stores.ledger.get(), limits_in_force(self._context.office().limits, stores, now)
        silence = self._silence(ledger, now)
        return occupancy_state.state(
            self._context.office(), ledger, limits, silence, health, now=now, day=self._context.day()
        )

    def today(self) -> occupancy_state.TodayView:
        """Return what one page needs to know of today and of the last month."""
        now, office = self._context.now(), self._context.office()
        with self._context.database.read() as stores:
            limits = limits_in_force(office.limits, stores, now)
            return occupancy_state.today(stores, limits, now=now, day=self._context.day(), office=office)

    # --- parts ------------------------------------------------------------------------------------------------------

    def _limits(self, uow: UnitOfWork, now: datetime) -> Limits:
        return limits_in_force(self._context.office().limits, uow, now)

    def _silence(self, ledger: Ledger, now: datetime) -> occupancy_state.Silence:
        return occupancy_state.silence_of(ledger, self._context.office().calendar, now)

    def _change(
        self,
        kind: str,
        change: Callable[[Ledger, Limits], Ledger],
        *,
        actor: str,
        reason: str = "",
        facts: Mapping[str, object] = MappingProxyType({}),
    ) -> Ledger:
        """Carry out one step of a person on the ledger, with what it was before in the log."""
        now = self._context.now()
        with self._context.database.write() as uow:
            before, limits = uow.ledger.get(), self._limits(uow, now)
            after = change(before, limits)
            uow.ledger.save(after)
            low, high = before.bounds(limits, self._silence(before, now).doubt)
            was = {"was": before.people, "low": low, "high": high, "staff": after.staff, **facts}
            uow.log.append(_event(kind, after, at=now, actor=actor, facts=was, reason=reason))
            self._log_level(uow, before, after, limits, now)
            uow.commit()
        return after

    def _log_level(self, uow: UnitOfWork, before: Ledger, after: Ledger, limits: Limits, now: datetime) -> None:
        if before.level is not after.level:
            lasted_s = int((now - before.level_since).total_seconds()) if before.level_since else 0
            facts = {"was": str(before.level), "lasted_s": lasted_s, "capacity": limits.capacity}
            uow.log.append(_event("capacity_changed", after, at=now, actor=SYSTEM, facts=facts))

    def _end_of_day(self, now: datetime) -> datetime:
        """Return when today is over: at midnight, or with an opening that lasts past it."""
        calendar = self._context.office().calendar
        day = calendar.day_of(now)
        midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=calendar.zone).astimezone(now.tzinfo)
        opening = calendar.current(now)
        return max(midnight, opening.closes) if opening else midnight


def _event(
    kind: str, ledger: Ledger, *, at: datetime, actor: str, facts: Mapping[str, object], reason: str = ""
) -> Event:
    body = {"people": ledger.people, "level": str(ledger.level), **facts}
    return Event(Stream.OCCUPANCY, kind, at, actor, reason, body)


def _doors(ledger: Ledger, moved: Iterable[str]) -> dict[str, list[object]]:
    totals = {door: ledger.doors[door] for door in moved}
    return {door: [t.epoch, t.people_in, t.people_out] for door, t in totals.items()}
