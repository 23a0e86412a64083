"""The lock of a page that nobody uses, and what is written down at the door."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from edge.runtime.clock import ManualClock
from edge.runtime.entry_journal import Before
from edge.runtime.memory_sessions import MemorySessions
from edge.runtime.passwords import Cost, hash_password, verify_password
from edge.runtime.weblogin import Account, LoginRefused, SessionPolicy, WebLogin

CHEAP = Cost(memory_kib=8, passes=1)
OLDER = Cost(memory_kib=16, passes=1)
START = datetime(2026, 11, 23, 8, tzinfo=UTC)
LOCK = timedelta(minutes=5)


class Book:
    """A ``Journal`` and the accounts that it changes."""

    def __init__(self) -> None:
        self.account = Account("7", "Marta", frozenset({"agent"}), hash_password("correct horse", b"s" * 16, OLDER))
        self.notes: list[tuple[str, str, str]] = []

    def find(self, login: str) -> Account | None:
        return self.account if login == "marta" else None

    def by_id(self, staff_id: str) -> Account | None:
        return self.account if staff_id == "7" else None

    def came_in(self, staff_id: str, how: str) -> Before:
        self.notes.append(("came_in", staff_id, how))
        return Before(START - timedelta(days=1), 2)

    def note(self, what: str, staff_id: str, why: str) -> None:
        self.notes.append((what, staff_id, why))

    def renew(self, staff_id: str, before: str, after: str) -> bool:
        if self.account.password != before:
            return False
        self.account = replace(self.account, password=after)
        self.notes.append(("renewed", staff_id, ""))
        return True


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def login(clock: ManualClock, book: Book) -> WebLogin:
    return WebLogin(
        accounts=book,
        sessions=MemorySessions(book),
        clock=clock,
        new_token=map("token{}".format, itertools.count()).__next__,
        cost=CHEAP,
        policy=SessionPolicy(idle=timedelta(hours=2), lock=LOCK),
        journal=book,
    )


@pytest.fixture
def token(login: WebLogin) -> str:
    return login.log_in("marta", "correct horse", source="10.0.0.1")[0]


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(LoginRefused) as caught:
        act()
    return caught.value.code


def test_a_page_that_nobody_uses_locks_and_opens_with_the_password(
    login: WebLogin, token: str, clock: ManualClock
) -> None:
    clock.move(LOCK.total_seconds() + 1)
    hidden, locked = login.find(token), login.find(token, even_locked=True)
    left = login.time_left(token)
    login.unlock(token, "correct horse", source="10.0.0.1")

    assert hidden is None
    assert locked is not None
    assert locked.locked
    assert left is None
    assert login.find(token) is not None


def test_what_a_page_asks_by_itself_keeps_nothing_open(login: WebLogin, token: str, clock: ManualClock) -> None:
    for _ in range(10):
        clock.move(31)
        login.find(token, active=False)

    assert login.find(token) is None


def test_who_works_is_never_locked_out(login: WebLogin, token: str, clock: ManualClock) -> None:
    for _ in range(20):
        clock.move(LOCK.total_seconds() - 1)
        assert login.find(token) is not None


def test_looking_at_a_locked_page_does_not_open_it(login: WebLogin, token: str, clock: ManualClock) -> None:
    clock.move(LOCK.total_seconds() + 1)
    login.find(token, even_locked=True)

    assert login.find(token) is None


def test_a_page_is_locked_before_one_leaves_it(login: WebLogin, token: str, book: Book) -> None:
    login.lock(token)
    login.lock(token)

    assert login.find(token) is None
    assert book.notes.count(("locked", "7", "asked")) == 1


def test_a_locked_page_that_is_forgotten_logs_out(login: WebLogin, token: str, clock: ManualClock, book: Book) -> None:
    login.lock(token)
    clock.move(2 * 3600)

    assert login.find(token, even_locked=True) is None
    assert book.notes[-1] == ("went_out", "7", "expired")


def test_guessing_at_a_locked_page_is_slowed_down(login: WebLogin, token: str, book: Book) -> None:
    login.lock(token)
    codes = [refused(lambda: login.unlock(token, "guess", source="10.0.0.9")) for _ in range(6)]

    assert codes == ["wrong"] * 5 + ["too_many"]
    assert login.find(token) is None
    assert book.notes.count(("unlock_refused", "7", "wrong")) == 5


def test_a_session_that_is_over_is_not_unlocked(login: WebLogin, token: str) -> None:
    login.log_out(token)

    assert refused(lambda: login.unlock(token, "correct horse", source="x")) == "wrong"
    assert refused(lambda: login.unlock(None, "correct horse", source="x")) == "wrong"


def test_everything_at_the_door_is_written_down(login: WebLogin, token: str, clock: ManualClock, book: Book) -> None:
    refused(lambda: login.log_in("marta", "guess", source="x"))
    refused(lambda: login.log_in("nobody", "guess", source="x"))
    clock.move(LOCK.total_seconds() + 1)
    login.find(token)
    login.find(token)
    login.unlock(token, "correct horse", source="10.0.0.1")
    login.log_out(token)
    login.log_out(token)

    assert [note for note in book.notes if note[0] != "renewed"] == [
        ("came_in", "7", "password"),
        ("refused", "7", "wrong"),
        ("refused", "", "wrong"),
        ("locked", "7", "idle"),
        ("unlocked", "7", "password"),
        ("went_out", "7", "asked"),
    ]


def test_a_person_is_told_of_the_time_before(login: WebLogin) -> None:
    _, session = login.log_in("marta", "correct horse", source="x")

    assert (session.before_at, session.failures) == (START - timedelta(days=1), 2)


def test_a_password_written_in_an_older_way_is_renewed_once(login: WebLogin, book: Book) -> None:
    login.log_in("marta", "correct horse", source="x")
    login.log_in("marta", "correct horse", source="x")

    assert book.notes.count(("renewed", "7", "")) == 1
    assert book.account.password.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert verify_password("correct horse", book.account.password)


def test_two_log_ins_at_once_renew_an_older_password_once_and_both_come_in(login: WebLogin, book: Book) -> None:
    other: list[str] = []
    renew = book.renew

    def after_the_other(staff_id: str, before: str, after: str) -> bool:
        book.renew = renew  # type: ignore[method-assign]
        other.append(login.log_in("marta", "correct horse", source="y")[0])
        return renew(staff_id, before, after)

    book.renew = after_the_other  # type: ignore[method-assign]
    token, _ = login.log_in("marta", "correct horse", source="x")

    assert [login.find(each) is not None for each in (token, *other)] == [True, True]
    assert book.notes.count(("renewed", "7", "")) == 1


@pytest.mark.parametrize("cost", [CHEAP, OLDER])
def test_a_password_that_another_takes_the_place_of_during_a_log_in_opens_nothing(
    login: WebLogin, book: Book, cost: Cost
) -> None:
    book.account = replace(book.account, password=hash_password("correct horse", b"s" * 16, cost))
    other = hash_password("another horse", b"t" * 16, CHEAP)
    salt, note = login._new_salt, book.came_in
    change = lambda: setattr(book, "account", replace(book.account, password=other))  # noqa: E731
    login._new_salt = lambda: (change(), salt())[1]  # while the renewed hash is worked out
    book.came_in = lambda *seen: (change(), note(*seen))[1]  # type: ignore[method-assign]

    assert refused(lambda: login.log_in("marta", "correct horse", source="x")) == "wrong"
    assert book.account.password == other
    assert book.notes[-1] == ("went_out", "7", "account_changed")


def test_without_a_lock_nothing_locks(clock: ManualClock, book: Book) -> None:
    login = WebLogin(
        accounts=book, sessions=MemorySessions(book), clock=clock, new_token=lambda: "t", cost=CHEAP, journal=book
    )
    token, _ = login.log_in("marta", "correct horse", source="x")
    login.lock(token)
    clock.move(14 * 60)

    assert login.find(token) is not None
