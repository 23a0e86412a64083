"""The office that is photographed: half past eleven on a busy Tuesday, yesterday closed and reported.

Everything is the product itself over a real database and broker; only the day was played in minutes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any, Literal

from edge.adapters.notify.registry import NotifierSection
from edge.bootstrap.config import EdgeConfig
from edge.bootstrap.office import OfficeParts
from edge.bootstrap.program import OfficeProgram
from edge.domain.counts import day_start
from edge.domain.desks import DeskState
from edge.domain.errors import RuleViolation
from edge.domain.tokens import code_at
from edge.domain.turns import Channel
from edge.runtime.clock import ManualClock
from edge.runtime.ids import new_ulid
from edge.runtime.mqtt import Broker
from edge.services.transcripts import Who
from edge.services.turns import Wish
from tests.fakes import counted
from tests.fakes.audits import report, totals
from tests.fakes.days import Day, close_days, close_quarters
from tests.fakes.office import RunningClock
from tests.fixtures.broker import Mosquitto
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.processes import unused_port
from tests.fixtures.providers import Mailbox, mail_server
from tests.fixtures.waiting import wait_until

PASSWORD = "a long password for pictures"
PEOPLE = {
    "jordi": ("Jordi", ["agent"]),
    "rosa": ("Rosa", ["helper"]),
    "luis": ("Luis", ["manager"]),
    "tecnica": ("Elena", ["technician"]),
    "oriol": ("Oriol", ["agent", "official"]),
}
SERVICES = ("registro", "certificado", "tasas", "registro", "familia_numerosa")
DESKS = ("2", "3", "4", "5", "6")
NOON = MONDAY_MORNING + timedelta(days=1, hours=2, minutes=30)


@dataclass
class Premises:
    """The running office and what is done in it between two pictures."""

    program: OfficeProgram
    clock: RunningClock
    mailbox: Mailbox

    @property
    def url(self) -> str:
        """Return where its pages are."""
        return f"http://127.0.0.1:{self.program.port}"

    @property
    def parts(self) -> OfficeParts:
        """Return its services."""
        return self.program.parts

    def do(self, use_case: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Carry out a use case as the pages do: on the writer, and everybody is told."""
        return self.program.work.carry_out(use_case, *args, **kwargs)

    def hall_code(self) -> str:
        """Return the code that the display shows now."""
        return code_at(self.parts.context.code_key, self.parts.office.id, self.clock.now()).code

    def code_sent_to(self, address: str) -> str:
        """Return the code of the newest e-mail to *address* when it has come."""
        text = wait_until(lambda: self._newest(address), 10.0, "the e-mail with the code")
        return str(re.findall(r"\b\d{6}\b", text)[0])

    def _newest(self, address: str) -> str:
        mails = [mail for mail in self.mailbox.mails if address in mail.rcpt_tos]
        if not mails:
            return ""
        message = message_from_bytes(mails[-1].content or b"", policy=default)  # type: ignore[arg-type]
        body = message.get_body(("plain",))
        return str(body.get_content()) if body else ""

    def come(self, service: str = "certificado", **wish: Any) -> Any:
        """Let somebody take a paper ticket at the entrance."""
        return self.do(self.parts.turns.take, Wish(service, Channel.PAPER, "es", present=True, **wish), actor="kiosk")

    def served_on_paper(self, desk: str) -> str:
        """Attend to somebody with a paper ticket at an open *desk*; return the secret of its link."""
        taken, agent = self.come(), self.desk_agent(desk)
        self.do(self.parts.attention.call, taken.turn.id, desk, agent=agent, reason="accessibility")
        self.do(self.parts.attention.start, desk, agent=agent)
        self.do(self.parts.attention.finish, desk, agent=agent, outcome="resolved")
        return str(taken.link)

    def hand_in(self, turn: Any) -> None:
        """Let a provider say who holds *turn*, and them hand in the letter that they have sent, and leave."""
        party, submissions = self.parts.documents.party_of_turn(turn), self.parts.submissions
        who = {"name": "Ana Pérez García", "number": "00000000T"}
        self.do(submissions.identify, party, who, provider="Cl@ve", level="substantial", actor="phone")
        self.do(submissions.submit, party, actor="phone")
        self.do(self.parts.turns.cancel, turn.id, actor="phone")

    def desk_agent(self, desk: str) -> str:
        """Return who has *desk* open."""
        with self.parts.database.read() as stores:
            return stores.desks.get(desk).agent

    def asked_for_a_person(self) -> str:
        """Let somebody write to the assistant and ask for a person; return the id of the conversation."""
        talk = self.do(self.parts.conversations.start, "web", new_ulid(self.clock.now()), language="es")
        said = (
            "¿Puedo ir hoy con mi madre? Va en silla de ruedas.",
            "Claro. ¿Qué trámite necesita?",
            "Una persona, por favor.",
        )
        for n, text in enumerate(said):
            who = Who.OFFICE if n == 1 else Who.PARTY
            self.parts.transcripts.add(talk.id, who, text, at=self.clock.now())
        self.do(self.parts.conversations.ask_person, talk.id)
        return str(talk.id)

    def calm(self) -> None:
        """End every alert: somebody has been there."""
        for alert in self.parts.alerts.open():
            if alert.waits:
                self.do(self.parts.alerts.take, alert.id, actor="agent:luis")
            self.do(self.parts.alerts.end, alert.id, actor="agent:luis", reason="helped")

    def turn_of(self, phone: str) -> Any:
        """Return the turn of a phone's cookie."""
        return self.parts.turns.of_phone(phone)


def lived(folder: Path) -> None:
    """Play yesterday and this morning into the database of *folder*."""
    clock = ManualClock(MONDAY_MORNING)
    parts = OfficeParts(_config(folder), clock)
    try:
        for login, (name, roles) in PEOPLE.items():
            parts.staff.add(login, name, PASSWORD, roles, salt=b"salt salt salt !", actor="setup")
        for weeks in range(3):
            midnight = day_start(
                NOON.astimezone(parts.office.calendar.zone).date() - timedelta(weeks=weeks), parts.office.calendar.zone
            )
            counted.busy_day(parts, midnight, NOON, flawed=weeks == 1)  # type: ignore[arg-type]
        day = Day(parts, clock.move, 5, desks=DESKS, each_minute=lambda: close_quarters(parts.reports))
        day.play(240)
        for n, turn in enumerate(day.served[:25]):
            parts.survey.answer(turn, {"attention": "34545"[n % 5]})
        day.per_minute = 0
        day.until(MONDAY_MORNING + timedelta(hours=18))
        close_days(parts.reports)
        clock.move((MONDAY_MORNING + timedelta(days=1) - clock.now()).total_seconds())
        Day(parts, clock.move, 6, desks=DESKS, per_minute=0.22, each_minute=lambda: close_quarters(parts.reports)).play(
            149
        )
        parts.notes.write(
            "incident", "impresora", "Sin papel a las once; repuesto en cinco minutos.", author="agent:jordi"
        )
        parts.notes.write("suggestion", "sala", "Una silla más junto a la mesa 3.", author="agent:rosa")
        parts.plans.add("short", "Reponer papel antes de abrir", owner="Entrada", due="", version=0, actor="agent:luis")
        parts.posters.make("Escaparate de la calle", actor="agent:luis")
        parts.audits.report(report(minutes_ago=-26 * 60))
    finally:
        parts.database.close()


@contextmanager
def opened(folder: Path) -> Iterator[Premises]:
    """Run the office over the day of *folder*, with people waiting and desks open."""
    (bus := folder / "bus").mkdir()
    broker = Mosquitto(bus)
    broker.start()
    try:
        with mail_server(folder) as mailbox:
            clock = RunningClock(NOON)
            program = OfficeProgram(_config(folder, unused_port(), broker.port, mailbox), clock)
            program.start()
            try:
                premises = Premises(program, clock, mailbox)
                _fill(premises)
                yield premises
            finally:
                program.stop()
    finally:
        broker.stop()


def _fill(here: Premises) -> None:
    parts = here.parts
    for desk in DESKS:
        here.do(parts.attention.set_desk, desk, DeskState.OPEN, agent=f"agent-{desk}")
    for n in range(12):
        here.come(SERVICES[n % len(SERVICES)])
    for n in range(3):
        here.do(parts.turns.take, Wish(SERVICES[n], Channel.WEB, "es", phone=f"phone {n}"), actor="phone")
    for minutes in (25, 55, 70, 115):
        at = (here.clock.now() + timedelta(minutes=minutes)).replace(second=0, microsecond=0)
        at -= timedelta(minutes=at.minute % 15)
        try:
            here.do(parts.agenda.book, "certificado", at, language="es", channel="web", actor="phone")
        except RuleViolation:  # that slot is taken
            continue
    for desk in DESKS:  # a desk that is open and idle counts as away before long
        here.do(parts.attention.call_next, desk, agent=f"agent-{desk}")
    for desk in DESKS[:-1]:
        here.do(parts.attention.start, desk, agent=f"agent-{desk}")
    said = totals(here.clock.now(), door=["main", "side"])
    parts.counters_now.counted(said)
    parts.cameras.heard(said, mono=here.clock.monotonic() + 86_400)
    wait_until(lambda: parts.estimates() is not None, 20.0, "the first estimates")


def _config(folder: Path, port: int = 8360, bus: int = 1883, mailbox: Mailbox | None = None) -> EdgeConfig:
    notify: dict[Literal["push", "sms", "mail"], NotifierSection] = {}
    if mailbox is not None:
        notify = {"push": NotifierSection(kind="web_push"), "mail": _mail(folder, mailbox)}
    return EdgeConfig(
        office="carretas4", database=str(folder / "office.db"), port=port, bus=Broker(port=bus), notify=notify
    )


def _mail(folder: Path, mailbox: Mailbox) -> NotifierSection:
    (password := folder / "mail.password").write_text("secret", "utf-8")
    options = {
        "host": "127.0.0.1",
        "port": mailbox.port,
        "sender": "avisos@offices.example",
        "username": "edge",
        "password_file": str(password),
        "ca_file": str(mailbox.ca_file),
    }
    return NotifierSection(kind="smtp", options=options)
