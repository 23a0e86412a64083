"""What web push asks of cryptography: a payload that only one browser reads, and a word that the office vouches for.

RFC 8291 (message encryption) over RFC 8188 (aes128gcm), and RFC 8292 (VAPID).
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD = 4096
LARGEST = RECORD - 86 - 17  # of a payload: header, tag and the last octet of padding
VALID = timedelta(hours=12)
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the group P-256


@dataclass(frozen=True, slots=True)
class Keys:
    """What a browser gives with a subscription."""

    public: bytes  # 65 bytes, uncompressed point
    auth: bytes  # 16 bytes


def private_key(secret: bytes) -> ec.EllipticCurvePrivateKey:
    """Return the key of *secret*, 32 bytes of chance."""
    return ec.derive_private_key(int.from_bytes(secret) % (_ORDER - 1) + 1, ec.SECP256R1())


def public_point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the public half as an uncompressed point: what a browser subscribes with."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def application_key(secret: bytes) -> str:
    """Return what browsers subscribe with, from the office's *secret*."""
    return base64url(public_point(private_key(secret)))


def encrypted(payload: bytes, keys: Keys, *, salt: bytes, own: ec.EllipticCurvePrivateKey) -> bytes:
    """Return *payload* for the browser of *keys*; *salt* (16 bytes) and *own* are used once.

    Raises ``ValueError`` when the browser's key is no point of the curve or the payload is too long.
    """
    if len(payload) > LARGEST:
        raise ValueError("too long for one record")
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), keys.public)
    mine = public_point(own)
    shared = own.exchange(ec.ECDH(), theirs)
    secret = _derive(shared, keys.auth, b"WebPush: info\0" + keys.public + mine, 32)
    key = _derive(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(secret, salt, b"Content-Encoding: nonce\0", 12)
    header = salt + RECORD.to_bytes(4) + bytes([len(mine)]) + mine
    return header + AESGCM(key).encrypt(nonce, payload + b"\x02", None)


def vouched(key: ec.EllipticCurvePrivateKey, *, audience: str, subject: str, at: datetime) -> str:
    """Return the Authorization header by which the push service at *audience* knows who sends."""
    claims = {"aud": audience, "exp": int((at + VALID).timestamp()), "sub": subject}
    text = f"{_json({'typ': 'JWT', 'alg': 'ES256'})}.{_json(claims)}"
    r, s = decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    signature = base64url(r.to_bytes(32) + s.to_bytes(32))
    return f"vapid t={text}.{signature}, k={base64url(public_point(key))}"


def base64url(data: bytes) -> str:
    """Return *data* as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Return the bytes behind *text*; raise ``ValueError``."""
    if not text.isascii():
        raise ValueError("not base64url")
    return base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _json(value: object) -> str:
    return base64url(json.dumps(value, separators=(",", ":")).encode())
