"""The office: how fast a turn is issued and called, how fast the hall sees it, how soon programs are up, their memory.

One office as the demo runs it, with real brokers and processes. Latencies "alone" are of one client on an idle office;
call → board is measured while 300 phones follow their turns live.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx

from edge.demo import brokers
from edge.demo.calendar import clock_for
from edge.demo.configs import CLIP, OFFICE, Layout
from edge.demo.processes import wait_for
from edge.demo.stage import Stage
from edge.demo.watch import Watch
from edge.runtime.mqtt import Broker
from edge.runtime.resources import config_dir
from tests.bench import floor
from tests.bench.kit import Figure, Gate, Row, percentile, rss_mb
from tests.bench.load import Load, post
from tests.fixtures.processes import unused_port

CYCLES = 300
PHONES, PHONES_A_TURN = 300, 4
CALLS = 60
CLIENTS, EACH, ROUNDS = 16, 2, 3  # the queue takes 120 people: few each, in several rounds
DESK = "1"
WISH = {"service": "registro", "language": "es", "paper": False}


def run() -> Sequence[Row]:
    """Measure one office from its start to its end."""
    with tempfile.TemporaryDirectory(prefix="o360-bench-") as folder, stage(Path(folder)) as office:
        started, first_frame = start(office)
        issue, call = attend(office)
        shown = asyncio.run(call_with_phones(office))
        ours, bare = crowd(office, Path(folder))
        office.start_counter()
        wait_for("the counter", lambda: "counter-entrance" in office.devices(), 30)
        time.sleep(8)  # until the detector has settled in memory
        return [
            Gate("issue_p99_ms", percentile(issue, 99), 25, unit="ms"),
            Figure("issue_p50_ms", percentile(issue, 50), "ms"),
            Gate("call_p99_ms", percentile(call, 99), 25, unit="ms"),
            Figure("call_p50_ms", percentile(call, 50), "ms"),
            Gate("call_to_board_p95_ms", percentile(shown, 95), 250, unit="ms"),
            Figure("call_to_board_p50_ms", percentile(shown, 50), "ms"),
            Figure("issue_16_clients_per_s", ours.per_s),
            Figure("issue_16_clients_p99_ms", percentile(ours.times_ms, 99), "ms"),
            Figure("floor_16_clients_per_s", bare.per_s),
            Figure("floor_16_clients_p99_ms", percentile(bare.times_ms, 99), "ms"),
            Gate("edge_start_s", started, 5, unit="s"),
            Gate("board_first_frame_s", first_frame, 2, unit="s"),
            Gate("rss_edge_mb", rss_mb(office.pid("edge")), 150, unit="MB"),
            Gate("rss_board_mb", rss_mb(office.pid("display-hall")), 120, unit="MB"),
            Gate("rss_counter_mb", rss_mb(office.pid("counter")), 220, unit="MB"),
            Figure("rss_central_mb", rss_mb(office.pid("central")), "MB"),
        ]


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Give a stage on which nothing runs yet."""
    clock = clock_for(datetime.now(UTC), config_dir(), OFFICE)
    office = Stage(Layout(folder), clip=CLIP, clock=clock, windows=False)
    try:
        yield office
    finally:
        office.stop()


def start(office: Stage) -> tuple[float, float]:
    """Start brokers, centre, edge and hall display; return (edge up, first frame painted) in seconds."""
    office.start_brokers()
    office.start_centre()
    begun = time.monotonic()
    office.start_office()
    up = time.monotonic() - begun
    log = office.layout.logs / "display-hall.log"
    begun = time.monotonic()
    office.start_display("hall")
    wait_for("the display", lambda: log.exists() and "display_ready" in log.read_text(), 30)
    painted = time.monotonic() - begun
    office.employ()
    return up, painted


class Staff:
    """One logged-in person with a kept connection."""

    def __init__(self, office: Stage, role: str, number: int = 0) -> None:
        person = [p for p in office.staff if p.role == role][number]
        self._client = httpx.Client(base_url=office.office_url, timeout=10)
        self._client.post("/login", data={"login": person.login, "password": person.password})
        session = self._client.get("/api/v1/session").raise_for_status().json()
        self._headers = {"X-CSRF-Token": session["csrf"]}

    @property
    def headers(self) -> dict[str, str]:
        """Return what another client needs to speak for the same person."""
        cookies = "; ".join(f"{name}={value}" for name, value in self._client.cookies.items())
        return {**self._headers, "Cookie": cookies, "Content-Type": "application/json"}

    def post(self, path: str, **body: object) -> dict[str, object]:
        """Send one JSON request and return the answer; raise for anything but success."""
        answer = self._client.post(f"/api/v1/{path}", json=body, headers=self._headers)
        found: dict[str, object] = answer.raise_for_status().json()
        return found

    def waiting(self) -> list[str]:
        """Return the turns that wait for the desk."""
        picture = self._client.get(f"/api/v1/desks/{DESK}").raise_for_status().json()
        return [turn["id"] for turn in picture["next"]]


def attend(office: Stage) -> tuple[list[float], list[float]]:
    """Issue, call and serve one person after another; return the times of issuing and calling in ms."""
    helper, agent = Staff(office, "helper"), Staff(office, "agent")
    agent.post(f"desks/{DESK}/open")
    issue, call = [], []
    for _ in range(CYCLES):
        issue.append(timed(lambda: helper.post("helper/turns", **WISH)))
        call.append(timed(lambda: agent.post(f"desks/{DESK}/next")))
        agent.post(f"desks/{DESK}/start")
        agent.post(f"desks/{DESK}/finish", outcome="resolved", procedures=1)
    return issue, call


def crowd(office: Stage, folder: Path) -> tuple[Load, Load]:
    """Let 16 clients issue turns at once, here and on the floor; return both loads. Alternates to share the noise."""
    helper = Staff(office, "helper")
    wish = json.dumps(WISH).encode()
    url = f"http://127.0.0.1:{office.ports.office_http}/api/v1/helper/turns"
    loads: tuple[list[Load], list[Load]] = ([], [])
    with floor.running(folder, unused_port()) as bare:
        for _ in range(ROUNDS):
            loads[0].append(post(url, wish, helper.headers, clients=CLIENTS, each=EACH))
            loads[1].append(post(f"{bare}/issue", b"{}", {}, clients=CLIENTS, each=EACH * 4))
    ours, theirs = (
        Load([t for load in side for t in load.times_ms], sum(load.per_s for load in side) / ROUNDS) for side in loads
    )
    return ours, theirs


def timed(work: Callable[[], object]) -> float:
    """Return how long *work* took, in ms."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


async def call_with_phones(office: Stage) -> list[float]:
    """Call people while phones follow turns; return call → painted frame in ms, as the display reports it."""
    user = brokers.WATCHER
    password = str(office.layout.office_bus / f"{user}.password")
    watch = Watch(Broker(port=office.ports.office_bus, username=user, password_file=password), "hall")
    helper = Staff(office, "helper")
    open_desks(office)
    followed = [helper.post("helper/turns", **WISH) for _ in range(PHONES // PHONES_A_TURN)]
    watch.start()
    try:
        async with phones(office, [str(turn["link"]) for turn in followed]):
            await asyncio.to_thread(calls, office, watch)
    finally:
        watch.stop()
    empty(office)
    return watch.latencies_ms


def empty(office: Stage) -> None:
    """Send everybody home who still waits, for the next measurement."""
    agent = Staff(office, "agent")
    for turn in agent.waiting():
        agent.post(f"turns/{turn}/cancel")


def open_desks(office: Stage) -> None:
    """Open two more desks, so that the queue takes many people."""
    for number, desk in ((1, "2"), (2, "3")):
        Staff(office, "agent", number).post(f"desks/{desk}/open")


def calls(office: Stage, watch: Watch) -> None:
    """Call one person after another and wait until the hall has seen each."""
    helper, agent = Staff(office, "helper"), Staff(office, "agent")
    for number in range(1, CALLS + 1):
        helper.post("helper/turns", **WISH)
        agent.post(f"desks/{DESK}/next")
        wait_for("the call on the board", lambda n=number: watch.calls_shown >= n, 10)  # type: ignore[misc]
        agent.post(f"desks/{DESK}/start")
        agent.post(f"desks/{DESK}/finish", outcome="resolved", procedures=1)


@asynccontextmanager
async def phones(office: Stage, links: list[str]) -> AsyncIterator[None]:
    """Keep phones listening, a few on each of *links*, each with an address of its own."""
    listening: set[int] = set()
    all_listen = asyncio.Event()

    async def phone(number: int) -> None:
        transport = httpx.AsyncHTTPTransport(local_address=f"127.0.{1 + number // 200}.{1 + number % 200}")
        url = f"http://127.0.0.1:{office.ports.office_http}"
        live = f"/f/{links[number // PHONES_A_TURN].rsplit('/', 1)[-1]}/live"
        async with (
            httpx.AsyncClient(transport=transport, base_url=url, timeout=None) as client,
            client.stream("GET", live) as stream,
        ):
            stream.raise_for_status()
            listening.add(number)
            if len(listening) == PHONES:
                all_listen.set()
            async for _ in stream.aiter_bytes():
                pass

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(phone(number)) for number in range(PHONES)]
        async with asyncio.timeout(60):
            await all_listen.wait()
        yield
        for task in tasks:
            task.cancel()
