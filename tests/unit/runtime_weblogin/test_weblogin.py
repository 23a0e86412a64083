"""Rules of the log-in: what is refused, what expires, what a browser gets."""

from __future__ import annotations

import contextlib
import itertools
from datetime import UTC, datetime

import pytest

from edge.runtime import weblogin as w
from edge.runtime.clock import ManualClock
from edge.runtime.cookies import clear_cookie, must_be_secure, read_cookie, set_cookie
from edge.runtime.memory_sessions import MemorySessions
from edge.runtime.passwords import Cost, hash_password

CHEAP = Cost(memory_kib=8, passes=1)
SALT = b"0123456789abcdef"
START = datetime(2026, 11, 23, 8, tzinfo=UTC)


class OneAccount:
    def __init__(self, account: w.Account) -> None:
        self._account = account

    def find(self, login: str) -> w.Account | None:
        return self._account if login == "marta" else None

    def by_id(self, staff_id: str) -> w.Account | None:
        return self._account if staff_id == self._account.staff_id else None


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def accounts() -> OneAccount:
    return OneAccount(w.Account("7", "Marta", frozenset({"agent"}), hash_password("correct horse", SALT, CHEAP)))


@pytest.fixture
def sessions(accounts: OneAccount) -> MemorySessions:
    return MemorySessions(accounts)


@pytest.fixture
def login(clock: ManualClock, accounts: OneAccount, sessions: MemorySessions) -> w.WebLogin:
    numbers = itertools.count()
    return w.WebLogin(
        accounts=accounts,
        sessions=sessions,
        clock=clock,
        new_token=lambda: f"token{next(numbers)}",
        cost=CHEAP,
    )


def refused(login: w.WebLogin, name: str = "marta", source: str = "10.0.0.1") -> w.LoginRefused:
    with pytest.raises(w.LoginRefused) as caught:
        login.log_in(name, "wrong", source=source)
    return caught.value


def test_login_gives_a_token_that_is_stored_only_as_hash(login: w.WebLogin, sessions: MemorySessions) -> None:
    token, session = login.log_in(" Marta ", "correct horse", source="10.0.0.1")

    assert login.find(token) == session
    assert sessions.find(token) is None
    assert sessions.find(w.token_hash(token)) == session
    assert session.may("agent", "manager")
    assert not session.may("manager")


def test_unknown_person_and_wrong_password_look_alike(login: w.WebLogin) -> None:
    assert refused(login, "marta").code == refused(login, "nobody").code == "wrong"


def test_five_wrong_attempts_of_one_account_from_one_network_close_it_there(
    login: w.WebLogin, clock: ManualClock
) -> None:
    for _ in range(5):
        assert refused(login).code == "wrong"
    first = refused(login)
    clock.move(first.retry_after_s)
    assert refused(login).code == "wrong"
    second = refused(login)

    assert (first.code, second.code) == ("too_many", "too_many")
    assert second.retry_after_s == 2 * first.retry_after_s
    assert login.log_in("marta", "correct horse", source="10.0.0.2")


def test_strangers_who_know_a_login_cannot_lock_its_owner_out(login: w.WebLogin, clock: ManualClock) -> None:
    login.log_in("marta", "correct horse", source="10.0.0.1")
    for hour in range(24):
        for number in range(60):
            with contextlib.suppress(w.LoginRefused):
                login.log_in("marta", "guess", source=f"192.0.2.{number}")
        clock.move(3600 - hour)

        assert login.log_in("marta", "correct horse", source="10.0.0.1")


def test_on_a_new_network_the_owner_waits_half_a_minute_at_most(login: w.WebLogin) -> None:
    for number in range(50):
        assert refused(login, source=f"192.0.2.{number}").code == "wrong"

    wait = refused(login, source="10.0.0.7").retry_after_s

    assert 0 < wait <= 30


def test_twenty_wrong_attempts_of_one_network_close_it_for_accounts_that_are_strange_there(login: w.WebLogin) -> None:
    for number in range(20):
        refused(login, f"guess{number}")

    with pytest.raises(w.LoginRefused) as caught:
        login.log_in("marta", "correct horse", source="10.0.0.1")
    assert caught.value.code == "too_many"
    assert login.log_in("marta", "correct horse", source="10.0.0.2")


def test_a_right_password_forgets_the_mistakes_there_but_not_those_of_the_network(login: w.WebLogin) -> None:
    for number in range(16):
        refused(login, f"guess{number}")
    for _ in range(3):
        refused(login)
    login.log_in("marta", "correct horse", source="10.0.0.1")

    assert refused(login).code == "wrong"
    assert refused(login, "other").code == "too_many"


def test_a_session_dies_of_idleness(login: w.WebLogin, clock: ManualClock, sessions: MemorySessions) -> None:
    token, session = login.log_in("marta", "correct horse", source="s")
    clock.move(14 * 60)
    assert login.find(token) is not None
    clock.move(14 * 60)
    assert login.find(token) is not None
    clock.move(15 * 60 + 1)

    assert login.find(token) is None
    assert sessions.find(session.token_hash) is None


def test_a_page_that_refreshes_itself_does_not_keep_a_session_alive(login: w.WebLogin, clock: ManualClock) -> None:
    token, _ = login.log_in("marta", "correct horse", source="s")
    clock.move(14 * 60)
    assert login.find(token, active=False) is not None
    clock.move(2 * 60)

    assert login.find(token, active=False) is None


def test_a_session_dies_after_twelve_hours_even_in_use(login: w.WebLogin, clock: ManualClock) -> None:
    token, _ = login.log_in("marta", "correct horse", source="s")
    for _ in range(12 * 6):
        clock.move(600)
        login.find(token)
    clock.move(1)

    assert login.find(token) is None


def test_log_out_ends_the_session(login: w.WebLogin) -> None:
    token, _ = login.log_in("marta", "correct horse", source="s")
    login.log_out(token)
    login.log_out(None)

    assert login.find(token) is None
    assert login.find("x" * 1000) is None
    assert login.find(None) is None


def test_prune_removes_what_expired(login: w.WebLogin, clock: ManualClock) -> None:
    login.log_in("marta", "correct horse", source="s")
    clock.move(3600)
    login.log_in("marta", "correct horse", source="s")

    assert login.prune() == 1
    assert login.prune() == 0


def test_csrf_token_belongs_to_one_session(login: w.WebLogin) -> None:
    _, first = login.log_in("marta", "correct horse", source="s")
    _, second = login.log_in("marta", "correct horse", source="s")

    assert w.csrf_ok(first, first.csrf)
    assert not w.csrf_ok(first, second.csrf)
    assert not w.csrf_ok(first, None)
    assert not w.csrf_ok(first, "ñ")


def test_cookies_are_strict_and_bound_to_the_host() -> None:
    assert set_cookie("t", secure=True) == "__Host-o360=t; Path=/; HttpOnly; SameSite=Strict; Secure"
    assert set_cookie("t", secure=False) == "o360=t; Path=/; HttpOnly; SameSite=Strict"
    assert clear_cookie(secure=True).endswith("Max-Age=0")


def test_a_plain_cookie_is_not_accepted_where_secure_ones_are_given() -> None:
    assert read_cookie("a=b; __Host-o360=t", secure=True) == "t"
    assert read_cookie("o360=t", secure=True) is None
    assert read_cookie("o360=", secure=False) is None
    assert read_cookie(None, secure=False) is None


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "::1", "localhost:80"])
def test_loopback_may_do_without_https(host: str) -> None:
    assert not must_be_secure(host)


@pytest.mark.parametrize("host", ["carretas4.offices.example", "10.1.2.3:80", "[fe80::1]:80"])
def test_everything_else_needs_https(host: str) -> None:
    assert must_be_secure(host)


def session(token_hash: str, staff_id: str, at: datetime = START) -> w.WebSession:
    return w.WebSession(token_hash, staff_id, "N", frozenset(), "c", at, at)


def test_memory_store_forgets_the_oldest(accounts: OneAccount) -> None:
    small = MemorySessions(accounts, limit=2)
    for number in range(3):
        small.add(session(f"h{number}", "7"), password=accounts.find("marta").password)

    assert (small.find("h0"), small.find("h2")) == (None, session("h2", "7"))
