"""Signed commands to offices: issue, send, send again at birth, and how each goes."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from sqlalchemy import select, update

from edge.central import schema
from edge.central.store import Store, stamp, unstamp
from edge.contracts import topics
from edge.contracts.uplink import Command, SignedCommand
from edge.contracts.wire import Message, encode
from edge.runtime.ids import NewId

TYPES = frozenset({"identify", "reload"})
FINAL = frozenset({"done", "failed", "refused", "expired"})
LIFE = timedelta(minutes=5)


class BadKey(ValueError):
    """The key file cannot be used; the text says why."""


class Signer:
    """The centre's Ed25519 key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.public = base64.b64encode(public).decode()
        self.key_id = hashlib.sha256(public).hexdigest()[:16]

    @classmethod
    def generate(cls, file: Path) -> Signer:
        """Make a key in *file*, readable by its owner only; an existing file raises ``BadKey``."""
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise BadKey(f"{file} exists: a new key would lock the offices out that trust the old one") from None
        except OSError as exc:
            raise BadKey(f"{file}: {exc.strerror}") from exc
        with os.fdopen(handle, "wb") as output:
            output.write(pem)
        return cls(key)

    @classmethod
    def load(cls, file: Path) -> Signer:
        """Read the key of *file*; raises ``BadKey``, also when others may read it."""
        try:
            if file.stat().st_mode & 0o077:
                raise BadKey(f"{file}: others may read it; chmod 600")
            key = load_pem_private_key(file.read_bytes(), None)
        except (OSError, ValueError, TypeError) as exc:
            raise exc if isinstance(exc, BadKey) else BadKey(f"{file}: {exc}") from exc
        if not isinstance(key, Ed25519PrivateKey):
            raise BadKey(f"{file}: not an Ed25519 key")
        return cls(key)

    def sign(self, command: Command) -> SignedCommand:
        """Return *command* with its signature."""
        return self.sign_bytes(encode(command))

    def sign_bytes(self, body: bytes) -> SignedCommand:
        """Return *body*, the JSON of a message, with its signature."""
        return SignedCommand(
            key_id=self.key_id, body=body.decode(), signature=base64.b64encode(self._key.sign(body)).decode()
        )


class CommandView(Message, frozen=True, kw_only=True):
    """One command for the console."""

    id: str
    type: str
    state: str  # issued, sent, accepted, done, failed, refused, expired
    code: str
    issued_at: datetime
    changed_at: datetime
    issued_by: str


class CannotCommand(Exception):
    """The centre has no key, or does not know such a command; *code* is ``no_key`` or ``unknown_type``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class CommandDesk:
    """Issues commands and keeps what became of them. Blocking: call it off the event loop."""

    def __init__(
        self,
        store: Store,
        signer: Signer | None,
        *,
        send: Callable[[str, bytes], bool],
        now: Callable[[], datetime],
        new_id: NewId,
    ) -> None:
        self._store, self._signer, self._send, self._now, self._new_id = store, signer, send, now, new_id

    @property
    def ready(self) -> bool:
        """Whether this centre can sign."""
        return self._signer is not None

    def issue(self, office: str, kind: str, args: Mapping[str, Any], *, by: str) -> str:
        """Sign, keep and send one command; return its id. Raises ``CannotCommand``."""
        if kind not in TYPES:
            raise CannotCommand("unknown_type")
        if self._signer is None:
            raise CannotCommand("no_key")
        at = self._now()
        command = Command(
            id=self._new_id(at), office=office, type=kind, args=dict(args), issued_at=at, expires_at=at + LIFE
        )
        signed = encode(self._signer.sign(command))
        with self._store.write() as conn:
            conn.execute(
                schema.command.insert().values(
                    id=command.id,
                    office=office,
                    type=kind,
                    state="issued",
                    code="",
                    issued_at=stamp(at),
                    expires_at=stamp(command.expires_at),
                    changed_at=stamp(at),
                    issued_by=by,
                    signed=signed,
                )
            )
        self._hand_over(office, command.id, signed)
        return command.id

    def resend(self, office: str) -> int:
        """Send again what *office* has not answered and may still carry out; return how many. It repeats nothing."""
        table = schema.command
        query = select(table.c.id, table.c.signed).where(
            table.c.office == office,
            table.c.state.in_(["issued", "sent"]),
            table.c.expires_at > stamp(self._now()),
        )
        with self._store.read() as conn:
            open_ones = conn.execute(query.order_by(table.c.id)).all()
        for command_id, signed in open_ones:
            self._hand_over(office, command_id, signed)
        return len(open_ones)

    def of(self, office: str, limit: int = 20) -> list[CommandView]:
        """Return the newest commands of *office*."""
        table = schema.command
        query = select(table).where(table.c.office == office).order_by(table.c.id.desc()).limit(limit)
        with self._store.read() as conn:
            rows = conn.execute(query).mappings().all()
        now = stamp(self._now())
        return [
            CommandView(
                id=row["id"],
                type=row["type"],
                state="expired" if row["state"] in {"issued", "sent"} and row["expires_at"] <= now else row["state"],
                code=row["code"],
                issued_at=unstamp(row["issued_at"]),
                changed_at=unstamp(row["changed_at"]),
                issued_by=row["issued_by"],
            )
            for row in rows
        ]

    def _hand_over(self, office: str, command_id: str, signed: bytes) -> None:
        if not self._send(topics.down_command(office), signed):
            return
        table = schema.command
        with self._store.write() as conn:
            conn.execute(
                update(table)
                .where(table.c.id == command_id, table.c.state == "issued")
                .values(state="sent", changed_at=stamp(self._now()))
            )
