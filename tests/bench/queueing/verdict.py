"""What a soak left behind, judged from outside: the clients' journals and the log against the tables.

The checks share no rule with the office: who is at which desk is followed through the log by hand.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from edge.adapters.sqlite.log import verify
from edge.adapters.sqlite.replay import differences, notice_differences
from edge.adapters.sqlite.replay_papers import paper_differences
from tests.bench.queueing.capacity import Capacity

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
    "defer": "turn_deferred",
    "undo": "turn_undone",
    "mode": "turn_switched",
}
AT_DESK = frozenset({"called", "serving"})

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


def judge(database: Path, journals: Iterable[Path], capacity: Capacity) -> Verdict:
    """Hold the *journals* and the log of *database* against each other and against the tables."""
    verdict = Verdict()
    acknowledged = [json.loads(line) for file in journals for line in file.read_text("utf-8").splitlines()]
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        log = [
            {**json.loads(row["body"]), "type": row["type"], "at": row["at"]}
            for row in connection.execute(
                "select type, at, body from event where stream in ('turns', 'office') order by n"
            )
        ]
        _numbers(verdict, log, acknowledged)
        _calls(verdict, log)
        _kept(verdict, log, acknowledged)
        _bookings(verdict, connection, log, capacity)
        _cards(verdict, connection, log, [row for row in acknowledged if row["deed"] == "card"])
        _proposals(verdict, log, [row for row in acknowledged if row["deed"] == "proposal"])
        papers = paper_differences(connection, datetime.now(UTC))
        for name in (*differences(connection), *notice_differences(connection), *papers):
            verdict.blame("replay_differences", name)
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
    told = Counter(row["code"] for row in acknowledged if row["deed"] in {"issue", "phone"} and row.get("code"))
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
            if desk in at_desk:  # what was taken back leads back to a desk too
                verdict.blame("double_calls", f"desk {desk} has {turn} while {at_desk[desk]} is there")
            at_desk[desk], desk_of[turn] = turn, desk


def _kept(verdict: Verdict, log: Iterable[Row], acknowledged: Iterable[Row]) -> None:
    """Everything that was answered with "done" is in the log as often as it was answered."""
    logged = Counter((row["type"], row.get("turn")) for row in log)
    wanted = Counter((PROOF[row["deed"]], row["id"]) for row in acknowledged if row["deed"] in PROOF)
    for (kind, turn), times in wanted.items():
        if logged[kind, turn] < times:
            verdict.blame("lost", f"{kind} of {turn} was answered {times} times and is there {logged[kind, turn]}")


def _bookings(verdict: Verdict, connection: sqlite3.Connection, log: Iterable[Row], capacity: Capacity) -> None:
    """Nobody was booked where there was no place, and nobody with an appointment has two turns."""
    for fault in capacity.faults([row for row in log if row["type"].startswith(("appointment_", "agenda_"))]):
        verdict.blame("overbookings", fault)
    twice = "select turn, count(*) n from appointment where turn <> '' group by turn having n > 1"
    for row in connection.execute(twice):
        verdict.blame("overbookings", f"turn {row['turn']} belongs to {row['n']} appointments")


def _cards(verdict: Verdict, connection: sqlite3.Connection, log: Iterable[Row], told: Iterable[Row]) -> None:
    """Every state and hour that the holder of an appointment was told is in the log of that appointment."""
    logged = {
        (row.get("root") or row["appointment"], row["type"].removeprefix("appointment_"), row["slot_at"])
        for row in log
        if row["type"].startswith("appointment_")
    }
    owner = dict(connection.execute("select secret, target from link where kind = 'mail'").fetchall())
    roots = {row["appointment"]: row["root"] for row in log if row.get("root")}
    for card in told:
        mine = owner.get(hashlib.sha256(card["link"].encode()).hexdigest(), "")
        slot = datetime.fromisoformat(card["slot_at"]).isoformat()
        if (roots.get(mine, mine), card["state"], slot) not in logged:
            verdict.blame("lost", f"an appointment was told to be {card['state']} at {slot}")


def _proposals(verdict: Verdict, log: Iterable[Row], told: Iterable[Row]) -> None:
    """What the centre was answered was decided once, and every later answer is the first one's."""
    decided = {row["proposal"]: row for row in log if row["type"].startswith("proposal_")}
    times = Counter(row["proposal"] for row in log if row["type"].startswith("proposal_"))
    for proposal, often in times.items():
        if often > 1:
            verdict.blame("duplicates", f"proposal {proposal} was carried out {often} times")
    for answer in told:
        row = decided.get(answer["proposal"])
        if row is None:
            verdict.blame("lost", f"proposal {answer['proposal']} was answered and is not in the log")
        elif any(row[key] != answer[key] for key in ("rule", "appointment", "turn")):
            verdict.blame("lost", f"proposal {answer['proposal']} was answered otherwise than it was decided")
