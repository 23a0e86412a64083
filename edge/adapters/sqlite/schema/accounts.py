"""What accounts of staff brought: roles that another house vouches for, apart from those that the office gave."""

from __future__ import annotations

from sqlite_utils import Database

from edge.adapters.sqlite.schema.history import migrations, run


@migrations()
def m0070_vouched_roles(db: Database) -> None:
    """Which of somebody's roles another house gave: until now it gave all of them."""
    run(
        db,
        """
        alter table staff add column vouched text not null default '[]';
        update staff set vouched = roles where subject <> ''
        """,
    )
