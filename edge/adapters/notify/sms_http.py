"""SMS through any gateway that takes one HTTP request a message; what it wants to hear is configuration.

The body is built from values, never from text, so that nothing in a message can become part of the request's form.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

import msgspec

from edge.adapters.notify.http_call import Answer, Unanswered, post
from edge.adapters.notify.registry import Setup
from edge.adapters.notify.sms_reports import ReportOptions, SmsReports, field, reports_of
from edge.domain.errors import NotFound
from edge.runtime.config import Section
from edge.services.notifiers import DeliveryReport, Letter, Notifier, Receipt, Refused, TryLater

_TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded", "query": ""}
_BODY = {"to": "{to}", "text": "{text}", "from": "{sender}", "id": "{id}"}
_LATER = frozenset({408, 425, 429})


class Options(Section, frozen=True, kw_only=True):
    """Options of an SMS gateway.

    In *body* and *headers* {to} {text} {sender} {id} {secret} stand for their values, and {report} for the address at
    which the gateway may say what became of this message.
    """

    url: str
    method: Literal["POST", "PUT", "GET"] = "POST"
    form: Literal["json", "form", "query"] = "json"
    body: dict[str, Any] = msgspec.field(default_factory=lambda: dict(_BODY))
    headers: dict[str, str] = {}
    secret_file: str = ""
    sender: str = ""  # "" = the office's own
    status: tuple[int, ...] = (200, 201, 202, 204)  # what a gateway says that has taken a message
    field: str = ""  # and what stands in its JSON answer, as "result.status"
    equals: list[str] = []
    knows_id: bool = True  # whether {id} keeps it from sending one message twice; else what is in doubt is not repeated
    timeout_s: float = 5.0
    ca_file: str = ""
    report: ReportOptions | None = None  # None: it does not tell what became of a message


class SmsHttp:
    """Sends one message with one request; reads what the gateway reports about it later."""

    def __init__(self, options: Options, secret: str, reports: SmsReports | None = None) -> None:
        self._options, self._secret, self._reports = options, secret, reports
        secure = options.url.startswith("https:")
        self._context = ssl.create_default_context(cafile=options.ca_file or None) if secure else None

    def send(self, letter: Letter) -> Receipt:
        """See ``services.notifiers.Notifier``; what a gateway made of a request without an answer is in doubt."""
        options = self._options
        values = {
            "to": letter.to,
            "text": letter.text,
            "sender": options.sender or letter.sender,
            "id": letter.id,
            "secret": self._secret,
            "report": self._reports.address(letter.id) if self._reports else "",
        }
        fields = _filled(options.body, values)
        headers = {name: _filled(text, values) for name, text in options.headers.items()}
        url, body = _request(options, fields)
        if body:
            headers["Content-Type"] = _TYPES[options.form]
        try:
            answer = post(url, body, headers, method=options.method, timeout_s=options.timeout_s, context=self._context)
        except Unanswered as exc:
            raise self._in_doubt("no_answer") from exc
        return self._read(answer)

    def read(self, key: str, said: Any) -> list[DeliveryReport]:
        """See ``services.notifiers.Reporting``; raise ``NotFound`` (``no_page``) for a gateway that does not report."""
        if self._reports is None:
            raise NotFound(code="no_page")
        return self._reports.read(key, said)

    def _read(self, answer: Answer) -> Receipt:
        if answer.status in _LATER or answer.status >= 500:
            raise TryLater(f"http_{answer.status}", after=answer.after)
        if answer.status not in self._options.status:
            raise Refused(f"http_{answer.status}")
        if self._options.field and field(_said(answer.body), self._options.field) not in self._options.equals:
            raise self._in_doubt("strange_answer")
        return Receipt()

    def _in_doubt(self, reason: str) -> Refused | TryLater:
        return TryLater(reason) if self._options.knows_id else Refused(reason)


def _request(options: Options, fields: Mapping[str, Any]) -> tuple[str, bytes]:
    if options.form == "json":
        return options.url, json.dumps(fields, ensure_ascii=False).encode()
    pairs = urlencode({name: str(value) for name, value in fields.items()})
    if options.form == "query":
        return f"{options.url}{'&' if '?' in options.url else '?'}{pairs}", b""
    return options.url, pairs.encode()


def _filled(template: Any, values: Mapping[str, str]) -> Any:
    """Return *template* with the marks in its texts replaced; what stands in a value is never looked at again."""
    if isinstance(template, dict):
        return {name: _filled(part, values) for name, part in template.items()}
    if isinstance(template, list):
        return [_filled(part, values) for part in template]
    if not isinstance(template, str):
        return template
    for name, value in values.items():
        if template == f"{{{name}}}":
            return value
    head, mark, rest = template.partition("{")
    if not mark:
        return template
    name, end, tail = rest.partition("}")
    return head + values.get(name, "{" + name + end) + _filled(tail, values)


def _said(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def build(setup: Setup) -> Notifier:
    """Return the notifier; raise ``ConfigError``."""
    options = setup.read(Options)
    if urlsplit(options.url).scheme not in ("http", "https") or not urlsplit(options.url).hostname:
        raise setup.wrong("url", f"{options.url!r} is no address of the web")
    if options.field and not options.equals:
        raise setup.wrong("equals", "says what stands in the field of an answer that is good")
    if not 0 < options.timeout_s <= 30:
        raise setup.wrong("timeout_s", "must be above 0 and at most 30")
    try:
        return SmsHttp(options, setup.secret("secret_file", options.secret_file), reports_of(setup, options.report))
    except (OSError, ssl.SSLError) as exc:
        raise setup.wrong("ca_file", f"{options.ca_file}: cannot be read") from exc
