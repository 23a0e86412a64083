"""Which commands an office obeys; every refusal has its stable word."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from edge.contracts.uplink import Command, SignedCommand
from edge.contracts.wire import encode
from edge.services.uplink import Accepted, IdentifyWork, Refused, ReloadWork, progress, read_command

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
ID = "01KAZ3Q7J8M9N0P1Q2R3S4T5V6"


class OneKey:
    """Trusts key "k1"; a signature is good when it is the reversed body."""

    def verify(self, key_id: str, body: bytes, signature: bytes) -> bool | None:
        return signature == body[::-1] if key_id == "k1" else None


class Seen:
    def __init__(self, **results: str) -> None:
        self._results = results

    def result(self, command_id: str) -> str | None:
        return self._results.get(command_id)


def signed(key_id: str = "k1", body: str | None = None, **changes: Any) -> SignedCommand:
    fields: dict[str, Any] = {
        "id": ID, "office": "carretas4", "type": "identify", "args": {"seconds": 20},
        "issued_at": NOW, "expires_at": NOW + timedelta(minutes=5),
    }  # fmt: skip
    text = encode(Command(**{**fields, **changes})).decode() if body is None else body
    return SignedCommand(key_id=key_id, body=text, signature=base64.b64encode(text.encode()[::-1]).decode())


def read(command: SignedCommand, **seen: str) -> Accepted | Refused:
    return read_command(command, office="carretas4", verifier=OneKey(), seen=Seen(**seen), now=NOW)


def test_a_good_command_is_accepted() -> None:
    outcome = read(signed())

    assert isinstance(outcome, Accepted)
    assert outcome.work == IdentifyWork(20)
    assert progress(outcome).state == "accepted"


def test_the_centre_may_have_the_documents_read_again() -> None:
    outcome = read(signed(type="reload", args={}))

    assert isinstance(outcome, Accepted)
    assert outcome.work == ReloadWork()
    assert read(signed(type="reload", args={"path": "/etc"})) == Refused("bad_args", ID, "reload")


@pytest.mark.parametrize(
    ("code", "command"),
    [
        ("unknown_key", signed(key_id="k2")),
        ("bad_signature", SignedCommand(key_id="k1", body=signed().body, signature="AAAA")),
        ("bad_signature", SignedCommand(key_id="k1", body=signed().body, signature="ñ")),
        ("not_a_command", signed(body="{}")),
        ("not_a_command", signed(body="junk")),
        ("not_a_command", signed(id="1; rm")),
        ("not_a_command", signed(issued_at=NOW.replace(tzinfo=None))),
        ("wrong_office", signed(office="other")),
        ("not_yet", signed(issued_at=NOW + timedelta(minutes=6))),
        ("lives_too_long", signed(expires_at=NOW + timedelta(days=2))),
        ("expired", signed(expires_at=NOW)),
        ("unknown_type", signed(type="shell")),
        ("bad_args", signed(args={"seconds": 0})),
        ("bad_args", signed(args={"seconds": True})),
        ("bad_args", signed(args={"seconds": "9"})),
    ],
)
def test_every_refusal_says_why(code: str, command: SignedCommand) -> None:
    outcome = read(command)

    assert isinstance(outcome, Refused)
    assert outcome.code == code
    assert progress(outcome).state == "refused"


def test_nothing_of_an_unproven_command_is_repeated() -> None:
    assert read(signed(key_id="k2")) == Refused("unknown_key")


def test_a_repeated_command_gives_its_recorded_result() -> None:
    outcome = read(signed(), **{ID: "done"})

    assert outcome == Refused("seen", ID, "identify", "done")
