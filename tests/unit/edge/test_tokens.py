"""The rotating code of the hall."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from edge.domain.tokens import ALPHABET, LENGTH, SLOT_S, code_at, code_ok, normalise

KEY = b"k" * 32
NOW = datetime(2026, 11, 23, 9, 0, 30, tzinfo=UTC)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))


@given(moments, st.integers(0, 2 * SLOT_S - 1))
def test_a_code_is_good_in_its_minute_and_the_next(at: datetime, later: int) -> None:
    code = code_at(KEY, "carretas4", at)

    ok = code_ok(KEY, "carretas4", code.code, at=code.valid_from + timedelta(seconds=later))

    assert ok


@given(moments, st.integers(2 * SLOT_S, 10 * SLOT_S))
def test_an_old_code_is_refused(at: datetime, later: int) -> None:
    code = code_at(KEY, "carretas4", at)

    assert not code_ok(KEY, "carretas4", code.code, at=code.valid_from + timedelta(seconds=later))


def test_a_code_of_another_office_or_key_is_refused() -> None:
    assert not code_ok(KEY, "carretas4", code_at(KEY, "asturias30", NOW).code, at=NOW)
    assert not code_ok(KEY, "carretas4", code_at(b"x" * 32, "carretas4", NOW).code, at=NOW)


def test_a_code_of_the_future_is_refused() -> None:
    assert not code_ok(KEY, "carretas4", code_at(KEY, "carretas4", NOW, ahead=1).code, at=NOW)


def test_none_of_ten_thousand_guesses_is_accepted() -> None:
    chance = random.Random(360)
    guesses = ("".join(chance.choices(ALPHABET, k=LENGTH)) for _ in range(10_000))

    assert guesses
    assert not any(code_ok(KEY, "carretas4", guess, at=NOW) for guess in guesses)


def test_people_may_type_it_their_way() -> None:
    code = code_at(KEY, "carretas4", NOW).code

    assert code_ok(KEY, "carretas4", f" {code[:4].lower()}-{code[4:]} ", at=NOW)
    assert normalise("o1lu") == "011V"


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    assert code_ok(KEY, "carretas4", text, at=NOW) in (True, False)
