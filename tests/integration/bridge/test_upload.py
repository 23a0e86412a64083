"""Documents to the edge: a real HTTP server, and bearers that come over the bus."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from edge.contracts import topics
from edge.contracts.devices import Bearer, BearerAsk
from edge.contracts.jobs import Scan
from edge.contracts.wire import decode, encode
from edge.runtime.clock import SystemClock
from edge.runtime.mqtt import MqttSession
from firmware_bridge.ports import BadJob, DeviceOffline
from firmware_bridge.upload import Bearers, EdgeUpload


@dataclass
class Web:
    """The edge's HTTP side: keeps what it is sent, answers what the test wants."""

    answers: list[int] = field(default_factory=list)
    taken: list[tuple[str, str, str, bytes]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            head = self.headers
            web.taken.append((self.path, head["Authorization"], head["Idempotency-Key"], body))
            self.send_response(web.answers.pop(0) if web.answers else 201)
            self.send_header("Content-Length", "0")
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield web
    server.shutdown()
    server.server_close()
    thread.join(5)


class Desk:
    """Gives bearers at once: token-1, token-2, ..."""

    def __init__(self, life_s: float = 900.0) -> None:
        self.given, self._life_s = 0, life_s
        self.bearers = Bearers(self._publish, SystemClock())

    def _publish(self, topic: str, payload: bytes) -> bool:
        ask = decode(payload, BearerAsk)
        self.given += 1
        ends = datetime.now(UTC) + timedelta(seconds=self._life_s)
        bearer = Bearer(device=ask.device, nonce=ask.nonce, token=f"token-{self.given}", expires_at=ends)
        assert topic == topics.bearer_ask(ask.device)
        assert self.bearers.answer(bearer)
        return True


def send(upload: EdgeUpload, url: str) -> None:
    upload(url, [b"ab", b"cd"], content_type="application/pdf", job_id="01M7ZX0000000000000000000A")


def test_a_document_goes_up_in_parts_with_bearer_and_id(web: Web) -> None:
    desk = Desk()
    upload = EdgeUpload("scanner-1", desk.bearers, web.url)

    send(upload, "/scans/7?v=1")
    send(upload, f"{web.url}/scans/8")

    token = "Bearer token-1"
    assert web.taken[0] == ("/scans/7?v=1", token, "01M7ZX0000000000000000000A", b"abcd")
    assert [taken[:2] for taken in web.taken] == [("/scans/7?v=1", token), ("/scans/8", token)]
    assert desk.given == 1


def test_a_bearer_that_is_about_to_end_is_renewed(web: Web) -> None:
    desk = Desk(life_s=20)
    upload = EdgeUpload("scanner-1", desk.bearers, web.url)

    send(upload, "/a")
    send(upload, "/b")

    assert desk.given == 2


def test_a_refused_bearer_is_renewed_once(web: Web) -> None:
    web.answers = [401]
    send(EdgeUpload("scanner-1", Desk().bearers, web.url), "/a")
    assert [taken[1] for taken in web.taken] == ["Bearer token-1", "Bearer token-2"]

    web.answers = [403, 403]
    with pytest.raises(BadJob):
        send(EdgeUpload("scanner-1", Desk().bearers, web.url), "/a")


@pytest.mark.parametrize(
    ("answer", "error", "reason"),
    [
        (413, BadJob, "upload_refused"),
        (302, DeviceOffline, "edge_unreachable"),
        (503, DeviceOffline, "edge_unreachable"),
        (429, DeviceOffline, "edge_unreachable"),
    ],
)
def test_what_the_edge_answers_decides_whether_to_try_again(
    web: Web, answer: int, error: type[BadJob] | type[DeviceOffline], reason: str
) -> None:
    web.answers = [answer]

    with pytest.raises(error) as raised:
        send(EdgeUpload("scanner-1", Desk().bearers, web.url), "/a")

    assert (raised.value.reason, len(web.taken)) == (reason, 1)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "https://evil.example/x", "//evil.example/x", "file:///etc/x"])
def test_a_bearer_goes_to_the_edge_only(web: Web, url: str) -> None:
    desk = Desk()

    with pytest.raises(BadJob):
        send(EdgeUpload("scanner-1", desk.bearers, web.url), url)

    assert (desk.given, web.taken) == (0, [])


def test_without_an_edge_nothing_is_sent(free_port: int) -> None:
    upload = EdgeUpload("scanner-1", Desk().bearers, f"http://127.0.0.1:{free_port}")

    with pytest.raises(DeviceOffline):
        send(upload, "/a")


def test_an_answer_with_a_wrong_nonce_is_ignored() -> None:
    bearers = Bearers(lambda *_: False, SystemClock())
    wrong = Bearer(device="scanner-1", nonce="x", token="t", expires_at=datetime.now(UTC))

    assert not bearers.answer(wrong)
    with pytest.raises(DeviceOffline):
        bearers.get("scanner-1")


@pytest.mark.slow
def test_a_scan_reaches_the_edge_through_the_whole_bridge(new_bridge, edge, broker, web: Web) -> None:
    new_bridge(edge_url=web.url).start()
    answered = threading.Event()

    def answer(topic: str, payload: bytes, _: bool) -> None:
        ask = decode(payload, BearerAsk)
        ends = datetime.now(UTC) + timedelta(minutes=15)
        bearer = Bearer(device=ask.device, nonce=ask.nonce, token="secret", expires_at=ends)
        desk.publish(topics.bearer(ask.device), encode(bearer))
        answered.set()

    desk = MqttSession(broker.settings, "desk", on_message=answer, subscriptions=[(topics.bearer_ask_any(), 1)])
    desk.start()
    assert desk.wait_connected(10)

    job = edge.ask(Scan(dpi=75, source="feeder", upload_url="/scans/1"), device="scanner-1")

    done = edge.wait_for(job, "done")
    [(path, token, key, document)] = web.taken
    assert (path, token, key, done.pages_done) == ("/scans/1", "Bearer secret", job, 2)
    assert document.startswith(b"%PDF-")
    assert answered.is_set()
    desk.stop()
