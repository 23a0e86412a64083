"""Rows of the log for figures, closed quarters and days, answers to the survey, notes of staff."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import date, datetime

from edge.adapters.sqlite.rows import sure, text
from edge.domain.cases import CaseVisit
from edge.domain.kpi.rows import LogRow
from edge.domain.notes import Note, NoteKind
from edge.domain.survey import Answer

NOTES_MOST = 20_000  # rows; the oldest go first
ANSWERS_MOST = 200_000


class SqliteReports:
    """Implements ``services.ports.ReportStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def heads(self) -> dict[str, int]:
        rows = self._connection.execute("select name, seq from stream order by name")
        return {row["name"]: row["seq"] for row in rows}

    def before(self, at: datetime) -> dict[str, int]:
        """Return, by stream, the last row before *at*: found by halving, times grow with the numbers."""
        return {stream: self._before(stream, head, text(at) or "") for stream, head in self.heads().items()}

    def rows(self, spans: Mapping[str, tuple[int, int]]) -> list[LogRow]:
        found: list[LogRow] = []
        for stream, (after, upto) in sorted(spans.items()):
            rows = self._connection.execute(
                "select seq, type, at, actor, reason, body from event where stream = ? and seq > ? and seq <= ?"
                " order by seq",
                (stream, after, upto),
            )
            found += [
                LogRow(stream, r["seq"], r["type"], sure(r["at"]), r["actor"], r["reason"], json.loads(r["body"]))
                for r in rows
            ]
        return found

    def save_quarter(self, start: datetime, variant: str, body: str) -> bool:
        done = self._connection.execute(
            "insert into kpi_quarter values (?, ?, ?) on conflict do nothing", (text(start), variant, body)
        )
        return done.rowcount == 1

    def quarters(self, start: datetime, end: datetime) -> list[str]:
        rows = self._connection.execute(
            "select body from kpi_quarter where start >= ? and start < ? order by start", (text(start), text(end))
        )
        return [row["body"] for row in rows]

    def last_quarter(self) -> datetime | None:
        row = self._connection.execute("select max(start) from kpi_quarter").fetchone()
        return sure(row[0]) if row[0] else None

    def save_day(self, day: date, variant: str, closed_at: datetime, body: str) -> bool:
        done = self._connection.execute(
            "insert into kpi_day values (?, ?, ?, ?) on conflict do nothing",
            (day.isoformat(), variant, text(closed_at), body),
        )
        return done.rowcount == 1

    def days(self, first: date, last: date) -> list[str]:
        rows = self._connection.execute(
            "select body from kpi_day where day >= ? and day <= ? order by day", (first.isoformat(), last.isoformat())
        )
        return [row["body"] for row in rows]

    def last_day(self) -> date | None:
        row = self._connection.execute("select max(day) from kpi_day").fetchone()
        return date.fromisoformat(row[0]) if row[0] else None

    def _before(self, stream: str, head: int, at: str) -> int:
        row = self._connection.execute("select min(seq) from event where stream = ?", (stream,)).fetchone()
        low, high = (row[0] or head + 1) - 1, head
        while low < high:
            middle = (low + high + 1) // 2
            found = self._connection.execute(
                "select at from event where stream = ? and seq = ?", (stream, middle)
            ).fetchone()
            low, high = (middle, high) if found is None or found["at"] < at else (low, middle - 1)
        return low

    def note_case(self, visit: CaseVisit) -> None:
        self._connection.execute(
            "insert or replace into case_visit values (?, ?, ?, ?)",
            (visit.turn, visit.token, visit.mode, text(visit.at)),
        )

    def cases(self, start: datetime, end: datetime) -> list[CaseVisit]:
        """Return visits from *start* to *end*; one whose end was taken back is none."""
        rows = self._connection.execute(
            "select c.* from case_visit c join turn t on t.id = c.turn"
            " where c.at >= ? and c.at < ? and t.state = 'completed' order by c.at, c.turn, c.token",
            (text(start), text(end)),
        )
        return [CaseVisit(row["turn"], row["token"], row["mode"], sure(row["at"])) for row in rows]


class SqliteSurvey:
    """Implements ``services.ports.SurveyStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def cast(self, ballot: str, day: str) -> bool:
        done = self._connection.execute("insert into survey_ballot values (?, ?) on conflict do nothing", (ballot, day))
        return done.rowcount == 1

    def is_cast(self, ballot: str) -> bool:
        row = self._connection.execute("select 1 from survey_ballot where ballot = ?", (ballot,)).fetchone()
        return row is not None

    def add(self, answer_id: str, answer: Answer) -> None:
        self._connection.execute(
            "insert into survey_answer values (?, ?, ?, ?, ?, ?)",
            (
                answer_id,
                answer.day,
                answer.channel,
                answer.service,
                answer.variant,
                json.dumps(dict(answer.marks), sort_keys=True),
            ),
        )

    def answers(self, first: date, last: date) -> list[Answer]:
        rows = self._connection.execute(
            "select * from survey_answer where day >= ? and day <= ? order by day, id limit ?",
            (first.isoformat(), last.isoformat(), ANSWERS_MOST),
        )
        return [Answer(r["day"], r["channel"], r["service"], r["variant"], json.loads(r["marks"])) for r in rows]


class SqliteNotes:
    """Implements ``services.ports.NoteStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, note: Note) -> None:
        self._connection.execute(
            "insert into note (id, at, author, kind, tags, text, expires_at, turn) values (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                note.id,
                text(note.at),
                note.author,
                note.kind,
                json.dumps(note.tags),
                note.text,
                text(note.expires_at),
                note.turn,
            ),
        )
        self._connection.execute(
            "delete from note where at <= (select at from note order by at desc limit 1 offset ?)", (NOTES_MOST,)
        )

    def between(self, start: datetime, end: datetime, limit: int) -> list[Note]:
        rows = self._connection.execute(
            "select * from note where at >= ? and at < ? order by at desc, id desc limit ?",
            (text(start), text(end), limit),
        )
        return [
            Note(
                r["id"],
                sure(r["at"]),
                r["author"],
                NoteKind(r["kind"]),
                tuple(json.loads(r["tags"])),
                r["text"],
                sure(r["expires_at"]),
                r["turn"],
            )
            for r in rows
        ]

    def remove(self, note_id: str) -> bool:
        return self._connection.execute("delete from note where id = ?", (note_id,)).rowcount == 1
