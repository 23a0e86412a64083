"""What an appointment is taken for."""

from __future__ import annotations

from sqlite_utils import Database

from edge.adapters.sqlite.schema.history import migrations, run


@migrations()
def m0056_appointment_company(db: Database) -> None:
    """How many procedures somebody comes for, and how many people come together; one of each until now."""
    run(
        db,
        """
        alter table appointment add column procedures integer not null default 1;
        alter table appointment add column party integer not null default 1
        """,
    )
