"""The centre's public keys, as an office keeps them: Ed25519, base64 of the 32 raw bytes, by key id."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Ed25519Keys:
    """A ``Verifier`` over configured keys; raises ``ValueError`` for a text that is no key."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._keys = {key_id: _public_key(key_id, text) for key_id, text in keys.items()}

    def verify(self, key_id: str, body: bytes, signature: bytes) -> bool | None:
        """Whether *signature* over *body* is of key *key_id*; None when there is no such key."""
        key = self._keys.get(key_id)
        if key is None:
            return None
        try:
            key.verify(signature, body)
        except InvalidSignature:
            return False
        return True


def _public_key(key_id: str, text: str) -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError) as exc:
        raise ValueError(f"centre key {key_id!r}: not an Ed25519 public key in base64") from exc
