"""The tables that an office begins with."""

from __future__ import annotations

from sqlite_utils import Database

from edge.adapters.sqlite.schema.history import migrations, run


@migrations()
def m0001_office(db: Database) -> None:
    """The first schema."""
    run(db, _FIRST)


@migrations()
def m0002_measured(db: Database) -> None:
    """How far the measurements of each source are known, beyond the life of their rows."""
    db.execute(
        "create table measured (kind text not null, source text not null, position text not null,"
        " primary key (kind, source)) strict, without rowid"
    )


_FIRST = """
create table meta (key text primary key, value text not null) strict, without rowid;

create table event (
    n integer primary key,
    id text not null unique,
    stream text not null,
    seq integer not null,
    type text not null,
    at text not null,
    mono_ns integer not null,
    boot text not null,
    actor text not null,
    reason text not null,
    body text not null,
    prev text not null,
    hash text not null,
    unique (stream, seq)
) strict;

create table stream (
    name text primary key,
    seq integer not null,
    hash text not null,
    acked integer not null default 0
) strict, without rowid;

create table refused (
    stream text not null,
    first_seq integer not null,
    code integer not null,
    at text not null,
    primary key (stream, first_seq)
) strict, without rowid;

create table visit (
    id text primary key,
    started_at text not null,
    state text not null,
    ended_at text,
    version integer not null
) strict, without rowid;

create table turn (
    id text primary key,
    visit text not null references visit (id),
    day text not null,
    code text not null,
    queue text not null,
    service text not null,
    kind text not null,
    channel text not null,
    language text not null,
    created_at text not null,
    state text not null,
    waiting_since text,
    due_at text,
    called_at text,
    started_at text,
    ended_at text,
    desk text not null,
    rule text not null,
    recalls integer not null,
    returns integer not null,
    outcome text not null,
    procedures integer not null,
    version integer not null,
    unique (day, code)
) strict;
create index turn_state on turn (day, state);
create index turn_visit on turn (visit);
create index turn_called on turn (day, called_at) where called_at is not null;
create unique index turn_desk on turn (desk) where state in ('called', 'serving');

create table number (
    day text not null,
    letter text not null,
    last integer not null,
    primary key (day, letter)
) strict, without rowid;

create table link (
    kind text not null,
    secret text not null,
    target text not null,
    at text not null,
    primary key (kind, secret)
) strict, without rowid;

create table appointment (
    id text primary key,
    service text not null,
    slot_at text not null,
    language text not null,
    channel text not null,
    state text not null,
    turn text not null,
    version integer not null
) strict;
create index appointment_slot on appointment (state, slot_at);

create table contact (
    id text primary key,
    kind text not null,
    value text not null,
    expires_at text not null
) strict, without rowid;

create table desk (
    desk text primary key,
    state text not null,
    agent text not null,
    since text,
    version integer not null
) strict, without rowid;

create table ledger (
    id integer primary key check (id = 1),
    people integer not null check (people >= 0),
    flow integer not null,
    anchored_at text,
    level text not null,
    doors text not null,
    version integer not null
) strict;

create table job (
    id text primary key,
    device text not null,
    work text not null,
    created_at text not null,
    expires_at text not null,
    turn text not null,
    state text not null,
    reason text not null,
    version integer not null
) strict;
create index job_state on job (state);

create table device (device text primary key, status text not null, at text not null) strict, without rowid;

create table setting (
    name text not null,
    version integer not null,
    body text not null,
    digest text not null,
    at text not null,
    actor text not null,
    primary key (name, version)
) strict, without rowid;

create table staff (
    id text primary key,
    login text not null unique,
    name text not null,
    password text not null,
    roles text not null,
    created_at text not null
) strict, without rowid;

create table session (
    token_hash text primary key,
    staff_id text not null,
    name text not null,
    roles text not null,
    csrf text not null,
    created_at text not null,
    seen_at text not null
) strict, without rowid;

create table telemetry (
    seq integer primary key autoincrement,
    kind text not null,
    key text not null,
    at text not null,
    body text not null,
    unique (kind, key)
) strict;

create table command (id text primary key, result text not null, at text not null) strict, without rowid;
"""
