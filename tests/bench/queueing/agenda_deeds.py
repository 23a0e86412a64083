"""What people with appointments, and staff with the agenda, do in a soak.

All want the same few hours: most are refused, and none may be overbooked.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from tests.bench.queueing.line import Answer, Line
from tests.bench.queueing.phone_deeds import PhoneDeeds
from tests.bench.queueing.premises import ZONE

if TYPE_CHECKING:
    from tests.bench.queueing.deeds import Part

GRID_MIN = 10
AHEAD_STEPS = 14  # of the grid: what most want is soon
LINKS_KEPT = 30
LATE = timedelta(minutes=2)
PERSONS = 40  # people of one client who book again and again, beside those who do it once
_RANGE = re.compile(r"/agenda/closed/(\w+)/reopen")
WITHDRAWN = ("closed", "staff", "works", "emergency", "asked")


class AgendaDeeds:
    """The bookings of one client."""

    DEEDS: ClassVar[Mapping[str, float]] = {
        "keep": 14, "contact": 14, "confirm": 14, "book": 8, "move": 8, "give_up": 5, "check_in": 10, "come_late": 8,
        "free": 2, "withdraw": 2, "close_range": 0.4, "reopen": 2,
    }  # fmt: skip

    def __init__(self, line: Line, chance: random.Random, part: Part, phones: PhoneDeeds) -> None:
        self._line, self._chance, self._part, self._phones = line, chance, part, phones
        self._held: list[str] = []  # links by how far they have come
        self._pending: list[tuple[str, str]] = []  # link, phone number
        self._booked: list[tuple[str, datetime]] = []
        self._own: list[str] = []  # ids of what this client booked as staff
        self._ranges: list[str] = []

    # --- citizens -----------------------------------------------------------------------------------------------------

    def _keep(self) -> None:
        """Choose a slot; the same press sent twice keeps one."""
        mode = self._chance.choice(("presencial", "presencial", "video"))
        wish = {"service": self._service(), "at": self._soon().isoformat(), "mode": mode}
        wish["key"] = f"{self._chance.getrandbits(96):024x}"
        answer = self._phones.ask("hold_slot", "POST", "/api/v1/bookings", wish)
        if not answer:
            return
        link = self._told(answer)
        self._held = [*self._held[-LINKS_KEPT:], link]
        if self._chance.random() < 0.15:
            again = self._phones.ask("hold_again", "POST", "/api/v1/bookings", wish, cookie=answer.cookie)
            if again and again.value["link"] != link:
                self._line.blame(f"one press kept two slots at {wish['at']}")

    def _contact(self) -> None:
        if not self._held:
            return
        link = self._held.pop(self._chance.randrange(len(self._held)))
        phone = f"+346{self._part.number:02d}{self._chance.randint(0, 999_999):06d}"
        if self._chance.random() < 0.2:
            phone = f"+347{self._part.number:02d}{self._chance.randrange(PERSONS):06d}"
        given = {"phone": phone, "mail": f"p{phone[1:]}@example.org"}
        answer = self._phones.ask("contact", "POST", f"/api/v1/bookings/{link}/contact", given)
        if answer:
            self._told(answer)
            self._pending = [*self._pending[-LINKS_KEPT:], (link, phone)]

    def _confirm(self) -> None:
        """Type the code that came by SMS, if one came; now and then a wrong one, or before it is there."""
        if not self._pending:
            return
        place = self._chance.randrange(len(self._pending))
        link, phone = self._pending[place]
        letter = self._part.post / phone.lstrip("+")
        code = letter.read_text() if letter.exists() else "000000"
        if self._chance.random() < 0.1:
            code = f"{self._chance.randrange(10**6):06d}"
        answer = self._phones.ask("confirm", "POST", f"/api/v1/bookings/{link}/code", {"code": code})
        if answer:
            self._told(answer)
            self._pending.pop(place)
            self._remember(link, answer)

    def _move(self) -> None:
        if self._booked:
            link, before = self._chance.choice(self._booked)
            wish = {"at": self._soon().isoformat(), "mode": self._chance.choice(("presencial", "video"))}
            answer = self._phones.ask("move", "POST", f"/api/v1/bookings/{link}/move", wish)
            if answer:
                self._told(answer)
                self._booked.remove((link, before))
                self._remember(link, answer)

    def _give_up(self) -> None:
        if self._booked and self._chance.random() < 0.2:
            link, _ = self._booked.pop(self._chance.randrange(len(self._booked)))
        elif self._held:
            link = self._held.pop()
        else:
            return
        answer = self._phones.ask("give_up", "DELETE", f"/api/v1/bookings/{link}")
        if answer:
            self._told(answer)

    def _check_in(self) -> None:
        near = [link for link, at in self._booked if at >= self._part.pace.now() - LATE]
        if near:
            self._arrive(self._chance.choice(near), "check_in")

    def _come_late(self) -> None:
        """Come after the window of the appointment."""
        past = [link for link, at in self._booked if at < self._part.pace.now() - LATE]
        if past:
            self._arrive(self._chance.choice(past), "come_late")

    def _arrive(self, link: str, deed: str) -> None:
        self._phones.ask(deed, "POST", f"/c/{link}", {"code": self._phones.hall_code()})

    def _free(self) -> None:
        """Look for what is free, and want one of it."""
        day = self._part.pace.now().astimezone(ZoneInfo(ZONE)).date()
        service = self._service()
        answer = self._phones.ask("free", "GET", f"/api/v1/slots?service={service}&mode=presencial&day={day}")
        times = answer.value[0]["times"] if answer and answer.value else []
        if times:
            kept = self._phones.ask("hold_slot", "POST", "/api/v1/bookings", {"service": service, "at": times[0]})
            if kept:
                self._held = [*self._held[-LINKS_KEPT:], self._told(kept)]

    # --- staff --------------------------------------------------------------------------------------------------------

    def _book(self) -> None:
        at = self._soon().astimezone(ZoneInfo(ZONE))
        wish = {"service": self._service(), "at": f"{at:%H:%M}", "day": f"{at:%Y-%m-%d}", "language": "es"}
        wish["mode"] = self._chance.choice(("presencial", "video"))
        answer = self._line.staff("book", "POST", "appointments", wish)
        if answer:
            link = str(answer.value["link"]).rsplit("/", 1)[-1]
            self._line.note("card", link=link, state="booked", slot_at=answer.value["slot_at"])
            self._own = [*self._own[-LINKS_KEPT:], answer.value["appointment"]]
            self._booked = [*self._booked[-LINKS_KEPT:], (link, at)]

    def _withdraw(self) -> None:
        if self._own:
            name = self._own.pop(self._chance.randrange(len(self._own)))
            reason = {"reason": self._chance.choice(WITHDRAWN)}
            self._line.staff("withdraw", "POST", f"appointments/{name}/withdraw", reason)

    def _close_range(self) -> None:
        """Take half an hour out of the agenda, as a manager; who is in it is sometimes told not to come."""
        start = self._soon().astimezone(ZoneInfo(ZONE)) + timedelta(hours=1)
        end = start + timedelta(minutes=30)
        if start.date() != end.date():
            return
        wish = {"day": f"{start:%Y-%m-%d}", "start": f"{start:%H:%M}", "end": f"{end:%H:%M}", "reason": "works"}
        self._manage("close_range", "POST", "agenda/closed", {**wish, "withdraw": self._chance.random() < 0.5})
        page = self._manage("look_agenda", "GET", f"/agenda?day={start:%Y-%m-%d}")
        self._ranges = [*self._ranges, *_RANGE.findall(page.text.decode())][-LINKS_KEPT:]

    def _reopen(self) -> None:
        if self._ranges:
            name = self._ranges.pop(self._chance.randrange(len(self._ranges)))
            self._manage("reopen", "DELETE", f"agenda/closed/{name}")

    def _manage(self, deed: str, method: str, path: str, body: object = None) -> Answer:
        return self._line.staff(deed, method, path, body, headers=self._part.manager.headers)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _soon(self) -> datetime:
        """Return a time of the grid in the next two hours, or now and then of tomorrow."""
        step = timedelta(minutes=GRID_MIN)
        now = self._part.pace.now()
        first = now - timedelta(minutes=now.minute % GRID_MIN, seconds=now.second, microseconds=now.microsecond)
        later = timedelta(days=1) if self._chance.random() < 0.1 else timedelta()
        return first + step * self._chance.randint(0, AHEAD_STEPS) + later

    def _service(self) -> str:
        wanted = self._part.services if self._chance.random() < 0.03 else self._part.bookable
        return self._chance.choice(wanted)

    def _told(self, answer: Answer) -> str:
        """Write down the card of an appointment as the office told it; return its link."""
        card: dict[str, Any] = answer.value
        self._line.note("card", link=card["link"], state=card["state"], slot_at=card["slot_at"])
        return str(card["link"])

    def _remember(self, link: str, answer: Answer) -> None:
        at = datetime.fromisoformat(answer.value["slot_at"])
        self._booked = [*self._booked[-LINKS_KEPT:], (link, at)]
