"""Notices and contacts: the fake in memory must behave as SQLite does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from edge.adapters.sqlite.database import SqliteDatabase
from edge.domain.contacts import Contact, ContactKind, chat_owner, push_owner
from edge.domain.errors import Conflict
from edge.domain.events import Event, Stream
from edge.domain.notices import Notice, NoticeAction, NoticeKind, Rung
from edge.services.ports import UnitOfWork
from tests.fakes.database import FakeDatabase
from tests.fixtures.clocks import MONDAY_MORNING as NOW

Database = SqliteDatabase | FakeDatabase


def notice(name: str = "n1", **facts: object) -> Notice:
    times = {"created_at": NOW, "due_at": NOW, "useful_until": NOW + timedelta(minutes=5)}
    base = Notice(name, "visit-1", NoticeKind.CALLED, "call:1", Rung.SMS, "es", turn="turn-1", **times)
    return replace(base, **facts)


def test_a_message_is_queued_once_over_each_rung(database: Database) -> None:
    with database.write() as uow:
        added = [uow.notices.add(n) for n in (notice(), notice("n2"), notice("n3", rung=Rung.PUSH))]
        uow.commit()

    with database.read() as stores:
        assert [n.id for n in stores.notices.of_owner("visit-1")] == ["n1", "n3"]
        assert stores.notices.of_turn("") == []
        assert stores.notices.find("n1") == notice()
    assert added == [True, False, True]


def test_the_notice_that_has_been_due_for_longest_comes_first(database: Database) -> None:
    later = notice("n2", key="call:2", due_at=NOW + timedelta(seconds=20))
    first = notice("n3", key="call:3", due_at=NOW - timedelta(seconds=1))
    with database.write() as uow:
        for one in (later, notice(), first):
            uow.notices.add(one)
        uow.commit()

    with database.read() as stores:
        assert stores.notices.next_due(Rung.SMS, NOW) == first
        assert stores.notices.next_due(Rung.MAIL, NOW) is None
        assert stores.notices.pending_at(Rung.SMS) == first.due_at
        assert stores.notices.pending_at(Rung.PUSH) is None


def test_a_notice_changes_against_the_version_that_was_read(database: Database) -> None:
    with database.write() as uow:
        uow.notices.add(notice())
        uow.commit()
    taken, _ = notice().apply(NoticeAction.TAKE, at=NOW, units=2)
    with database.write() as uow:
        uow.notices.save(taken)
        uow.commit()

    with database.write() as uow, pytest.raises(Conflict):
        uow.notices.save(taken)

    with database.read() as stores:
        assert stores.notices.taken_up() == [taken]
        assert stores.notices.units_since(NOW) == 2
        assert stores.notices.units_since(NOW + timedelta(seconds=1)) == 0
        assert dict(stores.notices.tally(NOW, NOW + timedelta(minutes=1))) == {("sms", "sending"): 1}


def test_contacts_are_known_by_owner_and_by_address(database: Database) -> None:
    until = NOW + timedelta(days=1)
    with database.write() as uow:
        uow.contacts.put(Contact("v1", ContactKind.PHONE, "+34600000001", until))
        uow.contacts.put(Contact(push_owner("v1"), ContactKind.PUSH, "{}", until))
        uow.contacts.put(Contact("v2", ContactKind.PHONE, "+34600000001", until))
        uow.commit()

    with database.write() as uow:
        assert uow.contacts.kinds() == {"v1": {ContactKind.PHONE, ContactKind.PUSH}, "v2": {ContactKind.PHONE}}
        assert uow.contacts.shared("+34600000001") == 2
        assert uow.contacts.drop("v2")
        assert not uow.contacts.drop("v2")
        uow.commit()


def test_a_witness_adds_to_the_transaction_that_it_sees(database: Database) -> None:
    heard: list[tuple[str, ...]] = []

    def witness(uow: UnitOfWork, events: Sequence[Event]) -> None:
        heard.append(tuple(event.type for event in events))
        uow.notices.add(notice(f"n{len(heard)}", key=f"call:{len(heard)}"))

    database.before_commit(witness)
    for commits in (True, False):
        with database.write() as uow:
            uow.log.append(Event(Stream.TURNS, "turn_called", NOW, "test", "", {}))
            if commits:
                uow.commit()

    with database.read() as stores:
        assert [n.id for n in stores.notices.of_owner("visit-1")] == ["n1"]
    assert heard == [("turn_called",)]


def test_a_chat_stands_beside_the_address_and_says_for_whom_it_stands(database: Database) -> None:
    chat = Contact(chat_owner("visit-1"), ContactKind.CHAT, "telegram:42", NOW)
    with database.write() as uow:
        uow.contacts.put(Contact("visit-1", ContactKind.PHONE, "+34600000001", NOW))
        for owner in ("visit-2", "visit-1"):
            uow.contacts.put(replace(chat, owner=chat_owner(owner)))
        uow.commit()

    with database.read() as stores:
        assert stores.contacts.owners("telegram:42") == ["visit-1", "visit-2"]
        assert stores.contacts.owners("telegram:4") == []
        assert stores.contacts.kinds()["visit-1"] == {ContactKind.PHONE, ContactKind.CHAT}
        assert stores.contacts.find(chat_owner("visit-1")) == chat
