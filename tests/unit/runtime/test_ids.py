from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from edge.runtime.ids import boot_id, new_token, new_ulid

moments = st.datetimes(datetime(2026, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))


@given(moments, st.integers(1, 10**9))
def test_ids_sort_by_time(at: datetime, later_ms: int) -> None:
    assert new_ulid(at) < new_ulid(at + timedelta(milliseconds=later_ms))


def test_ids_of_one_moment_differ() -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)

    assert len({new_ulid(at) for _ in range(1000)}) == 1000


def test_a_token_fits_a_url_and_never_repeats() -> None:
    tokens = {new_token() for _ in range(1000)}

    assert len(tokens) == 1000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", token) for token in tokens)


def test_the_boot_id_stays_the_same() -> None:
    assert boot_id() == boot_id()
