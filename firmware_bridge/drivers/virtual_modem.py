"""A modem without a network: each SMS becomes a small file in a folder, for demos and tests only.

The file holds a number, which a real modem would not keep; a folder of it is no place for real people's numbers.
"""

from __future__ import annotations

import re

import msgspec

from edge.contracts.devices import DeviceKind
from edge.contracts.jobs import JobRequest, SendSms, SmsText
from edge.contracts.ready import ready
from edge.runtime.config import Section
from firmware_bridge.drivers.virtual import VirtualDevice, write_whole
from firmware_bridge.ports import BadJob, DeviceError, Driver, Pages, Setup

_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
LONGEST = 459  # characters: three parts


class Options(Section, frozen=True, kw_only=True):
    """Options of a virtual modem."""

    folder: str = ""  # where the messages go; the device's own folder when empty
    keep: int = 100  # so many messages stay in the folder, the oldest go


class VirtualModem(VirtualDevice):
    """Sends ``<job id>.json``: one page is one message."""

    kind: DeviceKind = "modem"

    def __init__(self, setup: Setup) -> None:
        self._options, self._fetch = setup.read(Options), setup.fetch
        super().__init__(setup, self._options.folder)

    def capabilities(self) -> frozenset[str]:
        """See ``Driver``."""
        return frozenset({"sms.send"})

    def perform(self, request: JobRequest, pages: Pages) -> None:
        """See ``Driver``: number and text are asked for when it is about to be sent, and not kept afterwards."""
        if not isinstance(request.work, SendSms) or not request.work.message_url:
            raise BadJob("no SMS")
        self.check()
        message = _read(self._fetch(request.work.message_url))
        pages.begin(1, 1)
        self.check_line()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(self.folder / f"{request.job_id}.json", msgspec.json.encode(message))
        except OSError as exc:
            pages.withdraw(1)
            raise DeviceError(str(exc), reason="storage") from exc
        pages.complete(1)
        sent = sorted(self.folder.glob("*.json"), key=lambda file: file.name)
        for old in sent[: max(0, len(sent) - self._options.keep)]:
            old.unlink(missing_ok=True)


def _read(data: bytes) -> SmsText:
    try:
        message = msgspec.json.decode(data, type=ready(SmsText))
    except msgspec.DecodeError as exc:
        raise BadJob("not a message") from exc
    if not _NUMBER.fullmatch(message.to) or not 0 < len(message.text) <= LONGEST:
        raise BadJob("not a message that can be sent")
    return message


def build(setup: Setup) -> Driver:
    """Return the driver; nothing is opened."""
    return VirtualModem(setup)
