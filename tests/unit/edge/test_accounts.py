"""Accounts and one-time codes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from edge.domain.accounts import (
    CODE_SIGNS,
    CODE_TRIES,
    TRANSITIONS,
    AccountAction,
    AccountState,
    Code,
    Member,
    code_of,
    plain_code,
)
from edge.domain.errors import IllegalTransition
from tests.fixtures.clocks import MONDAY_MORNING as NOW

ANA = Member("7", "Ana", frozenset({"agent"}), code_until=NOW)


def test_an_account_is_closed_and_opened_by_the_rows_of_the_table() -> None:
    closed = ANA.apply(AccountAction.CLOSE, at=NOW)

    assert (closed.state, closed.closed_at, closed.code_until) == (AccountState.CLOSED, NOW, None)
    assert closed.apply(AccountAction.REOPEN, at=NOW).state is AccountState.OPEN


@pytest.mark.parametrize("state", AccountState)
@pytest.mark.parametrize("action", AccountAction)
def test_no_other_step_is_possible(state: AccountState, action: AccountAction) -> None:
    member = ANA if state is AccountState.OPEN else ANA.apply(AccountAction.CLOSE, at=NOW)

    if (state, action) in TRANSITIONS:
        assert member.apply(action, at=NOW).state is TRANSITIONS[state, action]
    else:
        with pytest.raises(IllegalTransition):
            member.apply(action, at=NOW)


def test_a_code_is_read_as_it_is_spoken_and_typed() -> None:
    code = code_of("a secret")

    assert [len(part) for part in code.split("-")] == [4, 4, 4]
    assert set(code) <= {*CODE_SIGNS, "-"}
    assert plain_code(code.lower().replace("-", " ")) == code.replace("-", "")
    assert code_of("another secret") != code == code_of("a secret")


def test_a_code_is_good_for_a_time_and_for_some_tries() -> None:
    code = Code("digest", NOW + timedelta(hours=1))

    assert code.fits("digest", NOW)
    assert not code.fits("other", NOW)
    assert not code.fits("", NOW)
    assert not code.fits("digest", NOW + timedelta(hours=1))
    assert not Code("digest", NOW + timedelta(hours=1), tries=CODE_TRIES).fits("digest", NOW)
    assert not Code("", NOW + timedelta(hours=1)).fits("", NOW)
