"""Who comes in: the last time, wrong attempts, and people for whom another house vouches."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.adapters.identity.staff import Claims, person
from edge.bootstrap.office import OfficeParts
from edge.domain.errors import BadInput, Conflict, NotFound
from edge.runtime.clock import ManualClock
from edge.runtime.entry_journal import Before
from edge.runtime.oidc import OidcRefused
from edge.runtime.passwords import verify_password
from edge.services.entries import REFUSALS_LOGGED, Person
from tests.fixtures.clocks import MONDAY_MORNING as NOW

MARTA = Person("subject-1", "marta.gil", "Marta Gil", frozenset({"agent"}))
WHERE = Claims(mapping={"desk": "agent", "door": "helper", "boss": "manager"})


def logged(office: OfficeParts) -> list[tuple[str, str, str]]:
    with office.database.read() as stores:
        rows = stores.connection.execute("select type, actor, reason from event where stream = 'access' order by seq")
        return [tuple(row) for row in rows]


def test_a_person_is_told_the_last_time_and_the_failures_since(office: OfficeParts, manual_clock: ManualClock) -> None:
    account = office.entries.known(MARTA)
    first = office.entries.came_in(account.staff_id, "oidc")
    manual_clock.move(60)
    for _ in range(2):
        office.entries.note("refused", account.staff_id, "wrong")
    office.entries.note("unlock_refused", account.staff_id, "wrong")
    second = office.entries.came_in(account.staff_id, "password")
    third = office.entries.came_in(account.staff_id, "password")

    assert first == Before()
    assert second == Before(NOW, 3)
    assert third.failures == 0


def test_a_flood_of_wrong_passwords_is_counted_but_does_not_flood_the_log(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    account = office.entries.known(MARTA)
    for _ in range(REFUSALS_LOGGED + 10):
        office.entries.note("refused", account.staff_id, "wrong")
    manual_clock.move(60)
    office.entries.note("refused", "", "wrong")

    assert office.entries.came_in(account.staff_id, "password").failures == REFUSALS_LOGGED + 10
    assert len([row for row in logged(office) if row[0] == "staff_refused"]) == REFUSALS_LOGGED + 1
    assert logged(office)[-2:] == [
        ("staff_refused", "stranger", "wrong"),
        ("staff_came_in", f"agent:{account.staff_id}", "password"),
    ]


def test_somebody_new_gets_an_account_without_a_password(office: OfficeParts) -> None:
    account = office.entries.known(MARTA)

    assert office.entries.known(MARTA) == account
    assert dict(office.staff.all())["marta.gil"] == account
    assert (account.name, account.roles, account.password) == ("Marta Gil", frozenset({"agent"}), "")


def test_a_local_account_keeps_its_id_and_its_password_for_days_without_network(office: OfficeParts) -> None:
    local = office.staff.add("marta.gil", "Marta", "long enough password", ["agent"], salt=b"s" * 16, actor="test")
    account = office.entries.known(replace(MARTA, roles=frozenset({"manager"})))

    assert (account.staff_id, account.password) == (local.staff_id, local.password)
    assert (account.name, account.roles) == ("Marta Gil", frozenset({"agent", "manager"}))


def test_another_house_gives_and_takes_its_own_roles_and_no_others(office: OfficeParts) -> None:
    account = office.entries.known(replace(MARTA, roles=frozenset({"agent", "helper"})))
    with office.database.write() as uow:  # the office lets her certify copies
        uow.staff.save(replace(account, roles=account.roles | {"official"}), MARTA.subject)
        uow.commit()

    kept = office.entries.known(replace(MARTA, roles=frozenset({"agent", "helper"})))
    fewer = office.entries.known(replace(MARTA, roles=frozenset({"helper"})))

    assert kept.roles == frozenset({"agent", "helper", "official"})
    assert fewer.roles == frozenset({"helper", "official"})


def test_a_login_that_was_given_to_somebody_else_opens_nothing(office: OfficeParts) -> None:
    office.entries.known(MARTA)

    with pytest.raises(Conflict, match="login_taken"):
        office.entries.known(replace(MARTA, subject="subject-2"))


@pytest.mark.parametrize("roles", [frozenset(), frozenset({"operator"})])
def test_without_a_role_of_this_office_nobody_comes_in(office: OfficeParts, roles: frozenset[str]) -> None:
    with pytest.raises(BadInput, match="no_role"):
        office.entries.known(replace(MARTA, roles=roles))


def test_roles_follow_from_the_groups_that_the_office_knows() -> None:
    claims = {"sub": "7", "preferred_username": "eva", "name": " Eva ", "groups": ["boss", "door", "golf", 7]}
    found = person(claims, "https://id.example", WHERE)

    assert (found.login, found.name, found.roles) == ("eva", "Eva", frozenset({"manager", "helper"}))
    assert found.subject != person(claims, "https://other.example", WHERE).subject


def test_groups_may_lie_deep_and_may_be_one_word() -> None:
    where = replace(WHERE, roles="realm_access.roles", login="email")
    claims = {"sub": "7", "email": "eva@example", "realm_access": {"roles": "desk"}}

    assert person(claims, "i", where).roles == frozenset({"agent"})
    assert person(claims, "i", where).name == "eva@example"
    assert person({**claims, "realm_access": "nonsense"}, "i", where).roles == frozenset()


@pytest.mark.parametrize("login", [None, "", " ", 7])
def test_nobody_comes_in_without_a_login(login: object) -> None:
    with pytest.raises(OidcRefused):
        person({"sub": "7", "preferred_username": login}, "i", WHERE)


def test_somebody_of_the_corporate_log_in_gets_a_password_for_days_without_it(office: OfficeParts) -> None:
    office.entries.known(MARTA)
    office.staff.set_password("Marta.Gil", "another long password", salt=b"s" * 16, actor="test")
    account = office.entries.known(MARTA)

    assert verify_password("another long password", account.password)
    with pytest.raises(BadInput, match="too_short"):
        office.staff.set_password("marta.gil", "short", salt=b"s" * 16, actor="test")
    with pytest.raises(NotFound, match="nobody"):
        office.staff.set_password("eva", "another long password", salt=b"s" * 16, actor="test")
