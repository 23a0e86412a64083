"""The identity providers of an office's citizens, and who is on the way to one. Speaks through ``runtime.oidc``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from edge.domain.errors import BadInput, NotFound, OfficeError, Unavailable
from edge.runtime.oidc import OidcClient, OidcError, OidcUnavailable, Waiting

CALLBACK = "/identity/callback"  # where a provider sends people back to
MOST_AWAY = 2000


@dataclass(frozen=True, slots=True)
class CitizenProvider:
    """One provider. *levels*: the ``acr`` values of which the assertion must have one; none asks for none."""

    name: str
    title: str
    client: OidcClient
    levels: tuple[str, ...] = ()
    name_claim: str = "name"
    number_claim: str = "sub"


@dataclass(frozen=True, slots=True)
class Returned:
    """Somebody who came back: who they are by the words of the provider, and where they came from."""

    provider: str
    back: str
    level: str
    who: Mapping[str, str]


class Gateway:
    """Implements ``adapters.http.site.IdentityGateway``; both steps may wait for the network.

    They raise ``BadInput`` (``identity_failed``) for what proves nothing, ``Unavailable`` (``identity_away``).
    """

    def __init__(self, providers: Iterable[CitizenProvider], *, monotonic: Callable[[], float]) -> None:
        self._providers = {provider.name: provider for provider in providers}
        self._monotonic = monotonic
        self._away: Waiting[tuple[str, str]] = Waiting(limit=MOST_AWAY)

    @property
    def titles(self) -> dict[str, str]:
        """Return the providers by name, with what people call them."""
        return {name: provider.title for name, provider in self._providers.items()}

    def send(self, provider: str, *, browser: str, back: str) -> str:
        """Return where the *browser* is sent; raise ``NotFound`` for an unknown provider."""
        known = self._providers.get(provider)
        if known is None:
            raise NotFound(code="no_page")
        levels = {"acr_values": " ".join(known.levels)} if known.levels else {}
        try:
            url, pending = known.client.begin(**levels)
        except OidcError as exc:
            raise _told(exc) from exc
        self._away.put(pending, browser, (provider, back), self._monotonic())
        return url

    def receive(self, answer: Mapping[str, str], *, browser: str) -> Returned:
        """Return who came back with *answer*; a state is good once, for the browser that was sent."""
        try:
            pending, (name, back) = self._away.take(answer.get("state", ""), browser, self._monotonic())
            known = self._providers[name]
            claims = known.client.finish(pending, answer, wanted=(known.name_claim, known.number_claim))
        except OidcError as exc:
            raise _told(exc) from exc
        level = str(claims.get("acr", ""))
        if known.levels and level not in known.levels:
            raise BadInput("another level of assurance", code="identity_failed")
        who = {
            "name": str(claims.get(known.name_claim, "")),
            "number": str(claims.get(known.number_claim, claims["sub"])),
            "subject": str(claims["sub"]),
        }
        return Returned(name, back, level, who)


def _told(error: OidcError) -> OfficeError:
    if isinstance(error, OidcUnavailable):
        return Unavailable(f"identity provider: {error}", code="identity_away")
    return BadInput(f"identity: {error.code}", code="identity_failed")
