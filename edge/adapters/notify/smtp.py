"""E-mail through the administration's own mail server: plain text, one recipient, marked as automatic."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Literal
from urllib.parse import urlsplit

from edge.adapters.notify.registry import Setup
from edge.runtime.clock import Clock
from edge.runtime.config import Section
from edge.services.notifiers import Letter, Notifier, NotifierError, Receipt, Refused, TryLater


class Options(Section, frozen=True, kw_only=True):
    """Options of a mail server."""

    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"  # none: only a relay on this machine
    sender: str  # "Oficina 360 <avisos@offices.example>"
    username: str = ""
    password_file: str = ""
    timeout_s: float = 5.0  # of each step
    ca_file: str = ""


class Smtp:
    """Opens a connection for each letter: they are few, and a server that was restarted does not matter."""

    def __init__(self, options: Options, password: str, host: str, clock: Clock) -> None:
        self._options, self._password, self._host, self._clock = options, password, host, clock
        plain = options.security == "none"
        self._context = None if plain else ssl.create_default_context(cafile=options.ca_file or None)

    def send(self, letter: Letter) -> Receipt:
        """See ``services.notifiers.Notifier``; the same id has the same Message-ID, by which servers know it."""
        try:
            with self._open() as server:
                server.send_message(self._mail(letter))
        except smtplib.SMTPRecipientsRefused as exc:
            raise _refused(next(iter(exc.recipients.values()))[0], "mailbox") from exc
        except smtplib.SMTPAuthenticationError as exc:
            raise TryLater("login_refused") from exc  # the office's mistake, not the letter's
        except smtplib.SMTPNotSupportedError as exc:
            raise Refused("not_supported") from exc
        except smtplib.SMTPResponseException as exc:
            raise _refused(exc.smtp_code, "mail") from exc
        except (OSError, smtplib.SMTPException) as exc:
            raise TryLater("unreachable") from exc
        except ValueError as exc:  # an address that no header can carry
            raise Refused("bad_address") from exc
        return Receipt()

    def _open(self) -> smtplib.SMTP:
        options = self._options
        if options.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                options.host, options.port, self._host, timeout=options.timeout_s, context=self._context
            )
        else:
            server = smtplib.SMTP(options.host, options.port, self._host, timeout=options.timeout_s)
        try:
            if options.security == "starttls":
                server.starttls(context=self._context)
            if options.username:
                server.login(options.username, self._password)
        except BaseException:
            server.close()
            raise
        return server

    def _mail(self, letter: Letter) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"], mail["Subject"] = self._options.sender, letter.to, letter.title
        mail["Date"] = format_datetime(self._clock.now())
        mail["Message-ID"] = f"<{letter.id}@{self._host}>"
        mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"] = "auto-generated", "All"
        mail.set_content(letter.text)
        mail["Content-Language"] = letter.language  # after the content, which takes such headers away
        return mail


def _refused(code: int, what: str) -> NotifierError:
    return Refused(f"{what}_{code}") if code >= 500 else TryLater(f"{what}_{code}")


def build(setup: Setup) -> Notifier:
    """Return the notifier; raise ``ConfigError``."""
    options = setup.read(Options)
    if options.security == "none" and options.host not in ("localhost", "127.0.0.1", "::1"):
        raise setup.wrong("security", "without encryption mail goes to a relay on this machine only")
    if options.username and options.security == "none":
        raise setup.wrong("username", "a password is only shown over TLS")
    if not 0 < options.timeout_s <= 30:
        raise setup.wrong("timeout_s", "must be above 0 and at most 30")
    host = urlsplit(setup.world.public_url).hostname or "localhost"
    try:
        return Smtp(options, setup.secret("password_file", options.password_file), host, setup.world.clock)
    except (OSError, ssl.SSLError) as exc:
        raise setup.wrong("ca_file", f"{options.ca_file}: cannot be read") from exc
