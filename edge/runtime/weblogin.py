"""Log-in of staff in a browser: passwords, server-side sessions, throttling, CSRF and cookies; knows no framework.

The browser holds a random token; the server keeps only its hash. Whatever is wrong with a log-in, the person is told
one and the same thing, after the same work.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from http.cookies import CookieError, SimpleCookie
from typing import Protocol

from edge.runtime.clock import Clock
from edge.runtime.login_guard import LoginGuard
from edge.runtime.passwords import MAX_PASSWORD_CHARS, Cost, hash_password, verify_password

COOKIE = "o360"


class Role(StrEnum):
    """What a person may do: the first five in an office, the last two at the centre."""

    AGENT = "agent"
    HELPER = "helper"
    MANAGER = "manager"
    TECHNICIAN = "technician"
    OFFICIAL = "official"  # habilitated to identify and submit for citizens (Ley 39/2015, article 12)
    VIEWER = "viewer"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may log in."""

    staff_id: str
    name: str  # shown on the page
    roles: frozenset[str]
    password: str  # as ``hash_password`` wrote it


@dataclass(frozen=True, slots=True)
class WebSession:
    """One logged-in browser."""

    token_hash: str
    staff_id: str
    name: str
    roles: frozenset[str]
    csrf: str
    created_at: datetime
    seen_at: datetime

    def may(self, *roles: str) -> bool:
        """Whether the person has one of *roles*."""
        return not self.roles.isdisjoint(roles)


class Accounts(Protocol):
    """Where accounts are looked up."""

    def find(self, login: str) -> Account | None:
        """Return the enabled account of *login* (as ``login_key`` writes it)."""
        ...


class SessionStore(Protocol):
    """Where sessions live; a removed session is gone at once for every request."""

    def add(self, session: WebSession) -> None:
        """Store a new session."""
        ...

    def find(self, token_hash: str) -> WebSession | None:
        """Return the session of *token_hash*, expired or not."""
        ...

    def touch(self, token_hash: str, seen_at: datetime) -> None:
        """Remember that the session was used; unknown sessions are ignored."""
        ...

    def remove(self, token_hash: str) -> None:
        """Forget one session; unknown ones are ignored."""
        ...

    def remove_of(self, staff_id: str) -> None:
        """Forget every session of a person (new password, account closed)."""
        ...

    def prune(self, *, created_before: datetime, seen_before: datetime) -> int:
        """Forget sessions that began or were used too long ago; return how many."""
        ...


class LoginRefused(Exception):
    """Wrong name or password, or too many attempts; *retry_after_s* is above zero in the second case."""

    def __init__(self, code: str, retry_after_s: float = 0.0) -> None:
        super().__init__(code)
        self.code, self.retry_after_s = code, retry_after_s


def login_key(login: str) -> str:
    """Return *login* as accounts and throttles compare it: NFKC, no case, no blanks around."""
    return unicodedata.normalize("NFKC", login).strip().casefold()[:128]


# --- sessions -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    """How long a session lives."""

    idle: timedelta = timedelta(minutes=15)
    absolute: timedelta = timedelta(hours=12)
    touch_every: timedelta = timedelta(seconds=30)  # finer than this is not written down


class WebLogin:
    """Log in, recognise, log out. Every method may block (password work, database): call it off the event loop."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        sessions: SessionStore,
        clock: Clock,
        new_token: Callable[[], str],
        guard: LoginGuard | None = None,
        policy: SessionPolicy = SessionPolicy(),
        cost: Cost = Cost(),
    ) -> None:
        self._accounts, self._sessions, self._clock, self._new_token = accounts, sessions, clock, new_token
        self._guard, self._policy = guard or LoginGuard(), policy
        self._decoy = hash_password(new_token(), b"decoy decoy salt", cost)
        self._busy = threading.Semaphore(2)  # each verification takes 32 MiB

    def log_in(self, login: str, password: str, *, source: str) -> tuple[str, WebSession]:
        """Return (token for the cookie, session); raise ``LoginRefused`` (``wrong`` or ``too_many``).

        *source* is the network of the browser. The account that does not exist costs the same time as a wrong password.
        """
        key = login_key(login)
        wait = self._guard.attempt(key, source, self._clock.monotonic())
        if wait > 0:
            raise LoginRefused("too_many", wait)
        account = self._accounts.find(key)
        with self._busy:
            fits = verify_password(password[:MAX_PASSWORD_CHARS], account.password if account else self._decoy)
        if account is None or not fits:
            raise LoginRefused("wrong")
        self._guard.succeeded(key, source, self._clock.monotonic())
        return self._open(account)

    def find(self, token: str | None, *, active: bool = True) -> WebSession | None:
        """Return the living session of *token*; an expired one is removed.

        *active*: a person did something, so the session stays alive; a page that refreshes itself is not that.
        """
        if not token or len(token) > 128:
            return None
        now = self._clock.now()
        session = self._sessions.find(token_hash(token))
        if session is None:
            return None
        if now - session.created_at > self._policy.absolute or now - session.seen_at > self._policy.idle:
            self._sessions.remove(session.token_hash)
            return None
        if active and abs(now - session.seen_at) >= self._policy.touch_every:
            self._sessions.touch(session.token_hash, now)
            session = replace(session, seen_at=now)
        return session

    def time_left(self, token: str | None) -> timedelta | None:
        """Return how long the session of *token* lives when nothing more is done; does not keep it alive."""
        session = self._sessions.find(token_hash(token)) if token else None
        if session is None:
            return None
        ends = min(session.seen_at + self._policy.idle, session.created_at + self._policy.absolute)
        left = ends - self._clock.now()
        return left if left > timedelta() else None

    def log_out(self, token: str | None) -> None:
        """End the session of *token*, if there is one."""
        if token:
            self._sessions.remove(token_hash(token))

    def prune(self) -> int:
        """Remove expired sessions; return how many."""
        now = self._clock.now()
        return self._sessions.prune(created_before=now - self._policy.absolute, seen_before=now - self._policy.idle)

    def _open(self, account: Account) -> tuple[str, WebSession]:
        token, now = self._new_token() + self._new_token(), self._clock.now()
        session = WebSession(
            token_hash=token_hash(token),
            staff_id=account.staff_id,
            name=account.name,
            roles=account.roles,
            csrf=self._new_token(),
            created_at=now,
            seen_at=now,
        )
        self._sessions.add(session)
        return token, session


def token_hash(token: str) -> str:
    """Return the hash under which a session is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_ok(session: WebSession, given: str | None) -> bool:
    """Whether *given* (form field ``csrf`` or header ``X-CSRF-Token``) belongs to *session*; constant time."""
    return hmac.compare_digest(session.csrf.encode(), (given or "").encode())


# --- cookies --------------------------------------------------------------------------------------------------------


def cookie_name(*, secure: bool) -> str:
    """Return the cookie's name; over HTTPS the prefix ``__Host-`` binds it to this host and to ``/``."""
    return f"__Host-{COOKIE}" if secure else COOKIE


def set_cookie(token: str, *, secure: bool) -> str:
    """Return the ``Set-Cookie`` header that gives *token* to the browser until it closes."""
    return f"{cookie_name(secure=secure)}={token}; Path=/; HttpOnly; SameSite=Strict{'; Secure' if secure else ''}"


def clear_cookie(*, secure: bool) -> str:
    """Return the ``Set-Cookie`` header that takes the token away."""
    return f"{set_cookie('', secure=secure)}; Max-Age=0"


def read_cookie(header: str | None, *, secure: bool) -> str | None:
    """Return the token in a ``Cookie`` header, or None."""
    try:
        found = SimpleCookie(header or "").get(cookie_name(secure=secure))
    except CookieError:
        return None
    return found.value or None if found else None


def must_be_secure(host: str) -> bool:
    """Whether a server that people reach as *host* needs ``Secure`` cookies: everywhere but on loopback."""
    name = host.rsplit(":", 1)[0] if host.count(":") == 1 or host.startswith("[") else host
    return name.strip("[]") not in {"localhost", "127.0.0.1", "::1"}
