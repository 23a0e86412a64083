"""The centre's key and the commands that it signs."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from sqlalchemy import update

from edge.adapters.mqtt.command_keys import Ed25519Keys
from edge.central import schema
from edge.central.commands import BadKey, CannotCommand, CommandDesk, Signer
from edge.central.store import Store
from edge.contracts.uplink import SignedCommand
from edge.contracts.wire import decode
from edge.runtime.clock import ManualClock
from edge.runtime.ids import new_ulid
from edge.services.uplink import Accepted, Refused, read_command


class Wire:
    """Takes what is sent; refuses while it is down."""

    def __init__(self) -> None:
        self.up = True
        self.sent: list[SignedCommand] = []

    def send(self, topic: str, payload: bytes) -> bool:
        if self.up:
            self.sent.append(decode(payload, SignedCommand))
        return self.up


class Never:
    def result(self, command_id: str) -> str | None:
        return None


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer.generate(tmp_path / "key.pem")


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def desk(store: Store, signer: Signer, wire: Wire, manual_clock: ManualClock) -> CommandDesk:
    return CommandDesk(store, signer, send=wire.send, now=manual_clock.now, new_id=new_ulid)


def test_the_key_file_belongs_to_its_owner_and_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "k.pem"
    made = Signer.generate(file)

    assert file.stat().st_mode & 0o777 == 0o600
    assert Signer.load(file).public == made.public
    with pytest.raises(BadKey, match="exists"):
        Signer.generate(file)
    file.chmod(0o644)
    with pytest.raises(BadKey, match="others may read"):
        Signer.load(file)


@pytest.mark.parametrize("text", ["", "junk"])
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "k.pem"
    file.write_text(text)
    file.chmod(0o600)

    with pytest.raises(BadKey):
        Signer.load(file)


def test_an_office_accepts_what_its_centre_signed_and_nothing_else(
    desk: CommandDesk, wire: Wire, signer: Signer, tmp_path: Path, manual_clock: ManualClock
) -> None:
    desk.issue("carretas4", "identify", {"seconds": 30}, by="staff:1")
    stranger = Signer.generate(tmp_path / "other.pem")
    trusted, foreign = Ed25519Keys({signer.key_id: signer.public}), Ed25519Keys({signer.key_id: stranger.public})
    command = wire.sent[0]

    def read(keys: Ed25519Keys) -> Accepted | Refused:
        return read_command(command, office="carretas4", verifier=keys, seen=Never(), now=manual_clock.now())

    assert isinstance(read(trusted), Accepted)
    assert read(foreign) == Refused("bad_signature")
    assert read(Ed25519Keys({})) == Refused("unknown_key")


@pytest.mark.parametrize("key", ["!", base64.b64encode(b"short").decode()])
def test_a_public_key_that_is_none_is_named(key: str) -> None:
    with pytest.raises(ValueError, match="k1"):
        Ed25519Keys({"k1": key})


def test_a_command_that_could_not_be_sent_goes_at_the_next_birth(desk: CommandDesk, wire: Wire) -> None:
    wire.up = False
    command = desk.issue("a", "identify", {}, by="staff:1")
    assert [c.state for c in desk.of("a")] == ["issued"]
    wire.up = True

    assert desk.resend("other") == 0
    assert desk.resend("a") == 1
    assert [(c.id, c.state) for c in desk.of("a")] == [(command, "sent")]


def test_answered_and_expired_commands_are_not_sent_again(
    desk: CommandDesk, store: Store, manual_clock: ManualClock
) -> None:
    answered = desk.issue("a", "identify", {}, by="staff:1")
    with store.write() as conn:
        conn.execute(update(schema.command).where(schema.command.c.id == answered).values(state="accepted"))
    desk.issue("a", "identify", {}, by="staff:1")
    manual_clock.move(301)

    assert desk.resend("a") == 0
    assert {c.state for c in desk.of("a")} == {"accepted", "expired"}


def test_the_database_belongs_to_its_owner(store: Store, tmp_path: Path) -> None:
    assert (tmp_path / "central.db").stat().st_mode & 0o777 == 0o600


def test_only_known_commands_and_only_with_a_key(desk: CommandDesk, store: Store, manual_clock: ManualClock) -> None:
    with pytest.raises(CannotCommand) as caught:
        desk.issue("a", "shell", {}, by="staff:1")
    assert caught.value.code == "unknown_type"

    watcher = CommandDesk(store, None, send=Wire().send, now=manual_clock.now, new_id=new_ulid)
    assert not watcher.ready
    with pytest.raises(CannotCommand) as caught:
        watcher.issue("a", "identify", {}, by="staff:1")
    assert caught.value.code == "no_key"
