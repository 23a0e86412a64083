"""The cookie that holds the token of a session, and when it must travel over TLS only."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

COOKIE = "o360"


def cookie_name(*, secure: bool) -> str:
    """Return the cookie's name; over HTTPS the prefix ``__Host-`` binds it to this host and to ``/``."""
    return f"__Host-{COOKIE}" if secure else COOKIE


def set_cookie(token: str, *, secure: bool) -> str:
    """Return the ``Set-Cookie`` header that gives *token* to the browser until it closes."""
    return f"{cookie_name(secure=secure)}={token}; Path=/; HttpOnly; SameSite=Strict{'; Secure' if secure else ''}"


def clear_cookie(*, secure: bool) -> str:
    """Return the ``Set-Cookie`` header that takes the token away."""
    return f"{set_cookie('', secure=secure)}; Max-Age=0"


def read_cookie(header: str | None, *, secure: bool) -> str | None:
    """Return the token in a ``Cookie`` header, or None."""
    try:
        found = SimpleCookie(header or "").get(cookie_name(secure=secure))
    except CookieError:
        return None
    return found.value or None if found else None


def must_be_secure(host: str) -> bool:
    """Whether a server that people reach as *host* needs ``Secure`` cookies: everywhere but on loopback."""
    name = host.rsplit(":", 1)[0] if host.count(":") == 1 or host.startswith("[") else host
    return name.strip("[]") not in {"localhost", "127.0.0.1", "::1"}
