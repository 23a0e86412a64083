"""Log-ins over a real database while a manager closes the account, gives a code, or somebody sets a password."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from edge.adapters.sqlite.sessions import SqliteAccounts, SqliteSessionStore
from edge.bootstrap.doorkeeper import Doorkeeper
from edge.bootstrap.office import OfficeParts
from edge.bootstrap.work import Work
from edge.runtime.entry_journal import Before
from edge.runtime.ids import new_token
from edge.runtime.passwords import Cost, hash_password
from edge.runtime.weblogin import Account, LoginRefused, SessionPolicy, WebLogin
from edge.services.entries import Person

OLD, NEW = "correct horse battery", "another long password"
CHEAP = Cost(memory_kib=8, passes=1)


class Meanwhile(Doorkeeper):
    """A journal in whose first entry something else happens: after the password was compared, before the session."""

    happens: Callable[[], object] | None = None

    def came_in(self, staff_id: str, how: str) -> Before:
        """Let it happen, then write down."""
        self._once()
        return super().came_in(staff_id, how)

    def renew(self, staff_id: str, before: str, after: str) -> bool:
        """Let it happen, then renew."""
        self._once()
        return super().renew(staff_id, before, after)

    def _once(self) -> None:
        happens, self.happens = self.happens, None
        if happens is not None:
            happens()


class Door:
    """The log-in of an office in which Ana works and Rosa manages."""

    def __init__(self, office: OfficeParts, work: Work) -> None:
        self.office, self.work, self.journal = office, work, Meanwhile(office.entries, work.carry_out)
        self.login = WebLogin(
            accounts=SqliteAccounts(office.database),
            sessions=SqliteSessionStore(office.database, work.writer.submit),
            clock=office.clock,
            new_token=new_token,
            policy=SessionPolicy(idle=timedelta(hours=2), lock=timedelta(minutes=5)),
            cost=CHEAP,
            journal=self.journal,
        )
        self.ana = self._add("ana", "manager")
        self._add("rosa", "manager")

    def _add(self, login: str, role: str) -> Account:
        account = Account(f"{login}-1", login.title(), frozenset({role}), hash_password(OLD, b"s" * 16, CHEAP))
        with self.office.database.write() as uow:
            uow.staff.add(account, login, self.office.clock.now())
            uow.commit()
        return account

    def come_in(self, password: str = OLD) -> str:
        return self.login.log_in("ana", password, source="10.0.0.1")[0]

    def is_open(self, token: str) -> bool:
        return self.login.find(token) is not None

    def close(self) -> None:
        self.work.carry_out(self.office.members.close, self.ana.staff_id, by="rosa-1")

    def give_code(self) -> str:
        return self.work.carry_out(self.office.members.give_code, self.ana.staff_id, by="rosa-1")[1]

    def set_password(self) -> None:
        """Set one as the command line does."""
        self.work.carry_out(self.office.staff.set_password, "ana", NEW, salt=b"n" * 16, actor="uid:0")

    def age_password(self) -> None:
        """Have it written in an older way than today's."""
        older = hash_password(OLD, b"o" * 16, Cost(memory_kib=16, passes=1))
        self.work.carry_out(self.office.entries.renew, self.ana.staff_id, self.ana.password, older)

    def sessions(self) -> int:
        with self.office.database.read() as stores:
            found: int = stores.connection.execute("select count(*) from session").fetchone()[0]
        return found


@pytest.fixture
def door(office: OfficeParts) -> Iterator[Door]:
    work = Work(office.database)
    work.start()
    yield Door(office, work)
    work.stop()


@pytest.mark.parametrize("happens", ["close", "give_code", "set_password"])
@pytest.mark.parametrize("is_older", [False, True])
def test_what_ends_an_account_during_a_log_in_leaves_no_session(door: Door, happens: str, is_older: bool) -> None:
    if is_older:
        door.age_password()
    door.journal.happens = getattr(door, happens)

    with pytest.raises(LoginRefused, match="wrong"):
        door.come_in()

    assert door.sessions() == 0
    with pytest.raises(LoginRefused, match="wrong"):  # the password of before is not written back either
        door.come_in()


def test_so_it_is_for_who_comes_by_the_log_in_of_the_corporation(door: Door) -> None:
    known = door.office.entries.known
    account = door.work.carry_out(known, Person("subject-1", "ana", "Ana", frozenset({"manager"})))
    door.close()

    with pytest.raises(LoginRefused, match="wrong"):
        door.login.enter(account, how="oidc")

    assert door.sessions() == 0


def test_a_new_password_ends_sessions_and_the_one_time_code(door: Door) -> None:
    token = door.come_in()
    door.set_password()
    after = door.is_open(token)
    code = door.give_code()
    door.set_password()

    redeemed = door.work.carry_out(door.office.members.redeem, "ana", code, hash_password("x", b"z" * 16, CHEAP))

    assert (after, redeemed) == (False, None)
    assert door.is_open(door.come_in(NEW))


def test_who_has_a_code_comes_in_with_the_password_that_they_chose(door: Door) -> None:
    code, chosen = door.give_code(), hash_password(NEW, b"z" * 16, CHEAP)

    account = door.work.carry_out(door.office.members.redeem, "ana", code, chosen)
    token, _ = door.login.enter_by_code("ana", account, source="10.0.0.1")

    assert door.is_open(token)
    assert door.is_open(door.come_in(NEW))
