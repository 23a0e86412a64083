"""OpenID Connect: what is asked of a provider, what is believed, and what is refused."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from edge.runtime.oidc import OidcClient, OidcRefused, OidcUnavailable, Pending, Provider, Waiting, denied
from tests.fakes.oidc import BACK, CLIENT, ISSUER, SECRET, StrictProvider

PROVIDER = Provider(ISSUER, CLIENT, SECRET, BACK, ("openid", "profile"))


def came_back(provider: StrictProvider, **rest: object) -> dict[str, object]:
    client = OidcClient(PROVIDER, http=provider.client)
    url, pending = client.begin()
    return client.finish(pending, provider.authorize(url), **rest)  # type: ignore[arg-type]


def test_a_person_comes_back_with_who_they_are() -> None:
    claims = came_back(StrictProvider())

    assert (claims["sub"], claims["name"]) == ("p-1", "Marta")


def test_claims_that_the_token_lacks_are_asked_for() -> None:
    claims = came_back(StrictProvider(about={"groups": ["desk"], "name": "somebody"}), wanted=["groups"])

    assert claims["groups"] == ["desk"]
    assert claims["name"] == "Marta"  # what is signed counts


def test_user_information_about_somebody_else_is_refused() -> None:
    with pytest.raises(OidcRefused, match="somebody else"):
        came_back(StrictProvider(about={"sub": "p-2", "groups": ["desk"]}), wanted=["groups"])


FORGERIES: dict[str, Callable[[dict[str, object]], None]] = {
    "issuer": lambda c: c.update(iss="https://other.example"),
    "audience": lambda c: c.update(aud="another"),
    "nonce": lambda c: c.update(nonce="replayed"),
    "no nonce": lambda c: c.pop("nonce"),
    "expired": lambda c: c.update(exp=int(time.time()) - 120),
    "no end": lambda c: c.pop("exp"),
    "from tomorrow": lambda c: c.update(iat=int(time.time()) + 86400),
    "for a party": lambda c: c.update(aud=[CLIENT, "b"], azp="b"),
    "nobody": lambda c: c.pop("sub"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_token_that_is_not_for_this_attempt_is_refused(forgery: str) -> None:
    with pytest.raises(OidcRefused) as caught:
        came_back(StrictProvider(forge=FORGERIES[forgery]))

    assert caught.value.code == "bad_token"


def test_a_token_of_a_strange_key_is_refused() -> None:
    with pytest.raises(OidcRefused) as caught:
        came_back(StrictProvider(signs=RSAKey.generate_key(2048, auto_kid=True)))

    assert caught.value.code == "bad_token"


@pytest.mark.parametrize("alg", ["none", "HS256"])
def test_a_token_without_a_signature_of_the_provider_is_refused(alg: str) -> None:
    provider = StrictProvider()

    def answer(request: httpx.Request) -> httpx.Response | None:
        if request.url.path != "/token":
            return None
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": CLIENT, "sub": "p", "iat": now, "exp": now + 60, "nonce": provider._nonce}
        if alg == "none":
            parts = [json.dumps({"alg": "none"}), json.dumps(claims)]
            token = ".".join(base64.urlsafe_b64encode(p.encode()).rstrip(b"=").decode() for p in parts) + "."
        else:
            key = OctKey.import_key(json.dumps(provider.key.as_dict(private=False)))
            token = jwt.encode({"alg": "HS256", "kid": provider.key.kid}, claims, key)
        return httpx.Response(200, json={"id_token": token})

    provider.answer = answer
    with pytest.raises(OidcRefused) as caught:
        came_back(provider)

    assert caught.value.code == "bad_token"


def test_a_new_key_of_the_provider_is_fetched_once() -> None:
    provider = StrictProvider()
    client = OidcClient(PROVIDER, http=provider.client)
    url, pending = client.begin()
    client.finish(pending, provider.authorize(url))
    provider.key = RSAKey.generate_key(2048, auto_kid=True)
    url, pending = client.begin()

    assert client.finish(pending, provider.authorize(url))["sub"] == "p-1"
    assert provider.asked.count("/keys") == 2
    assert provider.asked.count("/.well-known/openid-configuration") == 1


def test_a_code_that_another_browser_began_is_worth_nothing() -> None:
    provider = StrictProvider()
    client = OidcClient(PROVIDER, http=provider.client)
    url, pending = client.begin()
    answer = provider.authorize(url)

    with pytest.raises(OidcRefused) as caught:
        client.finish(replace(pending, verifier="stolen"), answer)

    assert caught.value.code == "bad_code"


@pytest.mark.parametrize("change", [{"state": "x"}, {"state": ""}, {"iss": "https://other.example"}])
def test_an_answer_to_another_question_is_refused(change: dict[str, str]) -> None:
    provider = StrictProvider()
    client = OidcClient(PROVIDER, http=provider.client)
    url, pending = client.begin()

    with pytest.raises(OidcRefused) as caught:
        client.finish(pending, provider.authorize(url) | change)

    assert caught.value.code == "bad_state"
    assert "/token" not in provider.asked


def test_a_person_who_says_no_is_believed() -> None:
    client = OidcClient(PROVIDER, http=StrictProvider().client)
    _, pending = client.begin()

    with pytest.raises(OidcRefused) as caught:
        client.finish(pending, {"state": pending.state, "error": "access_denied"})

    assert caught.value.code == "denied"


@pytest.mark.parametrize("error", ["Núria Ferrer", "access_denied Núria", "x" * 4000])
def test_words_that_anybody_could_put_into_the_address_are_not_repeated(error: str) -> None:
    assert str(denied("login_required")) == "login_required"
    assert str(denied(error)) == "denied"


def _raise(_: httpx.Request) -> httpx.Response:
    raise httpx.ConnectTimeout("too slow")


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: httpx.Response(503),
        lambda _: httpx.Response(200, text="<html>a captive portal</html>"),
        lambda _: httpx.Response(200, json=["no", "object"]),
        lambda _: httpx.Response(200, json={"issuer": "https://other.example"}),
        lambda _: httpx.Response(200, json={"issuer": ISSUER}),
        lambda _: httpx.Response(200, json={"issuer": ISSUER, "authorization_endpoint": "http://id.example/a"}),
        lambda _: httpx.Response(302, headers={"Location": "https://other.example"}),
        lambda _: httpx.Response(200, content=b" " * 300_000),
        _raise,
    ],
)
def test_a_provider_that_is_away_or_talks_nonsense_is_told_as_away(
    answer: Callable[[httpx.Request], httpx.Response],
) -> None:
    client = OidcClient(PROVIDER, http=StrictProvider(answer=answer).client)

    with pytest.raises(OidcUnavailable):
        client.begin()


def test_a_provider_that_falls_ill_on_the_way_is_told_as_away() -> None:
    provider = StrictProvider()
    client = OidcClient(PROVIDER, http=provider.client)
    _, pending = client.begin()

    with pytest.raises(OidcUnavailable):
        client.finish(pending, {"state": pending.state, "error": "temporarily_unavailable"})


@pytest.mark.parametrize("issuer", ["http://id.example", "id.example", "https://id.example?x=1", ""])
def test_a_provider_is_asked_over_tls_only(issuer: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Provider(issuer, CLIENT, SECRET, BACK)


def test_the_secret_is_in_no_log() -> None:
    assert SECRET not in repr(PROVIDER)


def pending(state: str) -> Pending:
    return Pending(state, "n", "v")


def test_a_return_counts_once_and_for_the_browser_that_was_sent() -> None:
    waiting: Waiting[str] = Waiting()
    waiting.put(pending("a"), "browser", "/desk", 0.0)
    waiting.put(pending("b"), "browser", "/desk", 0.0)

    assert waiting.take("a", "browser", 1.0) == (pending("a"), "/desk")
    for state, browser in (("a", "browser"), ("b", "another"), ("b", "browser"), ("", "browser")):
        with pytest.raises(OidcRefused):
            waiting.take(state, browser, 1.0)


def test_browsers_that_never_return_are_forgotten() -> None:
    waiting: Waiting[str] = Waiting(ttl_s=10, limit=2)
    for number in range(3):
        waiting.put(pending(str(number)), "browser", "", 0.0)

    with pytest.raises(OidcRefused):
        waiting.take("0", "browser", 1.0)
    with pytest.raises(OidcRefused):
        waiting.take("1", "browser", 11.0)
    assert waiting.take("2", "browser", 9.0)
