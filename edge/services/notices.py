"""Telling parties: what a change gives rise to, what is due for a rung, and what became of it.

A notice is queued in the transaction of what causes it and sent afterwards by a thread of its rung. Whatever happens to
that thread, a notice is never lost while it is of use, and goes out again only under its old id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from edge.domain import ladder
from edge.domain.contacts import Contact, ContactKind
from edge.domain.errors import BadInput, NotFound
from edge.domain.events import Event, Stream
from edge.domain.ladder import NoticeRules
from edge.domain.notices import Message, Notice, NoticeAction, NoticeState, Rung, queued
from edge.domain.occasions import Occasion, fits
from edge.domain.sms_text import narrow, parts
from edge.domain.turns import Turn
from edge.services.contacts import contacts_of
from edge.services.context import Context
from edge.services.letters import letter_of
from edge.services.notifiers import DeliveryReport, Gone, Letter, NotifierError, Outcome, Receipt, TryLater
from edge.services.ports import Stores, Texts, UnitOfWork

_C = ContactKind
RUNG_OF = {_C.PUSH: Rung.PUSH, _C.CHAT: Rung.CHAT, _C.PHONE: Rung.SMS, _C.MAIL: Rung.MAIL}
ANSWERS = frozenset({Rung.PUSH, Rung.CHAT})  # over these somebody says that a notice was seen
DAY_CAP = "notices_day_cap"

_A = NoticeAction


@dataclass(frozen=True, slots=True)
class Told:
    """One notice as staff see it: by what and how far, never to whom."""

    kind: str
    rung: str
    state: str
    reason: str
    at: datetime


class NoticeService:
    """Use cases of notices; implements ``ports.Messenger``. *chance* is from [0, 1); *rungs*: what works here."""

    def __init__(
        self, context: Context, texts: Texts, *, chance: Callable[[], float], rungs: Callable[[], Iterable[Rung]]
    ) -> None:
        self._context, self._texts, self._chance, self._rungs = context, texts, chance, rungs

    # --- queueing ---------------------------------------------------------------------------------------------------

    def tell(self, uow: UnitOfWork, message: Message) -> bool:
        """See ``ports.Messenger``."""
        now, rules = self._context.now(), self._context.office().notices
        rungs = ladder.plan(message.kind, self.reach(uow, message.owner), rules)
        for rung, wait in rungs:
            notice = Notice(
                id=self._context.new_id(now),
                owner=message.owner,
                kind=message.kind,
                key=message.key or str(message.kind),
                rung=rung,
                language=message.language,
                created_at=now,
                due_at=now + wait,
                useful_until=message.useful_until,
                turn=message.turn,
                facts=dict(message.facts),
            )
            if uow.notices.add(notice):
                uow.log.append(queued(notice))
                if rung is Rung.PAGE:
                    self._change(uow, notice, _A.DELIVER)
        return bool(rungs)

    def tell_turn(self, uow: UnitOfWork, turn: Turn, occasion: Occasion) -> bool:
        """Queue what *occasion* has to say to the holder of *turn*."""
        message = Message(
            occasion.kind, turn.visit, turn.language, occasion.useful_until, occasion.facts, occasion.key, turn.id
        )
        return self.tell(uow, message)

    def reach(self, stores: Stores, owner: str) -> frozenset[Rung]:
        """Return over which rungs *owner* can be told here."""
        known = frozenset(RUNG_OF[contact.kind] for contact in contacts_of(stores, owner))
        return known & frozenset(self._rungs())

    def must_reach(self, contact: Contact) -> Rung:
        """See ``ports.Messenger``; the codes are ``no_sms_here``, ``no_mail_here``, ``country_not_allowed``."""
        rung = RUNG_OF[contact.kind]
        if rung not in self._rungs():
            raise BadInput(code=f"no_{rung}_here")
        if rung is Rung.SMS and not contact.value.startswith(self._context.office().notices.phones):
            raise BadInput(code="country_not_allowed")
        return rung

    def drop(self, uow: UnitOfWork, notices: Iterable[Notice], reason: str) -> None:
        """Take back what is still queued."""
        for notice in notices:
            if notice.state is NoticeState.QUEUED:
                self._change(uow, notice, _A.DROP, reason=reason)

    # --- sending ----------------------------------------------------------------------------------------------------

    def take(self, rung: Rung) -> Letter | None:
        """Take up the next due notice of *rung*; what is no news any more or may not be sent ends here."""
        with self._context.database.write() as uow:
            while (notice := uow.notices.next_due(rung, self._context.now())) is not None:
                letter = self._taken(uow, notice)
                if letter is not None:
                    break
            else:
                letter = None
            uow.commit()
        return letter

    def letter(self, notice_id: str) -> Letter:
        """Return the letter of a notice that is on its way, for a device that carries it; raise ``NotFound``."""
        with self._context.database.read() as stores:
            notice = stores.notices.find(notice_id)
            contact = _contact(stores, notice) if notice else None
        if notice is None or contact is None or notice.state is not NoticeState.SENDING:
            raise NotFound(f"no notice {notice_id} is on its way")
        return letter_of(notice, contact.value, self._context.office(), self._texts)

    def due_at(self, rung: Rung) -> datetime | None:
        """Return when the next notice of *rung* is due, if any is queued; only reads."""
        with self._context.database.read() as stores:
            return stores.notices.pending_at(rung)

    def sent(self, notice_id: str, receipt: Receipt) -> None:
        """The provider has taken it."""
        self._record(notice_id, _A.DELIVER if receipt.delivered else _A.HAND_OVER)

    def failed(self, notice_id: str, error: NotifierError) -> None:
        """It could not be handed over: again later, or the next rung now."""
        now = self._context.now()
        with self._context.database.write() as uow:
            notice = uow.notices.find(notice_id)
            if notice is None or notice.state is not NoticeState.SENDING:
                return
            again = self._again(notice, error, now)
            if again is not None and again < notice.useful_until:
                self._change(uow, notice, _A.RETRY, reason=error.reason, due_at=again)
            else:
                self._change(uow, notice, _A.FAIL if again is None else _A.EXPIRE, reason=error.reason)
                self._hurry(uow, notice)
            if isinstance(error, Gone):
                self._forget(uow, notice)
            uow.commit()

    def resume(self) -> int:
        """Queue again what was on its way when the program ended, under its old id; return how many."""
        now = self._context.now()
        with self._context.database.write() as uow:
            lost = uow.notices.taken_up()
            for notice in lost:
                self._change(uow, notice, _A.RETRY, reason="interrupted", due_at=now)
            uow.commit()
        return len(lost)

    # --- what came of it --------------------------------------------------------------------------------------------

    def delivered(self, notice_id: str) -> None:
        """A device or a provider says that it has arrived."""
        self._record(notice_id, _A.DELIVER)

    def undelivered(self, notice_id: str, reason: str) -> None:
        """A device or a provider says that it has not, and will not: the next rung now."""
        self._record(notice_id, _A.FAIL, reason=reason)

    def reported(self, report: DeliveryReport) -> bool:
        """Take in what a gateway says of an SMS, once however often it says it; return whether the SMS is known."""
        with self._context.database.read() as stores:
            notice = stores.notices.find(report.id)
        if notice is None or notice.rung is not Rung.SMS:
            return False
        if report.outcome is Outcome.DELIVERED:
            self.delivered(notice.id)
        elif report.outcome is Outcome.FAILED:
            self.undelivered(notice.id, "undelivered")
        return True

    def seen(self, turn: Turn, notice_id: str = "") -> None:
        """The holder of *turn* has seen the news: of *notice_id*, or all on the page; further rungs rest."""
        with self._context.database.write() as uow:
            mine = uow.notices.of_turn(turn.id)
            keys = {notice.key for notice in mine if notice_id in ("", notice.id)}
            for notice in mine:
                if notice.key not in keys:
                    continue
                if notice.rung in ANSWERS and notice.id == notice_id and notice.can(_A.DELIVER):
                    self._change(uow, notice, _A.DELIVER)
                elif notice.state is NoticeState.QUEUED:
                    self._change(uow, notice, _A.DROP, reason="seen")
            uow.commit()

    def of_turn(self, turn_id: str) -> list[Told]:
        """Return what the holder of a turn was told, the newest first."""
        with self._context.database.read() as stores:
            found = stores.notices.of_turn(turn_id)
        return [Told(n.kind, n.rung, n.state, n.reason, n.created_at) for n in reversed(found)]

    def tally(self, start: datetime, end: datetime) -> Mapping[tuple[str, str], int]:
        """Return how many notices of that time there are by (rung, state)."""
        with self._context.database.read() as stores:
            return stores.notices.tally(start, end)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _taken(self, uow: UnitOfWork, notice: Notice) -> Letter | None:
        now, rules = self._context.now(), self._context.office().notices
        contact = _contact(uow, notice)
        turn = uow.turns.find(notice.turn) if notice.turn else None
        if now >= notice.useful_until:
            self._change(uow, notice, _A.EXPIRE, reason="too_late")
        elif not fits(notice.kind, turn.state if turn else None):
            self._change(uow, notice, _A.DROP, reason="over")
        elif contact is None:
            self._change(uow, notice, _A.DROP, reason="no_address")
        else:
            return self._addressed(uow, notice, contact, rules)
        return None

    def _addressed(self, uow: UnitOfWork, notice: Notice, contact: Contact, rules: NoticeRules) -> Letter | None:
        letter = letter_of(notice, contact.value, self._context.office(), self._texts)
        units = parts(narrow(letter.text)) if notice.rung is Rung.SMS else 0
        if units and (reason := self._objection(uow, notice, contact, units, rules)):
            self._change(uow, notice, _A.DROP, reason=reason)
            self._hurry(uow, notice)
            return None
        self._change(uow, notice, _A.TAKE, units=units)
        return letter

    def _objection(self, uow: UnitOfWork, notice: Notice, contact: Contact, units: int, rules: NoticeRules) -> str:
        now = self._context.now()
        day = now.astimezone(self._context.office().calendar.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        reason = ladder.objection(
            notice,
            phone=contact.value,
            of_owner=uow.notices.of_owner(notice.owner),
            units=units,
            units_today=uow.notices.units_since(day),
            rules=rules,
        )
        if reason == ladder.TOO_MANY_TODAY:
            self._alarm(uow, day, now)
        return reason

    def _alarm(self, uow: UnitOfWork, day: datetime, now: datetime) -> None:
        """Write once a day into the log that no more SMS are paid for: the centre and the technicians see it."""
        if uow.commands.result(f"{DAY_CAP}-{day:%Y-%m-%d}") is None:
            uow.commands.record(f"{DAY_CAP}-{day:%Y-%m-%d}", "told", now)
            facts = {"day": f"{day:%Y-%m-%d}", "cents": self._context.office().notices.day_cents}
            uow.log.append(Event(Stream.OFFICE, DAY_CAP, now, "system", "", facts))

    def _again(self, notice: Notice, error: NotifierError, now: datetime) -> datetime | None:
        if not isinstance(error, TryLater):
            return None
        return ladder.retry_at(notice.kind, notice.attempts, now=now, chance=self._chance(), wanted=error.after)

    def _hurry(self, uow: UnitOfWork, notice: Notice) -> None:
        """Let the next rung go at once: the one before it has nothing to wait for."""
        now = self._context.now()
        for other in uow.notices.of_owner(notice.owner):
            if other.key == notice.key and other.state is NoticeState.QUEUED and other.due_at > now:
                uow.notices.save(other.hurried(now))

    def _forget(self, uow: UnitOfWork, notice: Notice) -> None:
        if (contact := _contact(uow, notice)) is not None:
            uow.contacts.drop(contact.owner)

    def _record(self, notice_id: str, action: NoticeAction, *, reason: str = "") -> None:
        with self._context.database.write() as uow:
            notice = uow.notices.find(notice_id)
            if notice is None or not notice.can(action):
                return  # told twice, or by another way first
            self._change(uow, notice, action, reason=reason)
            if action is _A.FAIL:
                self._hurry(uow, notice)
            uow.commit()

    def _change(self, uow: UnitOfWork, notice: Notice, action: NoticeAction, *, reason: str = "", **facts: Any) -> None:
        after, event = notice.apply(action, at=self._context.now(), reason=reason, **facts)
        uow.notices.save(after)
        uow.log.append(event)


def _contact(stores: Stores, notice: Notice) -> Contact | None:
    """Return the address that *notice* goes to, None when the party has none of its rung any more."""
    known = contacts_of(stores, notice.owner)
    return next((contact for contact in known if RUNG_OF.get(contact.kind) is notice.rung), None)
