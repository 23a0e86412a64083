"""Short commands for whoever sits before a stand-in centre: what is typed becomes what a centre would do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from edge.central.standin import StandIn
from edge.contracts.agenda import AgendaAnswer, Book, Cancel, FreeSlots

DAYS = 30
SHOWN = 6
HELP = (
    ("help", "this list"),
    ("state", "whether the office is there, and what has come of its log"),
    ("free SERVICE [DAY]", "free hours of a service, on DAY (2026-11-24) or the first day that has some"),
    ("book SERVICE [DAY]", "book the first of them; what is left at the end is cancelled"),
    ("cancel", "cancel what was booked last"),
    ("leave", "go away, as when the network is cut; the office goes on without the centre"),
    ("return", "come back; the office sends what it has kept"),
    ("quit", "end, as Ctrl-C does"),
)


class Talk:
    """Knows what was booked here; *answer_s* is how long an answer may take."""

    def __init__(self, centre: StandIn, office: str, *, now: Callable[[], datetime], answer_s: float) -> None:
        self._centre, self._office, self._now, self._answer_s = centre, office, now, answer_s
        self._booked: list[str] = []
        self._is_away = False

    def do(self, line: str) -> Iterator[str]:
        """Carry out one command; yields what is to be printed."""
        word, *rest = line.split() or [""]
        commands: dict[str, Callable[..., Iterator[str]]] = {
            "help": self._help,
            "state": self._state,
            "free": self._free,
            "book": self._book,
            "cancel": self._cancel,
            "leave": self._leave,
            "return": self._return,
        }
        if word not in commands:
            yield f"{word!r} is no command here; help lists them"
            return
        try:
            yield from commands[word](*rest)
        except TypeError:
            yield next(f"use: {use}" for use, _ in HELP if use.split()[0] == word)
        except ValueError as exc:
            yield str(exc)

    def give_back(self) -> int:
        """Cancel everything that was booked; return how many."""
        left = len(self._booked)
        while self._booked and not self._is_away:
            self._ask(Cancel(appointment=self._booked.pop()))
        return left

    def _help(self) -> Iterator[str]:
        for use, what in HELP:
            yield f"  {use:<20} {what}"

    def _state(self) -> Iterator[str]:
        heard = self._centre.heard(self._office)
        state = heard.state.state if heard.state else "not heard yet"
        yield f"{self._office}: {state}{', and this centre is away' if self._is_away else ''}"
        for kind, count in heard.rows.most_common(12):
            yield f"  {count:>6}  {kind}"
        for fault in heard.faults[:5]:
            yield f"  FAULT  {fault}"

    def _free(self, service: str, day: str = "") -> Iterator[str]:
        found = self._slots(service, day)
        if isinstance(found, str):
            yield found
            return
        for at in found[:SHOWN]:
            yield f"  {at:%Y-%m-%d %H:%M} UTC"

    def _book(self, service: str, day: str = "") -> Iterator[str]:
        found = self._slots(service, day)
        if isinstance(found, str):
            yield found
            return
        wish = Book(service=service, mode="presencial", at=found[0], language="es", has_mail=True, has_phone=True)
        answer = self._ask(wish)
        if answer is not None and answer.appointment and answer.state != "refused":
            self._booked.append(answer.appointment)
        yield _told(answer)

    def _cancel(self) -> Iterator[str]:
        if not self._booked:
            yield "nothing was booked here"
            return
        yield _told(self._ask(Cancel(appointment=self._booked.pop())))

    def _leave(self) -> Iterator[str]:
        self._centre.leave()
        self._is_away = True
        yield "away: the office hears nothing from this centre; return comes back"

    def _return(self) -> Iterator[str]:
        if not self._is_away:
            yield "this centre is there"
            return
        self._is_away = not self._centre.come_back()
        yield "the broker does not answer" if self._is_away else "back"

    def _slots(self, service: str, day: str) -> list[datetime] | str:
        """Return free hours, or why there are none."""
        first = date.fromisoformat(day) if day else (self._now() + timedelta(days=1)).date()
        for ahead in range(1 if day else DAYS):
            answer = self._ask(FreeSlots(service=service, mode="presencial", day=first + timedelta(days=ahead)))
            if answer is None or answer.state == "refused":
                return _told(answer)
            if answer.slots:
                return list(answer.slots)
        return f"no free hour of {service} {f'on {day}' if day else f'in {DAYS} days'}"

    def _ask(self, wish: Book | Cancel | FreeSlots) -> AgendaAnswer | None:
        if self._is_away:
            raise ValueError("this centre is away; return comes back")
        desk = self._centre.desk
        return desk.wait(desk.propose(desk.sign(self._office, "web", wish)), self._answer_s)


def _told(answer: AgendaAnswer | None) -> str:
    if answer is None:
        return "no answer: is the office running, and does it trust this key?"
    at = f" {answer.at:%Y-%m-%d %H:%M} UTC" if answer.at else ""
    return f"{answer.state} ({answer.rule}){at}"
