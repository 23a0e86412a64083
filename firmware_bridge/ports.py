"""What the bridge expects of a driver, and the errors a driver may raise.

::

    DeviceError                    something about the device
    ├── DeviceOffline              not reachable: the bridge tries again for a while, the edge may ask again
    ├── DeviceBusy                 somebody else uses it: as above
    ├── Blocked                    a person has to do something: the job is held until then
    │   ├── OutOfPaper
    │   └── CoverOpen
    ├── BadJob                     the device can never do this: not tried again
    └── LinkError                  the connection broke or spoke nonsense: what the device did is not known
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from edge.contracts.devices import DeviceKind, DeviceState
from edge.contracts.jobs import JobRequest
from edge.runtime.clock import Clock
from edge.runtime.config import ConfigError, Section, from_tables

S = TypeVar("S", bound=Section)


class DeviceError(Exception):
    """Base of all errors of a device; *reason* is a stable word for reports, never a text."""

    reason = "device_error"

    def __init__(self, message: str = "", *, reason: str = "") -> None:
        super().__init__(message or reason or self.reason)
        if reason:
            self.reason = reason


class DeviceOffline(DeviceError):
    """The device, or what it needs, cannot be reached now."""

    reason = "device_offline"


class DeviceBusy(DeviceError):
    """Another process holds the device."""

    reason = "device_busy"


class Blocked(DeviceError):
    """The device waits for a person; nothing of the current page has come out."""

    reason = "blocked"


class OutOfPaper(Blocked):
    """No paper to print on or to scan."""

    reason = "paper_out"


class CoverOpen(Blocked):
    """A cover or flap is open."""

    reason = "cover_open"


class BadJob(DeviceError):
    """The work itself is wrong for this device."""

    reason = "bad_job"


class LinkError(DeviceError):
    """The line to the device failed; whether it acted is unknown."""

    reason = "link_error"


@dataclass(frozen=True, slots=True)
class Status:
    """How a device is; *reason* is a stable word, empty when ok."""

    state: DeviceState
    reason: str = ""
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


class Pages(Protocol):
    """The page journal as a driver sees it; each call returns only when it is on disk."""

    @property
    def done(self) -> int:
        """How many pages are out already: a resumed job goes on with the next."""
        ...

    def begin(self, page: int, of: int) -> None:
        """Say that *page* (from 1) of *of* is about to come out. Nothing may come out before this returns."""
        ...

    def complete(self, page: int) -> None:
        """Say that *page* is out for certain."""
        ...

    def withdraw(self, page: int) -> None:
        """Say that *page*, though begun, has not come out for certain."""
        ...


class Driver(Protocol):
    """One device. All calls come from one thread; each returns or raises ``DeviceError`` within a bounded time."""

    @property
    def kind(self) -> DeviceKind:
        """What the device is."""
        ...

    def capabilities(self) -> frozenset[str]:
        """Return the abilities, e.g. ``print.ticket``, ``scan``, ``sign.door``."""
        ...

    def session(self) -> AbstractContextManager[None]:
        """Hold the device for this process alone; raise ``DeviceBusy`` when another one has it."""
        ...

    def status(self) -> Status:
        """Ask the device how it is; an unreachable device is a ``Status``, not an error."""
        ...

    def perform(self, request: JobRequest, pages: Pages) -> None:
        """Do the work of *request*; return when it is done to the last page."""
        ...

    def close(self) -> None:
        """Let go of the device."""
        ...


class Upload(Protocol):
    """Sends a document to the edge in parts, with the device's bearer; nothing touches a disk."""

    def __call__(self, url: str, parts: Sequence[bytes], *, content_type: str, job_id: str) -> None:
        """Return when the edge has accepted all *parts*.

        Raises ``DeviceOffline`` when the edge cannot be reached now and ``BadJob`` when *url* is not the edge's or the
        edge refuses the document.
        """
        ...


class Fetch(Protocol):
    """Gets a small document from the edge with the device's bearer."""

    def __call__(self, url: str) -> bytes:
        """Return it.

        Raises ``DeviceOffline`` when the edge cannot be reached now and ``BadJob`` when *url* is not the edge's or the
        edge has no such document for this device any more.
        """
        ...


def fetches_nothing(url: str) -> bytes:
    """A ``Fetch`` of a bridge without an edge."""
    raise BadJob(f"there is no edge to ask for {url}", reason="no_edge")


@dataclass(frozen=True, slots=True)
class Setup:
    """What a driver's factory ``build(setup)`` gets. Building opens nothing: a missing device is a status."""

    device: str
    options: Mapping[str, Any]
    file: Path  # configuration file, to name in errors
    folder: Path  # the device's own folder; may not exist yet
    clock: Clock
    upload: Upload
    fetch: Fetch = fetches_nothing

    def read(self, kind: type[S]) -> S:
        """Return the options as *kind*; raise ``ConfigError`` that names the key."""
        try:
            return from_tables(self.file, dict(self.options), kind)
        except ConfigError as exc:
            key = f"device.{self.device}.options"
            raise ConfigError(self.file, f"{key}.{exc.key}" if exc.key else key, exc.reason) from exc
