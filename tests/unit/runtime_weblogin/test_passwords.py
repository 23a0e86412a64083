"""Passwords at rest: argon2id, and what older releases wrote."""

from __future__ import annotations

import pytest

from edge.runtime.passwords import Cost, hash_password, needs_renewal, password_problem, verify_password

CHEAP = Cost(memory_kib=8, passes=1)
SALT = b"0123456789abcdef"
OLD = "scrypt$4$1$1$MDEyMzQ1Njc4OWFiY2RlZg==$3buaR/u/56ZbWb5Qg003CUKQMnsqBEXrSnhLBXzkrDY="  # of "contraseña"


def test_a_password_fits_only_itself() -> None:
    stored = hash_password("contraseña", SALT, CHEAP)

    assert verify_password("contraseña", stored)
    assert verify_password("contrasen\u0303a", stored)  # same letters, other Unicode form
    assert not verify_password("contrasena", stored)


def test_the_parameters_travel_in_the_string() -> None:
    assert hash_password("x", SALT, CHEAP).startswith("$argon2id$v=19$m=8,t=1,p=1$")


def test_what_an_older_release_wrote_is_read_and_due_for_renewal() -> None:
    assert verify_password("contraseña", OLD)
    assert not verify_password("contrasena", OLD)
    assert needs_renewal(OLD, CHEAP)


def test_a_hash_is_renewed_when_the_parameters_have_grown() -> None:
    stored = hash_password("x", SALT, CHEAP)

    assert not needs_renewal(stored, CHEAP)
    assert needs_renewal(stored)


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "plain",
        "scrypt$4$1$1$!!$!!",
        "md5$4$1$1$AA==$AA==",
        "scrypt$63$8$1$AA==$AA==",
        "scrypt$a$b$c$d$e",
        "$argon2id$v=19$m=8,t=1,p=1$AA$AA",
        "$argon2id$",
        "$argon2i$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAA",
    ],
)
def test_a_damaged_hash_fits_nothing(stored: str) -> None:
    assert not verify_password("x", stored)


def test_default_cost_works() -> None:
    assert verify_password("x", hash_password("x", SALT))


def test_short_and_endless_passwords_are_refused() -> None:
    assert password_problem("123456789") == "too_short"
    assert password_problem("x" * 257) == "too_long"
    assert password_problem("x" * 10) == ""
