"""Turns: issued and called beside a bare hand-written server in the same run; call to board and to 300 phones; --soak.

The office and the floor are measured in short blocks, one after the other, so that whatever else the machine does hits
both; each with a process of its own, the loader in a third. With 16 clients a block issues 64 turns, then calls, starts
and finishes them at 16 desks. What is held against the floor is the median over the rounds.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import click

from edge.demo.processes import wait_for
from edge.demo.watch import Watch
from edge.runtime.mqtt import Broker
from tests.bench.kit import Bench, Figure, Gate, Row, percentile
from tests.bench.queueing import disk, phones, premises, soak
from tests.bench.queueing.load import Ask, Load, ask, loader, play
from tests.bench.queueing.premises import DESKS, Person, Premises, answers
from tests.fixtures.processes import end, spawn, unused_port

ALONE_BLOCKS, ALONE_EACH = 5, 20  # of one client, in each round
ROUNDS, BLOCKS, EACH = 7, 5, 4  # a round is five blocks; a block is four turns of each of sixteen clients
PHONES, CALLS = 300, 60
QUEUES = 8
QUIET_S = 0.35  # after a step, until all pages have been drawn
KINDS = ("issue", "call")


@dataclass
class Side:
    """One of the two servers: its scripts, and what was measured."""

    port: int
    issue: Callable[[int, int], Ask]  # of a client in a block
    cycle: Callable[[int, int], list[Ask]]  # call, start, finish at a desk
    alone: list[list[Load]] = field(default_factory=list)  # by round, as those of the crowd
    rounds: list[list[Load]] = field(default_factory=list)

    def block(self, pool: ProcessPoolExecutor, number: int, *, clients: int, each: int) -> list[Load]:
        """Let *clients* issue, then call all whom they issued."""
        issue = [[self.issue(client, number)] * each for client in range(clients)]
        cycle = [self.cycle(client, number) * each for client in range(clients)]
        return [pool.submit(play, self.port, scripts).result() for scripts in (issue, cycle)]

    def p99(self, kind: str) -> list[float]:
        """Return the p99 of each round in ms."""
        return [_of(loads, kind, 99) for loads in self.rounds]

    def alone_ms(self, kind: str, percent: float) -> float:
        """Return the median over the rounds of what one client waited, in ms."""
        return median(_of(loads, kind, percent) for loads in self.alone)

    def per_s(self) -> list[float]:
        """Return good answers per second of each round."""
        return [
            sum(200 <= a.status < 300 for load in loads for a in load.answers) / sum(load.wall_s for load in loads)
            for loads in self.rounds
        ]

    def twice(self, kind: str) -> int:
        """Return how many codes *kind* gave more than once."""
        loads = [load for loads in (*self.alone, *self.rounds) for load in loads]
        given = Counter(_code(a.value()) for load in loads for a in load.answers if a.kind == kind and a.status < 300)
        return sum(times - 1 for times in given.values())


def configure(arguments: Sequence[str]) -> Bench:
    """Return the bench that *arguments* ask for."""
    chosen: list[Bench] = []

    @click.command("turns", context_settings={"help_option_names": ["-h", "--help"]})
    @click.option("--soak", "soaking", is_flag=True, help="Random deeds from 16 clients while the office is killed.")
    @click.option("--ops", default=soak.OPS, show_default=True, help="With --soak: how many deeds.")
    @click.option("--seed", default=0, help="With --soak: repeat a run (0: a new one, printed).")
    @click.option("--flush", default=disk.APPLIANCE_FLUSH_MS, show_default=True, help="Least ms of a flush to disk.")
    @click.option("--check", "left", type=click.Path(path_type=Path, exists=True), help="Judge an earlier soak again.")
    def command(*, soaking: bool, ops: int, seed: int, flush: float, left: Path | None) -> None:
        if left is not None:
            chosen.append(lambda: soak.checked(left))
        else:
            chosen.append((lambda: soak.run(ops, seed)) if soaking else (lambda: run(flush)))

    command.main(args=list(arguments), prog_name="./o360 bench turns", standalone_mode=False)
    if not chosen:
        raise SystemExit(0)
    return chosen[0]


def run(flush_ms: float = disk.APPLIANCE_FLUSH_MS) -> Sequence[Row]:
    """Measure both servers on disks that take *flush_ms* at least, then the hall and the phones."""
    real_ms = disk.commit_ms()
    with tempfile.TemporaryDirectory(prefix="o360-turns-") as name, loader() as pool:
        folder = Path(name)
        (folder / "office").mkdir()
        with premises.opened(folder / "office", queues=QUEUES, flush_ms=flush_ms) as office:
            people = [office.log_in(f"desk{n}") for n in range(1, DESKS + 1)]
            open_desks(office, people, pool)
            with floor(folder, flush_ms) as port:
                ours, bare = ours_at(office, people), bare_at(port)
                measure(pool, ours, bare)
            hall = watched(office, people[0])
    return [
        Figure("commit_ms_of_this_disk", real_ms, "ms"),
        Figure("flush_ms_at_least", flush_ms, "ms"),
        *alone(ours, bare),
        *crowd(ours, bare),
        *hall,
        Gate("duplicates", ours.twice("issue"), 0),
        Gate("double_calls", ours.twice("call"), 0),
    ]


def measure(pool: ProcessPoolExecutor, ours: Side, bare: Side) -> None:
    """Measure both sides in turn: a block of one, a block of the other."""
    for side in (ours, bare):
        side.block(pool, 0, clients=DESKS, each=1)  # nothing is measured cold
    for _ in range(ROUNDS):
        for side in (ours, bare):
            side.alone.append([])
            side.rounds.append([])
        for number in range(ALONE_BLOCKS):
            for side in (ours, bare) if number % 2 else (bare, ours):
                side.alone[-1] += side.block(pool, number, clients=1, each=ALONE_EACH)
        for number in range(BLOCKS):
            for side in (ours, bare) if number % 2 else (bare, ours):
                side.rounds[-1] += side.block(pool, number, clients=DESKS, each=EACH)


def alone(ours: Side, bare: Side) -> Iterator[Row]:
    """Return how long one client waits on an idle office."""
    for kind in KINDS:
        yield Gate(f"{kind}_p99_ms_1", ours.alone_ms(kind, 99), 25, unit="ms")
        yield Figure(f"{kind}_p50_ms_1", ours.alone_ms(kind, 50), "ms")
        yield Figure(f"floor_{kind}_p50_ms_1", bare.alone_ms(kind, 50), "ms")
        yield Figure(f"floor_{kind}_p99_ms_1", bare.alone_ms(kind, 99), "ms")


def crowd(ours: Side, bare: Side) -> Iterator[Row]:
    """Return what sixteen clients get, beside the floor."""
    for kind in KINDS:
        mine, theirs = ours.p99(kind), bare.p99(kind)
        yield Gate(f"{kind}_p99_vs_floor", ratio(mine, theirs), 1.0)
        yield Figure(f"{kind}_p99_ms_16", median(mine), "ms")
        yield Figure(f"floor_{kind}_p99_ms_16", median(theirs), "ms")
    yield Gate("throughput_vs_floor", ratio(ours.per_s(), bare.per_s()), 0.8, ">=")
    yield Figure("per_s_16", median(ours.per_s()))
    yield Figure("floor_per_s_16", median(bare.per_s()))


def _of(loads: Sequence[Load], kind: str, percent: float) -> float:
    return percentile([ms for load in loads for ms in load.ms(kind)], percent)


def ratio(mine: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median over the rounds of one side beside the other."""
    return median(one / other for one, other in zip(mine, theirs, strict=True))


# --- the two sides --------------------------------------------------------------------------------------------------


def ours_at(office: Premises, people: Sequence[Person]) -> Side:
    """Return the office's side: agents at their desks who also issue."""

    def issue(client: int, block: int) -> Ask:
        service = office.services[block % len(office.services)]
        return people[client].ask("issue", "helper/turns", service=service, language="es", paper=False)

    def cycle(client: int, _: int) -> list[Ask]:
        person, desk = people[client], f"desks/{client + 1}"
        finish = person.ask("finish", f"{desk}/finish", outcome="resolved", procedures=1)
        return [person.ask("call", f"{desk}/next"), person.ask("start", f"{desk}/start"), finish]

    return Side(office.port, issue, cycle)


def bare_at(port: int) -> Side:
    """Return the floor's side: the same steps, without anybody logged in."""

    def issue(_: int, block: int) -> Ask:
        return ask("issue", "POST", "/issue", {"queue": str(block)})

    def cycle(client: int, block: int) -> list[Ask]:
        names = (("call", "next"), ("start", "start"), ("finish", "finish"))
        return [ask(kind, "POST", f"/desks/{client + 1}/{path}", {"queue": str(block)}) for kind, path in names]

    return Side(port, issue, cycle)


@contextmanager
def floor(folder: Path, flush_ms: float) -> Iterator[int]:
    """Run the floor as a process of its own; give its port."""
    port = unused_port()
    program = [sys.executable, "-m", "tests.bench.queueing.floor", str(folder / "floor.db"), str(port), str(flush_ms)]
    process = spawn(program, output=subprocess.DEVNULL)  # type: ignore[arg-type]
    try:
        wait_for("the floor", lambda: answers(f"http://127.0.0.1:{port}/health"), 15)
        yield port
    finally:
        end(process)


def open_desks(office: Premises, people: Sequence[Person], pool: ProcessPoolExecutor) -> None:
    """Let everybody sit down."""
    opening = [[person.ask("open", f"desks/{n}/open")] for n, person in enumerate(people, 1)]
    opened = pool.submit(play, office.port, opening).result()
    if any(answer.status != 200 for answer in opened.answers):
        raise RuntimeError(f"a desk does not open: {opened.answers}")


def _code(answer: dict[str, object]) -> object:
    """Return what was given out: the floor's number, or the office's turn."""
    turn = answer.get("turn", answer)
    assert isinstance(turn, dict)
    return turn.get("code")


# --- the hall and the phones ----------------------------------------------------------------------------------------


def watched(office: Premises, agent: Person) -> list[Row]:
    """Call people while 300 phones follow their turns and the hall display paints; return both delays."""
    service = office.services[-1]
    wish = agent.ask("issue", "helper/turns", service=service, language="es", paper=False)
    taken = play(office.port, [[wish] * (PHONES // phones.A_TURN)])
    links = [str(answer.value()["link"]).rsplit("/", 1)[-1] for answer in taken.answers]
    paths = [f"/f/{link}/live" for link in links for _ in range(phones.A_TURN)]
    watch = Watch(Broker(port=office.broker.port), "hall")
    with display(office), phones.listening(office.port, paths) as following:
        watch.start()
        wait_for("the board", lambda: bool(watch.code), 10)
        try:
            delays = [_call(office, agent, watch, following, number) for number in range(1, CALLS + 1)]
        finally:
            watch.stop()
    reached = [len(delay) for delay in delays]
    told = [ms for delay in delays for ms in delay]
    return [
        Gate("board_p95_ms", percentile(watch.latencies_ms, 95), 250, unit="ms"),
        Figure("board_p50_ms", percentile(watch.latencies_ms, 50), "ms"),
        Gate("phones_p95_ms", percentile(told, 95), 250, unit="ms"),
        Figure("phones_p50_ms", percentile(told, 50), "ms"),
        Figure("phones_told_a_call", median(reached)),
    ]


def _call(office: Premises, agent: Person, watch: Watch, following: phones.Phones, number: int) -> list[float]:
    """Call one person; return after how many ms each phone showed a change, the called ones among them."""
    begun = time.perf_counter()
    play(office.port, [[agent.ask("call", "desks/1/next")]])
    wait_for("the call on the board", lambda: watch.calls_shown >= number, 10)
    time.sleep(QUIET_S)
    seen = following.seen()

    def told() -> bool:
        seen.extend(following.seen())
        return sum(called for *_, called in seen) >= phones.A_TURN

    wait_for("the phones of the person called", told, 10)  # late ones are counted as late
    first: dict[int, float] = {}
    for phone, at, _ in seen:
        first.setdefault(phone, (at - begun) * 1000)
    finish = agent.ask("finish", "desks/1/finish", outcome="resolved", procedures=1)
    play(office.port, [[agent.ask("start", "desks/1/start"), finish]])
    time.sleep(QUIET_S)
    following.seen()
    return list(first.values())


@contextmanager
def display(office: Premises) -> Iterator[None]:
    """Run the hall display beside the office, painting without a screen."""
    config, log = office.folder / "display.toml", office.folder / "display.log"
    config.write_text(
        f'name = "hall"\nvariant = "hall"\nlanguages = ["es"]\n[screen]\nfullscreen = false\nwidth_px = 1280\n'
        f"height_px = 720\n[sound]\nenabled = false\n[broker]\nport = {office.broker.port}\n"
    )
    words = ["kiosk", "display", "--platform", "offscreen", "--config", str(config), "--log-level", "info"]
    program = [sys.executable, "-c", "from edge.cli import main; main(prog_name='o360')", *words]
    with log.open("ab") as output:
        process = spawn([*program, "--clock", office.clock], output=output)
    try:
        wait_for("the display", lambda: "display_ready" in log.read_text(), 30)
        yield
    finally:
        end(process)
