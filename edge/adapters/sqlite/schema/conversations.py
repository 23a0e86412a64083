"""What the assistant remembers: where a conversation stands, and what the person has from it. No word of it."""

from __future__ import annotations

from sqlite_utils import Database

from edge.adapters.sqlite.schema.history import migrations, run


@migrations()
def m0050_conversations(db: Database) -> None:
    """Conversations, what people have through them, and how far each channel was read."""
    run(db, _CONVERSATIONS)


_CONVERSATIONS = """
create table conversation (
    id text primary key,
    channel text not null,
    language text not null,
    started_at text not null,
    heard_at text not null,
    answering text not null,
    step text not null,
    draft text not null,
    misses integer not null,
    agent text not null,
    version integer not null
) strict;
create index conversation_heard on conversation (heard_at);
create index conversation_answering on conversation (answering) where answering in ('asked', 'person');

create table conversation_own (
    conversation text not null,
    kind text not null,
    target text not null,
    primary key (conversation, kind, target)
) strict, without rowid;

create table channel_position (channel text primary key, position integer not null) strict, without rowid;
"""
