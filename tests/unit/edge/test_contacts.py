"""Contacts: read strictly, kept apart, forgotten in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.bootstrap.office import OfficeParts
from edge.domain.contacts import ContactKind, read_contact
from edge.domain.errors import BadInput
from edge.runtime.clock import ManualClock
from tests.fixtures.office import forget

UNTIL = datetime(2026, 11, 23, 10, tzinfo=UTC)
PHONE, MAIL = "612 34 56 78", "canary@example.org"


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        ("612 34 56 78", ContactKind.PHONE, "+34612345678"),
        ("+34 612-345-678", ContactKind.PHONE, "+34612345678"),
        ("0033 1 23 45 67 89", ContactKind.PHONE, "+33123456789"),
        ("٦١٢ ٣٤ ٥٦ ٧٨", ContactKind.PHONE, "+34612345678"),
        ("+۳۴ ۶۱۲۳۴۵۶۷۸", ContactKind.PHONE, "+34612345678"),
        (" Ana.Ruiz@correo.example.es ", ContactKind.MAIL, "Ana.Ruiz@correo.example.es"),
    ],
)
def test_what_people_type_is_understood(typed: str, kind: ContactKind, value: str) -> None:
    contact = read_contact("a1", typed, until=UNTIL)

    assert (contact.kind, contact.value, contact.expires_at) == (kind, value, UNTIL + timedelta(hours=24))


@pytest.mark.parametrize(
    "typed", ["12345", "ana@", "ana@localhost", "no tengo", "६१२३४५६७८", "a@b.es, c@d.es", "x" * 300]
)
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(BadInput) as error:
        read_contact("a1", typed, until=UNTIL)

    assert error.value.code == "bad_contact"


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        contact = read_contact("a1", text, until=UNTIL)
    except BadInput:
        return
    assert contact.value


def everywhere_but_contacts(office: OfficeParts) -> str:
    """Return all texts of the database except the one table that may hold them."""
    with office.database.read() as stores:
        tables = [row[0] for row in stores.connection.execute("select name from sqlite_master where type = 'table'")]
        tables.remove("contact")
        rows = [tuple(row) for table in tables for row in stores.connection.execute(f"select * from {table}")]
    return repr(rows)


def test_a_contact_is_in_its_own_table_and_nowhere_else(office: OfficeParts, manual_clock: ManualClock) -> None:
    slot = manual_clock.now() + timedelta(hours=1)
    ids = [
        office.agenda.book("registro", slot, language="es", channel="desk", actor="agent:ana", contact=contact)[0]
        for contact in (PHONE, MAIL)
    ]

    with office.database.read() as stores:
        kept = [contact.value for owner in ids if (contact := stores.contacts.find(owner))]
    assert kept == ["+34612345678", MAIL]
    assert "612345678" not in everywhere_but_contacts(office)
    assert "canary" not in everywhere_but_contacts(office)


def test_contacts_are_forgotten_a_day_after_the_slot(office: OfficeParts, manual_clock: ManualClock) -> None:
    slot = manual_clock.now() + timedelta(hours=1)
    owner, _ = office.agenda.book("registro", slot, language="es", channel="desk", actor="agent:ana", contact=MAIL)

    manual_clock.move(24 * 3600)
    forget(office)
    with office.database.read() as stores:
        assert stores.contacts.find(owner) is not None
    manual_clock.move(3601)
    forget(office)
    with office.database.read() as stores:
        assert stores.contacts.find(owner) is None


def test_who_asks_is_forgotten_and_the_log_does_not_know_who(office: OfficeParts, manual_clock: ManualClock) -> None:
    slot = manual_clock.now() + timedelta(hours=1)
    office.agenda.book("registro", slot, language="es", channel="desk", actor="agent:ana", contact=PHONE)

    assert office.agenda.forget("+34 612345678", actor="uid:0") == 1
    assert office.agenda.forget("+34 612345678", actor="uid:0") == 0
    assert "612345678" not in everywhere_but_contacts(office)
