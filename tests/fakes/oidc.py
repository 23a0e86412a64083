"""A provider of OpenID Connect that checks everything (PKCE, secret, redirect) and misbehaves when told to."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

ISSUER = "https://id.example"
CLIENT, SECRET = "office", "s3cret"
BACK = "https://office.example/login/oidc/back"


def _key() -> RSAKey:
    return RSAKey.generate_key(2048, auto_kid=True)


@dataclass
class StrictProvider:
    """Answers an ``httpx`` transport; *claims* go into the ID token, *about* into the user information."""

    claims: dict[str, object] = field(default_factory=lambda: {"sub": "p-1", "name": "Marta"})
    about: dict[str, object] = field(default_factory=dict)
    forge: Callable[[dict[str, object]], None] = lambda claims: None  # changes the claims before they are signed
    answer: Callable[[httpx.Request], httpx.Response | None] = lambda request: None  # answers instead
    key: RSAKey = field(default_factory=_key)
    signs: RSAKey | None = None
    asked: list[str] = field(default_factory=list)

    def client(self) -> httpx.Client:
        """Return a client that reaches only this provider."""
        return httpx.Client(transport=httpx.MockTransport(self._answer))

    def authorize(self, url: str, *, as_sub: str = "") -> dict[str, str]:
        """Do what a person does at the provider: return the query that the browser brings back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert (asked["client_id"], asked["redirect_uri"]) == (CLIENT, BACK)
        assert asked["code_challenge_method"] == "S256"
        if as_sub:
            self.claims["sub"] = as_sub
        self._nonce, self._challenge = asked["nonce"], asked["code_challenge"]
        return {"code": "c0de", "state": asked["state"]}

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if (instead := self.answer(request)) is not None:
            return instead
        paths = {
            "/.well-known/openid-configuration": self._describe,
            "/keys": self._keys,
            "/token": self._token,
            "/me": self._me,
        }
        return paths[request.url.path](request)

    def _describe(self, _: httpx.Request) -> httpx.Response:
        places = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "userinfo_endpoint": f"{ISSUER}/me",
        }
        return httpx.Response(200, json=places)

    def _keys(self, _: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=KeySet([self.key]).as_dict(private=False))

    def _token(self, request: httpx.Request) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        known = form["code"] == "c0de" and form["redirect_uri"] == BACK
        if not known or proof != self._challenge or request.headers.get("authorization") != basic:
            return httpx.Response(400, json={"error": "invalid_grant"})
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": self._nonce, **self.claims}
        self.forge(claims)
        signs = self.signs or self.key
        token = jwt.encode({"alg": "RS256", "kid": signs.kid}, claims, signs)
        return httpx.Response(200, json={"id_token": token, "access_token": "bearer", "token_type": "Bearer"})

    def _me(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("authorization") != "Bearer bearer":
            return httpx.Response(401)
        return httpx.Response(200, json={"sub": self.claims["sub"], **self.about})
