"""When parties are told: inside the transaction of what happened, and by looking at the wait and the calendar.

What happened is heard just before its commit, so that a notice is durable with its cause or not at all. The wait is
looked at from outside, with the same estimates as the pages; nothing is computed inside a transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from edge.domain.attention import UNDONE
from edge.domain.contacts import KEPT_AFTER, ways_to
from edge.domain.events import Event, Stream
from edge.domain.notices import Message
from edge.domain.occasions import Occasion, Outlook, due_reminders, fits, of_change, of_wait
from edge.domain.turns import Turn, TurnState
from edge.services.board import TurnView
from edge.services.contacts import contacts_of
from edge.services.context import Context
from edge.services.notices import NoticeService
from edge.services.ports import Stores, UnitOfWork
from edge.services.turns import followed, link_of

AHEAD = timedelta(hours=50)  # appointments looked at for reminders: more than a day and a night

Picture = Callable[[], Mapping[str, TurnView]]
News = Sequence[tuple[Turn, Occasion]]


class OccasionService:
    """Use cases of the moments when there is something to tell; *picture*: every open turn as its holder sees it."""

    def __init__(self, context: Context, notices: NoticeService, picture: Picture) -> None:
        self._context, self._notices, self._picture = context, notices, picture
        self._outside: dict[str, bool] = {}  # turn -> whether it waited outside at the last look

    def heard(self, uow: UnitOfWork, events: Sequence[Event]) -> None:
        """Queue what *events* give rise to and take back what is no news any more; before their commit."""
        for event in events:
            if event.stream is not Stream.TURNS:
                continue
            if event.type == "visit_ended":
                self._end(uow, event.body["visit"], event.at)
            elif event.type == "appointment_checked_in":
                self._hand_on(uow, event.body.get("root") or event.body["appointment"], event.body["turn"])
            elif turn_id := event.body.get("turn"):
                self._turn_changed(uow, event, turn_id)

    def look(self) -> News:
        """Return what the wait of everybody who asked to be told gives rise to now; only reads."""
        with self._context.database.read() as stores:
            told = self._told(stores)
        if not told:
            self._outside.clear()
            return []
        views = [view for view in self._picture().values() if view.turn.visit in told]
        before, self._outside = self._outside, {view.turn.id: view.wait_outside for view in views}
        with self._context.database.read() as stores:
            return [(view.turn, occasion) for view in views for occasion in self._news(stores, view, before)]

    def tell(self, news: News) -> int:
        """Queue *news* of turns that have not changed since; return how many."""
        count = 0
        with self._context.database.write() as uow:
            for seen, occasion in news:
                turn = uow.turns.find(seen.id)
                if turn is not None and turn.version == seen.version:
                    count += self._notices.tell_turn(uow, turn, occasion)
            uow.commit()
        return count

    def reminders(self) -> list[Message]:
        """Return the reminders of appointments whose moment has come and that nobody has queued; only reads."""
        office, now = self._context.office(), self._context.now()
        found = []
        with self._context.database.read() as stores:
            for appointment in stores.appointments.booked_between(now, now + AHEAD):
                due = due_reminders(appointment.slot_at, office.calendar.zone, office.notices, now=now)
                owner = appointment.origin  # its contact and its link, however often it was moved
                if not due or not any(stores.contacts.find(name) for name in ways_to(owner)):
                    continue
                queued = {notice.key for notice in stores.notices.of_owner(owner)}
                link = {"link": f"{office.public_url}/c/{link_of(self._context, appointment)}"}
                found += [
                    Message(o.kind, owner, appointment.language, o.useful_until, {**o.facts, **link}, o.key)
                    for o in due
                    if o.key not in queued
                ]
        return found

    def remind(self, messages: Sequence[Message]) -> int:
        """Queue *messages*; return for how many there is an address."""
        with self._context.database.write() as uow:
            count = sum(self._notices.tell(uow, message) for message in messages)
            uow.commit()
        return count

    def _turn_changed(self, uow: UnitOfWork, event: Event, turn_id: str) -> None:
        turn = uow.turns.find(turn_id)
        if turn is None:
            return
        told = uow.notices.of_turn(turn.id)
        self._notices.drop(uow, [notice for notice in told if not fits(notice.kind, turn.state)], "over")
        desk = self._context.office().desks.get(turn.desk)
        place = (desk.label, desk.zone) if desk else (turn.desk, "")
        what = f"{event.body['undone']}_undone" if event.type == UNDONE else event.type
        occasion = of_change(what, turn, told, actor=event.actor, place=place, now=event.at)
        if occasion is not None:
            self._notices.tell_turn(uow, turn, occasion)

    def _told(self, stores: Stores) -> set[str]:
        """Return the visits that can be told, also by what was given for one that goes on as them."""
        told = set(stores.contacts.kinds())
        gone = stores.turns.in_state(self._context.day(), [TurnState.MERGED]) if told else []
        return told | {kept.visit for turn in gone if turn.visit in told and (kept := followed(stores, turn.id))}

    def _end(self, uow: UnitOfWork, visit: str, at: datetime) -> None:
        """Let the addresses of a visit that is over be forgotten a day after it."""
        for contact in contacts_of(uow, visit):
            uow.contacts.put(replace(contact, expires_at=at + KEPT_AFTER))

    def _hand_on(self, uow: UnitOfWork, appointment: str, turn_id: str) -> None:
        """Reach who has checked in by what was given for the appointment."""
        turn = uow.turns.find(turn_id)
        if turn is None:
            return
        for known, name in zip(ways_to(appointment), ways_to(turn.visit), strict=True):
            if (contact := uow.contacts.find(known)) is not None and uow.contacts.find(name) is None:
                uow.contacts.put(replace(contact, owner=name))

    def _news(self, stores: Stores, view: TurnView, before: Mapping[str, bool]) -> list[Occasion]:
        told = stores.notices.of_turn(view.turn.id)
        office, now = self._context.office(), self._context.now()
        was_outside = before.get(view.turn.id, False) and view.turn.state is TurnState.WAITING
        return of_wait(outlook(view), told, office.notices, was_outside=was_outside, now=now)


def outlook(view: TurnView) -> Outlook:
    """Return the wait of *view* as far as notices need it: the one place where an estimate becomes an hour."""
    wait = view.estimate
    call_at = view.seen_at + wait.announced if wait else None
    return Outlook(view.turn, view.ahead, call_at, view.wait_outside)
