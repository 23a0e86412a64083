"""What people were told about their wait, and what each day taught."""

from __future__ import annotations

from sqlite_utils import Database

from edge.adapters.sqlite.schema.history import migrations, run


@migrations()
def m0015_waits(db: Database) -> None:
    """Waits that were told, with what came, and one tally of each day without any person in it."""
    run(db, _WAITS)


_WAITS = """
create table told (
    turn text not null,
    n integer not null,
    day text not null,
    at text not null,
    service text not null,
    queue text not null,
    booked integer not null,
    low_s integer not null,
    mid_s integer not null,
    late_s integer not null,
    high_s integer not null,
    last_s integer not null,
    came_s integer,
    primary key (turn, n)
) strict, without rowid;
create index told_at on told (at);

create table wait_day (day text primary key, body text not null) strict, without rowid;
"""
