"""What a soak left behind, judged from outside: the clients' journals and the log against the tables.

The checks share no rule with the office: who is at which desk is followed through the log by hand.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from edge.adapters.sqlite.log import verify
from edge.adapters.sqlite.replay import differences

SHOWN = 5
# What the log must hold for a deed that was answered with "done"; a deed that may change nothing is not here.
PROOF = {
    "issue": "turn_issued",
    "next": "turn_called",
    "call": "turn_called",
    "start": "turn_started",
    "recall": "turn_recalled",
    "hold": "turn_held",
    "transfer": "turn_transferred",
    "miss": "turn_missed",
    "finish": "turn_completed",
    "back": "turn_returned",
}
AT_DESK = frozenset({"called", "serving"})
LIVE = ("held", "pending_confirmation", "booked", "checked_in")

Row = Mapping[str, Any]


@dataclass
class Verdict:
    """Counts of broken promises, and the first of each in words."""

    counts: Counter[str] = field(default_factory=Counter)
    shown: list[str] = field(default_factory=list)

    def blame(self, promise: str, text: str) -> None:
        """Note one broken *promise*."""
        self.counts[promise] += 1
        if self.counts[promise] <= SHOWN:
            self.shown.append(f"{promise}: {text}")


def judge(database: Path, journals: Iterable[Path], *, desks: int) -> Verdict:
    """Hold the *journals* and the log of *database* against each other and against the tables."""
    verdict = Verdict()
    acknowledged = [json.loads(line) for file in journals for line in file.read_text("utf-8").splitlines()]
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        log = [
            {**json.loads(row["body"]), "type": row["type"]}
            for row in connection.execute("select type, body from event where stream = 'turns' order by seq")
        ]
        _numbers(verdict, log, acknowledged)
        _calls(verdict, log)
        _kept(verdict, log, acknowledged)
        _bookings(verdict, connection, desks)
        for turn in differences(connection):
            verdict.blame("replay_differences", turn)
        for flaw in verify(connection)[1]:
            verdict.blame("log_flaws", f"{flaw.stream} row {flaw.seq}: {flaw.why}")
        for row in connection.execute("select day, code, count(*) n from turn group by day, code having n > 1"):
            verdict.blame("duplicates", f"{row['code']} is {row['n']} turns of {row['day']}")
        for row in connection.execute(
            "select desk, count(*) n from turn where state in ('called', 'serving') group by desk having n > 1"
        ):
            verdict.blame("double_calls", f"desk {row['desk']} has {row['n']} people at the end")
    return verdict


def _numbers(verdict: Verdict, log: Iterable[Row], acknowledged: Iterable[Row]) -> None:
    """No number was given to two people: neither in the log nor in what clients were told."""
    owner: dict[str, str] = {}
    for row in log:
        if row["type"] == "turn_issued" and owner.setdefault(row["code"], row["turn"]) != row["turn"]:
            verdict.blame("duplicates", f"{row['code']} is in the log twice")
    told = Counter(row["code"] for row in acknowledged if row["deed"] in {"issue", "phone"})
    for code, times in told.items():
        if times > 1:
            verdict.blame("duplicates", f"{code} was given to {times} people")
        if code not in owner:
            verdict.blame("lost", f"{code} was given and is not in the log")


def _calls(verdict: Verdict, log: Iterable[Row]) -> None:
    """Nobody was called while at a desk, and no desk called while somebody was there."""
    at_desk: dict[str, str] = {}  # desk -> turn
    desk_of: dict[str, str] = {}
    for row in log:
        turn, desk = row.get("turn", ""), row.get("desk", "")
        if row["type"] == "turn_called":
            if desk in at_desk:
                verdict.blame("double_calls", f"desk {desk} calls {turn} while {at_desk[desk]} is there")
            if turn in desk_of:
                verdict.blame("double_calls", f"{turn} is called to {desk} while at {desk_of[turn]}")
        if turn in desk_of:
            at_desk.pop(desk_of.pop(turn), None)
        if row.get("state") in AT_DESK:
            at_desk[desk], desk_of[turn] = turn, desk


def _kept(verdict: Verdict, log: Iterable[Row], acknowledged: Iterable[Row]) -> None:
    """Everything that was answered with "done" is in the log as often as it was answered."""
    logged = Counter((row["type"], row.get("turn")) for row in log)
    wanted = Counter((PROOF[row["deed"]], row["id"]) for row in acknowledged if row["deed"] in PROOF)
    for (kind, turn), times in wanted.items():
        if logged[kind, turn] < times:
            verdict.blame("lost", f"{kind} of {turn} was answered {times} times and is there {logged[kind, turn]}")


def _bookings(verdict: Verdict, connection: sqlite3.Connection, desks: int) -> None:
    """At no moment more people are expected than there are desks, and nobody with an appointment has two turns."""
    moves = sorted(_moves(connection))
    here = 0
    for at, change in moves:
        here += change
        if change > 0 and here > desks:
            verdict.blame("overbookings", f"{here} appointments at {at:%H:%M} for {desks} desks")
    twice = "select turn, count(*) n from appointment where turn <> '' group by turn having n > 1"
    for row in connection.execute(twice):
        verdict.blame("overbookings", f"turn {row['turn']} belongs to {row['n']} appointments")


def _moves(connection: sqlite3.Connection) -> Iterator[tuple[datetime, int]]:
    columns = {row["name"] for row in connection.execute("pragma table_info(appointment)")}
    length = "length_s" if "length_s" in columns else "minutes * 60" if "minutes" in columns else "600"
    query = f"select slot_at, {length} length_s from appointment where state in (?, ?, ?, ?)"
    for row in connection.execute(query, LIVE):
        start = datetime.fromisoformat(row["slot_at"])
        yield start, 1
        yield start + timedelta(seconds=row["length_s"]), -1
