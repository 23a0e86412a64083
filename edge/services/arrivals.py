"""Who comes with an appointment: by the link of a phone, or seen by staff, who need no phone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from edge.domain import agenda
from edge.domain.agenda import Appointment, AppointmentAction, AppointmentState
from edge.domain.errors import RuleViolation
from edge.domain.grace import place_of_late
from edge.domain.turns import Channel, Kind, Mode, TurnState
from edge.services.context import secret_hash
from edge.services.ports import UnitOfWork
from edge.services.turns import PHONE, Taken, TurnService, Wish, appointment_behind, followed, of_phone

ANY_HOUR = timedelta(days=1)  # of the day of the appointment
IN_HAND = frozenset({TurnState.CALLED, TurnState.SERVING, TurnState.ON_HOLD})  # of a desk


class ArrivalService(TurnService):
    """All use cases of the citizen's turn; each is one transaction."""

    def check_in(self, link: str, *, code: str, phone: str, present: bool = False, actor: str) -> Taken:
        """Turn the appointment behind an e-mail *link* into a turn; the second use shows the existing turn.

        Who comes after the window has lost the slot, not the visit: the turn waits with those without an appointment,
        with late credit. A walk-in turn that the *phone* followed is given back: one person waits once. Raises
        ``NotFound`` for an unknown link, ``RuleViolation`` ``too_early`` before the window, ``too_late`` on another day
        or when the office is closed, ``turn_in_hand`` while a desk has the phone's walk-in turn, ``video_off`` when no
        desk attends by video any more. Who is attended by video is there with the link: nobody has to come.
        """
        here = self._context
        now, rules = here.now(), here.office().rules
        proved = present or self._code_proves(code, now)
        with here.database.write() as uow:
            appointment = appointment_behind(uow, link)
            here_now = proved or appointment.mode is Mode.VIDEO
            if not appointment.turn and not self._is_late(appointment, now):
                agenda.check_window(appointment, now=now, early=rules.early_check_in, late=rules.late_check_in)
            self._give_walk_in_back(uow, phone, appointment, actor)
            taken = self._checked_in(uow, appointment, Channel.EMAIL, actor, here_now=here_now)
            if phone:
                uow.links.bind(PHONE, secret_hash(phone), taken.turn.id, now)
            uow.commit()
        return taken

    def check_in_by_staff(self, appointment_id: str, channel: Channel, *, actor: str) -> Taken:
        """Let somebody wait whom staff see, on paper or by voice; the second press shows the same turn.

        They may come at any hour of their day: early they wait for their slot, late as by the link. Raises
        ``NotFound``, ``IllegalTransition`` for what was cancelled, ``RuleViolation`` ``too_early`` and ``too_late``
        on another day, or after a video appointment.
        """
        now, calendar = self._context.now(), self._context.office().calendar
        with self._context.database.write() as uow:
            appointment = uow.appointments.get(appointment_id)
            if appointment.state is AppointmentState.RESCHEDULED:
                appointment = uow.appointments.latest(appointment.origin)
            today, its_day = calendar.day_of(now), calendar.day_of(appointment.slot_at)
            if its_day != today:
                raise RuleViolation(code="too_early" if its_day > today else "too_late")
            if not appointment.turn and not self._is_late(appointment, now):
                late = self._context.office().rules.late_check_in
                agenda.check_window(appointment, now=now, early=ANY_HOUR, video=ANY_HOUR, late=late)
            taken = self._checked_in(uow, appointment, channel, actor, here_now=True)
            link = self._paper_link(uow, taken.turn, now)
            uow.commit()
        return replace(taken, link=link)

    def _checked_in(
        self, uow: UnitOfWork, appointment: Appointment, channel: Channel, actor: str, *, here_now: bool
    ) -> Taken:
        now = self._context.now()
        if (turn := followed(uow, appointment.turn)) is not None:
            turn = self._arrive_if_needed(uow, turn, now, actor) if here_now else turn
            return Taken(turn, wait_outside=False, existing=True)
        if appointment.mode is Mode.VIDEO and Mode.VIDEO not in self._context.office().modes_served():
            raise RuleViolation(code="video_off")
        grace = self._context.office().rules.grace
        place = place_of_late(appointment.slot_at, now, grace) if self._is_late(appointment, now) else None
        service = self._context.office().service(appointment.service)
        wish = Wish(
            service.id,
            channel,
            appointment.language,
            procedures=appointment.procedures,
            party=appointment.party,
            mode=appointment.mode,
        )
        turn = self._issue(
            uow, wish, service, now, actor, here_now=here_now, due_at=appointment.slot_at, place_at=place
        )
        checked_in, event = appointment.apply(AppointmentAction.CHECK_IN, at=now, actor=actor, turn=turn.id)
        uow.appointments.save(checked_in)
        uow.log.append(event)
        return Taken(turn, wait_outside=False)

    def _give_walk_in_back(self, uow: UnitOfWork, phone: str, appointment: Appointment, actor: str) -> None:
        """Let go of a walk-in turn that the phone would follow no more.

        The turn of another appointment stays: the link of that appointment leads back to it. So does the one that
        the turn of this *appointment* goes on as.
        """
        turn = of_phone(uow, phone)
        if turn is None or not turn.is_open or turn.kind is Kind.APPOINTMENT:
            return
        if turn == followed(uow, appointment.turn):
            return
        if turn.state in IN_HAND:
            raise RuleViolation(code="turn_in_hand")
        self._cancelled(uow, turn, actor=actor, reason="checked_in")

    def _is_late(self, appointment: Appointment, now: datetime) -> bool:
        """Whether its holder has lost the slot and can still wait with those without an appointment."""
        office = self._context.office()
        rules, calendar = office.rules, office.calendar
        if now <= agenda.window(appointment, early=rules.early_check_in, late=rules.late_check_in)[1]:
            return False
        if appointment.mode is Mode.VIDEO:
            return False  # there is no queue to join
        return calendar.current(now) is not None and calendar.day_of(appointment.slot_at) == calendar.day_of(now)
