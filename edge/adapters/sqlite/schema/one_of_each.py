"""What stood twice becomes one: what a press made is a link, and everything people are told is a notice."""

from __future__ import annotations

from sqlite_utils import Database

from edge.adapters.sqlite.schema.history import migrations


@migrations()
def m0051_presses(db: Database) -> None:
    """Keys of bookings, nonces of forms and names of wishes become one kind of thing."""
    db.execute("insert or replace into link select 'press_slot', key, appointment, at from booking_key")
    db.execute("update or replace link set kind = 'press_turn' where kind in ('nonce', 'request')")
    db.execute("drop table booking_key")


@migrations()
def m0052_one_outbox(db: Database) -> None:
    """What is to be told about appointments are notices; a code that had not been sent yet can be asked for again."""
    db.execute("drop table outbound")
