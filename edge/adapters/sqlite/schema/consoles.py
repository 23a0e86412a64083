"""What the consoles of staff brought: who came in when, by whom they are known elsewhere, alerts."""

from __future__ import annotations

from sqlite_utils import Database

from edge.adapters.sqlite.schema.history import migrations, run


@migrations()
def m0045_entries(db: Database) -> None:
    """The last log-in, wrong attempts since, and who somebody is for another house's log-in."""
    run(
        db,
        """
        alter table staff add column subject text not null default '';
        alter table staff add column came_in_at text;
        alter table staff add column failures integer not null default 0;
        create unique index staff_subject on staff (subject) where subject <> '';
        alter table session add column how text not null default 'password';
        alter table session add column before_at text;
        alter table session add column failures integer not null default 0
        """,
    )


@migrations()
def m0046_alerts(db: Database) -> None:
    """Emergencies of staff, and people who ask for help."""
    run(
        db,
        """
        create table alert (
            id text primary key,
            kind text not null,
            state text not null,
            place text not null,
            languages text not null,
            silent integer not null,
            turn text not null,
            raised_by text not null,
            raised_at text not null,
            taken_by text not null,
            taken_at text,
            ended_at text,
            version integer not null
        ) strict;
        create index alert_state on alert (state)
        """,
    )
