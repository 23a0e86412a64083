"""What a turn remembers of a call that was taken back."""

from __future__ import annotations

from sqlite_utils import Database

from edge.adapters.sqlite.schema.history import migrations, run


@migrations()
def m0075_uncalled(db: Database) -> None:
    """When a call was taken back; the last deed at a desk keeps a turn too."""
    run(db, _UNCALLED)


_UNCALLED = """
alter table turn add column uncalled_at text;
update deed set before = json_set(before, '$.uncalled_at', null) where before <> '';
"""
