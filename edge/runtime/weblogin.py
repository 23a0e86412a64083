"""Log-in of staff in a browser: server-side sessions, their lock, throttling, CSRF; knows no framework.

The browser holds a random token; the server keeps only its hash. Whatever is wrong with a log-in, the person is told
one and the same thing, after the same work. A session that nobody uses locks: it is still there, and so is what was
being done in it, but it opens nothing until its person has shown who they are.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from edge.runtime.clock import Clock
from edge.runtime.entry_journal import Journal, NoJournal
from edge.runtime.login_guard import LoginGuard
from edge.runtime.passwords import MAX_PASSWORD_CHARS, Cost, hash_password, needs_renewal, verify_password

MAX_NOTICED = 1000


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
    how: str = "password"  # or "oidc": by what the person came in
    before_at: datetime | None = None  # the log-in before this one
    failures: int = 0  # wrong attempts between the two
    locked: bool = False  # worked out when it is looked up, never stored

    def may(self, *roles: str) -> bool:
        """Whether the person has one of *roles*."""
        return not self.roles.isdisjoint(roles)


class Accounts(Protocol):
    """Where accounts are looked up."""

    def find(self, login: str) -> Account | None:
        """Return the enabled account of *login* (as ``login_key`` writes it)."""
        ...

    def by_id(self, staff_id: str) -> Account | None:
        """Return the enabled account of a person."""
        ...


class SessionStore(Protocol):
    """Where sessions live; a removed session is gone at once for every request."""

    def add(self, session: WebSession, *, password: str) -> bool:
        """Store a new session if its account is still open and has this *password* (a hash); return whether.

        Both in one step: an account that was closed, or got another password, since it was read opens nothing.
        """
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
    """How long a session lives, and how long it may lie unused before it locks (None: it never does)."""

    idle: timedelta = timedelta(minutes=15)
    absolute: timedelta = timedelta(hours=12)
    lock: timedelta | None = None
    touch_every: timedelta = timedelta(seconds=10)  # finer than this is not written down


class WebLogin:
    """Log in, recognise, lock, log out. Every method may block (passwords, database): call it off the event loop."""

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
        journal: Journal | None = None,
        new_salt: Callable[[], bytes] = lambda: secrets.token_bytes(16),
    ) -> None:
        self._accounts, self._sessions, self._clock, self._new_token = accounts, sessions, clock, new_token
        self._guard, self._policy = guard or LoginGuard(), policy
        self._journal, self._cost, self._new_salt = journal or NoJournal(), cost, new_salt
        self._decoy = hash_password(new_token(), b"decoy decoy salt", cost)
        self._busy = threading.Semaphore(2)  # each verification takes 46 MiB
        self._noticed: OrderedDict[str, None] = OrderedDict()  # locked sessions that were written down

    def log_in(self, login: str, password: str, *, source: str) -> tuple[str, WebSession]:
        """Return (token for the cookie, session); raise ``LoginRefused`` (``wrong`` or ``too_many``).

        *source* is the network of the browser. The account that does not exist costs the same time as a wrong password.
        """
        key = login_key(login)
        account = self._prove(key, self._accounts.find(key), password, source=source, noted="refused")
        return self.enter(account, how="password")

    def enter(self, account: Account, *, how: str) -> tuple[str, WebSession]:
        """Open a session for somebody whose identity was proved otherwise; return (token, session).

        Raises ``LoginRefused`` (``wrong``) when *account* was closed, or got another password, since it was read.
        """
        before = self._journal.came_in(account.staff_id, how)
        token, now = self._new_token() + self._new_token(), self._clock.now()
        session = WebSession(
            token_hash=token_hash(token),
            staff_id=account.staff_id,
            name=account.name,
            roles=account.roles,
            csrf=self._new_token(),
            created_at=now,
            seen_at=now,
            how=how,
            before_at=before.at,
            failures=before.failures,
        )
        if not self._sessions.add(session, password=account.password):
            self._journal.note("went_out", account.staff_id, "account_changed")
            raise LoginRefused("wrong")
        return token, session

    def find(self, token: str | None, *, active: bool = True, even_locked: bool = False) -> WebSession | None:
        """Return the living session of *token*; an expired one is removed, a locked one is told only to who asks so.

        *active*: a person did something, so the session stays alive; a page that refreshes itself is not that.
        """
        if not token or len(token) > 128:
            return None
        session = self._living(token)
        if session is None:
            return None
        now = self._clock.now()
        if self._is_locked(session, now):
            self._notice(session)
            return replace(session, locked=True) if even_locked else None
        if active and abs(now - session.seen_at) >= self._policy.touch_every:
            self._sessions.touch(session.token_hash, now)
            session = replace(session, seen_at=now)
        return session

    def time_left(self, token: str | None) -> timedelta | None:
        """Return how long the session of *token* stays open when nothing more is done; does not keep it alive."""
        session = self._living(token) if token else None
        if session is None or self._is_locked(session, self._clock.now()):
            if session is not None:
                self._notice(session)
            return None
        rest = min(self._policy.idle, self._policy.lock or self._policy.idle)
        ends = min(session.seen_at + rest, session.created_at + self._policy.absolute)
        left = ends - self._clock.now()
        return left if left > timedelta() else None

    def lock(self, token: str | None) -> None:
        """Lock the session of *token* at once, as its person asks."""
        session = self._living(token) if token else None
        if session is None or self._policy.lock is None or self._is_locked(session, self._clock.now()):
            return
        self._sessions.touch(session.token_hash, self._clock.now() - self._policy.lock - timedelta(seconds=1))
        self._notice(session, why="asked")

    def unlock(self, token: str | None, password: str, *, source: str) -> None:
        """Open the locked session of *token* again; raise ``LoginRefused`` (``wrong`` or ``too_many``)."""
        session = self._living(token) if token else None
        if session is None:
            raise LoginRefused("wrong")
        account = self._accounts.by_id(session.staff_id)
        self._prove(f"unlock {session.staff_id}", account, password, source=source, noted="unlock_refused")
        self._sessions.touch(session.token_hash, self._clock.now())
        if self._noticed.pop(session.token_hash, True) is None:
            self._journal.note("unlocked", session.staff_id, "password")

    def log_out(self, token: str | None) -> None:
        """End the session of *token*, if there is one."""
        session = self._living(token) if token else None
        if session is not None:
            self._sessions.remove(session.token_hash)
            self._journal.note("went_out", session.staff_id, "asked")

    def salt(self) -> bytes:
        """Return a new salt for a password that somebody chooses."""
        return self._new_salt()

    def end_all(self, staff_id: str) -> None:
        """End every session of a person: the account was closed, or got another password."""
        self._sessions.remove_of(staff_id)

    def may_try(self, login: str, *, source: str) -> None:
        """Count an attempt to come in by something else than a password; raise ``LoginRefused`` ``too_many``."""
        wait = self._guard.attempt(login_key(login), source, self._clock.monotonic())
        if wait > 0:
            raise LoginRefused("too_many", wait)

    def enter_by_code(self, login: str, account: Account | None, *, source: str) -> tuple[str, WebSession]:
        """Open a session for who has shown the code of *account*; None: it was wrong, ``LoginRefused`` ``wrong``."""
        if account is None:
            self._journal.note("refused", "", "code")
            raise LoginRefused("wrong")
        self._guard.succeeded(login_key(login), source, self._clock.monotonic())
        return self.enter(account, how="code")

    def prune(self) -> int:
        """Remove expired sessions; return how many."""
        now = self._clock.now()
        return self._sessions.prune(created_before=now - self._policy.absolute, seen_before=now - self._policy.idle)

    def _prove(self, key: str, account: Account | None, password: str, *, source: str, noted: str) -> Account:
        """Return *account* as it is kept now; raise ``LoginRefused`` unless *password* is that of *account*."""
        wait = self._guard.attempt(key, source, self._clock.monotonic())
        if wait > 0:
            raise LoginRefused("too_many", wait)
        with self._busy:
            fits = verify_password(password[:MAX_PASSWORD_CHARS], account.password if account else self._decoy)
        if account is None or not fits:
            self._journal.note(noted, account.staff_id if account else "", "wrong")
            raise LoginRefused("wrong")
        self._guard.succeeded(key, source, self._clock.monotonic())
        return self._renewed(account, password[:MAX_PASSWORD_CHARS])

    def _renewed(self, account: Account, password: str) -> Account:
        """Write *password* in today's way, unless *account* has another one by now."""
        if not needs_renewal(account.password, self._cost):
            return account
        with self._busy:
            written = hash_password(password, self._new_salt(), self._cost)
        if self._journal.renew(account.staff_id, account.password, written):
            return replace(account, password=written)
        known = self._accounts.by_id(account.staff_id)
        if known is None or known.password == account.password:
            return account
        with self._busy:  # the same person came in on another screen at this moment, or it is another password
            return known if verify_password(password, known.password) else account

    def _living(self, token: str) -> WebSession | None:
        session, now = self._sessions.find(token_hash(token)), self._clock.now()
        if session is None:
            return None
        if now - session.created_at > self._policy.absolute or now - session.seen_at > self._policy.idle:
            self._sessions.remove(session.token_hash)
            self._journal.note("went_out", session.staff_id, "expired")
            return None
        return session

    def _is_locked(self, session: WebSession, now: datetime) -> bool:
        return self._policy.lock is not None and now - session.seen_at > self._policy.lock

    def _notice(self, session: WebSession, *, why: str = "idle") -> None:
        """Write down once that *session* has locked."""
        if session.token_hash in self._noticed:
            return
        self._noticed[session.token_hash] = None
        while len(self._noticed) > MAX_NOTICED:
            self._noticed.popitem(last=False)
        self._journal.note("locked", session.staff_id, why)


def token_hash(token: str) -> str:
    """Return the hash under which a session is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_ok(session: WebSession, given: str | None) -> bool:
    """Whether *given* (form field ``csrf`` or header ``X-CSRF-Token``) belongs to *session*; constant time."""
    return hmac.compare_digest(session.csrf.encode(), (given or "").encode())
