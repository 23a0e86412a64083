"""Errors of the office.

OfficeError
├── RuleViolation      the request breaks a rule of the office (HTTP 409); asking again does not help
│   ├── IllegalTransition   the turn is in a state where this cannot be done
│   ├── Unlikely            a number that somebody has to be sure of
│   └── Refused             admission said no; carries the reason and the next option
├── NotFound           there is no such thing (404)
├── Forbidden          the caller may not do this (403)
├── Conflict           somebody else was first (409); read again and decide
├── BadInput           the request cannot be understood (400)
└── Unavailable        the office cannot answer now (503); try again later

``code`` is stable and may be shown to programs; the text is for logs and people.
"""

from __future__ import annotations

from datetime import datetime


class OfficeError(Exception):
    """Base of everything that a use case may refuse with."""

    code = "error"

    def __init__(self, text: str = "", *, code: str = "") -> None:
        super().__init__(text or code or self.code)
        if code:
            self.code = code


class RuleViolation(OfficeError):
    """A rule of the office forbids it."""

    code = "rule_violation"


class IllegalTransition(RuleViolation):
    """*action* is not possible in *state*."""

    code = "illegal_transition"

    def __init__(self, state: str, action: str) -> None:
        super().__init__(f"{action} is not possible while {state}")
        self.state, self.action = state, action


class Unlikely(RuleViolation):
    """*people* are far more than the *capacity* and than anybody can expect: whoever is sure says so."""

    code = "unlikely_count"

    def __init__(self, people: int, capacity: int) -> None:
        super().__init__(f"{people} people in an office for {capacity}")
        self.people, self.capacity = people, capacity


class Refused(RuleViolation):
    """No turn now: *code* is the reason of admission, *retry_at* the next likely time."""

    def __init__(self, code: str, retry_at: datetime | None = None) -> None:
        super().__init__(code=code)
        self.retry_at = retry_at


class NotFound(OfficeError):
    """There is no such thing."""

    code = "not_found"


class Forbidden(OfficeError):
    """The caller may not do this."""

    code = "forbidden"


class Conflict(OfficeError):
    """Somebody else was first."""

    code = "conflict"


class BadInput(OfficeError):
    """The request cannot be understood."""

    code = "bad_input"


class Unavailable(OfficeError):
    """The office cannot answer now; trying again later may help."""

    code = "unavailable"
