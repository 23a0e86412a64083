"""What the clients of a soak do: random deeds of agents, helpers and phones over HTTP, whatever happens to the office.

Every answer that says "done" goes into the client's journal before the next deed: it is what the office may never lose.
A client believes little: it looks at its desk now and then, and one deed in ten does not fit at all.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any, TextIO

from edge.domain.tokens import code_at
from edge.runtime.clock import parse_clock
from tests.bench.queueing.premises import Person
from tests.fixtures.processes import listens

TIMEOUT_S = 30.0
PAUSE_S = 0.1  # while the office is down
CROWD = 80  # waiting people from which on fewer come
MISFIT = 0.1
PHONES_KEPT = 20


@dataclass(frozen=True, slots=True)
class Part:
    """What one client needs to know; all of it can be sent to another process."""

    number: int
    seed: str
    port: int
    person: Person
    services: tuple[str, ...]
    journal: Path
    clock: str
    code_key: bytes
    office: str
    books: bool  # whether the office has an agenda with a capacity


@dataclass
class Tally:
    """How the office answered."""

    done: int = 0
    refused: int = 0
    unanswered: int = 0  # the office was killed, or is not back yet
    mistakes: list[str] = field(default_factory=list)  # what no answer may be


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
    """One person at one desk, who also lets people in and plays their phones."""

    def __init__(self, part: Part) -> None:
        self._part, self._chance, self._clock = part, random.Random(part.seed), parse_clock(part.clock)
        self._desk = f"desks/{part.number}"
        self._state, self._waiting = "", 0  # of whom sits here, as far as known; people in the queue
        self._known: dict[str, list[str]] = {}  # ids of turns by where the desk showed them
        self._phones: list[str] = []
        self._links: list[str] = []
        self._line: http.client.HTTPConnection | None = None
        self.tally = Tally()

    def run(self, left: Synchronized[int]) -> None:
        """Do deeds until none is *left*."""
        with self._part.journal.open("a", encoding="utf-8") as journal:
            self._journal: TextIO = journal
            while self._may_go_on(left):
                self._choose()()

    def _may_go_on(self, left: Synchronized[int]) -> bool:
        with left.get_lock():
            left.value -= 1
            return left.value >= 0

    def _choose(self) -> Callable[[], None]:
        at_desk: Mapping[str, Mapping[str, int]] = {
            "": {"next": 60, "open": 2, "pause": 3, "call": 8},
            "called": {"start": 60, "recall": 15, "miss": 14, "cancel_mine": 4},
            "serving": {"finish": 60, "hold": 14, "transfer": 14},
        }
        hall = {"issue": 40, "phone": 16, "look": 8, "arrive": 8, "cancel": 4, "back": 5, "leave": 4}
        hall |= {"book": 6, "check_in": 6} if self._part.books else {}
        crowded = self._waiting > CROWD
        mine = at_desk[self._chance.choice(("", "called", "serving")) if self._odd() else self._state]
        deeds = mine if self._chance.random() < (0.85 if crowded else 0.6) else hall
        name = self._chance.choices(list(deeds), list(deeds.values()))[0]
        deed: Callable[[], None] = getattr(self, f"_{name}", lambda: self._act(name))
        return deed

    def _odd(self) -> bool:
        return self._chance.random() < MISFIT

    # --- at the desk ------------------------------------------------------------------------------------------------

    def _act(self, name: str, **body: object) -> None:
        """Do *name* at the own desk."""
        answer = self._post(f"{self._desk}/{name}", body)
        if answer is None:
            return
        if name in {"next", "call", "start"}:
            self._state = "serving" if name == "start" else "called"
        elif name in {"miss", "hold", "transfer", "finish"}:
            self._state = ""
        self._note(name, answer)

    def _finish(self) -> None:
        self._act("finish", outcome="resolved", procedures=self._chance.randint(0, 3))

    def _transfer(self) -> None:
        self._act("transfer", service=self._chance.choice(self._part.services))

    def _call(self) -> None:
        turn = self._one("held", "next")
        if turn:
            self._act("call", turn=turn, reason="error")

    def _pause(self) -> None:
        self._act("pause")
        self._act("open")

    def _look(self) -> None:
        picture = self._ask("GET", f"/api/v1/{self._desk}", None, self._part.person.headers)
        if picture is None:
            return
        self._known = {place: [t["id"] for t in picture[place]] for place in ("next", "held", "missed", "remote")}
        self._waiting = len(self._known["next"])
        self._state = picture["current"]["state"] if picture["current"] else ""
        if picture["state"] != "open":
            self._act("open")

    # --- in the hall ------------------------------------------------------------------------------------------------

    def _issue(self) -> None:
        wish = {"service": self._chance.choice(self._part.services), "language": "es", "paper": False}
        answer = self._post("helper/turns", wish)
        if answer is not None:
            self._note("issue", answer["turn"])

    def _arrive(self) -> None:
        self._by_id("presence", "arrive", "remote")

    def _back(self) -> None:
        self._by_id("give-back", "back", "missed")

    def _cancel(self) -> None:
        self._by_id("cancel", "cancel", "next", "remote", "missed", "held")

    def _cancel_mine(self) -> None:
        self._look()
        self._by_id("cancel", "cancel", "next")

    def _by_id(self, path: str, deed: str, *places: str) -> None:
        turn = self._one(*places)
        answer = self._post(f"turns/{turn}/{path}", {}) if turn else None
        if answer is not None:
            self._note(deed, answer)

    def _one(self, *places: str) -> str:
        found = [turn for place in places for turn in self._known.get(place, [])]
        return self._chance.choice(found) if found else ""

    def _book(self) -> None:
        at = f"{self._chance.randint(9, 22):02d}:{self._chance.choice((0, 15, 30, 45)):02d}"
        wish = {"service": self._chance.choice(self._part.services), "at": at, "language": "es"}
        answer = self._post("appointments", wish)
        if answer is not None:
            self._links.append(str(answer["link"]).rsplit("/", 1)[-1])
            self._note("book", {"id": answer["appointment"]})

    def _check_in(self) -> None:
        if self._links:
            self._phone_asks("POST", f"/c/{self._chance.choice(self._links)}", {"code": self._hall_code()})

    # --- phones -----------------------------------------------------------------------------------------------------

    def _phone(self) -> None:
        """A phone takes a turn, in the hall or from afar; one that has one gets it again."""
        again = self._phones and self._chance.random() < 0.2
        cookie = self._chance.choice(self._phones) if again else ""
        code = self._hall_code() if self._chance.random() < 0.6 else ""
        wish = {"service": self._chance.choice(self._part.services), "code": code}
        answer = self._phone_asks("POST", "/api/v1/turns", wish, cookie)
        if answer is not None and not answer["existing"]:
            self._note("phone", answer)

    def _leave(self) -> None:
        if self._phones:
            self._phone_asks("DELETE", "/api/v1/turns/mine", None, self._chance.choice(self._phones))

    def _phone_asks(self, method: str, path: str, body: object, cookie: str = "") -> Any:
        """Ask from an address of its own, as another phone would."""
        address = f"127.{self._part.number}.{self._chance.randint(1, 254)}.{self._chance.randint(1, 254)}"
        line = http.client.HTTPConnection("127.0.0.1", self._part.port, timeout=TIMEOUT_S, source_address=(address, 0))
        try:
            return self._ask(method, path, body, {"Cookie": cookie} if cookie else {}, line)
        finally:
            line.close()

    def _hall_code(self) -> str:
        return code_at(self._part.code_key, self._part.office, self._clock.now()).code

    # --- over HTTP --------------------------------------------------------------------------------------------------

    def _post(self, path: str, body: object) -> Any:
        return self._ask("POST", f"/api/v1/{path}", body, self._part.person.headers)

    def _ask(
        self,
        method: str,
        path: str,
        body: object,
        headers: Mapping[str, str],
        line: http.client.HTTPConnection | None = None,
    ) -> Any:
        """Return the JSON of a good answer, {} when it has none; None for a refusal or when nobody answers."""
        used = line or self._line or http.client.HTTPConnection("127.0.0.1", self._part.port, timeout=TIMEOUT_S)
        data = None if body is None else json.dumps(body)
        try:
            used.request(method, path, data, {"Content-Type": "application/json", **headers})
            answer = used.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            self.tally.unanswered += 1
            used.close()
            self._line = None
            self._wait_for_the_office()
            return None
        self._line = self._line if line is not None else used
        if line is not None:
            self._keep_cookie(answer.getheader("Set-Cookie") or "")
        return self._judged(f"{method} {path}", answer.status, text)

    def _wait_for_the_office(self) -> None:
        limit = time.monotonic() + TIMEOUT_S
        while not listens(self._part.port) and time.monotonic() < limit:
            time.sleep(PAUSE_S)

    def _judged(self, deed: str, status: int, text: bytes) -> Any:
        if status < 400:
            self.tally.done += 1
            return json.loads(text) if text[:1] == b"{" else {}
        self.tally.refused += 1
        if status in (401, 403) or (status >= 500 and status != 503):
            self.tally.mistakes.append(f"{deed}: {status} {text[:200].decode('utf-8', 'replace')}")
        return None

    def _keep_cookie(self, given: str) -> None:
        cookie = given.split(";")[0]
        if cookie.startswith("turn="):
            self._phones = [*self._phones[-PHONES_KEPT:], cookie]

    def _note(self, deed: str, answer: Mapping[str, Any]) -> None:
        """Write down that the office has said "done"."""
        facts = {key: answer[key] for key in ("id", "code", "desk", "state") if answer.get(key)}
        self._journal.write(json.dumps({"deed": deed, **facts}) + "\n")
        self._journal.flush()
