"""What notes of staff say beside their words."""

from __future__ import annotations

from sqlite_utils import Database

from edge.adapters.sqlite.schema.history import migrations, run


@migrations()
def m0055_note_turn(db: Database) -> None:
    """The printed number of the turn that a note is about; empty of most."""
    run(db, "alter table note add column turn text not null default ''")
