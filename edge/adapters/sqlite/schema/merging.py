"""Two turns of one party that became one."""

from __future__ import annotations

from sqlite_utils import Database

from edge.adapters.sqlite.schema.history import migrations, run


@migrations()
def m0065_merged(db: Database) -> None:
    """The turn that another one goes on as; also in turns that are kept for an undo."""
    run(db, _MERGED)


_MERGED = """
alter table turn add column merged_into text not null default '';
update deed set before = json_set(before, '$.merged_into', '') where before <> '';
"""
