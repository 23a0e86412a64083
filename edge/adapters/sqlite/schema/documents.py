"""Posters, documents of citizens, what was submitted and what attests a visit."""

from __future__ import annotations

from sqlite_utils import Database

from edge.adapters.sqlite.schema.history import migrations, run


@migrations()
def m0030_posters(db: Database) -> None:
    """Printings of the poster, so that one can be taken out of use."""
    run(
        db,
        "create table poster (id text primary key, place text not null, made_at text not null, state text not null,"
        " used integer not null, used_at text, version integer not null) strict, without rowid",
    )


@migrations()
def m0031_documents(db: Database) -> None:
    """Facts of documents from phones: no name and no content, those are sealed files."""
    run(
        db,
        "create table document (id text primary key, party text not null, kind text not null, bytes integer not null,"
        " received_at text not null, state text not null, reason text not null, format text not null,"
        " pages integer not null, sha256 text not null, submission text not null, version integer not null) strict,"
        " without rowid;"
        "create index document_party on document (party);"
        "create index document_live on document (state) where state <> 'wiped'",
    )


@migrations()
def m0032_certificates(db: Database) -> None:
    """Attendance certificates: when somebody was here, never who."""
    run(
        db,
        "create table certificate (code text primary key, visit text not null, made_at text not null,"
        " arrived_at text not null, left_at text) strict, without rowid;"
        "create index certificate_visit on certificate (visit)",
    )


@migrations()
def m0033_submissions(db: Database) -> None:
    """Submissions, and by what means those who submit are known; who they are is sealed."""
    run(
        db,
        "create table submission (id text primary key, number text not null unique, party text not null,"
        " at text not null, method text not null, provider text not null, online integer not null,"
        " offset_ms integer) strict, without rowid;"
        "create index submission_party on submission (party);"
        "create table identity (party text primary key, means text not null, at text not null, sealed text not null,"
        " provider text not null, level text not null, official text not null, consent text not null) strict,"
        " without rowid",
    )
