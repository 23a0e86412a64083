"""The corporate log-in of staff: what its claims say about a person, and which roles follow from that."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from edge.runtime.oidc import OidcClient, OidcRefused, Pending
from edge.services.entries import Person

MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class Claims:
    """Where things stand in the claims; a dot leads into an object: ``realm_access.roles``."""

    login: str = "preferred_username"
    name: str = "name"
    roles: str = "groups"
    mapping: Mapping[str, str] = field(default_factory=dict)  # group of the provider -> role of the office


class CorporateLogin:
    """Implements ``adapters.http.site.Corporate``."""

    def __init__(self, client: OidcClient, *, issuer: str, label: str, claims: Claims) -> None:
        self._client, self._issuer, self._claims, self.label = client, issuer, claims, label

    def begin(self) -> tuple[str, Pending]:
        """Return where to send the browser, and what to remember."""
        return self._client.begin()

    def finish(self, pending: Pending, answer: Mapping[str, str]) -> Person:
        """Return who came back; raise ``OidcError``."""
        tops = {name.split(".")[0] for name in (self._claims.login, self._claims.name, self._claims.roles)}
        return person(self._client.finish(pending, answer, wanted=tops), self._issuer, self._claims)


def person(claims: Mapping[str, Any], issuer: str, where: Claims) -> Person:
    """Return the person that verified *claims* of *issuer* describe; without a login raise ``OidcRefused``.

    Somebody whose groups map to no role has none; whether that lets them in is not decided here.
    """
    login = _at(claims, where.login)
    if not isinstance(login, str) or not login.strip():
        raise OidcRefused("no_login", f"the claim {where.login} is missing")
    name = _at(claims, where.name)
    subject = hashlib.sha256(f"{issuer}\n{claims['sub']}".encode()).hexdigest()[:32]
    return Person(
        subject=subject,
        login=login,
        name=(name if isinstance(name, str) else login).strip()[:MAX_NAME],
        roles=frozenset(where.mapping[group] for group in _words(_at(claims, where.roles)) if group in where.mapping),
    )


def _at(claims: Mapping[str, Any], path: str) -> object:
    found: object = claims
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _words(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [word for word in value if isinstance(word, str)] if isinstance(value, Sequence) else []
