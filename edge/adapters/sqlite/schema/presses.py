"""What a press made is a link, whatever was pressed."""

from __future__ import annotations

from sqlite_utils import Database

from edge.adapters.sqlite.schema.history import migrations


@migrations()
def m0051_presses(db: Database) -> None:
    """Keys of bookings, nonces of forms and names of wishes become one kind of thing."""
    db.execute("insert or replace into link select 'press_slot', key, appointment, at from booking_key")
    db.execute("update or replace link set kind = 'press_turn' where kind in ('nonce', 'request')")
    db.execute("drop table booking_key")
