"""The console over HTTP: who gets in, what is refused, what a page holds."""

from __future__ import annotations

import re
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
import pytest
import uvicorn

from edge.central.app import Server
from edge.central.commands import CommandDesk, Signer
from edge.central.console import Console, ConsoleParts
from edge.central.ingest import IngestStatus
from edge.central.pages import Pages
from edge.central.receiver import Receiver
from edge.central.staff import SqlSessions, Staff
from edge.central.store import Store, StoreUnavailable
from edge.central.wall import Wall
from edge.contracts.agenda import OfficeOffer
from edge.contracts.uplink import Command, EventBatch, LiveState, NodeState, SignedCommand
from edge.contracts.wire import decode, encode
from edge.runtime.clock import ManualClock
from edge.runtime.i18n import Messages
from edge.runtime.ids import new_token, new_ulid
from edge.runtime.passwords import Cost, hash_password
from edge.runtime.resources import config_dir
from edge.runtime.weblogin import WebLogin
from tests.contract.uplink.memory_log import MemoryLog

CHEAP = Cost(memory_kib=8, passes=1)


class Bench:
    """A console on a free port over a store with one office; nothing listens on a broker."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.clock, self.sent = clock, []
        self.store = Store(f"sqlite:///{folder}/central.db")
        self.store.prepare()
        self.wall = Wall(heartbeat_s=5.0)
        self.healthy = True
        for login, role in (("olga", "operator"), ("vera", "viewer")):
            Staff(self.store).put(
                staff_id=login, login=login, name=login.title(), roles=frozenset({role}),
                password=hash_password("correct horse", secrets.token_bytes(16), CHEAP),
            )  # fmt: skip
        desk = CommandDesk(
            self.store, Signer.generate(folder / "key.pem"), send=self._send, now=clock.now, new_id=new_ulid
        )
        login = WebLogin(
            accounts=Staff(self.store), sessions=SqlSessions(self.store), clock=clock, new_token=new_token, cost=CHEAP
        )
        pages = Pages(Messages.load(config_dir() / "messages"), title="Centre", zone="Europe/Madrid", now=clock.now)
        self.offers: dict[str, OfficeOffer] = {}
        self.console = Console(
            ConsoleParts(
                store=self.store, wall=self.wall, login=login, desk=desk, pages=pages, ingest=self._status,
                monotonic=time.monotonic, secure=False, offers=lambda: self.offers,
            )
        )  # fmt: skip
        self._log = MemoryLog()
        self._fill()
        self._clients: list[httpx.Client] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(self.console.app(), lifespan="off", log_config=None, timeout_graceful_shutdown=1)
        self._server = Server(config, lambda: False)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})
        self._thread.start()

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self.stop_serving()
        self._socket.close()
        self.store.close()

    def client(self, login: str = "", language: str = "es") -> httpx.Client:
        """Return a browser; logged in when *login* is given."""
        client = httpx.Client(base_url=self.url, headers={"accept-language": language}, follow_redirects=True)
        self._clients.append(client)
        if login:
            answer = client.post("/login", data={"name": login, "password": "correct horse"})
            assert answer.url.path == "/"
        return client

    def says(self, office: str = "carretas4", *, waiting: int, count_health: str = "ok") -> None:
        """Let an office say its figures now."""
        live = LiveState(
            office=office, at=datetime.now(UTC), open=True, waiting=waiting, serving=1, desks_open=2, issued_today=9,
            completed_today=5, people=20, capacity=40, capacity_state="free", count_health=count_health,
        )  # fmt: skip
        self.wall.lives(live, time.monotonic())

    def answers(self, state: str) -> None:
        """Let the office report on the last command."""
        command = decode(self.sent[-1].body.encode(), Command)
        body = {"command": command.id, "type": command.type, "state": state}
        self._log.append("office", kind=f"command_{state}", body=body)
        self._store_rows("office")

    def stop_serving(self) -> None:
        """End the web server."""
        self._server.should_exit = True
        self._thread.join(10)

    def _fill(self) -> None:
        self._log.append("turns", 3, body={"turn": "SECRET-BODY"})
        self._store_rows("turns")
        state = NodeState(office="carretas4", epoch="e1", state="online", title="Carretas")
        self.wall.said(state, time.monotonic(), retained=False)
        self.says(waiting=17)

    def _store_rows(self, stream: str) -> None:
        rows = [msgspec.Raw(encode(row)) for row in self._log.rows(stream, 0, 9)]
        batch = EventBatch(office="carretas4", epoch="e1", stream=stream, first_seq=1, rows=rows)
        self.wall.stored(Receiver(self.store).store([batch], self.clock.now()).positions)

    def _send(self, topic: str, payload: bytes) -> bool:
        self.sent.append(decode(payload, SignedCommand))
        return True

    def _status(self) -> IngestStatus:
        return IngestStatus(
            broker=self.healthy, database=True, queue=0, rows=3, duplicates=0, groups=1, dropped=0, junk={}
        )


@pytest.fixture
def bench(tmp_path: Path, manual_clock: ManualClock) -> Iterator[Bench]:
    made = Bench(tmp_path, manual_clock)
    yield made
    made.close()


def csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("path", ["/", "/offices/carretas4", "/offices/carretas4/live"])
def test_pages_send_strangers_to_the_login(bench: Bench, path: str) -> None:
    answer = bench.client().get(path, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


@pytest.mark.parametrize("path", ["/api/offices", "/api/offices/carretas4", "/api/live"])
def test_the_interface_tells_strangers_nothing(bench: Bench, path: str) -> None:
    answer = bench.client().get(path)

    assert (answer.status_code, answer.json()) == (401, {"error": "not_logged_in"})


def test_the_wall_shows_offices_in_the_language_of_the_browser(bench: Bench) -> None:
    page = bench.client("vera", "ca-ES,es;q=0.5").get("/").text

    assert 'lang="ca"' in page
    assert "Carretas" in page
    assert "En línia" in page
    assert ">17<" in page


def test_a_chosen_language_is_remembered(bench: Bench) -> None:
    client = bench.client("vera")
    client.get("/?lang=en")

    assert "Waiting" in client.get("/").text


def test_a_wrong_password_gets_the_same_words_as_an_unknown_person(bench: Bench) -> None:
    client = bench.client()
    wrong = client.post("/login", data={"name": "vera", "password": "x"})
    unknown = client.post("/login", data={"name": "nobody", "password": "x"})

    assert wrong.status_code == unknown.status_code == 403
    assert wrong.text.replace("vera", "") == unknown.text.replace("nobody", "")


def test_too_many_attempts_are_told_to_wait(bench: Bench) -> None:
    client = bench.client()
    for _ in range(5):
        client.post("/login", data={"name": "vera", "password": "x"})
    answer = client.post("/login", data={"name": "vera", "password": "correct horse"})

    assert answer.status_code == 429
    assert "2 s" in answer.text


def test_the_cookie_is_strict_and_hidden_from_scripts(bench: Bench) -> None:
    answer = bench.client().post("/login", data={"name": "vera", "password": "correct horse"}, follow_redirects=False)

    assert answer.headers["set-cookie"].endswith("Path=/; HttpOnly; SameSite=Strict")


def test_every_answer_has_a_strict_policy(bench: Bench) -> None:
    for path in ("/login", "/health", "/static/console.js", "/nowhere"):
        headers = bench.client().get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_a_session_ends_after_a_while_even_if_the_page_refreshes_itself(bench: Bench) -> None:
    client = bench.client("vera")
    for _ in range(4):
        bench.clock.move(5 * 60)
        answer = client.get("/offices/carretas4/live", follow_redirects=False)

    assert answer.headers["location"] == "/login?ended=1"


def test_log_out_needs_the_form_of_this_session_and_ends_it(bench: Bench) -> None:
    client = bench.client("vera")
    assert client.post("/logout", data={"csrf": "x"}).status_code == 403
    client.post("/logout", data={"csrf": csrf(client.get("/").text)})

    assert client.get("/", follow_redirects=False).status_code == 303


def test_an_office_page_shows_types_and_chain_but_no_content(bench: Bench) -> None:
    client = bench.client("vera")
    page, data = client.get("/offices/carretas4").text, client.get("/api/offices/carretas4")

    assert "turn_called" in page
    assert "<td>Turnos</td>" in page
    assert "nombre técnico" in page
    assert "Íntegra" in page
    assert "SECRET-BODY" not in page + data.text
    assert "agent:7" not in page + data.text
    assert [stream["upto"] for stream in data.json()["streams"]] == [3]


def test_an_operator_identifies_an_office(bench: Bench) -> None:
    client = bench.client("olga")
    answer = client.post("/offices/carretas4/identify", data={"csrf": csrf(client.get("/offices/carretas4").text)})

    assert answer.url.path == "/offices/carretas4"
    assert "Enviada" in answer.text
    assert len(bench.sent) == 1


def test_a_viewer_or_another_site_cannot(bench: Bench) -> None:
    viewer, operator = bench.client("vera"), bench.client("olga")
    own = csrf(viewer.get("/").text)
    good = csrf(operator.get("/").text)

    assert viewer.post("/offices/carretas4/identify", data={"csrf": own}).status_code == 403
    assert operator.post("/offices/carretas4/identify", data={"csrf": own}).status_code == 403
    crossed = operator.post(
        "/offices/carretas4/identify", data={"csrf": good}, headers={"sec-fetch-site": "cross-site"}
    )
    assert crossed.status_code == 403
    assert bench.sent == []
    assert "disabled" in viewer.get("/offices/carretas4").text


@pytest.mark.parametrize(
    ("body", "path", "status", "code"),
    [
        (b'{"type":"identify","args":{"seconds":5}}', "carretas4", 202, None),
        (b'{"type":"shell"}', "carretas4", 400, "unknown_type"),
        (b"junk", "carretas4", 400, "bad_request"),
        (b" " * 9000, "carretas4", 400, "bad_request"),
        (b'{"type":"identify"}', "nowhere", 404, "no_such_office"),
    ],
)
def test_commands_by_the_interface(bench: Bench, body: bytes, path: str, status: int, code: str | None) -> None:
    client = bench.client("olga")
    token = csrf(client.get("/").text)
    answer = client.post(f"/api/offices/{path}/commands", content=body, headers={"x-csrf-token": token})

    assert (answer.status_code, answer.json().get("error")) == (status, code)


def test_the_interface_wants_role_and_token(bench: Bench) -> None:
    body, path = b'{"type":"identify"}', "/api/offices/carretas4/commands"

    assert bench.client("vera").post(path, content=body).json() == {"error": "not_allowed"}
    assert bench.client("olga").post(path, content=body).json() == {"error": "bad_csrf"}


def test_unknown_pages_are_told_kindly(bench: Bench) -> None:
    client = bench.client("vera")

    assert client.get("/offices/nowhere").status_code == 404
    assert "No existe esa oficina" in client.get("/offices/nowhere").text
    assert client.get("/offices/nowhere/live").status_code == 404
    assert client.get("/api/offices/nowhere").json() == {"error": "no_such_office"}
    assert client.get("/api/nowhere").json() == {"error": "not_found"}
    assert client.post("/api/offices").status_code == 405
    assert client.get("/static/%2e%2e/console.py").status_code == 404


def test_health_says_how_it_is(bench: Bench) -> None:
    assert bench.client().get("/health").json()["status"] == "ok"
    bench.healthy = False

    answer = bench.client().get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "degraded")


def test_a_database_that_is_away_is_a_calm_page(bench: Bench, tmp_path: Path) -> None:
    client = bench.client("vera")
    bench.store.close()
    (tmp_path / "central.db").rename(tmp_path / "gone.db")
    (tmp_path / "central.db").mkdir()

    assert client.get("/").status_code == 503
    assert "base de datos" in client.get("/").text
    assert client.get("/api/offices").json() == {"error": "database_unavailable"}
    with pytest.raises(StoreUnavailable):
        bench.store.rows_of("carretas4")


def test_the_look_comes_from_the_design_tokens(bench: Bench) -> None:
    client = bench.client()

    assert "--color-brand" in client.get("/static/tokens.css").text
    assert client.get("/static/fonts/AtkinsonHyperlegibleNext-latin-400.woff2").status_code == 200
    assert client.get("/openapi.json").json()["openapi"].startswith("3.1")
