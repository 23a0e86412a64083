"""What is told of devices and their jobs."""

from __future__ import annotations

from datetime import datetime

from edge.contracts.wire import Message


class JobNow(Message, frozen=True, kw_only=True):
    """How a job for a device goes."""

    job: str
    device: str
    state: str
    reason: str


class DeviceNow(Message, frozen=True, kw_only=True):
    """Whom a bearer belongs to."""

    device: str
    at: datetime


class FileReceived(Message, frozen=True, kw_only=True):
    """A device's file that is safely stored."""

    job: str
    bytes: int
    sha256: str
