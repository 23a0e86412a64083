"""What an SMS gateway says later about a message: delivered or not. How it says it is configuration.

A report is believed for the key in its address: one of each message (``{report}`` in the body of the request), or the
secret of the office where a gateway knows only one address for all. Only outcomes are taken from it, never a text.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

import msgspec

from edge.adapters.notify.registry import Setup
from edge.domain.errors import BadInput, Forbidden
from edge.runtime.config import Section
from edge.services.notifiers import DeliveryReport, Outcome

PATH = "/api/v1/notices/reports"
SHORTEST_SECRET = 24  # characters
MOST = 1000  # reports in one request
_MAC_BYTES = 18


class ReportOptions(Section, frozen=True, kw_only=True):
    """How a gateway reports. *id* and *status* are names of fields, with dots inwards; words are compared without case.

    What is neither delivered nor failed is on its way and changes nothing.
    """

    secret_file: str
    each: str = ""  # the list of reports, where a request holds several
    id: str = "id"  # what the request called {id}; not read at an address that names its message
    status: str = "status"
    delivered: list[str] = msgspec.field(default_factory=lambda: ["delivered", "delivrd", "received"])
    failed: list[str] = msgspec.field(
        default_factory=lambda: ["failed", "undelivered", "undeliv", "rejected", "rejectd", "expired", "deleted"]
    )


class SmsReports:
    """Makes the addresses of reports, and reads what comes to them."""

    def __init__(self, options: ReportOptions, secret: str, public_url: str) -> None:
        self._options, self._secret, self._url = options, secret.encode(), public_url
        words = [(word, Outcome.DELIVERED) for word in options.delivered]
        words += [(word, Outcome.FAILED) for word in options.failed]
        self._outcomes = {word.casefold(): outcome for word, outcome in words}

    def address(self, notice_id: str) -> str:
        """Return where a gateway reports on one message."""
        return f"{self._url}{PATH}/{notice_id}.{self._mac(notice_id)}"

    def read(self, key: str, said: Any) -> list[DeliveryReport]:
        """See ``services.notifiers.Reporting``."""
        if hmac.compare_digest(key.encode(), self._secret):
            return [self._report(one, field(one, self._options.id)) for one in self._each(said)]
        notice_id, _, mac = key.rpartition(".")
        if not hmac.compare_digest(mac.encode(), self._mac(notice_id).encode()):
            raise Forbidden(code="report_key")
        return [self._report(one, notice_id) for one in self._each(said)]

    def _each(self, said: Any) -> Iterator[Any]:
        found = inside(said, self._options.each) if self._options.each else [said]
        if not isinstance(found, list) or not 0 < len(found) <= MOST:
            raise BadInput("no list of reports", code="bad_report")
        yield from found

    def _report(self, one: Any, notice_id: str) -> DeliveryReport:
        status = field(one, self._options.status)
        if not notice_id or not status:
            raise BadInput("a report without id or status", code="bad_report")
        return DeliveryReport(notice_id, self._outcomes.get(status.casefold(), Outcome.ON_ITS_WAY))

    def _mac(self, notice_id: str) -> str:
        digest = hmac.new(self._secret, f"sms report {notice_id}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:_MAC_BYTES]).decode()


def inside(value: Any, path: str) -> Any:
    """Return what stands in *value* at *path*, as "result.0.status"; None where nothing does. A form is flat."""
    if isinstance(value, dict) and path in value:
        return value[path]
    for part in path.split("."):
        if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, dict):
            value = value.get(part)
        else:
            return None
    return value


def field(value: Any, path: str) -> str:
    """Return the word or number at *path* as text; empty where there is none."""
    found = inside(value, path)
    return str(found) if isinstance(found, str | int | float) else ""


def reports_of(setup: Setup, options: ReportOptions | None) -> SmsReports | None:
    """Return what reads the reports of a gateway that sends some; raise ``ConfigError``."""
    if options is None:
        return None
    secret = setup.secret("report.secret_file", options.secret_file)
    if len(secret) < SHORTEST_SECRET or not secret.isascii() or set(secret) & set("/?#%. "):
        raise setup.wrong(
            "report.secret_file", f"holds no secret: at least {SHORTEST_SECRET} letters and digits, as of openssl rand"
        )
    return SmsReports(options, secret, setup.world.public_url)
