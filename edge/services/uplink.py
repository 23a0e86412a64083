"""The office's side of the centre: the log as the uplink reads it, and which commands an office obeys."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Protocol

from edge.contracts.agenda import AgendaProposal
from edge.contracts.uplink import Command, CommandProgress, EventRow, SignedCommand
from edge.contracts.wire import WireError, decode

PRIORITIES: Mapping[str, int] = MappingProxyType(
    {"turns": 0, "desks": 0, "videocalls": 0, "office": 0, "alerts": 0, "occupancy": 2, "devices": 2, "telemetry": 2}
)  # 0 goes first; a stream that is not named here is class 1

CLOCK_TOLERANCE = timedelta(minutes=5)
LONGEST_LIFE = timedelta(hours=24)


class LogUnavailable(Exception):
    """The log cannot be read or written now; try again later."""


class OutgoingLog(Protocol):
    """The log as the uplink needs it. Blocking calls from one thread; every one may raise ``LogUnavailable``."""

    def epoch(self) -> str:
        """Return the id of this life of the database; a restored backup has a new one."""
        ...

    def streams(self) -> dict[str, int]:
        """Return the last committed seq of every stream that has rows."""
        ...

    def acked(self) -> dict[str, int]:
        """Return what ``set_acked`` last remembered for this epoch."""
        ...

    def rows(self, stream: str, after_seq: int, limit: int) -> Sequence[EventRow]:
        """Return at most *limit* committed rows with a seq above *after_seq*, in order.

        The first is above ``after_seq + 1``, or another one behind a gap, only when retention removed rows.
        """
        ...

    def set_acked(self, epoch: str, acked: Mapping[str, int]) -> None:
        """Remember that the centre has these streams up to these rows; a lower value than before also counts."""
        ...

    def begin_new_life(self) -> str:
        """Give the database another epoch, in which nothing is acknowledged yet; return the epoch."""
        ...

    def refused(self, stream: str, first_seq: int, code: int) -> None:
        """Note that the broker refused the batch that begins at *first_seq* (MQTT 5 reason code)."""
        ...


# --- commands -------------------------------------------------------------------------------------------------------


class Verifier(Protocol):
    """The public keys of the centre that this office trusts."""

    def verify(self, key_id: str, body: bytes, signature: bytes) -> bool | None:
        """Whether *signature* over *body* is of key *key_id*; None when there is no such key."""
        ...


class SeenCommands(Protocol):
    """Commands that were dealt with."""

    def result(self, command_id: str) -> str | None:
        """Return what was recorded for *command_id*, or None when it is new."""
        ...


@dataclass(frozen=True, slots=True)
class IdentifyWork:
    """Show on every screen for *seconds* which office this is."""

    seconds: int


@dataclass(frozen=True, slots=True)
class ReloadWork:
    """Read the documents of the office again."""


CommandWork = IdentifyWork | ReloadWork


@dataclass(frozen=True, slots=True)
class Accepted:
    """A command to carry out now; record it as seen in the same transaction."""

    command: Command
    work: CommandWork


@dataclass(frozen=True, slots=True)
class Refused:
    """A command that must not be carried out.

    *code*: ``unknown_key`` ``bad_signature`` ``not_a_command`` ``wrong_office`` ``not_yet`` ``lives_too_long``
    ``expired`` ``unknown_type`` ``bad_args`` ``seen``. Id and type are "" until the signature is proven. For ``seen``
    *earlier* is the recorded result: report it again, do nothing.
    """

    code: str
    command_id: str = ""
    type: str = ""
    earlier: str = ""


def read_command(
    signed: SignedCommand, *, office: str, verifier: Verifier, seen: SeenCommands, now: datetime
) -> Accepted | Refused:
    """Decide whether *office* obeys *signed* at *now*. Changes nothing."""
    body = signed.body.encode()
    untrusted = _untrusted(signed, body, verifier)
    if untrusted:
        return Refused(untrusted)
    try:
        command = decode(body, Command)
    except WireError:
        return Refused("not_a_command")
    code = _objection(command, office, now)
    if code:
        return Refused(code, command.id, command.type)
    earlier = seen.result(command.id)
    if earlier is not None:
        return Refused("seen", command.id, command.type, earlier)
    try:
        work = COMMANDS[command.type](command.args)
    except ValueError:
        return Refused("bad_args", command.id, command.type)
    return Accepted(command, work)


def read_proposal(signed: SignedCommand, *, office: str, verifier: Verifier) -> AgendaProposal | str:
    """Return the proposal in *signed*, or why it is none: ``unknown_key`` ``bad_signature`` ``not_a_proposal``
    ``wrong_office``.
    """
    body = signed.body.encode()
    if untrusted := _untrusted(signed, body, verifier):
        return untrusted
    try:
        proposal = decode(body, AgendaProposal)
    except WireError:
        return "not_a_proposal"
    if proposal.asked_at.tzinfo is None:
        return "not_a_proposal"
    return proposal if proposal.office == office else "wrong_office"


def progress(outcome: Accepted | Refused) -> CommandProgress:
    """Return the body of the event that tells the centre of *outcome*, before the work is done."""
    if isinstance(outcome, Accepted):
        return CommandProgress(command=outcome.command.id, type=outcome.command.type, state="accepted")
    return CommandProgress(command=outcome.command_id, type=outcome.type, state="refused", code=outcome.code)


def _untrusted(signed: SignedCommand, body: bytes, verifier: Verifier) -> str:
    try:
        signature = base64.b64decode(signed.signature, validate=True)
    except (binascii.Error, ValueError):
        return "bad_signature"
    fits = verifier.verify(signed.key_id, body, signature)
    if fits is None:
        return "unknown_key"
    return "" if fits else "bad_signature"


def _objection(command: Command, office: str, now: datetime) -> str:
    if not _ULID.fullmatch(command.id) or command.issued_at.tzinfo is None or command.expires_at.tzinfo is None:
        return "not_a_command"
    checks = (
        ("wrong_office", command.office != office),
        ("not_yet", command.issued_at > now + CLOCK_TOLERANCE),
        ("lives_too_long", command.expires_at - command.issued_at > LONGEST_LIFE),
        ("expired", command.expires_at <= now),
        ("unknown_type", command.type not in COMMANDS),
    )
    return next((code for code, wrong in checks if wrong), "")


def _identify(args: Mapping[str, Any]) -> IdentifyWork:
    seconds = args.get("seconds", 30)
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 1 <= seconds <= 300:
        raise ValueError("seconds: a whole number from 1 to 300")
    return IdentifyWork(seconds)


def _reload(args: Mapping[str, Any]) -> ReloadWork:
    if args:
        raise ValueError("reload takes nothing")
    return ReloadWork()


_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")

COMMANDS: Mapping[str, Callable[[Mapping[str, Any]], CommandWork]] = MappingProxyType(
    {"identify": _identify, "reload": _reload}
)
