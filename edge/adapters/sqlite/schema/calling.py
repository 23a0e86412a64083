"""What calling keeps of a turn beyond its states: its place in the line, holds, modes."""

from __future__ import annotations

from sqlite_utils import Database

from edge.adapters.sqlite.schema.history import migrations, run


@migrations()
def m0010_places(db: Database) -> None:
    """Priority, delay, hold pools, a named desk, the mode, and what the person declared."""
    run(db, _PLACES)


_PLACES = """
alter table turn add column mode text not null default 'presencial';
alter table turn add column priority text not null default '';
alter table turn add column first integer not null default 0;
alter table turn add column place_at text;
alter table turn add column not_before text;
alter table turn add column delays integer not null default 0;
alter table turn add column target text not null default '';
alter table turn add column held_until text;
alter table turn add column held_reason text not null default '';
alter table turn add column held_by text not null default '';
alter table turn add column declared integer not null default 1;
alter table turn add column party integer not null default 1;
alter table turn add column eligible integer not null default 0;
alter table desk add column profile text not null default '';
"""
