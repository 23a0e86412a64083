"""What people counting keeps: the ledger, audits, minutes, quarters of an hour."""

from __future__ import annotations

from sqlite_utils import Database

from edge.adapters.sqlite.schema.history import migrations, run


@migrations()
def m0003_ledger(db: Database) -> None:
    """The whole ledger as one document, and what was done to it findable without reading every crossing."""
    db.execute("alter table ledger add column body text not null default ''")
    db.execute("create index event_ledger on event (seq) where stream = 'occupancy' and type <> 'occupancy_counted'")


@migrations()
def m0005_audits(db: Database) -> None:
    """Reports of accuracy audits: the head for lists, the body with every crossing."""
    db.execute(
        "create table audit (id text primary key, started_at text not null, stored_at text not null,"
        " head text not null, body text not null) strict"
    )
    db.execute("create index audit_started on audit (started_at)")


@migrations()
def m0006_counts(db: Database) -> None:
    """What was counted: records of minutes, their sums in quarters of an hour, and how many people were inside."""
    run(db, _COUNTS)


@migrations()
def m0007_taken(db: Database) -> None:
    """Each position of a source for itself: a mark up to which all is known would drop what comes late."""
    db.execute(
        "create table taken (n integer primary key, kind text not null, source text not null, position text not null,"
        " unique (kind, source, position)) strict"
    )
    db.execute("insert into taken (kind, source, position) select kind, source, position from measured")
    db.execute(
        "insert or ignore into taken (kind, source, position)"
        " select 'count_interval', camera, printf('%s/%012d', epoch, seq) from count_minute order by start"
    )
    db.execute("drop table measured")


_COUNTS = """
create table count_place (
    place text primary key,
    kind text not null,
    door integer not null,
    staff integer not null,
    queue integer not null,
    first text not null,
    last text not null
) strict, without rowid;

create table count_minute (
    camera text not null,
    epoch text not null,
    seq integer not null,
    start text not null,
    body text not null,
    primary key (camera, epoch, seq)
) strict, without rowid;
create index count_minute_start on count_minute (start);

create table count_quarter (
    start text not null,
    place text not null,
    coverage_s real not null,
    trusted_s real not null,
    ok_s real not null,
    health text not null,
    reason text not null,
    people_in integer not null,
    people_out integer not null,
    unsure integer not null,
    people_s real not null,
    peak integer not null,
    entered integer not null,
    left_zone integer not null,
    dwell text not null,
    dwell_s real not null,
    records integer not null,
    primary key (start, place)
) strict, without rowid;

create table inside (
    at text primary key,
    people integer not null,
    low integer not null,
    high integer not null,
    capacity integer not null,
    health text not null
) strict, without rowid;
"""
