"""Web push against the example of RFC 8291, and the office's word against its signature."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from edge.adapters.notify import push_crypto
from edge.adapters.notify.push_crypto import Keys, from_base64url
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.providers import verified_vapid

# RFC 8291, appendix A
PLAIN = b"When I grow up, I want to be a watermelon"
SENDER_PRIVATE = from_base64url("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
RECEIVER_PUBLIC = from_base64url(
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
)
AUTH = from_base64url("BTBZMqHH6r4Tts7J_aSIgg")
SALT = from_base64url("DGv6ra1nlYgDCS1FRnbzlw")
MESSAGE = from_base64url(
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_standard_comes_out_to_the_byte() -> None:
    own = ec.derive_private_key(int.from_bytes(SENDER_PRIVATE), ec.SECP256R1())

    assert push_crypto.encrypted(PLAIN, Keys(RECEIVER_PUBLIC, AUTH), salt=SALT, own=own) == MESSAGE


def test_a_payload_that_no_push_service_must_take_is_refused() -> None:
    own = ec.generate_private_key(ec.SECP256R1())

    with pytest.raises(ValueError, match="too long"):
        push_crypto.encrypted(b"x" * (push_crypto.LARGEST + 1), Keys(RECEIVER_PUBLIC, AUTH), salt=SALT, own=own)


def test_the_word_of_the_office_is_signed_and_ends_within_a_day() -> None:
    key = push_crypto.private_key(b"k" * 32)

    header = push_crypto.vouched(
        key, audience="https://push.example", subject="mailto:avisos@offices.example", at=MONDAY_MORNING
    )

    claims = verified_vapid(header)
    left_s = claims["exp"] - MONDAY_MORNING.timestamp()
    assert (claims["aud"], claims["sub"]) == ("https://push.example", "mailto:avisos@offices.example")
    assert 0 < left_s <= 24 * 3600
    assert header.endswith(f"k={push_crypto.application_key(b'k' * 32)}")


@given(st.binary(min_size=32, max_size=32))
def test_any_secret_makes_a_key(secret: bytes) -> None:
    assert len(push_crypto.public_point(push_crypto.private_key(secret))) == 65


@given(st.text(max_size=40))
def test_any_text_is_base64url_or_a_value_error(text: str) -> None:
    try:
        data = from_base64url(text)
    except ValueError:
        return
    assert isinstance(data, bytes)
