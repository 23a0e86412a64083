"""What reports keep, in memory: same promises as the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from edge.domain.cases import CaseVisit
from edge.domain.events import Event
from edge.domain.kpi.rows import LogRow
from edge.domain.notes import Note
from edge.domain.survey import Answer


@dataclass
class ReportTables:
    """The rows."""

    quarters: dict[datetime, str] = field(default_factory=dict)
    days: dict[date, str] = field(default_factory=dict)
    ballots: set[str] = field(default_factory=set)
    answers: dict[str, Answer] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)
    cases: dict[tuple[str, str], CaseVisit] = field(default_factory=dict)

    def copy(self) -> ReportTables:
        """Return a snapshot."""
        return ReportTables(
            self.quarters.copy(),
            self.days.copy(),
            self.ballots.copy(),
            self.answers.copy(),
            self.notes.copy(),
            self.cases.copy(),
        )


class FakeReports:
    """A ``ReportStore``; numbers of rows are their places in the streams."""

    def __init__(self, tables: ReportTables, events: list[Event]) -> None:
        self._tables, self._events = tables, events

    def heads(self) -> dict[str, int]:
        return {stream: len(rows) for stream, rows in self._streams().items()}

    def before(self, at: datetime) -> dict[str, int]:
        return {stream: sum(event.at < at for event in rows) for stream, rows in self._streams().items()}

    def rows(self, spans: Mapping[str, tuple[int, int]]) -> list[LogRow]:
        streams = self._streams()
        return [
            LogRow(stream, seq, e.type, e.at, e.actor, e.reason, e.body)
            for stream, (after, upto) in sorted(spans.items())
            for seq, e in enumerate(streams.get(stream, []), 1)
            if after < seq <= upto
        ]

    def note_case(self, visit: CaseVisit) -> None:
        self._tables.cases[visit.turn, visit.token] = visit

    def cases(self, start: datetime, end: datetime) -> list[CaseVisit]:
        found = [visit for visit in self._tables.cases.values() if start <= visit.at < end]
        return sorted(found, key=lambda visit: (visit.at, visit.turn, visit.token))

    def save_quarter(self, start: datetime, variant: str, body: str) -> bool:
        is_new = start not in self._tables.quarters
        self._tables.quarters.setdefault(start, body)
        return is_new

    def quarters(self, start: datetime, end: datetime) -> list[str]:
        return [body for at, body in sorted(self._tables.quarters.items()) if start <= at < end]

    def last_quarter(self) -> datetime | None:
        return max(self._tables.quarters, default=None)

    def save_day(self, day: date, variant: str, closed_at: datetime, body: str) -> bool:
        is_new = day not in self._tables.days
        self._tables.days.setdefault(day, body)
        return is_new

    def days(self, first: date, last: date) -> list[str]:
        return [body for day, body in sorted(self._tables.days.items()) if first <= day <= last]

    def last_day(self) -> date | None:
        return max(self._tables.days, default=None)

    def _streams(self) -> dict[str, list[Event]]:
        found: dict[str, list[Event]] = {}
        for event in self._events:
            found.setdefault(str(event.stream), []).append(event)
        return found


class FakeSurvey:
    """A ``SurveyStore``."""

    def __init__(self, tables: ReportTables) -> None:
        self._tables = tables

    def cast(self, ballot: str, day: str) -> bool:
        is_new = ballot not in self._tables.ballots
        self._tables.ballots.add(ballot)
        return is_new

    def is_cast(self, ballot: str) -> bool:
        return ballot in self._tables.ballots

    def add(self, answer_id: str, answer: Answer) -> None:
        self._tables.answers[answer_id] = answer

    def answers(self, first: date, last: date) -> list[Answer]:
        rows = sorted(self._tables.answers.items(), key=lambda row: (row[1].day, row[0]))
        return [answer for _, answer in rows if first.isoformat() <= answer.day <= last.isoformat()]


class FakeNotes:
    """A ``NoteStore``."""

    def __init__(self, tables: ReportTables) -> None:
        self._tables = tables

    def add(self, note: Note) -> None:
        self._tables.notes[note.id] = note

    def between(self, start: datetime, end: datetime, limit: int) -> list[Note]:
        found = [note for note in self._tables.notes.values() if start <= note.at < end]
        return sorted(found, key=lambda note: (note.at, note.id), reverse=True)[:limit]

    def remove(self, note_id: str) -> bool:
        return self._tables.notes.pop(note_id, None) is not None
