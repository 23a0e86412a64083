"""What parties are told: a row for each message and rung, without addresses."""

from __future__ import annotations

from sqlite_utils import Database

from edge.adapters.sqlite.schema.history import migrations, run


@migrations()
def m0025_notices(db: Database) -> None:
    """Notices, and contacts findable by address: one address stands for few parties."""
    run(db, _NOTICES)


_NOTICES = """
create table notice (
    id text primary key,
    owner text not null,
    kind text not null,
    key text not null,
    rung text not null,
    language text not null,
    created_at text not null,
    due_at text not null,
    useful_until text not null,
    turn text not null,
    facts text not null,
    state text not null,
    reason text not null,
    attempts integer not null,
    units integer not null,
    version integer not null,
    unique (owner, key, rung)
) strict, without rowid;
create index notice_due on notice (rung, due_at) where state = 'queued';
create index notice_taken on notice (id) where state = 'sending';
create index notice_turn on notice (turn) where turn <> '';
create index notice_created on notice (created_at);
create index contact_value on contact (value);
"""
