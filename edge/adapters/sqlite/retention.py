"""How a row that is over its time is found, for every rule of ``domain.retention``, and how it goes away.

The log goes behind an anchor: the hash that its first row follows stays, sealed with a key of the office, so that the
rest can still be verified.
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from edge.adapters.sqlite.rows import text
from edge.domain.retention import Rule, before

FORGOTTEN = "turns_forgotten"  # key of ``meta``: turns of days before this one are deleted
STEP = 300  # rows of one transaction: nobody who writes waits long


@dataclass(frozen=True, slots=True)
class Found:
    """Where rows of a rule live and which are over their time: ``:before`` is a time, ``:day`` its date."""

    table: str
    over: str
    key: str = "rowid"


def _beyond(table: str, most: int) -> str:
    """Return when a sum is over: by its time, or as the oldest of more rows than a disk has room for."""
    return f"start < :before or start <= (select start from {table} order by start desc limit 1 offset {most})"  # noqa: S608


FOUND: Mapping[str, Found] = MappingProxyType(
    {
        "contact": Found("contact", "expires_at <= :before", "id"),
        "procedure": Found("procedure", "turn in (select id from turn where day < :day)", "turn"),
        "deed": Found("deed", "at < :before", "desk"),
        "turn": Found("turn", "day < :day", "id"),
        "visit": Found(
            "visit", "started_at < :before and not exists (select 1 from turn where turn.visit = visit.id)", "id"
        ),
        "appointment": Found("appointment", "slot_at < :before", "id"),
        "person": Found("person", "expires_at <= :before", "digest"),
        "challenge": Found(
            "challenge",
            "appointment not in (select id from appointment where state in ('held', 'pending_confirmation'))",
            "appointment",
        ),
        "closed_range": Found("closed_range", "end < :before", "id"),
        "lease_slot": Found("lease_slot", "slot_at < :before", "lease"),
        "proposal": Found("proposal", "at < :before", "id"),
        "conversation_own": Found(
            "conversation_own",
            "conversation not in (select id from conversation where heard_at >= :before)",
            "conversation",
        ),
        "conversation": Found("conversation", "heard_at < :before", "id"),
        "notice": Found("notice", "created_at < :before", "id"),
        "alert": Found("alert", "raised_at < :before and state not in ('raised', 'escalated', 'taken')", "id"),
        "told": Found("told", "at < :before", "turn"),
        "wait_day": Found("wait_day", "day < :day", "day"),
        "number": Found("number", "day < :day", "day"),
        "visit_link": Found("link", "at < :before and kind not in ('mail', 'talk')", "secret"),
        "talk_link": Found("link", "kind = 'talk' and target not in (select id from conversation)", "secret"),
        "booking_link": Found("link", "at < :before and kind = 'mail'", "secret"),
        "job": Found("job", "created_at < :before and state not in ('queued', 'running', 'held')", "id"),
        "document": Found("document", "received_at < :before and state = 'wiped'", "id"),
        "submission": Found(
            "submission",
            "at < :before and not exists"
            " (select 1 from document where submission = submission.id and state <> 'wiped')",
            "id",
        ),
        "identity": Found(
            "identity", "not exists (select 1 from contact where contact.id = identity.party || '.key')", "party"
        ),
        "certificate": Found("certificate", "made_at < :before", "code"),
        "command": Found("command", "at < :before", "id"),
        "refused": Found("refused", "at < :before", "first_seq"),
        "telemetry": Found("telemetry", "at < :before", "seq"),
        "crossing": Found("count_minute", _beyond("count_minute", 100_000), "start"),
        # Times are ISO text in UTC: the 15th and 16th character are minutes.
        "inside_minute": Found("inside", "at < :before and substr(at, 16, 1) not in ('0', '5')", "at"),
        "count_quarter": Found("count_quarter", _beyond("count_quarter", 1_000_000), "start"),
        "count_place": Found("count_place", "last < :before", "place"),
        "inside": Found("inside", "at < :before", "at"),
        "audit": Found("audit", "started_at < :before", "id"),
        "kpi_quarter": Found("kpi_quarter", "start < :before", "start"),
        "kpi_day": Found("kpi_day", "day < :day", "day"),
        "case_visit": Found("case_visit", "at < :before", "turn"),
        "survey_answer": Found("survey_answer", "day < :day", "id"),
        "survey_ballot": Found("survey_ballot", "day < :day", "ballot"),
        "note": Found("note", "expires_at <= :before", "id"),
        "session": Found("session", "created_at < :before", "token_hash"),
        "event": Found("event", "at < :before and seq < (select seq from stream where name = event.stream)", "n"),
    }
)

# Tables without a time to live, and why. A table that is in neither list fails a test.
LASTING: Mapping[str, str] = MappingProxyType(
    {
        "meta": "what this database is: one row a name",
        "stream": "where each stream of the log stands: one row a stream",
        "anchor": "where each stream of the log begins: one row a stream",
        "ledger": "how many people are inside: one row",
        "desk": "how each desk stands: one row a desk",
        "device": "what each device said last: one row a device",
        "setting": "versions of the configuration, with who changed it",
        "staff": "accounts of those who work here; whoever leaves is removed",
        "agent_profile": "the work profile of each account",
        "channel_position": "how far each channel was read: one row a channel",
        "poster": "posters that hang somewhere; one that is out of use must be known as such",
        "taken": "names of measurements that were taken in; bounded by number (occupancy.TAKEN_LIMIT)",
    }
)


class SqliteRetention:
    """Implements ``services.ports.RetentionStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def over(self, rule: Rule, now: datetime) -> int:
        found = FOUND[rule.what]
        row = self._connection.execute(
            f"select count(*) from {found.table} where {found.over}",  # noqa: S608 - our own words
            _values(rule, now),
        ).fetchone()
        return int(row[0])

    def delete(self, rule: Rule, now: datetime) -> int:
        """Delete at most ``STEP`` rows; return how many."""
        if rule.what == "event":
            return self._cut_log(rule, now)
        found, values = FOUND[rule.what], _values(rule, now)
        if rule.what == "turn":
            self._connection.execute("insert or replace into meta values (?, ?)", (FORGOTTEN, values["day"]))
        return self._connection.execute(
            f"delete from {found.table} where {found.key} in"  # noqa: S608
            f" (select {found.key} from {found.table} where {found.over} limit {STEP}) and ({found.over})",
            values,
        ).rowcount

    def _cut_log(self, rule: Rule, now: datetime) -> int:
        """Delete the oldest rows of each stream up to the first that has to stay; its newest row always does."""
        at, cut = text(before(rule, now)), 0
        for stream in self._connection.execute("select name, seq, hash from stream").fetchall():
            keep = self._connection.execute(
                "select seq from event where stream = ? and at >= ? order by seq limit 1", (stream["name"], at)
            ).fetchone()
            upto = min((keep["seq"] if keep else stream["seq"]) - 1, self._first(stream["name"]) + STEP - 1)
            cut += self._cut(stream["name"], upto, now)
        return cut

    def _first(self, stream: str) -> int:
        row = self._connection.execute("select min(seq) from event where stream = ?", (stream,)).fetchone()
        return int(row[0] or 0)

    def _cut(self, stream: str, upto: int, now: datetime) -> int:
        last = self._connection.execute(
            "select hash from event where stream = ? and seq = ?", (stream, upto)
        ).fetchone()
        if last is None:
            return 0
        anchor = (stream, upto, last["hash"], text(now))
        seal = sealed(self._connection, stream, upto, last["hash"])
        self._connection.execute("insert or replace into anchor values (?, ?, ?, ?, ?)", (*anchor, seal))
        return self._connection.execute("delete from event where stream = ? and seq <= ?", (stream, upto)).rowcount


def sealed(connection: sqlite3.Connection, stream: str, seq: int, digest: str) -> str:
    """Return the seal of an anchor: only who has the office's secret can make it."""
    row = connection.execute("select value from meta where key = 'code_key'").fetchone()
    key = bytes.fromhex(row["value"]) if row else b""
    return hmac.new(key, f"anchor|{stream}|{seq}|{digest}".encode(), hashlib.sha256).hexdigest()


def _values(rule: Rule, now: datetime) -> dict[str, str | None]:
    at = before(rule, now)
    return {"before": text(at), "day": at.date().isoformat()}
