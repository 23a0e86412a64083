"""The list of migrations; each file beside this one adds its own."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

migrations = Migrations("office")


def run(db: Database, script: str) -> None:
    """Execute the statements of *script* inside the transaction of the migration; none holds a semicolon of its own."""
    for statement in script.split(";"):
        if statement.strip():
            db.execute(statement)
