"""What goes wrong, as HTTP says it: the one place where an error of the office becomes a status and words.

The body is ``application/problem+json`` (RFC 9457) with a stable ``code`` and a ``title`` in the person's language.
"""

from __future__ import annotations

from datetime import datetime

from edge.contracts.wire import Message
from edge.domain.errors import (
    BadInput,
    Conflict,
    Forbidden,
    NotFound,
    OfficeError,
    Refused,
    RuleViolation,
    Unavailable,
    Unlikely,
)
from edge.runtime.i18n import Messages

MEDIA_TYPE = "application/problem+json"


class Problem(Message, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request was not carried out."""

    code: str  # stable word for programs
    title: str  # for the person, in the language that they read
    status: int
    retry_at: datetime | None = None  # the next likely time
    retry_after_s: int = 0
    id: str = ""  # of the log entry, when the office made the mistake


class NotLoggedIn(OfficeError):
    """Somebody has to log in, or show a valid bearer, first (401)."""

    code = "not_logged_in"


class Locked(OfficeError):
    """The page was unused for too long: its person has to show who they are first (423)."""

    code = "locked"


class TooMany(OfficeError):
    """Asked too often (429); *retry_after_s* from now it may work."""

    code = "too_many"

    def __init__(self, retry_after_s: float, *, code: str = "") -> None:
        super().__init__(code=code)
        self.retry_after_s = retry_after_s


class TooSoon(OfficeError):
    """A call may not be announced again yet (409); *retry_after_s* from now it may."""

    code = "too_soon"

    def __init__(self, retry_after_s: float) -> None:
        super().__init__()
        self.retry_after_s = retry_after_s


class TooLarge(OfficeError):
    """More bytes than this route takes (413)."""

    code = "too_large"


class WrongMedia(OfficeError):
    """A kind of body that this route does not read (415)."""

    code = "wrong_media"


class WrongMethod(OfficeError):
    """The path exists, not with this method (405)."""

    code = "wrong_method"


_STATUS: tuple[tuple[type[OfficeError], int], ...] = (
    (NotLoggedIn, 401),
    (Locked, 423),
    (TooMany, 429),
    (TooSoon, 409),
    (TooLarge, 413),
    (WrongMedia, 415),
    (WrongMethod, 405),
    (RuleViolation, 409),
    (NotFound, 404),
    (Forbidden, 403),
    (Conflict, 409),
    (BadInput, 400),
    (Unavailable, 503),
)


def status_of(error: OfficeError) -> int:
    """Return the HTTP status of *error*."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def problem_of(error: OfficeError, texts: Messages, language: str) -> Problem:
    """Return what the person or program is told about *error*."""
    wait_s = int(error.retry_after_s) + 1 if isinstance(error, TooMany | TooSoon) else 0
    is_soon = isinstance(error, TooSoon)
    words = texts.text(language, "problems.too_soon_in", seconds=wait_s) if is_soon else ""
    if isinstance(error, Unlikely):
        words = texts.text(language, f"problems.{error.code}", people=error.people, capacity=error.capacity)
    return Problem(
        code=error.code,
        title=words or title(texts, language, error.code),
        status=status_of(error),
        retry_at=error.retry_at if isinstance(error, Refused) else None,
        retry_after_s=wait_s,
    )


def internal(texts: Messages, language: str, log_id: str) -> Problem:
    """Return what is told about a mistake of the office: nothing but the id under which it is logged."""
    return Problem(code="error", title=title(texts, language, "error"), status=500, id=log_id)


def title(texts: Messages, language: str, code: str) -> str:
    """Return the words for *code*; a code without words of its own gets those of ``error``."""
    try:
        return texts.text(language, f"problems.{code}")
    except KeyError:
        return texts.text(language, "problems.error")
