"""What calling keeps of a turn beyond its states: its place in the line, holds, modes."""

from __future__ import annotations

from sqlite_utils import Database

from edge.adapters.sqlite.schema.history import migrations, run


@migrations()
def m0010_places(db: Database) -> None:
    """Priority, delay, hold pools, a named desk, the mode, and what the person declared."""
    run(db, _PLACES)


@migrations()
def m0011_deeds(db: Database) -> None:
    """The last deed at each desk, work profiles, what was done by service, and calls findable by their time."""
    run(db, _DEEDS)


_DEEDS = """
create table deed (
    desk text primary key,
    action text not null,
    at text not null,
    agent text not null,
    before text not null
) strict, without rowid;

create table agent_profile (agent text primary key, profile text not null) strict, without rowid;

create table procedure (
    turn text not null references turn (id),
    n integer not null,
    visit text not null,
    service text not null,
    quantity integer not null,
    outcome text not null,
    primary key (turn, n)
) strict, without rowid;
create index procedure_visit on procedure (visit);

create index event_calls on event (at)
    where stream = 'turns' and type in ('turn_called', 'turn_prioritised', 'turn_undone');
"""

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
