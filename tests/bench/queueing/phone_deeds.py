"""What phones do in a soak: take a turn in three ways, arrive, ask for more minutes, leave, send a form twice."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from edge.domain.tokens import code_at
from tests.bench.queueing.busy import Pace
from tests.bench.queueing.line import Answer, Line
from tests.bench.queueing.premises import OFFICE

PHONES_KEPT = 20


class PhoneDeeds:
    """The phones of one client, each with an address of its own."""

    DEEDS: ClassVar[Mapping[str, int]] = {"take": 10, "page": 8, "prove": 8, "minutes": 5, "leave": 4, "replay": 4}

    def __init__(
        self,
        line: Line,
        chance: random.Random,
        number: int,
        services: Sequence[str],
        posters: Sequence[str],
        pace: Pace,
        code_key: bytes,
    ) -> None:
        self._line, self._chance, self._number = line, chance, number
        self._services, self._posters, self._pace, self._key = services, posters, pace, code_key
        self._phones: list[str] = []  # cookies
        self._forms: list[tuple[str, dict[str, Any], str]] = []  # cookie, form, code of the turn that it gave

    def address(self) -> str:
        """Return where one phone is."""
        return f"127.{self._number}.{self._chance.randint(1, 254)}.{self._chance.randint(1, 254)}"

    def hall_code(self) -> str:
        """Return what the display shows now, or one time in twenty something else."""
        if self._chance.random() < 0.05:
            return "AAAA9999"
        return code_at(self._key, OFFICE, self._pace.now()).code

    def ask(self, deed: str, method: str, path: str, body: object = None, *, cookie: str = "") -> Answer:
        """Ask as a phone; remember its cookie."""
        answer = self._line.phone(deed, method, path, body, address=self.address(), cookie=cookie)
        if answer.cookie.startswith("turn=") and answer.cookie != cookie:
            self._phones = [*self._phones[-PHONES_KEPT:], answer.cookie]
        return answer

    def _take(self) -> None:
        """Take a turn over the API: from afar, by a poster or in the hall. A phone that has one gets it again."""
        again = self._phones and self._chance.random() < 0.2
        wish: dict[str, object] = {"service": self._chance.choice(self._services)}
        wish |= {"code": self.hall_code() if self._chance.random() < 0.6 else ""}
        wish |= {"procedures": self._chance.choice((1, 1, 2, 5)), "party": self._chance.choice((1, 1, 3))}
        deed = "take_here" if wish["code"] else "take_remote"
        if self._chance.random() < 0.3:
            wish["poster"], deed = self._chance.choice(self._posters), "take_by_poster"
        cookie = self._chance.choice(self._phones) if again else ""
        answer = self.ask(deed, "POST", "/api/v1/turns", wish, cookie=cookie)
        if answer and not answer.value["existing"]:
            self._line.note("phone", code=answer.value["code"])

    def _page(self) -> None:
        """Take a turn by the form of the page, as a browser does."""
        first = self._line.phone("page", "GET", "/", address=self.address())  # a phone that does nothing else
        nonce = first.text.partition(b'name="nonce" value="')[2].partition(b'"')[0].decode()
        if not first or not nonce or not first.cookie:
            return
        form = {"service": self._chance.choice(self._services), "nonce": nonce, "code": self.hall_code()}
        if self.ask("form", "POST", "/turns", form, cookie=first.cookie):
            code = self._mine(first.cookie)
            if code:
                self._line.note("phone", code=code)
                self._forms = [*self._forms[-PHONES_KEPT:], (first.cookie, form, code)]

    def _replay(self) -> None:
        """Send a form again that gave a turn before, after it was left too: it is the same turn."""
        if not self._forms:
            return
        cookie, form, code = self._chance.choice(self._forms)
        if self._chance.random() < 0.4:
            self.ask("leave", "DELETE", "/api/v1/turns/mine", cookie=cookie)
        answer = self.ask("replay", "POST", "/turns", {**form, "code": ""}, cookie=cookie)
        if answer and (now := self._mine(cookie)) not in ("", code):
            self._line.blame(f"a form that was sent again gave {now} beside {code}")

    def _mine(self, cookie: str) -> str:
        answer = self.ask("mine", "GET", "/api/v1/turns/mine", cookie=cookie)
        return str(answer.value["code"]) if answer else ""

    def _prove(self) -> None:
        if self._phones:
            cookie = self._chance.choice(self._phones)
            self.ask("prove", "POST", "/api/v1/turns/mine/presence", {"code": self.hall_code()}, cookie=cookie)

    def _minutes(self) -> None:
        """Ask for ten more minutes; a second tap on the same button changes nothing."""
        if not self._phones:
            return
        cookie, taps = self._chance.choice(self._phones), self._chance.choice((1, 1, 2))
        for _ in range(taps):
            asked = {"asked": self._chance.randint(0, 1)}
            self.ask("minutes", "POST", "/api/v1/turns/mine/pause", asked, cookie=cookie)

    def _leave(self) -> None:
        if self._phones:
            self.ask("leave", "DELETE", "/api/v1/turns/mine", cookie=self._chance.choice(self._phones))
