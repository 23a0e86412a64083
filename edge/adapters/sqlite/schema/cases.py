"""Which visits belong together: keyed hashes, for nine days."""

from __future__ import annotations

from sqlite_utils import Database

from edge.adapters.sqlite.schema.history import migrations, run


@migrations()
def m0060_cases(db: Database) -> None:
    """Cases of visits that are over, to count journeys saved by video."""
    run(
        db,
        "create table case_visit (turn text not null, token text not null, mode text not null, at text not null,"
        " primary key (turn, token)) strict, without rowid;"
        "create index case_visit_at on case_visit (at)",
    )
