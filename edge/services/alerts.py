"""Emergencies of staff and people who ask for help: raised once, taken by one person, never forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from edge.domain.alerts import Alert, AlertAction, AlertKind, AlertState, raised
from edge.domain.errors import BadInput, NotFound, RuleViolation
from edge.services.context import Context, secret_hash
from edge.services.ports import Stores, UnitOfWork

HELP = "help"  # kind of link: which phone asked
ACTOR = "system"
EMERGENCY_LAPSES = timedelta(hours=8)
END_REASONS = frozenset({"helped", "nobody_there", "over", "false_alarm"})

DESK, HALL, ZONE, DEVICE = "desk/", "hall/", "zone/", "device/"  # how a place begins
ENTRANCE, WAITING = f"{HALL}entrance", f"{HALL}waiting"


class AlertService:
    """Use cases of alerts; each is one transaction."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def places(self) -> list[str]:
        """Return where somebody may say that they are: the entrance, the waiting room, each zone of desks."""
        zones = dict.fromkeys(desk.zone for desk in self._context.office().desks.values() if desk.zone)
        return [ENTRANCE, WAITING, *(f"{ZONE}{zone}" for zone in zones)]

    def emergency(self, place: str, *, actor: str, silent: bool = False) -> Alert:
        """Call everybody to *place*; a second press there while nobody has ended the first is the same alert.

        Pressed again with sound, a silent one stays silent: whoever pressed first knew why.
        """
        if place.startswith(DESK):
            self._context.office().desk(place.removeprefix(DESK))
        elif place != ENTRANCE:
            raise BadInput(code="no_such_place")
        with self._context.database.write() as uow:
            for known in uow.alerts.open():
                if (known.kind, known.place) == (AlertKind.EMERGENCY, place):
                    return known
            alert = self._new(uow, AlertKind.EMERGENCY, place, actor=actor, silent=silent)
            uow.commit()
        return alert

    def ask_help(
        self, place: str, *, actor: str, languages: Sequence[str] = (), phone: str = "", turn: str = ""
    ) -> Alert:
        """Ask for somebody to come to *place*; whoever has asked already gets the same alert: a *phone*, or a device.

        Raises ``BadInput`` (``no_such_place``).
        """
        if not place.startswith(DEVICE) and place not in self.places():
            raise BadInput(code="no_such_place")
        with self._context.database.write() as uow:
            asked = _of_phone(uow, phone) if phone else _at(uow, place)
            if asked is not None and asked.is_open:
                return asked
            alert = self._new(uow, AlertKind.HELP, place, actor=actor, languages=tuple(languages), turn=turn)
            if phone:
                uow.links.bind(HELP, secret_hash(phone), alert.id, alert.raised_at)
            uow.commit()
        return alert

    def take(self, alert_id: str, *, actor: str) -> Alert:
        """Somebody is on the way; taking one's own again changes nothing."""
        return self._apply(alert_id, AlertAction.TAKE, actor=actor, done=AlertState.TAKEN)

    def end(self, alert_id: str, *, actor: str, reason: str) -> Alert:
        """It is over, with a *reason* from ``END_REASONS``.

        Raises ``RuleViolation`` (``take_first``) while nobody has taken it: only who raised it may call it off then.
        """
        if reason not in END_REASONS:
            raise BadInput(code="reason_needed")
        with self._context.database.read() as stores:
            alert = stores.alerts.get(alert_id)
        if alert.waits and alert.raised_by != actor:
            raise RuleViolation(code="take_first")
        action = AlertAction.WITHDRAW if alert.waits else AlertAction.END
        return self._apply(alert_id, action, actor=actor, reason=reason)

    def withdraw(self, phone: str) -> Alert:
        """The person with *phone* does not need help any more; raise ``NotFound`` when none was asked for."""
        with self._context.database.read() as stores:
            asked = _of_phone(stores, phone)
        if asked is None:
            raise NotFound(code="no_help")
        return self._apply(asked.id, AlertAction.WITHDRAW, actor="phone") if asked.is_open else asked

    def open(self) -> list[Alert]:
        """Return what is not over, the oldest first."""
        with self._context.database.read() as stores:
            return stores.alerts.open()

    def get(self, alert_id: str) -> Alert:
        """Return one alert; raise ``NotFound``."""
        with self._context.database.read() as stores:
            return stores.alerts.get(alert_id)

    def of_phone(self, phone: str) -> Alert | None:
        """Return the last request of a phone."""
        with self._context.database.read() as stores:
            return _of_phone(stores, phone) if phone else None

    def tidy(self) -> int:
        """Tell everybody of help that nobody took in time, end what is long past; return how many changed."""
        now, rules = self._context.now(), self._context.office().consoles
        due: list[tuple[str, AlertAction]] = []
        for alert in self.open():
            age = now - alert.raised_at
            is_help = alert.kind is AlertKind.HELP
            if age >= (rules.help_lapses if is_help else EMERGENCY_LAPSES):
                due.append((alert.id, AlertAction.LAPSE))
            elif is_help and alert.state is AlertState.RAISED and age >= rules.help_escalates:
                due.append((alert.id, AlertAction.ESCALATE))
        for alert_id, action in due:
            self._apply(alert_id, action, actor=ACTOR)
        return len(due)

    def _new(
        self,
        uow: UnitOfWork,
        kind: AlertKind,
        place: str,
        *,
        actor: str,
        silent: bool = False,
        languages: tuple[str, ...] = (),
        turn: str = "",
    ) -> Alert:
        now = self._context.now()
        alert = Alert(self._context.new_id(now), kind, place, actor, now, languages, silent, turn)
        uow.alerts.add(alert)
        uow.log.append(raised(alert))
        return alert

    def _apply(
        self, alert_id: str, action: AlertAction, *, actor: str, reason: str = "", done: AlertState | None = None
    ) -> Alert:
        now = self._context.now()
        with self._context.database.write() as uow:
            alert = uow.alerts.get(alert_id)
            if done is alert.state and alert.taken_by == actor:
                return alert
            after, event = alert.apply(action, at=now, actor=actor, reason=reason)
            uow.alerts.save(after)
            uow.log.append(event)
            uow.commit()
        return after


def _of_phone(stores: Stores, phone: str) -> Alert | None:
    target = stores.links.target(HELP, secret_hash(phone))
    try:
        return stores.alerts.get(target) if target else None
    except NotFound:  # pruned
        return None


def _at(stores: Stores, place: str) -> Alert | None:
    return next((a for a in stores.alerts.open() if a.kind is AlertKind.HELP and a.place == place), None)
