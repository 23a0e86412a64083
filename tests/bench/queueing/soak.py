"""The soak: random deeds of sixteen clients in four processes, and of the centre, while the office is often killed.

What was left is judged from outside. A run that breaks a promise keeps its folder, and ``--check FOLDER`` judges it
again without another run.
"""

from __future__ import annotations

import multiprocessing
import random
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from edge.adapters.sqlite.connection import open_reader
from edge.domain.errors import Unavailable
from tests.bench.kit import Figure, Gate, Row
from tests.bench.queueing import premises
from tests.bench.queueing.busy import BOOKED, BusyOffice
from tests.bench.queueing.capacity import Capacity
from tests.bench.queueing.deeds import Part, work
from tests.bench.queueing.line import Tally
from tests.bench.queueing.premises import DESKS, EVERYTHING, OFFICE
from tests.bench.queueing.region import Region
from tests.bench.queueing.verdict import Verdict, judge

OPS = 100_000
PROCESSES = 4
OPS_A_KILL = 4_000  # on average
FEWEST_KILLS = 2
QUEUES = 26
TOLD_EVERY_S = 5.0
SYNC_S = 60.0
PROMISES = ("duplicates", "double_calls", "overbookings", "lost", "replay_differences", "log_flaws")
ALL_KINDS = 20_000  # deeds from which on every kind has to have been done


# What a whole run has done, each at least once.
KINDS = frozenset(
    {
        "next", "call", "recall", "start", "hold", "miss", "transfer", "finish", "defer", "undo", "open", "pause",
        "close", "look", "issue", "issue_again", "arrive", "back", "cancel", "priority", "mode", "page", "form",
        "replay", "take_here", "take_remote", "take_by_poster", "prove", "minutes", "leave", "hold_slot",
        "hold_again", "contact", "confirm", "book", "move", "give_up", "check_in", "come_late", "free", "withdraw",
        "close_range", "reopen", "centre_book", "centre_promise", "centre_move", "centre_cancel", "centre_lease",
        "centre_release", "centre_turn", "centre_free",
    }
)  # fmt: skip


@dataclass
class Run:
    """What one soak did."""

    ops: int
    seed: int
    kills: int = 0
    back_s: list[float] = field(default_factory=list)  # from the kill until the pages answer again
    tallies: list[Tally] = field(default_factory=list)
    took_s: float = 0.0
    sync_faults: list[str] = field(default_factory=list)  # what the centre did not get as it should

    def sum(self, name: str) -> Counter[str]:
        """Return "done" or "refused" over all clients, by deed."""
        return sum((getattr(tally, name) for tally in self.tallies), Counter[str]())

    @property
    def never(self) -> list[str]:
        """Return the kinds of deeds that were never done."""
        return sorted((set(KINDS) | set(self.sum("refused"))) - set(self.sum("done")))

    @property
    def mistakes(self) -> list[str]:
        """Return the answers that no office may give."""
        return [mistake for tally in self.tallies for mistake in tally.mistakes]


def run(ops: int = OPS, seed: int = 0) -> Sequence[Row]:
    """Do *ops* deeds and judge; *seed* 0 is a new one."""
    done = Run(ops, seed or secrets.randbelow(2**31) + 1)
    click.echo(f"soak: seed {done.seed}, {ops:,} deeds", err=True)
    folder = Path(tempfile.mkdtemp(prefix="o360-soak-"))
    with premises.running(BusyOffice(folder, queues=QUEUES)) as office:
        play(office, done)
    verdict = check(folder)
    _tell(folder, done, verdict)
    return rows(done, verdict)


def check(folder: Path) -> Verdict:
    """Judge what a run left in *folder*."""
    capacity = Capacity.of(folder / "documents" / "offices" / f"{OFFICE}.toml")
    return judge(folder / "office.db", sorted(folder.glob("client-*.jsonl")), capacity)


def checked(folder: Path) -> Sequence[Row]:
    """Judge the *folder* of an earlier run again."""
    verdict = check(folder)
    for text in verdict.shown:
        click.echo(text, err=True)
    return [Gate(promise, verdict.counts[promise], 0) for promise in PROMISES]


def rows(done: Run, verdict: Verdict) -> list[Row]:
    """Return the report."""
    return [
        Figure("seed", done.seed),
        Figure("ops", done.ops),
        Figure("done", done.sum("done").total()),
        Figure("refused", done.sum("refused").total()),
        Figure("unanswered", sum(tally.unanswered for tally in done.tallies)),
        Figure("kinds_of_deeds", len(done.sum("done"))),
        Figure("ops_per_s", done.ops / done.took_s),
        Figure("kills", done.kills),
        Figure("back_s_max", max(done.back_s, default=0.0), "s"),
        Figure("took_s", done.took_s, "s"),
        Gate("wrong_answers", len(done.mistakes), 0),
        *([Gate("kinds_never_done", len(done.never), 0)] if done.ops >= ALL_KINDS else []),
        Gate("sync_faults", len(done.sync_faults), 0),
        *(Gate(promise, verdict.counts[promise], 0) for promise in PROMISES),
    ]


def play(office: BusyOffice, done: Run) -> None:
    """Let sixteen clients work while the office is killed at random moments."""
    context = multiprocessing.get_context("spawn")
    left: Any = context.Value("q", done.ops)
    results = context.Queue()
    parts = _parts(office, done.seed)
    each = len(parts) // PROCESSES
    shares = [parts[n * each : (n + 1) * each] for n in range(PROCESSES)]
    processes = [context.Process(target=work, args=(share, left, results), daemon=True) for share in shares]
    region = Region(office, f"{done.seed} centre", office.services[:BOOKED])
    begun = time.monotonic()
    region.start()
    for process in processes:
        process.start()
    _kill_at_random(office, done, left, processes)
    done.tallies = [*(results.get(timeout=60) for _ in parts), region.tally]
    for process in processes:
        process.join(10)
    done.took_s = time.monotonic() - begun
    region.stop()
    done.sync_faults = _unlike(office, region)


def _unlike(office: BusyOffice, region: Region) -> list[str]:
    """Return in which way the centre has another log than the office, once it has had the time to get it."""

    def missing() -> list[str]:
        heard = region.centre.heard(OFFICE)
        upto = {stream: last for (_, stream), last in heard.positions.items()}
        return [s for s, last in _streams(office.database).items() if upto.get(s, 0) < last]

    limit = time.monotonic() + SYNC_S
    while missing() and time.monotonic() < limit:
        time.sleep(0.1)
    faults = [*region.centre.heard(OFFICE).faults, *(f"{stream} has not come whole" for stream in missing())]
    region.centre.stop()
    return faults


def _streams(database: Path) -> dict[str, int]:
    reader = open_reader(database)
    try:
        return dict(reader.execute("select stream, max(seq) from event group by stream").fetchall())
    finally:
        reader.close()


def _kill_at_random(office: BusyOffice, done: Run, left: Any, processes: Sequence[Any]) -> None:
    chance = random.Random(f"{done.seed} kills")
    moments = sorted(chance.sample(range(done.ops // 20, done.ops * 19 // 20), kills_of(done.ops)), reverse=True)
    told = time.monotonic()
    while left.value > 0 and any(process.is_alive() for process in processes):
        if moments and done.ops - left.value >= moments[-1]:
            moments.pop()
            begun = time.monotonic()
            office.stop(signal.SIGKILL)
            office.start()
            done.back_s.append(time.monotonic() - begun)
            done.kills += 1
        if time.monotonic() - told >= TOLD_EVERY_S:
            told = time.monotonic()
            click.echo(f"soak: {done.ops - max(left.value, 0):,} deeds, {done.kills} kills", err=True)
        time.sleep(0.005)


def kills_of(ops: int) -> int:
    """Return how often the office is killed in a run of *ops* deeds."""
    return max(FEWEST_KILLS, ops // OPS_A_KILL)


def _parts(office: BusyOffice, seed: int) -> list[Part]:
    key, manager = _code_key(office.database), office.log_in(EVERYTHING)
    return [
        Part(
            number=n,
            seed=f"{seed} {n}",
            port=office.port,
            person=office.log_in(f"desk{n}"),
            manager=manager,
            services=tuple(office.services),
            bookable=tuple(office.services[:BOOKED]),
            posters=tuple(office.posters),
            journal=office.folder / f"client-{n:02d}.jsonl",
            post=office.post.folder,
            pace=office.pace,
            code_key=key,
        )
        for n in range(1, DESKS + 1)
    ]


def _code_key(database: Path) -> bytes:
    """Return the secret of the hall's codes: these clients stand in front of the display."""
    reader = open_reader(database)
    try:
        row = reader.execute("select value from meta where key = 'code_key'").fetchone()
    finally:
        reader.close()
    if row is None:
        raise Unavailable("the office has no key yet")
    return bytes.fromhex(row[0])


def _tell(folder: Path, done: Run, verdict: Verdict) -> None:
    """Say what was broken and where everything lies; a run without a fault leaves nothing."""
    broken = [*verdict.shown, *(f"wrong answer: {text}" for text in done.mistakes[:5]), *done.sync_faults[:5]]
    for name in ("done", "refused"):
        click.echo(f"{name}: {dict(done.sum(name).most_common())}", err=True)
    click.echo(f"never done: {', '.join(done.never) or 'nothing'}", err=True)
    if not broken:
        shutil.rmtree(folder)
        return
    for text in broken:
        click.echo(text, err=True)
    again = f"./o360 bench turns --soak --ops {done.ops} --seed {done.seed}"
    click.echo(f"everything lies in {folder}; judge it again: ./o360 bench turns --check {folder}; {again}", err=True)
    sys.stderr.flush()
