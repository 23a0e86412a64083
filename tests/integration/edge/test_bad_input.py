"""What nobody should send, and what changes under somebody: plain words in the person's language, nothing lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import httpx
import msgspec
import pytest

from edge.adapters.http.endpoint import Access, Endpoint, Kind
from edge.adapters.http.table import TABLE
from edge.bootstrap.program import OfficeProgram
from edge.domain.events import Stream
from edge.domain.tokens import code_at
from edge.runtime.clock import ManualClock
from tests.fixtures.processes import unused_port
from tests.integration.edge.conftest import RunOffice
from tests.integration.edge.test_canaries import VALID, _value

LANGUAGES = ("es", "ca", "en", "ar")
PASSWORD = "correct horse battery"
ODD = (
    "Núria\u0000\u0007\u001b[31m",
    "<script>alert(1)</script><b>",
    "\u202eanidrO\u2066\u200f",
    "😀" * 40,
    "{{ 7*7 }} ${7*7} %s %(x)s \\n",
    "' OR 1=1;--",
    "\ufeff\u00a0\u3000",
    "a" * 5000,
)
NOT_FOR_A_PAGE = re.compile(r"[\u0000-\u0008\u000e-\u001f\u202a-\u202e]|<script>alert|\bTraceback\b")


class Browser:
    """Somebody of the staff, or with no *roles* a phone, in one language."""

    def __init__(self, program: OfficeProgram, clock: ManualClock, language: str, login: str = "") -> None:
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{program.port}", timeout=30, headers={"accept-language": language}
        )
        self._clock, self.csrf = clock, ""
        if login:
            self.http.post("/login", data={"login": login, "password": PASSWORD})
            self.csrf = self.http.get("/api/v1/session").json()["csrf"]

    def send(self, method: str, path: str, kind: Kind, body: dict[str, Any]) -> httpx.Response:
        self._clock.move(7)
        if kind is Kind.PAGE:
            data = {"csrf": self.csrf} | {name: str(value) for name, value in body.items()}
            return self.http.request(method, path, data=data)
        return self.http.request(method, path, json=body, headers={"X-CSRF-Token": self.csrf})


@pytest.fixture
def program(run_office: RunOffice) -> OfficeProgram:
    made = run_office(unused_port(), public_url="http://localhost")
    facts = {"salt": b"s" * 16, "actor": "test"}
    roles = ["agent", "helper", "manager", "official", "technician"]
    for login in ("rosa", "marta"):
        made.work.carry_out(made.parts.staff.add, login, login, PASSWORD, roles, **facts)
    return made


Browse = Callable[..., Browser]


@pytest.fixture
def browse(program: OfficeProgram, manual_clock: ManualClock) -> Iterator[Browse]:
    """Open browsers: of a *language*, and of somebody of the staff with a *login*."""
    opened: list[Browser] = []

    def begin(language: str, login: str = "") -> Browser:
        opened.append(Browser(program, manual_clock, language, login))
        return opened[-1]

    yield begin
    for one in opened:
        one.http.close()


def hall_code(program: OfficeProgram) -> str:
    parts = program.parts
    return code_at(parts.context.code_key, parts.office.id, parts.clock.now()).code


def rows(access: Access) -> Iterator[Endpoint]:
    """Yield every row that takes a form or JSON from people with this *access*, but for those that end a session."""
    for row in TABLE:
        if row.body is not None and row.access is access and not row.path.endswith(("lock", "/logout", "/login")):
            yield row


def bodies(row: Endpoint) -> Iterator[dict[str, Any]]:
    """Yield requests with an odd text in every field, and with good values where there are some."""
    assert row.body is not None
    for odd in ODD:
        fields = {f.name: _value(f.type, odd) for f in msgspec.structs.fields(row.body)}
        yield fields
        yield fields | {name: value for name, value in VALID.items() if name in fields}


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_odd_texts_in_any_field_are_answered_in_the_persons_language(
    program: OfficeProgram, browse: Browse, manual_clock: ManualClock, language: str
) -> None:
    asked, wrong = 0, []

    for access, login in ((Access.ANYONE, ""), (Access.STAFF, "rosa")):
        who = browse(language, login)
        who.http.get("/")
        for row in rows(access):
            path = re.sub(r"\{[a-z_]+\}", "1", row.path)
            for body in bodies(row):
                answer = who.send(row.method, path, row.kind, body)
                asked += 1
                if answer.status_code >= 500 and answer.status_code != 503:
                    wrong.append((row.path, body, answer.status_code))
                if answer.headers.get("content-type", "").startswith("text/html"):
                    assert answer.headers["content-language"] == language
                    assert not NOT_FOR_A_PAGE.search(answer.text), row.path
        assert who.http.get("/reports" if login else "/").status_code == 200  # nobody was thrown out

    assert wrong == []
    assert asked > 500


@pytest.mark.slow
def test_a_service_that_is_withdrawn_while_somebody_waits_leaves_nobody_behind(
    program: OfficeProgram, browse: Browse
) -> None:
    agent, phone = browse("es", "rosa"), browse("es")
    agent.send("POST", "/api/v1/desks/1/open", Kind.JSON, {})
    phone.http.get("/")
    phone.send("POST", "/turns", Kind.PAGE, {"service": "registro", "code": hall_code(program)})
    code = phone.http.get("/api/v1/turns/mine").json()["code"]
    office = program.parts.office
    program.parts.office = replace(
        office, services={name: one for name, one in office.services.items() if name != "registro"}
    )

    shown = [phone.http.get(f"/my?lang={language}") for language in LANGUAGES]
    refused = phone.send("POST", "/api/v1/turns", Kind.JSON, {"service": "registro"})
    pages = [
        agent.http.get(path).status_code
        for path in ("/desk/1", "/desk", "/helper", "/overview", f"/helper?code={code}", "/agenda", "/reports")
    ]
    api = [phone.http.get(path).status_code for path in ("/api/v1/board", "/api/v1/waits", "/api/v1/turns/mine/why")]
    called = agent.send("POST", "/api/v1/desks/1/next", Kind.JSON, {})
    told = phone.http.get("/my?lang=es").text
    done = [
        agent.send("POST", f"/api/v1/desks/1/{deed}", Kind.JSON, body).status_code
        for deed, body in (("start", {}), ("finish", {"outcome": "resolved"}))
    ]

    assert [page.status_code for page in shown] == [200] * 4
    assert all(code in page.text for page in shown)
    assert refused.status_code in (201, 404)  # the phone has its turn, or is told that the service is not offered
    assert pages == [200] * 7
    assert api == [200] * 3
    assert called.json()["code"] == code
    assert "Es su turno" in told
    assert done == [200, 200]


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_two_agents_on_one_person_and_an_old_page_are_refused_in_words_and_written_down(
    program: OfficeProgram, browse: Browse, manual_clock: ManualClock, language: str
) -> None:
    first, second = (browse(language, login) for login in ("rosa", "marta"))
    texts = program.parts.texts
    for desk, agent in (("1", first), ("2", second)):
        agent.send("POST", f"/api/v1/desks/{desk}/open", Kind.JSON, {})
    turns = []
    for _ in range(2):
        wish = {"service": "registro", "language": "es"}
        turns.append(first.send("POST", "/api/v1/helper/turns", Kind.JSON, wish).json()["turn"]["id"])
    first.send("POST", "/api/v1/desks/1/next", Kind.JSON, {})
    wanted = {"turn": turns[0], "reason": "error"}
    taken = second.send("POST", "/api/v1/desks/2/call", Kind.JSON, wanted)
    page = second.send("POST", "/desk/2/call", Kind.PAGE, wanted)
    old = first.send("POST", "/api/v1/desks/1/start", Kind.JSON, {"seen": turns[1]})

    assert [taken.status_code, page.status_code, old.status_code] == [409] * 3
    assert (taken.json()["code"], old.json()["code"]) == ("called_elsewhere", "page_is_old")
    for answer, code in ((taken, "called_elsewhere"), (old, "page_is_old")):
        assert answer.json()["title"] == texts.text(language, f"problems.{code}")
    assert page.headers["content-language"] == language
    with program.parts.database.read() as stores:
        refused = stores.connection.execute(
            "select reason, actor from event where stream = ? and type = 'desk_refused' order by n", (Stream.DESKS,)
        ).fetchall()
    assert [row["reason"] for row in refused] == ["called_elsewhere", "called_elsewhere", "page_is_old"]


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_press_that_comes_again_after_closing_is_told_when_the_office_opens(
    program: OfficeProgram, browse: Browse, manual_clock: ManualClock, language: str
) -> None:
    inside, late = (browse(language) for _ in range(2))
    agent = browse(language, "rosa")
    agent.send("POST", "/api/v1/desks/1/open", Kind.JSON, {})
    for phone in (inside, late):
        phone.http.get("/")
    key = re.findall(r'name="key" value="([^"]+)"', late.http.get("/").text)[0]
    inside.send("POST", "/turns", Kind.PAGE, {"service": "registro", "code": hall_code(program)})
    agent.send("POST", "/api/v1/desks/1/next", Kind.JSON, {})
    agent.send("POST", "/api/v1/desks/1/start", Kind.JSON, {})
    manual_clock.move(11.2 * 3600)  # it closes at eight; it is twenty past
    program.work.carry_out(program.parts.housekeeping.tidy)

    refused = late.send("POST", "/turns", Kind.PAGE, {"service": "registro", "key": key})
    agent = browse(language, "rosa")
    served = agent.send("POST", "/api/v1/desks/1/finish", Kind.JSON, {"outcome": "resolved"})

    assert refused.status_code == 409
    assert refused.headers["content-language"] == language
    assert program.parts.texts.text(language, "problems.closed")[:20] in unescape(refused.text)
    assert served.status_code == 200  # who is inside at closing is not cut off
