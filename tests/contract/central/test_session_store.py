"""What every store of browser sessions promises."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from edge.adapters.sqlite.database import SqliteDatabase
from edge.adapters.sqlite.log import Stamp
from edge.adapters.sqlite.sessions import SqliteSessionStore
from edge.central.staff import SqlSessions, Staff
from edge.central.store import Store
from edge.runtime.ids import new_ulid
from edge.runtime.memory_sessions import MemorySessions
from edge.runtime.weblogin import Account, SessionStore, WebSession

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(f"sqlite:///{tmp_path}/central.db")) as made:
        made.prepare()
        yield made


def sql(store: Store) -> SessionStore:
    for number in ("1", "2"):
        Staff(store).put(
            staff_id=number, login=f"p{number}", name=f"P {number}", roles=frozenset({"viewer"}), password="x"
        )
    return SqlSessions(store)


def office(database: SqliteDatabase) -> SessionStore:
    with database.write() as uow:
        for number in ("1", "2"):
            uow.staff.add(Account(number, f"P {number}", frozenset({"viewer"}), "x"), f"p{number}", AT)
        uow.commit()

    def submit(run: Callable[[], Any]) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(run())
        return done

    return SqliteSessionStore(database, submit)


@pytest.fixture(params=["memory", "centre", "office"])
def sessions(request: pytest.FixtureRequest, store: Store, tmp_path: Path) -> Iterator[SessionStore]:
    if request.param == "office":
        stamp = Stamp(new_ulid, itertools.count().__next__, "boot")
        with closing(SqliteDatabase(tmp_path / "office.db", stamp)) as database:
            yield office(database)
        return
    centre = sql(store)
    yield centre if request.param == "centre" else MemorySessions(Staff(store))


def session(token_hash: str, staff_id: str = "1", at: datetime = AT) -> WebSession:
    return WebSession(token_hash, staff_id, f"P {staff_id}", frozenset({"viewer"}), "csrf", at, at)


def test_what_was_added_is_found(sessions: SessionStore) -> None:
    sessions.add(session("h1"), password="x")

    assert sessions.find("h1") == session("h1")
    assert sessions.find("h2") is None


@pytest.mark.parametrize(("staff_id", "password"), [("1", "y"), ("1", ""), ("9", "x")])
def test_an_account_that_is_another_by_now_gets_no_session(
    sessions: SessionStore, staff_id: str, password: str
) -> None:
    before = sessions.add(session("h1"), password="x")

    assert (before, sessions.add(session("h2", staff_id), password=password)) == (True, False)
    assert sessions.find("h2") is None


def test_touching_moves_only_the_last_use(sessions: SessionStore) -> None:
    sessions.add(session("h1"), password="x")
    sessions.touch("h1", AT + timedelta(minutes=5))
    sessions.touch("unknown", AT)

    assert sessions.find("h1") == replace(session("h1"), seen_at=AT + timedelta(minutes=5))


def test_removed_is_gone(sessions: SessionStore) -> None:
    sessions.add(session("h1"), password="x")
    sessions.remove("h1")
    sessions.remove("h1")

    assert sessions.find("h1") is None


def test_all_sessions_of_a_person_end_together(sessions: SessionStore) -> None:
    for name, person in (("h1", "1"), ("h2", "1"), ("h3", "2")):
        sessions.add(session(name, person), password="x")
    sessions.remove_of("1")

    assert [sessions.find(name) is None for name in ("h1", "h2", "h3")] == [True, True, False]


def test_old_ones_are_pruned(sessions: SessionStore) -> None:
    sessions.add(session("old", at=AT - timedelta(hours=13)), password="x")
    sessions.add(replace(session("idle", at=AT - timedelta(hours=1)), seen_at=AT - timedelta(minutes=20)), password="x")
    sessions.add(session("good"), password="x")

    assert sessions.prune(created_before=AT - timedelta(hours=12), seen_before=AT - timedelta(minutes=15)) == 2
    assert sessions.find("good") is not None


def test_a_new_password_ends_the_sessions(store: Store) -> None:
    sessions = sql(store)
    sessions.add(session("h1"), password="x")
    Staff(store).put(staff_id="9", login=" P1 ", name="New", roles=frozenset({"operator"}), password="y")

    found = Staff(store).find("p1")
    assert sessions.find("h1") is None
    assert found is not None
    assert (found.staff_id, found.name, found.roles) == ("1", "New", frozenset({"operator"}))
    assert Staff(store).find("p9") is None
