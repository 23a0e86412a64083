"""What every store of browser sessions promises."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.central.staff import SqlSessions, Staff
from edge.central.store import Store
from edge.runtime.memory_sessions import MemorySessions
from edge.runtime.weblogin import SessionStore, WebSession

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


@pytest.fixture(params=["memory", "sql"])
def sessions(request: pytest.FixtureRequest, store: Store) -> SessionStore:
    return sql(store) if request.param == "sql" else MemorySessions()


def session(token_hash: str, staff_id: str = "1", at: datetime = AT) -> WebSession:
    return WebSession(token_hash, staff_id, f"P {staff_id}", frozenset({"viewer"}), "csrf", at, at)


def test_what_was_added_is_found(sessions: SessionStore) -> None:
    sessions.add(session("h1"))

    assert sessions.find("h1") == session("h1")
    assert sessions.find("h2") is None


def test_touching_moves_only_the_last_use(sessions: SessionStore) -> None:
    sessions.add(session("h1"))
    sessions.touch("h1", AT + timedelta(minutes=5))
    sessions.touch("unknown", AT)

    assert sessions.find("h1") == replace(session("h1"), seen_at=AT + timedelta(minutes=5))


def test_removed_is_gone(sessions: SessionStore) -> None:
    sessions.add(session("h1"))
    sessions.remove("h1")
    sessions.remove("h1")

    assert sessions.find("h1") is None


def test_all_sessions_of_a_person_end_together(sessions: SessionStore) -> None:
    for name, person in (("h1", "1"), ("h2", "1"), ("h3", "2")):
        sessions.add(session(name, person))
    sessions.remove_of("1")

    assert [sessions.find(name) is None for name in ("h1", "h2", "h3")] == [True, True, False]


def test_old_ones_are_pruned(sessions: SessionStore) -> None:
    sessions.add(session("old", at=AT - timedelta(hours=13)))
    sessions.add(replace(session("idle", at=AT - timedelta(hours=1)), seen_at=AT - timedelta(minutes=20)))
    sessions.add(session("good"))

    assert sessions.prune(created_before=AT - timedelta(hours=12), seen_before=AT - timedelta(minutes=15)) == 2
    assert sessions.find("good") is not None


def test_a_new_password_ends_the_sessions(store: Store) -> None:
    sessions = sql(store)
    sessions.add(session("h1"))
    Staff(store).put(staff_id="9", login=" P1 ", name="New", roles=frozenset({"operator"}), password="y")

    found = Staff(store).find("p1")
    assert sessions.find("h1") is None
    assert found is not None
    assert (found.staff_id, found.name, found.roles) == ("1", "New", frozenset({"operator"}))
    assert Staff(store).find("p9") is None
