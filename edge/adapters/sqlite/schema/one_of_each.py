"""What stood twice becomes one: what a press made is a link, and everything people are told is a notice."""

from __future__ import annotations

from sqlite_utils import Database

from edge.adapters.sqlite.schema.history import migrations
from edge.runtime import log as logs

log = logs.get(__name__)

_ASKED_FOR = ("appointment_code", "appointment_link")


@migrations()
def m0051_presses(db: Database) -> None:
    """Keys of bookings, nonces of forms and names of wishes become one kind of thing."""
    db.execute("insert or replace into link select 'press_slot', key, appointment, at from booking_key")
    db.execute("update or replace link set kind = 'press_turn' where kind in ('nonce', 'request')")
    db.execute("drop table booking_key")


@migrations()
def m0052_one_outbox(db: Database) -> None:
    """What is to be told about appointments are notices; what waited to be sent when the office was upgraded is lost.

    A notice has a record in the log of events, which a migration does not write, and the rungs of who can be reached,
    which it does not know. A code or a link can be asked for again; of the rest the program says whom to tell.
    """
    for kind, owner in db.execute("select kind, owner from outbound order by id").fetchall():
        if kind not in _ASKED_FOR:
            log.warning("message_not_sent", kind=kind, appointment=owner)
    db.execute("drop table outbound")
