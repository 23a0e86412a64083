"""Every way in which somebody's data comes into the office, gone through to its end: they come out where they belong.

One running office with both brokers, a mail server, a modem behind a bridge, a messenger and an identity provider. All
data are marked; afterwards no topic, no line of a log, no event, no board, no address and no export for others holds
a mark, and in the database only the tables that are made for it do.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default as readable
from pathlib import Path
from queue import SimpleQueue
from urllib.parse import urlsplit

import httpx
import pytest

from edge.adapters.channels.settings import ChannelsSection, TelegramSection
from edge.adapters.http.endpoint import Access
from edge.adapters.http.table import TABLE
from edge.adapters.notify.registry import NotifierSection
from edge.adapters.sqlite.connection import open_reader
from edge.bootstrap.config import IdentitySection, LoginSection
from edge.bootstrap.program import OfficeProgram
from edge.contracts import topics
from edge.contracts.devices import Bearer, BearerAsk, DeviceStatus
from edge.contracts.jobs import JobReport, JobRequest
from edge.contracts.wire import decode, encode
from edge.domain.tokens import code_at
from edge.runtime.clock import ManualClock
from edge.runtime.mqtt import Broker, MqttSession
from tests.fakes.telegram import TOKEN, BotApi, bot_api
from tests.fixtures import oidc, papers
from tests.fixtures.broker import NewBroker
from tests.fixtures.citizen_oidc import log_in as log_in_there
from tests.fixtures.providers import Mailbox, mail_server
from tests.fixtures.waiting import wait_until
from tests.integration.edge.conftest import RunOffice
from tests.integration.edge.leaks import (
    DIGITS,
    ID_NUMBER,
    MAIL,
    MARK,
    NAME,
    PHONE,
    Ear,
    Trail,
    hidden,
    tables_with,
    without_parameters,
)

PASSWORD = f"{MARK} battery staple"
MODEM = "modem-1"
STAFF = {"login": f"{MARK}.rosa", "name": f"Rosa {MARK}"}
ROLES = ["agent", "helper", "manager", "official"]
PEOPLE = (
    {"sub": ID_NUMBER, "name": NAME, "preferred_username": f"{MARK}.marta", "groups": ["informadores"]},
    {"sub": f"{ID_NUMBER}2", "name": NAME, "preferred_username": f"{MARK}.paco", "groups": [f"{MARK}-golf"]},
)
# The only tables that may hold what people say about themselves, with why.
OWN_TABLES = {
    "contact",  # how to reach somebody, and sealed, who they are: with a time to live
    "staff",  # accounts
    "session",  # the name in the head of their pages
    "note",  # what staff write, for the office
    "setting",  # the action plan: who does what about the office
}


class Modem:
    """A device of the bridge: it fetches number and text over HTTP, and says over the bus only that it is done."""

    def __init__(self, broker: Broker) -> None:
        self.port, self.sent, self._bearer = 0, list[dict[str, str]](), ""
        asked = [(topics.device_jobs(MODEM), 1), (topics.bearer(MODEM), 1)]
        self._jobs = SimpleQueue[JobRequest | None]()
        self._session = MqttSession(broker, MODEM, on_message=self._hear, subscriptions=asked)
        self._session.start()
        assert self._session.wait_connected(5)
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def announce(self) -> None:
        """Say that it is there, and ask for a bearer."""
        status = DeviceStatus(device=MODEM, kind="modem", state="ok", capabilities=["sms.send"])
        self._session.publish(topics.device_status(MODEM), encode(status), retain=True)
        self._session.publish(topics.bearer_ask(MODEM), encode(BearerAsk(device=MODEM, nonce="n" * 16)))
        wait_until(lambda: self._bearer, 10, "a bearer")

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            headers = {"Authorization": f"Bearer {self._bearer}"}
            where = f"http://127.0.0.1:{self.port}/api/v1/device/messages/{job.job_id}"
            answer = httpx.get(where, headers=headers, timeout=20)
            if answer.is_success:  # else nobody needs it any more
                self.sent.append(answer.json())
            report = JobReport(job_id=job.job_id, device=MODEM, state="done", at=job.created_at)
            self._session.publish(topics.device_job_report(MODEM), encode(report))

    def close(self) -> None:
        self._jobs.put(None)
        self._thread.join(10)
        self._session.stop()

    def _hear(self, topic: str, payload: bytes, _: bool) -> None:
        if topic == topics.bearer(MODEM):
            self._bearer = decode(payload, Bearer).token
        else:
            self._jobs.put(decode(payload, JobRequest))


@dataclass
class Scene:
    """The running office and everybody around it."""

    program: OfficeProgram
    clock: ManualClock
    trail: Trail
    ears: list[Ear]
    mail: Mailbox
    modem: Modem
    bot: BotApi
    files: Path

    def browser(self) -> httpx.Client:
        return self.trail.browser(self.program.port)

    def hall_code(self) -> str:
        parts = self.program.parts
        return code_at(parts.context.code_key, parts.office.id, self.clock.now()).code

    def staff(self) -> Staff:
        return Staff(self.browser())

    def mailed(self, word: str) -> str:
        """Return the newest mail with *word* in its text."""

        def found() -> str:
            texts = [str(message_from_bytes(m.content, policy=readable)) for m in self.mail.mails]  # type: ignore[arg-type]
            return next((text for text in reversed(texts) if re.search(word, text)), "")

        return wait_until(found, 15, f"a mail with {word}")


class Staff:
    """Somebody of the staff at a browser."""

    def __init__(self, browser: httpx.Client) -> None:
        self.http = browser
        done = browser.post("/login", data={"login": STAFF["login"], "password": PASSWORD})
        assert done.status_code == 303
        self.csrf = browser.get("/api/v1/session").json()["csrf"]

    def post(self, path: str, **body: object) -> httpx.Response:
        return self.http.post(path, json=body, headers={"X-CSRF-Token": self.csrf})

    def form(self, path: str, **body: object) -> httpx.Response:
        return self.http.post(path, data={"csrf": self.csrf, **body})


@pytest.fixture
def scene(run_office: RunOffice, new_broker: NewBroker, tmp_path: Path, manual_clock: ManualClock) -> Iterator[Scene]:
    bus, region = new_broker(), new_broker()
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "token").write_text(TOKEN)
    provider = oidc.Provider(tmp_path, PEOPLE)
    provider.start()
    with mail_server(tmp_path) as mail, bot_api() as bot:
        issuer = httpx.get(f"{provider.issuer}/.well-known/openid-configuration").json()["issuer"]
        secret = str(tmp_path / "secret")
        smtp = {"host": "127.0.0.1", "port": mail.port, "sender": "o@example.org", "username": "edge"}
        smtp |= {"password_file": secret, "ca_file": str(mail.ca_file)}
        ears, modem = [Ear(bus.settings), Ear(region.settings)], Modem(bus.settings)
        program = run_office(
            bus.port,
            uplink=region.settings,
            public_url="http://localhost",
            notify={
                "mail": NotifierSection(kind="smtp", options=smtp),
                "sms": NotifierSection(kind="bridge_job", options={"wait_s": 5.0}),
            },
            channels=ChannelsSection(
                telegram=TelegramSection(token_file=str(tmp_path / "token"), url=bot.url, poll_s=0.1)
            ),
            identity={"clave": IdentitySection(title="Cl@ve", issuer=issuer, client_id="office", secret_file=secret)},
            login=LoginSection(
                issuer=issuer,
                client_id="office",
                client_secret_file=secret,
                label="Casa",
                roles={"informadores": "agent"},
            ),
        )  # fmt: skip
        facts = {"salt": b"s" * 16, "actor": "test"}
        program.work.carry_out(program.parts.staff.add, STAFF["login"], STAFF["name"], PASSWORD, ROLES, **facts)
        modem.port = program.port
        modem.announce()
        trail = Trail(manual_clock)
        yield Scene(program, manual_clock, trail, ears, mail, modem, bot, tmp_path)
        trail.close()
        modem.close()
    for ear in ears:
        ear.session.stop()
    provider.stop()


# --- the ways in, each gone to its end --------------------------------------------------------------------------------


def books(scene: Scene) -> None:
    """An appointment with mail and mobile: a wrong code, the right one, another hour, the lost link, given back."""
    with scene.browser() as phone:
        times = phone.get("/api/v1/slots?service=registro&mode=presencial").json()
        hours = [at for day in times[2:4] for at in day["times"]]
        held = phone.post("/book", data={"service": "registro", "at": hours[0], "mode": "presencial", "key": "k1"})
        place = held.headers["location"]
        phone.post(f"{place}/contact", data={"mail": f"{MARK}@@example", "phone": PHONE})
        phone.post(f"{place}/contact", data={"mail": MAIL, "phone": PHONE})
        phone.post(f"{place}/code", data={"code": f"{DIGITS[:6]}"})
        code = re.search(r"\b\d{6}\b", scene.mailed(r"\b\d{6}\b"))
        assert code is not None
        assert phone.post(f"{place}/code", data={"code": code.group()}).status_code == 303
        assert phone.get(place).status_code == 200
        phone.get(f"{place}/cita.ics")
        assert (
            phone.post(f"{place}/move", data={"at": hours[3], "mode": "presencial", "sure": "true"}).status_code == 303
        )
        for contact in (MAIL, PHONE, f"{MARK} nobody"):
            phone.post("/lost-link", data={"contact": contact})
        phone.post(f"{place}/cancel")


def takes_a_turn(scene: Scene) -> None:
    """A turn that is told by SMS and by mail, with documents, a certificate with a name, help and the survey."""
    agent = scene.staff()
    assert agent.post("/api/v1/desks/1/open").status_code == 200
    with scene.browser() as phone:
        phone.get("/")
        phone.post("/turns", data={"service": "registro", "code": scene.hall_code()})
        for contact in (MARK, MAIL, PHONE):
            phone.post("/my/notices", data={"contact": contact})
        phone.post("/help", data={"place": f"hall/{MARK}", "code": scene.hall_code()})
        photo = papers.encoded(papers.letter(), "JPEG", comment=f"{NAME} {ID_NUMBER}".encode())
        document = papers.pdf(more=f"100 0 obj\n<< /Author ({MARK}) /Title ({ID_NUMBER}) >>\nendobj\n".encode())
        for data in (photo, document, papers.hostile()["pdf cut off"][0] + MARK.encode(), MARK.encode()):
            phone.post("/my/documents", files={"file": (f"{MARK} {ID_NUMBER}.pdf", data)})
        identified(scene, phone)
        assert "Listo para su visita" in phone.get("/my/documents").text
        assert phone.post("/my/documents/submit").status_code == 303
        receipt = re.findall(r'action="(/my/documents/receipts/[^"]+)"', phone.get("/my/documents").text)[0]
        assert phone.get(receipt).content.startswith(b"%PDF")
        assert agent.post("/api/v1/desks/1/next").status_code == 200
        agent.post("/api/v1/desks/1/start")
        phone.get("/my")
        agent.http.get("/desk/1")
        agent.http.get("/api/v1/desks/1/documents")
        assert agent.form("/desk/1/certificate", name=NAME).content.startswith(b"%PDF")
        assert phone.post("/my/certificate", data={"name": NAME}).content.startswith(b"%PDF")
        phone.post("/v", data={"code": MARK, "name": NAME})
        agent.post("/api/v1/desks/1/finish", outcome="resolved", procedures=1)
        phone.post("/my/survey", data={"q1": "4", "text": MARK})
        wait_until(lambda: scene.modem.sent, 15, "an SMS")


def identified(scene: Scene, phone: httpx.Client) -> None:
    """Show who one is at the provider; before that, come back with words of somebody else."""
    phone.get("/identity/callback", params={"error": "denied", "state": "x" * 22})
    away = phone.get("/identity/clave", params={"to": "/my/documents"})
    back = urlsplit(log_in_there(away.headers["location"], ID_NUMBER))
    assert phone.get(f"{back.path}?{back.query}").status_code == 303


def is_identified_at_the_desk(scene: Scene) -> None:
    """An official identifies somebody with their consent, and later looks at who it was."""
    official = scene.staff()
    official.post("/api/v1/desks/1/open")
    with scene.browser() as phone:
        phone.get("/")
        phone.post("/turns", data={"service": "registro", "code": scene.hall_code()})
        phone.post("/my/documents", files={"file": (f"{MARK}.pdf", papers.pdf(), "application/pdf")})
        official.post("/api/v1/desks/1/next")
        official.post("/api/v1/desks/1/start")
        for who in ({"name": NAME}, {"name": NAME, "number": ID_NUMBER, "consent": "yes"}):
            done = official.form("/desk/1/documents/assist", **who)
        assert done.status_code == 303
        page = official.http.get("/submissions").text
        found = re.findall(r'action="(/submissions/[^"]+/who)"', page)
        assert MARK in official.form(found[-1]).text
        official.post("/api/v1/desks/1/finish", outcome="resolved", procedures=1)


def talks(scene: Scene) -> None:
    """A chat in which somebody says everything about themselves, books, and is answered by a person."""
    with scene.browser() as phone:
        talk = phone.post("/api/v1/talk", json={"text": f"me llamo {NAME}, DNI {ID_NUMBER}"}).json()
        for start in ("service:registro", "day:", "hour:"):
            option = next(o["id"] for o in talk["lines"][-1]["options"] if o["id"].startswith(start))
            talk = phone.post("/api/v1/talk", json={"option": option}).json()
        phone.post("/api/v1/talk", json={"text": MAIL})
        phone.post("/talk", data={"text": f"{MARK} {PHONE}"})
        phone.post("/api/v1/talk", json={"option": "person"})
        staff = scene.staff()
        rows = staff.http.get("/api/v1/conversations").json()
        assert rows
        for row in rows:
            staff.post(f"/api/v1/conversations/{row['id']}/take")
            staff.post(f"/api/v1/conversations/{row['id']}/say", text=f"Buenos días, {NAME}")
            staff.http.get(f"/conversations/{row['id']}")
            staff.post(f"/api/v1/conversations/{row['id']}/end")


def writes_to_the_bot(scene: Scene) -> None:
    """The same over a messenger that knows a name and a number."""
    heard = len(scene.bot.sent)
    scene.bot.write(f"/start {MARK}", chat=int(DIGITS))
    scene.bot.write(f"soy {NAME} y mi correo es {MAIL}", chat=int(DIGITS))
    wait_until(lambda: len(scene.bot.sent) > heard, 15, "an answer of the bot")


def comes_to_the_door(scene: Scene) -> None:
    """The helper books with a contact, types what is none, and asks for a turn with odd words."""
    helper = scene.staff()
    for at, contact in (("10:30", MAIL), ("11:00", PHONE), ("11:30", NAME)):
        wish = {"service": "registro", "at": at, "language": "es", "contact": contact, "key": at.replace(":", "")}
        helper.form("/helper/appointments", **wish)
        helper.post("/api/v1/appointments", **{**wish, "day": "2026-11-24"})
    helper.form("/helper/turns", service=MARK, language="es")
    helper.http.get("/agenda")
    helper.http.get("/helper", params={"code": "R001"})


def writes_notes(scene: Scene) -> None:
    """What staff write down for the office, and who does what about it."""
    staff = scene.staff()
    for text, status in ((PHONE, 400), (MAIL, 400), (ID_NUMBER, 400), (NAME, 303)):
        assert staff.form("/notes", kind="note", tags=MARK, text=f"Ha venido {text}").status_code == status
        staff.post("/api/v1/notes", kind="incident", tags="", text=text)
    staff.form("/reports/pilot/plan", version="0", term="short", text=f"ask {NAME}", owner=NAME)


def logs_in(scene: Scene) -> None:
    """Wrong words at the log-in, and the corporate one: as somebody with a group, without one, and refused."""
    with scene.browser() as browser:
        browser.post("/login", data={"login": f"{MARK} {ID_NUMBER}", "password": f"{MARK} wrong"})
        browser.post("/login", data={"login": STAFF["login"], "password": f"{MARK} wrong"})
        for sub in (ID_NUMBER, f"{ID_NUMBER}2"):
            away = browser.get("/login/oidc")
            back = urlsplit(log_in_there(away.headers["location"], sub))
            browser.get(f"{back.path}?{back.query}")
        browser.cookies.clear()
        browser.get("/login/oidc/back", params={"error": MARK, "error_description": f"{NAME} said no"})
        scene.trail.forgive("error_description")  # the address was the provider's
    staff = scene.staff()
    staff.form("/lock")
    staff.form("/unlock", password=f"{MARK} wrong")
    staff.form("/unlock", password=PASSWORD)


WAYS: tuple[Callable[[Scene], None], ...] = (
    books,
    takes_a_turn,
    is_identified_at_the_desk,
    talks,
    writes_to_the_bot,
    comes_to_the_door,
    writes_notes,
    logs_in,
)


# --- what may not come out --------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_what_people_say_about_themselves_stays_where_it_belongs(
    scene: Scene, capfd: pytest.CaptureFixture[str]
) -> None:
    for way in WAYS:
        way(scene)
    scene.ears[0].wait(topics.board(), b'"code":"A00')
    scene.ears[1].wait("/up/ev/turns")
    with closing(open_reader(scene.files / "office.db")) as reader:
        inside = tables_with(reader)
    scene.clock.move(86_400)
    scene.ears[1].wait("/up/ev/", b'"day_closed"')

    with closing(open_reader(scene.files / "office.db")) as reader:
        log = json.dumps([list(row) for row in reader.execute("select * from event")])
    public = _public(scene)
    printed = "".join(capfd.readouterr())

    assert [line for ear in scene.ears for line in ear.leaks()] == []
    assert [line for line in printed.splitlines() if hidden(line)] == []
    assert not hidden(log)
    assert scene.trail.leaks() == []
    assert scene.trail.unguarded == []
    assert [path for path, body in public.items() if hidden(body)] == []
    assert inside <= OWN_TABLES, inside
    assert {"contact", "note", "staff"} <= inside  # the marks were really there
    assert any(re.search(r"\b\d{6}\b", sms["text"]) for sms in scene.modem.sent)  # the code of an appointment too
    assert len(public) >= 20


def _public(scene: Scene) -> dict[str, bytes]:
    """Return everything that somebody else may read: pages, open data, the board, and figures that leave the office."""
    with scene.trail.browser(scene.program.port) as stranger:
        found = {path: stranger.get(path).content for path in without_parameters(TABLE) if _is_for_all(path)}
    manager = scene.staff()
    day = scene.clock.now().date()
    ranged = f"?from={day.replace(day=1)}&to={day}"
    for path in ("/api/v1/reports.csv", "/api/v1/counts.csv", "/api/v1/fairness", "/api/v1/agenda/usage", "/metrics"):
        found[f"{path} of a manager"] = manager.http.get(path + ranged).content
    for path in ("/health", "/api/v1/appointments", "/api/v1/devices", "/overview", "/agenda", "/reports/fairness"):
        own = STAFF["name"].encode()  # the head of a page greets whoever reads it
        found[f"{path} of a manager"] = manager.http.get(path).content.replace(own, b"")
    return found


def _is_for_all(path: str) -> bool:
    return any(row.path == path and row.method == "GET" and row.access is Access.ANYONE for row in TABLE)
