"""One visit from the first page to the survey, in the whole program: real database, real rounds, only its pages."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import datetime, timedelta

import httpx
import pytest

from edge.adapters.notify.registry import NotifierSection
from edge.bootstrap.program import OfficeProgram
from edge.domain.tokens import code_at
from edge.runtime.clock import ManualClock
from tests.fixtures import papers
from tests.fixtures.processes import unused_port
from tests.fixtures.providers import WebServer
from tests.fixtures.waiting import wait_until
from tests.integration.edge.conftest import RunOffice

PASSWORD = "correct horse battery"
DAY = "2026-11-23"
CANARY = "612345678"


class Browser:
    """A browser without JavaScript: it opens pages and sends their forms."""

    def __init__(self, program: OfficeProgram) -> None:
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{program.port}", timeout=60, headers={"accept-language": "es"}
        )

    def get(self, path: str) -> str:
        answer = self.http.get(path, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        return answer.text

    def send(self, path: str, **form: str) -> str:
        """Send a form; return where it leads."""
        answer = self.http.post(path, data=form)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]


def log_in(program: OfficeProgram, browser: Browser, login: str, *roles: str) -> str:
    """Make an account and log in with it; return the token of its pages."""
    program.work.carry_out(program.parts.staff.add, login, login.title(), PASSWORD, roles, salt=b"s" * 16, actor="test")
    browser.send("/login", login=login, password=PASSWORD)
    return browser.http.get("/api/v1/session").json()["csrf"]


def sent_code(gateway: WebServer) -> str:
    """Return the code that the gateway of SMS was given last."""
    codes: list[str] = []

    def has_come() -> bool:
        codes[:] = [code for heard in gateway.heard for code in re.findall(r"\b\d{6}\b", heard.json()["text"])]
        return bool(codes)

    wait_until(has_come, 15, "the code by SMS")
    return codes[-1]


def book(gateway: WebServer, phone: Browser) -> tuple[str, datetime]:
    """Book the first hour of today; return the path of the appointment and its hour."""
    page = phone.get(f"/book/registro?day={DAY}")
    at = re.search(rf'name="at" value="({DAY}T[^"]+)"', page)
    assert at is not None
    place = phone.send("/book", service="registro", at=at[1], mode="presencial", key="k" * 16)
    phone.send(f"{place}/contact", mail="", phone=CANARY)
    phone.send(f"{place}/code", code=sent_code(gateway))
    assert "Cita confirmada" in phone.get(place)
    return place, datetime.fromisoformat(at[1])


@pytest.mark.slow
def test_book_check_in_attend_submit_receipt_survey(run_office: RunOffice, manual_clock: ManualClock) -> None:
    with WebServer() as gateway:
        sms = NotifierSection(kind="sms_http", options={"url": f"{gateway.url}/send", "timeout_s": 2.0})
        program = run_office(unused_port(), public_url="http://localhost", notify={"sms": sms})
        phone, desk = Browser(program), Browser(program)
        with closing(phone.http), closing(desk.http):
            visit(program, manual_clock, gateway, phone, desk)


def visit(program: OfficeProgram, manual_clock: ManualClock, gateway: WebServer, phone: Browser, desk: Browser) -> None:
    parts = program.parts

    # book, and come five minutes early
    place, slot_at = book(gateway, phone)
    manual_clock.move((slot_at - timedelta(minutes=5) - manual_clock.now()).total_seconds())
    hall = code_at(parts.context.code_key, parts.office.id, manual_clock.now()).code
    assert phone.send(place, code=hall) == "/my"
    assert "Espere su llamada" in phone.get("/my")

    # bring a document
    sent = phone.http.post("/my/documents", files={"file": ("a.pdf", papers.pdf(2))})
    assert sent.status_code == 303
    wait_until(lambda: "Listo para su visita" in phone.get("/my/documents"), 30, "the document is checked")

    # be called and attended to
    at_desk = {"csrf": log_in(program, desk, "marta", "agent", "official")}
    desk.send("/desk/1/open", **at_desk)
    desk.send("/desk/1/next", **at_desk)
    assert "Es su turno" in phone.get("/my")
    desk.send("/desk/1/start", **at_desk)

    # hand the document in, identified by the official with consent
    receipt = desk.send("/desk/1/documents/assist", **at_desk, name="Ana Canary", number="12345678Z", consent="yes")
    number = receipt.rsplit("/", 1)[1]
    own, official = phone.http.get(f"/my/documents/receipts/{number}"), desk.http.get(receipt)
    assert (own.content[:5], official.content[:5]) == (b"%PDF-", b"%PDF-")
    assert number in phone.get("/my/documents")

    # end, and say how it was
    desk.send("/desk/1/finish", **at_desk, outcome="resolved", procedures="1")
    assert 'href="/my/survey"' in phone.get("/my")
    phone.send("/my/survey", q1="5")
    assert phone.http.post("/my/survey", data={"q1": "1"}).status_code == 409

    with parts.database.read() as stores:
        rows = stores.connection.execute("select type, body from event order by n").fetchall()
        answers = stores.survey.answers(slot_at.date(), slot_at.date())
    told = [row["type"] for row in rows]
    steps = [
        "appointment_held",
        "appointment_booked",
        "turn_arrived",
        "appointment_checked_in",
        "document_clean",
        "turn_called",
        "turn_started",
        "documents_submitted",
        "turn_completed",
        "visit_ended",
    ]
    assert [told.index(step) for step in steps] == sorted(told.index(step) for step in steps)
    assert [(answer.service, answer.marks) for answer in answers] == [("registro", {"attention": 5})]
    everything = "".join(row["body"] for row in rows)
    assert CANARY not in everything
    assert "canary" not in everything.lower()
    assert "12345678Z" not in everything
