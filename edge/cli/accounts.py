"""What ``staff add`` asks of a person, in the office and at the centre: a login, a password, and why not."""

from __future__ import annotations

import sys
from typing import TextIO

import click

from edge.runtime.passwords import MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS, password_problem
from edge.runtime.weblogin import login_key

MAX_LOGIN_CHARS = 64
_REASONS = {
    "too_short": f"the password is too short: at least {MIN_PASSWORD_CHARS} characters",
    "too_long": f"the password is too long: at most {MAX_PASSWORD_CHARS} characters",
    "login_taken": "this login is taken: choose another one",
    "unknown_role": "give one role at least that the office knows",
    "bad_contact": "this is neither a phone number nor an e-mail address",
}

password_file_option = click.option(
    "--password-file", type=click.File(), help="Read the password from a file, or - for stdin; else ask."
)


def reason(error: Exception) -> str:
    """Return the sentence for a person behind *error*, which may only carry a stable code."""
    return _REASONS.get(getattr(error, "code", ""), str(error))


def checked_login(_: click.Context, __: click.Parameter, login: str) -> str:
    """Return *login* when it may be one; raise ``BadParameter`` with the reason."""
    key = login_key(login)
    if not key or len(key) > MAX_LOGIN_CHARS:
        raise click.BadParameter(f"a login has 1 to {MAX_LOGIN_CHARS} characters")
    if not key.isprintable() or any(sign.isspace() for sign in login):
        raise click.BadParameter(f"{login!r}: a login has no blanks; write ana.perez")
    return login


def read_password(file: TextIO | None) -> str:
    """Return the password in *file*, or what somebody types twice at a terminal; refuse one that may not be set."""
    if file is None and not sys.stdin.isatty():
        raise click.UsageError(
            "there is no terminal to ask for the password: give --password-file FILE, or - for stdin"
        )
    password = _ask() if file is None else file.read().strip("\r\n")
    if problem := password_problem(password):
        raise click.ClickException(_REASONS[problem])
    return password


def _ask() -> str:
    prompt = f"Password (at least {MIN_PASSWORD_CHARS} characters)"
    answer: str = click.prompt(prompt, hide_input=True, confirmation_prompt=True)
    return answer
