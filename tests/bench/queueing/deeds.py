"""What the clients of a soak do: random deeds of agents, helpers, phones and people with appointments.

A client believes little: it looks at its desk now and then, and one deed in ten does not fit at all.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

from tests.bench.queueing.agenda_deeds import AgendaDeeds
from tests.bench.queueing.busy import Pace
from tests.bench.queueing.line import Answer, Line, Tally
from tests.bench.queueing.phone_deeds import PhoneDeeds
from tests.bench.queueing.premises import Person

CROWD = 80  # waiting people from which on fewer come
MISFIT = 0.1
REASONS = ("accessibility", "emergency", "returned", "same_party", "error")
PRIORITIES = ("accessibility", "pregnancy", "small_children", "elderly", "health", "urgent")
TURN_DEEDS = {"next", "call", "recall", "start", "hold", "miss", "transfer", "finish", "defer", "undo"}
ENDS = {"miss", "hold", "transfer", "finish", "defer"}

AT_DESK: Mapping[str, Mapping[str, float]] = {
    "": {"next": 60, "open": 2, "pause": 3, "shut": 1, "call": 8, "undo": 4},
    "called": {"start": 60, "recall": 15, "miss": 14, "cancel_mine": 4, "undo": 4},
    "serving": {"finish": 60, "hold": 14, "transfer": 16, "defer": 12},
}
HALL: Mapping[str, float] = {"issue": 30, "look": 10, "arrive": 8, "back": 6, "cancel": 4, "priority": 6, "mode": 3}
MISTAKE = 0.08  # what an agent does is undone at once


@dataclass(frozen=True, slots=True)
class Part:
    """What one client needs to know; all of it can be sent to another process."""

    number: int
    seed: str
    port: int
    person: Person
    manager: Person
    services: tuple[str, ...]
    bookable: tuple[str, ...]
    posters: tuple[str, ...]
    journal: Path
    post: Path  # where codes of appointments arrive
    pace: Pace
    code_key: bytes


def work(parts: list[Part], left: Synchronized[int], results: Any) -> None:
    """Be one process of clients until no deeds are *left*; put their tallies into *results*."""
    clients = [Client(part) for part in parts]
    threads = [threading.Thread(target=client.run, args=(left,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for client in clients:
        results.put(client.tally)


class Client:
    """One person at one desk, who also lets people in, plays their phones and those who book."""

    def __init__(self, part: Part) -> None:
        self._part, self._chance = part, random.Random(part.seed)
        self._line = Line(part.port, part.person.headers, part.journal)
        self._phones = PhoneDeeds(
            self._line, self._chance, part.number, part.services, part.posters, part.pace, part.code_key
        )
        self._agenda = AgendaDeeds(self._line, self._chance, part, self._phones)
        self._desk = f"desks/{part.number}"
        self._state, self._waiting = "", 0  # of whom sits here, as far as known; people in the queue
        self._known: dict[str, list[str]] = {}  # ids of turns by where the desk showed them

    @property
    def tally(self) -> Tally:
        """Return how the office answered."""
        return self._line.tally

    def run(self, left: Synchronized[int]) -> None:
        """Do deeds until none is *left*."""
        self._line.open()
        while self._may_go_on(left):
            self._choose()()
        self._line.close()

    def _may_go_on(self, left: Synchronized[int]) -> bool:
        with left.get_lock():
            left.value -= 1
            return left.value >= 0

    def _choose(self) -> Callable[[], object]:
        crowded = self._waiting > CROWD
        if self._chance.random() < (0.7 if crowded else 0.5):
            mine = AT_DESK[self._chance.choice(("", "called", "serving")) if self._odd() else self._state]
            return self._drawn(mine, self)
        kinds = [(3, HALL, self), (2, self._phones.DEEDS, self._phones), (4, self._agenda.DEEDS, self._agenda)]
        _, deeds, whose = self._chance.choices(kinds, [weight for weight, *_ in kinds])[0]
        return self._drawn(deeds, whose)

    def _drawn(self, deeds: Mapping[str, float], whose: object) -> Callable[[], object]:
        name = self._chance.choices(list(deeds), list(deeds.values()))[0]
        deed: Callable[[], object] = getattr(whose, f"_{name}", None) or (lambda: self._act(name))
        return deed

    def _odd(self) -> bool:
        return self._chance.random() < MISFIT

    # --- at the desk ------------------------------------------------------------------------------------------------

    def _act(self, name: str, **body: object) -> Answer:
        """Do *name* at the own desk; what was refused makes the agent look."""
        answer = self._line.staff(name, "POST", f"{self._desk}/{name}", body)
        if not answer:
            self._look()
            return answer
        if name in TURN_DEEDS:
            turn = answer.value
            self._state = "" if name in ENDS else turn["state"] if turn["state"] in ("called", "serving") else ""
            self._line.note(name, id=turn["id"], code=turn["code"], desk=turn.get("desk", ""), state=turn["state"])
            if name in ENDS | {"next"} and self._chance.random() < MISTAKE:
                self._act("undo")
        return answer

    def _finish(self) -> None:
        done = [
            {"service": self._chance.choice(self._part.services), "quantity": n, "outcome": "resolved"}
            for n in range(1, self._chance.choice((1, 1, 3)))
        ]
        self._act("finish", outcome="resolved", procedures=self._chance.randint(0, 3), done=done)

    def _defer(self) -> None:
        self._act("defer", done=self._chance.randint(1, 3))

    def _hold(self) -> None:
        reason = self._chance.choice(("form", "copy", "payment", "consult", "other"))
        self._act("hold", reason=reason, own=self._chance.random() < 0.4, minutes=self._chance.randint(0, 4))

    def _transfer(self) -> None:
        wish = {"service": self._chance.choice(self._part.services)}
        wish["place"] = self._chance.choice(("age", "first", "last"))
        if self._chance.random() < 0.2:
            wish["desk"] = str(self._chance.randint(1, 16))
        if self._chance.random() < 0.1:
            wish["mode"] = self._chance.choice(("video", "presencial"))
        self._act("transfer", **wish)

    def _call(self) -> None:
        if turn := self._one("held", "next", "paused", "missed"):
            self._act("call", turn=turn, reason=self._chance.choice(REASONS))

    def _pause(self) -> None:
        self._act("pause")
        self._act("open")

    def _shut(self) -> None:
        self._act("close")
        self._act("open")

    def _look(self) -> None:
        if not (answer := self._line.staff("look", "GET", self._desk)):
            return
        picture = answer.value
        places = ("next", "paused", "held", "missed", "remote")
        self._known = {place: [t["id"] for t in picture[place]] for place in places}
        self._waiting = len(self._known["next"])
        self._state = picture["current"]["state"] if picture["current"] else ""
        if picture["state"] != "open":
            self._line.staff("open", "POST", f"{self._desk}/open", {})

    # --- in the hall ------------------------------------------------------------------------------------------------

    def _issue(self) -> None:
        """Give a turn to somebody without a phone; one press in five is sent twice and is one turn."""
        wish: dict[str, object] = {"service": self._chance.choice(self._part.services), "language": "es"}
        wish |= {"procedures": self._chance.choice((1, 1, 2, 6)), "party": self._chance.choice((1, 1, 1, 4))}
        wish |= {"key": f"{self._chance.getrandbits(96):024x}"}
        if self._chance.random() < 0.1:
            wish["priority"] = self._chance.choice(PRIORITIES)
        if not (answer := self._line.staff("issue", "POST", "helper/turns", wish)):
            return
        turn = answer.value["turn"]
        self._line.note("issue", id=turn["id"], code=turn["code"])
        if self._chance.random() < 0.2:  # the same connection still stands: it is the same run of the office
            again = self._line.staff("issue_again", "POST", "helper/turns", wish)
            if again and again.value["turn"]["id"] != turn["id"]:
                self._line.blame(f"one press gave {turn['code']} and {again.value['turn']['code']}")

    def _arrive(self) -> None:
        self._by_id("presence", "arrive", {}, "remote")

    def _back(self) -> None:
        self._by_id("give-back", "back", {}, "missed")

    def _cancel(self) -> None:
        self._by_id("cancel", "cancel", {}, "next", "remote", "missed", "held", "paused")

    def _cancel_mine(self) -> None:
        self._look()
        self._by_id("cancel", "cancel", {}, "next")

    def _priority(self) -> None:
        reason = self._chance.choice((*PRIORITIES, ""))
        self._by_id("priority", "priority", {"reason": reason}, "next", "remote", "paused")

    def _mode(self) -> None:
        self._by_id("mode", "mode", {"mode": self._chance.choice(("video", "presencial"))}, "next")

    def _by_id(self, path: str, deed: str, body: object, *places: str) -> None:
        if turn := self._one(*places):
            answer = self._line.staff(deed, "POST", f"turns/{turn}/{path}", body)
            if answer:
                self._line.note(deed, id=answer.value["id"], code=answer.value["code"], state=answer.value["state"])

    def _one(self, *places: str) -> str:
        found = [turn for place in places for turn in self._known.get(place, [])]
        return self._chance.choice(found) if found else ""
