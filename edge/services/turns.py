"""A citizen's turn: take it, prove to be here, follow it, leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from edge.domain.admission import Decision, Reason, while_open
from edge.domain.agenda import Appointment, AppointmentState
from edge.domain.errors import BadInput, NotFound, Refused, RuleViolation
from edge.domain.events import Event, Stream
from edge.domain.grace import Bulk, bulk, check_party
from edge.domain.office import Service
from edge.domain.posters import must_lead_here
from edge.domain.tokens import code_ok, form_nonce, nonce_ok
from edge.domain.turns import Channel, Kind, Mode, Turn, TurnAction, TurnState, issued
from edge.domain.visits import Visit, VisitAction, VisitState
from edge.services import presses
from edge.services.admission import decide, level_for
from edge.services.context import Context, secret_hash
from edge.services.hall import Hall
from edge.services.ports import Stores, UnitOfWork
from edge.services.posters import note_use

PHONE, PAPER, MAIL = "phone", "paper", "mail"  # kinds of link to a turn or an appointment
LAST_NUMBER = 999
LAST_REMOTE_NUMBER = 799  # the rest of a day's numbers is kept for people who are here
RETRY_LATER = timedelta(minutes=15)
REFUSALS_LOGGED = 20  # a minute: a flood of refusals must not flood the log


@dataclass(frozen=True, slots=True)
class Taken:
    """A turn that somebody has now; *existing* when the phone had it before, *link* opens it from paper."""

    turn: Turn
    wait_outside: bool
    existing: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for. *phone* is the secret of the phone's cookie; *present* when staff see the person.

    *key* is the name of this wish: sent again, by whatever way, it shows the turn of the first time, however that has
    ended. One from a phone that has a full stop is the nonce of a form of ours.
    """

    service: str
    channel: Channel
    language: str
    phone: str = ""
    code: str = ""
    present: bool = False
    procedures: int = 1  # that the person has come for
    party: int = 1  # people who come together
    mode: str = Mode.PRESENCIAL
    key: str = ""
    poster: str = ""  # the id of the poster that it came through


class TurnService:
    """Use cases of the citizen without an appointment, and of every turn; each is one transaction."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._refusals = (context.now(), 0)  # minute, logged in it; only the writer thread touches it

    def take(self, wish: Wish, *, actor: str) -> Taken:
        """Issue a turn to a walk-in; the same phone gets its open turn again instead of a second one.

        Raises ``Refused`` with the reason of admission, ``NotFound`` for a service that is not offered here, or
        ``BadInput``: ``wrong_code`` for a code that is neither this minute's nor the last one's, ``bad_number``, or
        ``stale_form`` for the form of another phone, another office or another day.
        """
        here = self._context
        now, service = here.now(), here.office().service(wish.service)
        check_party(wish.procedures, wish.party)
        self._check_form(wish, now)
        here_now = wish.present or self._code_proves(wish.code, now)
        with here.database.write() as uow:
            if (existing := _open_turn(uow, wish.phone) or _pressed(uow, wish.key)) is not None:
                turn = self._arrive_if_needed(uow, existing, now, actor) if here_now else existing
                link = self._bind(uow, wish, turn, now)
                uow.commit()
                return Taken(turn, wait_outside=False, existing=True, link=link)
            decision = self._never(wish, service) or decide(
                Hall(here, uow), service, level_for(uow, here.office(), wish.party)
            )
            if decision.admitted and not here_now:
                decision = self._remote_allowed(uow, service, decision)
            if not decision.admitted:
                self._log_refusal(uow, _refusal(wish, service, decision, at=now, actor=actor))
                uow.commit()
                raise Refused(decision.reason, decision.retry_at)
            if wish.poster:
                must_lead_here(uow.posters.find(wish.poster))
            place = self._carried_place(uow, wish, now)
            turn = self._issue(uow, wish, service, now, actor, here_now=here_now, place_at=place)
            if wish.poster:
                note_use(uow, wish.poster, turn.id, at=now, actor=actor)
            link = self._bind(uow, wish, turn, now)
            uow.commit()
        return Taken(turn, decision.wait_outside, link=link)

    def prove_presence(self, turn_id: str, code: str, *, actor: str) -> Turn:
        """Let a remote turn wait, by the code on the display; raise ``BadInput`` ``wrong_code`` otherwise."""
        if not self._code_proves(code, self._context.now()):
            raise BadInput(code="wrong_code")
        return self.confirm_presence(turn_id, actor=actor)

    def confirm_presence(self, turn_id: str, *, actor: str) -> Turn:
        """Let a remote turn wait because staff see the person; nothing changes for a turn that is here already."""
        now = self._context.now()
        with self._context.database.write() as uow:
            turn = self._arrive_if_needed(uow, uow.turns.get(turn_id), now, actor)
            uow.commit()
        return turn

    def cancel(self, turn_id: str, *, actor: str) -> Turn:
        """Leave the queue; cancelling twice is the same as once."""
        with self._context.database.write() as uow:
            turn = uow.turns.get(turn_id)
            if turn.state is not TurnState.CANCELLED:
                turn = self._cancelled(uow, turn, actor=actor)
                uow.commit()
        return turn

    def form_nonce(self, phone: str) -> str:
        """Return what makes a form of *phone* good for one turn."""
        here = self._context
        return form_nonce(here.code_key, here.office().id, phone, here.new_token(), at=here.now())

    def code_proves(self, code: str) -> bool:
        """Whether *code* stands on the display of the hall now, or stood there a minute ago."""
        return bool(code) and code_ok(self._context.code_key, self._context.office().id, code, at=self._context.now())

    def get(self, turn_id: str) -> Turn:
        """Return one turn; raise ``NotFound``."""
        with self._context.database.read() as stores:
            return stores.turns.get(turn_id)

    def of_phone(self, phone: str) -> Turn | None:
        """Return the turn that this phone follows, open or just ended."""
        with self._context.database.read() as stores:
            return of_phone(stores, phone)

    def of_appointment(self, appointment: Appointment) -> Turn | None:
        """Return the turn that an appointment has become, None before its check-in."""
        with self._context.database.read() as stores:
            return followed(stores, appointment.turn)

    def of_press(self, key: str) -> Turn | None:
        """Return the turn that the wish named *key* has made, by whatever way it came."""
        with self._context.database.read() as stores:
            return _pressed(stores, key)

    def of_link(self, link: str) -> Turn:
        """Return the turn behind the link on a paper ticket; raise ``NotFound``."""
        with self._context.database.read() as stores:
            turn = followed(stores, stores.links.target(PAPER, secret_hash(link)))
        if turn is None:
            raise NotFound("no turn behind this link", code="unknown_link")
        return turn

    def _check_form(self, wish: Wish, now: datetime) -> None:
        if not wish.phone or "." not in wish.key:
            return
        if not nonce_ok(self._context.code_key, self._context.office().id, wish.phone, wish.key, at=now):
            raise BadInput(code="stale_form")

    def _code_proves(self, code: str, now: datetime) -> bool:
        if not code:
            return False
        if not code_ok(self._context.code_key, self._context.office().id, code, at=now):
            raise BadInput(code="wrong_code")
        return True

    def _issue(
        self,
        uow: UnitOfWork,
        wish: Wish,
        service: Service,
        now: datetime,
        actor: str,
        *,
        here_now: bool,
        due_at: datetime | None = None,
        place_at: datetime | None = None,
    ) -> Turn:
        turn = Turn(
            id=self._context.new_id(now),
            visit=self._context.new_id(now),
            day=self._context.day(),
            code=self._next_code(uow, service),
            queue=service.queue,
            service=service.id,
            kind=Kind.WALK_IN if due_at is None else Kind.APPOINTMENT,
            channel=wish.channel,
            language=wish.language,
            created_at=now,
            due_at=due_at,
            place_at=place_at,
            declared=wish.procedures,
            party=wish.party,
            mode=Mode(wish.mode),
        )
        uow.visits.add(Visit(turn.visit, now))
        uow.turns.add(turn)
        uow.log.append(issued(turn, actor=actor))
        return self._arrive_if_needed(uow, turn, now, actor) if here_now else turn

    def _cancelled(self, uow: UnitOfWork, turn: Turn, *, actor: str, reason: str = "") -> Turn:
        now = self._context.now()
        step = turn.apply(TurnAction.CANCEL, at=now, actor=actor, reason=reason)
        uow.turns.save(step.turn)
        uow.log.append(step.event)
        end_visit_if_over(uow, step.turn, at=now, actor=actor)
        return step.turn

    def _arrive_if_needed(self, uow: UnitOfWork, turn: Turn, now: datetime, actor: str) -> Turn:
        if turn.state is not TurnState.REMOTE:
            return turn
        step = turn.apply(TurnAction.ARRIVE, at=now, actor=actor)
        uow.turns.save(step.turn)
        visit, arrived = uow.visits.get(turn.visit).apply(VisitAction.ARRIVE, at=now, actor=actor)
        uow.visits.save(visit)
        uow.log.append(step.event, arrived)
        return step.turn

    def _never(self, wish: Wish, service: Service) -> Decision | None:
        """Return the refusal of what is not given whoever waits: a mode that nobody serves, too many procedures."""
        office = self._context.office()
        if wish.mode != Mode.PRESENCIAL and wish.mode not in office.ways(service):
            return Decision(admitted=False, reason=Reason.MODE_NOT_OFFERED)
        if bulk(wish.procedures, office.rules.grace) is Bulk.BY_APPOINTMENT:
            return Decision(admitted=False, reason=Reason.NEEDS_APPOINTMENT)
        return None

    def _next_code(self, uow: UnitOfWork, service: Service) -> str:
        letter = self._context.office().queues[service.queue].letter
        number = uow.turns.next_number(self._context.day(), letter)
        if number > LAST_NUMBER:
            raise RuleViolation(f"queue {letter} has no numbers left today", code="numbers_exhausted")
        return f"{letter}{number:03d}"

    def _carried_place(self, uow: UnitOfWork, wish: Wish, now: datetime) -> datetime | None:
        """Return the place of who was not attended until closing on one of the last days: since the doors opened."""
        office = self._context.office()
        before = of_phone(uow, wish.phone) if office.rules.carry_over else None
        if before is None or before.state is not TurnState.CARRIED_OVER:
            return None
        if office.id_now(before.service) != office.id_now(wish.service):
            return None
        today, grace = date.fromisoformat(self._context.day()), office.rules.carry_over or timedelta()
        opening = office.calendar.current(now)
        return opening.opens if opening and today - date.fromisoformat(before.day) <= grace else None

    def _remote_allowed(self, uow: UnitOfWork, service: Service, decision: Decision) -> Decision:
        """Refuse one more turn from afar when many of its queue have not come, or numbers become few."""
        office, day = self._context.office(), self._context.day()
        away = sum(t.queue == service.queue for t in uow.turns.in_state(day, [TurnState.REMOTE]))
        used = uow.turns.last_number(day, office.queues[service.queue].letter)
        if away < office.rules.remote_limit and used < LAST_REMOTE_NUMBER:
            return decision
        now, last = self._context.now(), office.rules.last_admission
        again = while_open(office.calendar, now + RETRY_LATER, now=now, last_admission=last)
        return Decision(admitted=False, reason=Reason.QUEUE_FULL, retry_at=again)

    def _log_refusal(self, uow: UnitOfWork, event: Event) -> None:
        minute = event.at.replace(second=0, microsecond=0)
        if minute != self._refusals[0]:
            self._refusals = (minute, 0)
        if self._refusals[1] < REFUSALS_LOGGED:
            uow.log.append(event)
        self._refusals = (minute, self._refusals[1] + 1)

    def _bind(self, uow: UnitOfWork, wish: Wish, turn: Turn, now: datetime) -> str:
        presses.answer(uow, presses.TURN, wish.key, turn.id, now)
        if wish.phone:
            uow.links.bind(PHONE, secret_hash(wish.phone), turn.id, now)
        # Who has neither follows by what is printed.
        return "" if wish.phone or wish.channel is Channel.CENTRE else self._paper_link(uow, turn, now)

    def _paper_link(self, uow: UnitOfWork, turn: Turn, now: datetime) -> str:
        link = self._context.new_token()
        uow.links.bind(PAPER, secret_hash(link), turn.id, now)
        return link


def _refusal(wish: Wish, service: Service, decision: Decision, *, at: datetime, actor: str) -> Event:
    body = {"service": service.id, "queue": service.queue, "channel": str(wish.channel)}
    return Event(Stream.TURNS, "turn_refused", at, actor, str(decision.reason), body)


def end_visit_if_over(uow: UnitOfWork, turn: Turn, *, at: datetime, actor: str) -> None:
    """End the visit of *turn* when none of its turns is open any more."""
    if any(t.is_open for t in uow.turns.of_visit(turn.visit)):
        return
    visit = uow.visits.get(turn.visit)
    if visit.state is not VisitState.ENDED:
        ended, event = visit.apply(VisitAction.END, at=at, actor=actor)
        uow.visits.save(ended)
        uow.log.append(event)


def followed(stores: Stores, turn_id: str | None) -> Turn | None:
    """Return the turn that the holder of *turn_id* follows: itself, or the one that it was put together with.

    None for no turn. Whatever leads a person to a turn (a link, a press, a chat, an appointment) leads through here.
    """
    turn = stores.turns.find(turn_id) if turn_id else None
    while turn is not None and turn.merged_into:
        turn = stores.turns.get(turn.merged_into)
    return turn


def of_phone(stores: Stores, phone: str) -> Turn | None:
    """Return the turn that *phone* follows, open or ended."""
    return followed(stores, stores.links.target(PHONE, secret_hash(phone))) if phone else None


def _open_turn(stores: Stores, phone: str) -> Turn | None:
    turn = of_phone(stores, phone)
    return turn if turn is not None and turn.is_open else None


def _pressed(stores: Stores, key: str) -> Turn | None:
    return followed(stores, presses.answered(stores, presses.TURN, key))


def link_of(context: Context, appointment: Appointment) -> str:
    """Return the secret of the link to *appointment*; a move does not change it."""
    return context.derive("appointment", appointment.origin)


def appointment_behind(stores: Stores, link: str) -> Appointment:
    """Return the appointment behind the *link* of its confirmation, wherever it was moved to; raise ``NotFound``."""
    target = stores.links.target(MAIL, secret_hash(link))
    if target is None:
        raise NotFound("no appointment behind this link", code="unknown_link")
    found = stores.appointments.get(target)
    moved = found.state is AppointmentState.RESCHEDULED
    return stores.appointments.latest(found.origin) if moved else found
