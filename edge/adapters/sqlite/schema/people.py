"""Who works with which profile, and whose account is open."""

from __future__ import annotations

from sqlite_utils import Database

from edge.adapters.sqlite.schema.history import migrations, run


@migrations()
def m0057_profile_changes(db: Database) -> None:
    """Changes of work profiles are found without reading the whole log."""
    run(
        db,
        "create index event_profiles on event (at) where type in ('agent_profile_set', 'desk_profile_set')",
    )


@migrations()
def m0058_closed_accounts(db: Database) -> None:
    """Accounts are closed and opened again; a one-time code lets somebody choose a new password."""
    run(
        db,
        """
        alter table staff add column closed_at text;
        alter table staff add column code_hash text not null default '';
        alter table staff add column code_until text;
        alter table staff add column code_tries integer not null default 0
        """,
    )
