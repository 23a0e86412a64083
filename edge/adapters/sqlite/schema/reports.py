"""What reports keep: closed quarters and days, answers to the survey, notes of staff, and where the log begins."""

from __future__ import annotations

from sqlite_utils import Database

from edge.adapters.sqlite.schema.history import migrations, run


@migrations()
def m0035_closed(db: Database) -> None:
    """Figures of closed quarters of an hour and days."""
    run(db, _CLOSED)


@migrations()
def m0036_survey(db: Database) -> None:
    """Answers without a way back to who gave them: no time, no turn, and ids that have no order."""
    run(db, _SURVEY)


@migrations()
def m0037_notes(db: Database) -> None:
    """Notes of staff, outside the log: they are forgotten."""
    db.execute(
        "create table note (id text primary key, at text not null, author text not null, kind text not null,"
        " tags text not null, text text not null, expires_at text not null) strict, without rowid"
    )
    db.execute("create index note_at on note (at)")


@migrations()
def m0038_anchors(db: Database) -> None:
    """Where each stream of the log begins after older rows were deleted: the hash that the first row follows."""
    db.execute(
        "create table anchor (stream text primary key, seq integer not null, hash text not null, at text not null,"
        " seal text not null) strict, without rowid"
    )


_CLOSED = """
create table kpi_quarter (start text primary key, variant text not null, body text not null) strict, without rowid;

create table kpi_day (
    day text primary key,
    variant text not null,
    closed_at text not null,
    body text not null
) strict, without rowid;
"""

_SURVEY = """
create table survey_answer (
    id text primary key,
    day text not null,
    channel text not null,
    service text not null,
    variant text not null,
    marks text not null
) strict, without rowid;
create index survey_answer_day on survey_answer (day);

create table survey_ballot (ballot text primary key, day text not null) strict, without rowid;
"""
