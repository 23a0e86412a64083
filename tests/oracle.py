"""The order of calling, computed again from the log by somebody who does not trust the office.

Reads the rows of the log and nothing else, shares no code with the program, and holds every call against what the
written rules (docs/turns.md) demanded at that moment: the person, the rule's name, how many could have been called.
By hand: ``python -m tests.oracle office.db``.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

NAMES = ["transferred_first", "priority", "walk_in_aged", "appointment_due", "longest_waiting", "appointment_early"]
ASKED_FOR = {"chosen_by_agent", "back_from_hold"}  # somebody called this person on purpose, with a reason
BACK_IN_THE_QUEUE = {
    *("turn_arrived", "turn_resumed", "turn_returned", "turn_transferred", "turn_deferred", "turn_released"),
}
STAYS = {"turn_delayed", "turn_prioritised", "turn_switched", "turn_recalled", "turn_joined"}

Person = dict[str, Any]


def read(file: str) -> list[dict[str, Any]]:
    """Return the rows of the log in their order."""
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        rows = connection.execute("select type, at, actor, reason, body from event order by n").fetchall()
    connection.close()
    names = ("type", "at", "actor", "reason", "body")
    return [dict(zip(names, (*row[:4], json.loads(row[4])), strict=True)) for row in rows]


class Oracle:
    """Follows the log; ``wrong`` tells every call that the rules did not demand."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.before: dict[str, Person] = {}
        self.times: dict[str, timedelta] = {}
        self.desks: dict[str, dict[str, Any]] = {}
        self.profiles: dict[str, dict[str, int]] = {}
        self.home: dict[str, str] = {}  # service -> its queue
        self.sits: dict[str, str] = {}  # desk -> profile of who sits there
        self.calls = 0
        self.by_rule: dict[str, int] = {}
        self.wrong: list[str] = []

    def follow(self, rows: Iterable[dict[str, Any]]) -> Oracle:
        """Take the whole log."""
        for row in rows:
            self.take(row)
        return self

    def take(self, row: dict[str, Any]) -> None:
        """Take one row."""
        kind, body, at = row["type"], row["body"], datetime.fromisoformat(row["at"])
        if kind.endswith("_rules"):
            self._rules(kind, body)
        elif kind in ("desk_open", "desk_paused", "desk_closed"):
            self.sits[body["desk"]] = body.get("profile", "")
        elif kind == "desk_profile_set":
            self.sits[body["desk"]] = body["profile"]
        elif kind == "turn_issued":
            self.people[body["turn"]] = self._new(body, at)
        elif kind == "turn_undone":
            self.people[body["turn"]] = self.before.pop(body["turn"])
        elif kind.startswith("turn_") and kind != "turn_refused":
            self._step(kind, body, at, row["reason"])

    def _rules(self, kind: str, body: dict[str, Any]) -> None:
        if kind == "calling_rules":
            self.times = {k: timedelta(seconds=v) for k, v in body.items() if k.endswith("_s")}
            self.desks, self.profiles, self.home = {}, {}, {}
        elif kind == "queue_rules":
            self.home |= dict.fromkeys(body["services"], body["queue"])
        elif kind == "desk_rules":
            self.desks[body["desk"]] = body
        elif kind == "profile_rules":
            self.profiles[body["profile"]] = body["skills"]

    def _new(self, body: dict[str, Any], at: datetime) -> Person:
        due = datetime.fromisoformat(body["due_at"]) if body["due_at"] else None
        person: Person = {"id": body["turn"], "day": body["day"], "since": at, "due": due, "waits": False}
        return person | self._said(body)

    @staticmethod
    def _said(body: dict[str, Any]) -> Person:
        moment = {k: datetime.fromisoformat(body[k]) if k in body else None for k in ("place_at", "not_before")}
        texts = {k: body.get(k, "") for k in ("service", "queue", "priority", "target")}
        return texts | moment | {"mode": body.get("mode", "presencial"), "first": bool(body.get("first"))}

    def _step(self, kind: str, body: dict[str, Any], at: datetime, reason: str) -> None:
        person = self.people[body["turn"]]
        if kind == "turn_called":
            self._check(person, body, at, reason)
        self.before[person["id"]] = dict(person)
        person |= self._said(body)
        if kind == "turn_arrived":
            person["since"] = at
        if kind not in STAYS:
            person["waits"] = kind in BACK_IN_THE_QUEUE

    def _check(self, person: Person, body: dict[str, Any], at: datetime, reason: str) -> None:
        self.calls += 1
        self.by_rule[body["rule"]] = self.by_rule.get(body["rule"], 0) + 1
        what = f"{at:%d. %H:%M:%S} desk {body['desk']}: {body['code']} ({body['rule']})"
        if body["rule"] in ASKED_FOR:
            if not reason:
                self.wrong.append(f"{what} was called out of order without a reason")
            return
        queue = [p for p in self.people.values() if p["waits"] and p["day"] == person["day"]]
        able = [(self._rank(p, body["desk"], at), p) for p in queue if not p["not_before"] or p["not_before"] <= at]
        ranked = sorted((rank, p["id"]) for rank, p in able if rank is not None)
        if not ranked:
            self.wrong.append(f"{what}, but nobody could be called")
            return
        rank, demanded = ranked[0]
        if (demanded, NAMES[rank[1]], len(ranked)) != (person["id"], body["rule"], body.get("eligible", 0)):
            self.wrong.append(
                f"{what} of {body.get('eligible', 0)}; demanded: {demanded} ({NAMES[rank[1]]}) of {len(ranked)}"
            )

    def _rank(self, p: Person, desk: str, at: datetime) -> tuple[int, int, datetime, datetime] | None:
        level = self._level(p, desk)
        if not level:
            return None
        slot = p["due"] if p["place_at"] is None and not (p["first"] or p["priority"]) else None
        place = p["place_at"] or slot or p["since"]
        if "help_after_s" in self.times and at - place >= self.times["help_after_s"]:
            level = 1
        if p["first"]:
            rule = 0
        elif p["priority"]:
            rule = 1
        elif slot is not None:
            rule = 3 if slot <= at + self.times["due_lead_s"] else 5
        else:
            rule = 2 if "walk_in_cap_s" in self.times and at - place > self.times["walk_in_cap_s"] else 4
        return level, rule, place, p["since"]

    def _level(self, p: Person, name: str) -> int:
        desk = self.desks[name]
        if p["mode"] not in desk["modes"] or p["target"] not in ("", name):
            return 0
        profile = self.profiles.get(self.sits.get(name, ""))
        service = p["service"]
        if profile is None or service not in self.home:
            usual = desk["skills"].get(service) if profile is None or service in self.home else None
            return usual if usual is not None else int(p["queue"] in desk["queues"])
        here = desk["skills"].get(service, int(self.home[service] in desk["queues"]))
        return max(here, profile[service]) if here and profile.get(service) else 0


if __name__ == "__main__":
    told = Oracle().follow(read(sys.argv[1]))
    print(f"{told.calls} calls, {len(told.wrong)} wrong; {told.by_rule}")
    print("\n".join(told.wrong))
    sys.exit(bool(told.wrong))
