"""The agenda: what an appointment takes, who confirms it, what the centre leases, and what people are to be told."""

from __future__ import annotations

from sqlite_utils import Database

from edge.adapters.sqlite.schema.history import migrations, run


@migrations()
def m0020_slots(db: Database) -> None:
    """Appointments take a part of the agenda, run out of time, are moved; ranges are closed."""
    run(db, _SLOTS)


@migrations()
def m0021_outbound(db: Database) -> None:
    """What people are to be told; without an address."""
    run(db, _OUTBOUND)


@migrations()
def m0022_leases(db: Database) -> None:
    """Slots that the centre leases, and what it was answered."""
    run(db, _LEASES)


_SLOTS = """
alter table appointment add column mode text not null default 'presencial';
alter table appointment add column minutes integer not null default 15;
alter table appointment add column part text not null default 'internal';
alter table appointment add column expires_at text;
alter table appointment add column freed_at text;
alter table appointment add column reason text not null default '';
alter table appointment add column root text not null default '';
alter table appointment add column asked_at text;
create index appointment_day on appointment (slot_at);
create index appointment_root on appointment (root) where root <> '';
create index appointment_waits on appointment (expires_at) where expires_at is not null;

create table booking_key (
    key text primary key,
    appointment text not null,
    at text not null
) strict, without rowid;

create table person (
    digest text not null,
    appointment text not null,
    expires_at text not null,
    primary key (digest, appointment)
) strict, without rowid;

create table challenge (
    appointment text primary key,
    digest text not null,
    attempts integer not null,
    sends integer not null
) strict, without rowid;

create table closed_range (
    id text primary key,
    start text not null,
    end text not null,
    reason text not null
) strict, without rowid;
"""

_OUTBOUND = """
create table outbound (
    id text primary key,
    kind text not null,
    owner text not null,
    language text not null,
    told text not null,
    at text not null,
    until text not null
) strict, without rowid;
"""

_LEASES = """
create table lease_slot (
    lease text not null,
    n integer not null,
    service text not null,
    mode text not null,
    slot_at text not null,
    minutes integer not null,
    expires_at text not null,
    appointment text not null,
    primary key (lease, n)
) strict, without rowid;
create index lease_slot_day on lease_slot (slot_at);

create table proposal (
    id text primary key,
    answer text not null,
    at text not null
) strict, without rowid;
"""
