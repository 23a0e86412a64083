"""Citizens on their way to an identity provider and back; what the client itself refuses is tested with the client."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from edge.adapters.identity.gateway import CitizenProvider, Gateway
from edge.domain.errors import BadInput, NotFound, Unavailable
from edge.runtime.oidc import OidcClient, Provider
from tests.fakes.oidc import BACK, CLIENT, ISSUER, SECRET, StrictProvider
from tests.fixtures.citizen_oidc import NAME, NUMBER, citizens, log_in


def query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_a_state_is_good_once_for_its_browser_and_for_ten_minutes(provider: CitizenProvider) -> None:
    now = [0.0]
    gateway = Gateway([provider], monotonic=lambda: now[0])

    def sent() -> dict[str, str]:
        return query(log_in(gateway.send("clave", browser="phone", back="/my/documents")))

    def came(answer: dict[str, str], browser: str = "phone") -> Any:
        return gateway.receive(answer, browser=browser)

    good = sent()
    found = came(good)
    assert (found.who, found.back) == ({"name": NAME, "number": NUMBER, "subject": NUMBER}, "/my/documents")
    attempts: list[Callable[[], object]] = [
        lambda: came(good),
        lambda: came(sent(), browser="another"),
        lambda: came(sent() | {"iss": "https://evil.example"}),
        lambda: came({"state": "invented", "code": "x"}),
        lambda: came(sent() | {"code": ""}),
        lambda: came(sent() | {"error": "access_denied"}),
        lambda: came({}),
    ]
    for attempt in attempts:
        with pytest.raises(BadInput) as refused:
            attempt()
        assert refused.value.code == "identity_failed"
    late = sent()
    now[0] = 601.0
    with pytest.raises(BadInput):
        came(late)


def test_an_unknown_provider_and_one_that_is_away_are_told_apart() -> None:
    gateway = Gateway([citizens("http://127.0.0.1:9")], monotonic=lambda: 0.0)

    with pytest.raises(NotFound):
        gateway.send("unknown", browser="phone", back="/my/documents")
    with pytest.raises(Unavailable) as away:
        gateway.send("clave", browser="phone", back="/my/documents")
    assert away.value.code == "identity_away"


def returned(strict: StrictProvider, **facts: object) -> Any:
    client = OidcClient(Provider(ISSUER, CLIENT, SECRET, BACK, ("openid", "profile")), http=strict.client)
    known = replace(CitizenProvider("x", "X", client), **facts)  # type: ignore[arg-type]
    gateway = Gateway([known], monotonic=lambda: 0.0)
    url = gateway.send("x", browser="phone", back="/my/documents")
    assert ("acr_values" in query(url)) == bool(facts.get("levels"))
    return gateway.receive(strict.authorize(url), browser="phone")


def test_the_level_of_assurance_is_asked_for_and_checked() -> None:
    strict = StrictProvider(claims={"sub": "p-1", "name": "Marta", "acr": "substantial"})

    assert returned(strict, levels=("substantial", "high")).level == "substantial"
    with pytest.raises(BadInput, match="level"):
        returned(strict, levels=("high",))


def test_the_claims_of_name_and_number_are_those_of_the_configuration() -> None:
    strict = StrictProvider(claims={"sub": "p-1"}, about={"dni": "12345678Z", "full": "Marta Pi"})

    found = returned(strict, name_claim="full", number_claim="dni")

    assert found.who == {"name": "Marta Pi", "number": "12345678Z", "subject": "p-1"}
    assert returned(strict, number_claim="none").who["number"] == "p-1"
