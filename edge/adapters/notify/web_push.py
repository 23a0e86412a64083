"""Web push: to the service of the browser's maker, which carries it to the phone and cannot read it.

The address of a push service comes from a browser, that is from anybody: only known services are ever asked.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from edge.adapters.notify import push_crypto
from edge.adapters.notify.http_call import Answer, post
from edge.adapters.notify.push_crypto import Keys
from edge.adapters.notify.registry import Setup
from edge.runtime.clock import Clock
from edge.runtime.config import Section
from edge.runtime.i18n import is_right_to_left
from edge.services.notifiers import Gone, Letter, Receipt, Refused, TryLater

SUBSCRIPTION_LIMIT = 2048


class Options(Section, frozen=True, kw_only=True):
    """Options of web push."""

    services: tuple[str, ...] = (
        "fcm.googleapis.com",
        "*.push.services.mozilla.com",
        "*.push.apple.com",
        "*.notify.windows.com",
    )  # hosts over HTTPS, or whole origins as "http://127.0.0.1:9000" for a service of one's own
    contact: str = ""  # whom a push service writes to when something is wrong: "mailto:..."; "" = the office's address
    timeout_s: float = 5.0
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where a browser listens, and its keys."""

    endpoint: str
    keys: Keys


class WebPush:
    """Sends each letter encrypted, with the time after which it is of no use."""

    def __init__(self, options: Options, key: bytes, subject: str, clock: Clock) -> None:
        self._options, self._subject, self._clock = options, subject, clock
        self._key = push_crypto.private_key(key)
        self._context = ssl.create_default_context(cafile=options.ca_file or None)

    def takes(self, subscription: str) -> bool:
        """Whether *subscription* is one, and of a service that may be asked."""
        try:
            return self._is_known(_read(subscription).endpoint)
        except ValueError:
            return False

    def send(self, letter: Letter) -> Receipt:
        """See ``services.notifiers.Notifier``; news of one turn replace each other while the phone is away."""
        try:
            subscription = _read(letter.to)
            body = push_crypto.encrypted(
                _payload(letter),
                subscription.keys,
                salt=secrets.token_bytes(16),
                own=ec.generate_private_key(ec.SECP256R1()),
            )
        except ValueError as exc:
            raise Gone("bad_subscription") from exc
        if not self._is_known(subscription.endpoint):
            raise Gone("unknown_service")
        answer = post(
            subscription.endpoint,
            body,
            self._headers(letter, subscription.endpoint),
            timeout_s=self._options.timeout_s,
            context=self._context,
        )
        return _receipt(answer)

    def _headers(self, letter: Letter, endpoint: str) -> dict[str, str]:
        left_s = max(0, int((letter.useful_until - self._clock.now()).total_seconds()))
        split = urlsplit(endpoint)
        audience = f"{split.scheme}://{split.netloc}"
        return {
            "TTL": str(left_s),
            "Urgency": "high" if letter.urgent else "normal",
            "Topic": push_crypto.base64url(hashlib.sha256(letter.tag.encode()).digest()[:18]),
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "Authorization": push_crypto.vouched(
                self._key, audience=audience, subject=self._subject, at=self._clock.now()
            ),
        }

    def _is_known(self, endpoint: str) -> bool:
        split = urlsplit(endpoint)
        if f"{split.scheme}://{split.netloc}" in self._options.services:
            return True
        host = split.hostname or ""
        secure = split.scheme == "https" and split.port in (None, 443) and not split.username
        return secure and any(_matches(host, known) for known in self._options.services)


def _matches(host: str, known: str) -> bool:
    return host.endswith(known[1:]) if known.startswith("*.") else host == known


def _read(text: str) -> Subscription:
    """Return the subscription in *text*; raise ``ValueError``."""
    if len(text) > SUBSCRIPTION_LIMIT:
        raise ValueError("too long")
    facts = json.loads(text)
    if not isinstance(facts, dict) or not all(isinstance(facts.get(k), str) for k in ("endpoint", "p256dh", "auth")):
        raise ValueError("no subscription")
    keys = Keys(push_crypto.from_base64url(facts["p256dh"]), push_crypto.from_base64url(facts["auth"]))
    if len(keys.auth) != 16:
        raise ValueError("no secret of a browser")
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), keys.public)
    urlsplit(facts["endpoint"]).port  # noqa: B018 - raises ValueError for one that is no number
    return Subscription(facts["endpoint"], keys)


def _payload(letter: Letter) -> bytes:
    direction = "rtl" if is_right_to_left(letter.language) else "ltr"
    facts = {
        "id": letter.id,
        "title": letter.title,
        "body": letter.text,
        "tag": letter.tag,
        "link": letter.link,
        "lang": letter.language,
        "dir": direction,
        "urgent": letter.urgent,
    }
    return json.dumps(facts, ensure_ascii=False).encode()


def _receipt(answer: Answer) -> Receipt:
    if 200 <= answer.status < 300:
        return Receipt()
    if answer.status in (404, 410):
        raise Gone
    if answer.status in (408, 425, 429) or answer.status >= 500:
        raise TryLater(f"http_{answer.status}", after=answer.after)
    raise Refused(f"http_{answer.status}")


def build(setup: Setup) -> WebPush:
    """Return the notifier; raise ``ConfigError``."""
    options = setup.read(Options)
    subject = options.contact or setup.world.public_url
    if not subject.startswith(("mailto:", "https:", "http:")):
        raise setup.wrong("contact", "must be mailto:... or an address of the web")
    if not 0 < options.timeout_s <= 30:
        raise setup.wrong("timeout_s", "must be above 0 and at most 30")
    try:
        return WebPush(options, setup.world.push_key, subject, setup.world.clock)
    except (OSError, ssl.SSLError) as exc:
        raise setup.wrong("ca_file", f"{options.ca_file}: cannot be read") from exc
