"""From the name of a notifier to its factory; nothing is imported before the configuration names it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

from edge.adapters.notify import NOTIFIERS
from edge.domain.errors import NotFound
from edge.domain.jobs import Job
from edge.runtime.clock import Clock
from edge.runtime.config import ConfigError, Section, from_tables
from edge.services.notifiers import Letter, Notifier

S = TypeVar("S", bound=Section)


class SmsJobs(Protocol):
    """Jobs for a modem behind a bridge; the id of the notice is the id of its job."""

    def queue(self, letter: Letter) -> None:
        """Queue the job of *letter*; nothing happens when there is one. Raise ``NotFound`` without a modem."""
        ...

    def find(self, notice_id: str) -> Job:
        """Return the job."""
        ...


class NoJobs:
    """An office without a modem, and a configuration that is only checked."""

    def queue(self, letter: Letter) -> None:
        """See ``SmsJobs``."""
        raise NotFound(f"no modem for {letter.id}", code="no_device")

    def find(self, notice_id: str) -> Job:
        """See ``SmsJobs``."""
        raise NotFound(f"job {notice_id}")


class Chat(Protocol):
    """One messenger; what its channel raises is told apart in ``adapters.channels.messenger``."""

    def send(self, address: str, text: str, options: tuple[tuple[str, str], ...]) -> None:
        """Send one message with buttons; raise ``ChannelAway``, ``ChatGone`` or ``NotTaken``."""
        ...


class NotifierSection(Section, frozen=True, kw_only=True):
    """One way out for notices: ``[notify.push]``, ``[notify.chat]``, ``[notify.sms]`` or ``[notify.mail]``."""

    kind: str  # "web_push"; "messenger"; "sms_http" or "bridge_job"; "smtp"; or "console", which sends nothing
    options: dict[str, Any] = {}  # the notifier's own, see docs/notices.md


@dataclass(frozen=True, slots=True)
class World:
    """What all notifiers of an office share."""

    file: Path  # configuration file, to name in errors
    clock: Clock
    public_url: str
    push_key: bytes  # 32 bytes, the office's own since its first start
    jobs: SmsJobs = field(default_factory=NoJobs)
    chats: Mapping[str, Chat] = field(default_factory=dict)  # by name of the messenger


@dataclass(frozen=True, slots=True)
class Setup:
    """What a notifier's ``build(setup)`` gets. Building opens no connection: a missing server is told when sending."""

    rung: str
    options: Mapping[str, Any]
    world: World

    def read(self, kind: type[S]) -> S:
        """Return the options as *kind*; raise ``ConfigError`` that names the key."""
        try:
            return from_tables(self.world.file, dict(self.options), kind)
        except ConfigError as exc:
            raise self.wrong(exc.key, exc.reason) from exc

    def wrong(self, key: str, reason: str) -> ConfigError:
        """Return the error for the option *key*."""
        place = f"notify.{self.rung}.options"
        return ConfigError(self.world.file, f"{place}.{key}" if key else place, reason)

    def secret(self, key: str, file: str) -> str:
        """Return the secret in *file*; raise ``ConfigError`` that names the option *key*."""
        try:
            return Path(file).read_text("utf-8").strip() if file else ""
        except (OSError, UnicodeDecodeError) as exc:
            raise self.wrong(key, f"{file}: cannot be read") from exc


def build(rung: str, section: NotifierSection, world: World) -> Notifier:
    """Return the notifier of *rung*; raise ``ConfigError`` for a kind that there is not and for wrong options."""
    if section.kind not in NOTIFIERS:
        known = ", ".join(NOTIFIERS)
        raise ConfigError(world.file, f"notify.{rung}.kind", f"{section.kind!r} is unknown: one of {known}")
    module, _, attribute = NOTIFIERS[section.kind].partition(":")
    factory = cast(Callable[[Setup], Notifier], getattr(import_module(module), attribute))
    return factory(Setup(rung, section.options, world))
