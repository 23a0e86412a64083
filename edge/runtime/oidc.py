"""OpenID Connect: another house says who somebody is, by the authorization code flow with PKCE.

Owner of joserfc. For staff and for citizens alike: a ``Provider`` says whom to ask, ``OidcClient`` makes the two steps,
``Waiting`` remembers between them which browser began. Every call may block on the network for a few seconds and
belongs off the event loop.

OidcError
├── OidcUnavailable   the provider does not answer, or answers nonsense: try again later, or another way in
└── OidcRefused       this attempt is over: ``denied``, ``bad_state``, ``bad_token``, ``bad_code``
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from edge.runtime.cookies import must_be_secure

T = TypeVar("T")

# What a provider may say instead of a code (RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6).
ERRORS = frozenset(
    {
        "access_denied",
        "account_selection_required",
        "consent_required",
        "interaction_required",
        "invalid_request",
        "invalid_scope",
        "login_required",
        "server_error",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_response_type",
    }
)
AWAY = frozenset({"server_error", "temporarily_unavailable"})
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]  # never "none", never one with a shared secret
LEEWAY_S = 60
FRESH_S = 3600.0  # how long the provider's description and keys are believed
MAX_BYTES = 262_144
TIMEOUT = httpx.Timeout(5.0, connect=3.0)


class OidcError(Exception):
    """The flow did not end with an identity; *code* is stable."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(text or code)
        self.code = code


class OidcUnavailable(OidcError):
    """The provider cannot be asked now."""

    def __init__(self, text: str = "") -> None:
        super().__init__("provider_away", text)


class OidcRefused(OidcError):
    """The provider, or our checks, said no."""


def denied(error: str) -> OidcRefused:
    """Return the refusal for the *error* of a query: anybody can write one, so only words of the standard are kept."""
    return OidcRefused("denied", error if error in ERRORS else "")


@dataclass(frozen=True, slots=True)
class Provider:
    """Whom to ask. *issuer* is the address under which it publishes its description; the secret may be empty."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    scopes: tuple[str, ...] = ("openid",)

    def __post_init__(self) -> None:
        parts = urlsplit(self.issuer)
        secure = parts.scheme == "https" or (parts.scheme == "http" and not must_be_secure(parts.netloc))
        if not parts.netloc or not secure or parts.query or parts.fragment:
            raise ValueError(f"{self.issuer!r} is no address of a provider: https, without query")
        if "openid" not in self.scopes:
            raise ValueError("the scopes must hold openid")


@dataclass(frozen=True, slots=True)
class Pending:
    """What is remembered between sending a browser away and its return."""

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


class OidcClient:
    """The two steps: ``begin`` gives where to send the browser, ``finish`` turns its return into claims."""

    def __init__(
        self,
        provider: Provider,
        *,
        http: Callable[[], httpx.Client] = lambda: httpx.Client(timeout=TIMEOUT, trust_env=False),
        now: Callable[[], float] = time.time,  # the provider lives in real time, whatever clock the office plays by
    ) -> None:
        self._provider, self._http, self._now = provider, http, now
        self._lock = threading.Lock()
        self._about: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def begin(self, **more: str) -> tuple[str, Pending]:
        """Return (where to send the browser, what to remember); *more* are parameters such as ``prompt``.

        Raises ``OidcUnavailable``.
        """
        pending = Pending(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(pending.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self._provider.client_id,
            "redirect_uri": self._provider.redirect_uri,
            "scope": " ".join(self._provider.scopes),
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **more,
        }
        place = self._endpoint("authorization_endpoint")
        return f"{place}{'&' if '?' in place else '?'}{urlencode(query)}", pending

    def finish(self, pending: Pending, answer: Mapping[str, str], *, wanted: Iterable[str] = ()) -> dict[str, Any]:
        """Return the claims about the person from the *answer* (query) that the browser brought back.

        *wanted* claims that are not in the ID token are looked for in the provider's user information. Raises
        ``OidcRefused`` or ``OidcUnavailable``.
        """
        if answer.get("state") != pending.state or answer.get("iss", self._provider.issuer) != self._provider.issuer:
            raise OidcRefused("bad_state")
        if error := answer.get("error"):
            raise OidcUnavailable(error) if error in AWAY else denied(error)
        tokens = self._exchange(answer.get("code", ""), pending.verifier)
        claims = self._verified(str(tokens.get("id_token", "")), pending.nonce)
        missing = [name for name in wanted if name not in claims]
        if missing and isinstance(access := tokens.get("access_token"), str):
            claims = self._user_info(access, str(claims["sub"])) | claims
        return claims

    # --- the provider -----------------------------------------------------------------------------------------------

    def _describe(self) -> dict[str, Any]:
        with self._lock:
            if self._about and self._now() - self._about[0] < FRESH_S:
                return self._about[1]
        about = self._json("GET", f"{self._provider.issuer.rstrip('/')}/.well-known/openid-configuration")
        if about.get("issuer") != self._provider.issuer:
            raise OidcUnavailable("the provider calls itself otherwise than the configuration does")
        with self._lock:
            self._about = self._now(), about
        return about

    def _endpoint(self, name: str) -> str:
        place = self._describe().get(name)
        if not isinstance(place, str):
            raise OidcUnavailable(f"the provider has no {name}")
        parts = urlsplit(place)
        if parts.scheme != "https" and must_be_secure(parts.netloc):
            raise OidcUnavailable(f"the {name} is not reached over TLS")
        return place

    def _exchange(self, code: str, verifier: str) -> dict[str, Any]:
        provider = self._provider
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": provider.redirect_uri,
            "code_verifier": verifier,
        }
        allowed = self._describe().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        auth: tuple[str, str] | None = None
        if not provider.client_secret:
            form["client_id"] = provider.client_id
        elif "client_secret_basic" in allowed:
            auth = provider.client_id, provider.client_secret
        else:
            form |= {"client_id": provider.client_id, "client_secret": provider.client_secret}
        return self._json("POST", self._endpoint("token_endpoint"), data=form, auth=auth, refused="bad_code")

    def _user_info(self, access_token: str, subject: str) -> dict[str, Any]:
        if not self._describe().get("userinfo_endpoint"):
            return {}
        bearer = {"Authorization": f"Bearer {access_token}"}
        about = self._json("GET", self._endpoint("userinfo_endpoint"), headers=bearer, refused="bad_token")
        if about.get("sub") != subject:
            raise OidcRefused("bad_token", "the user information is about somebody else")
        return about

    def _json(self, method: str, url: str, *, refused: str = "", **rest: Any) -> dict[str, Any]:
        """Ask and return the object that comes; with *refused* a 4xx raises ``OidcRefused`` of that code."""
        try:
            with self._http() as http, http.stream(method, url, **rest) as answer:
                body = b""
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > MAX_BYTES:
                        raise OidcUnavailable("the answer does not end")
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise OidcUnavailable(str(exc)) from exc
        if refused and 400 <= answer.status_code < 500:
            raise OidcRefused(refused, f"HTTP {answer.status_code}")
        try:
            found = json.loads(body) if answer.status_code == 200 else None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise OidcUnavailable(f"HTTP {answer.status_code}, or no JSON")
        return found

    # --- the ID token -----------------------------------------------------------------------------------------------

    def _verified(self, token: str, nonce: str) -> dict[str, Any]:
        rules = jwt.JWTClaimsRegistry(
            now=lambda: int(self._now()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self._provider.issuer},
            sub={"essential": True},
            aud={"essential": True, "value": self._provider.client_id},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            claims = self._decoded(token)
            rules.validate(claims)
        except (JoseError, ValueError, TypeError) as exc:
            raise OidcRefused("bad_token", type(exc).__name__) from exc
        if claims.get("azp", self._provider.client_id) != self._provider.client_id:
            raise OidcRefused("bad_token", "azp")
        return claims

    def _decoded(self, token: str) -> dict[str, Any]:
        try:
            return dict(jwt.decode(token, self._key_set(), algorithms=ALGORITHMS).claims)
        except (JoseError, ValueError):
            # perhaps signed with a key that is newer than what we hold
            return dict(jwt.decode(token, self._key_set(again=True), algorithms=ALGORITHMS).claims)

    def _key_set(self, *, again: bool = False) -> KeySet:
        with self._lock:
            if self._keys and not again and self._now() - self._keys[0] < FRESH_S:
                return self._keys[1]
        keys = KeySet.import_key_set(self._json("GET", self._endpoint("jwks_uri")))  # type: ignore[arg-type]
        with self._lock:
            self._keys = self._now(), keys
        return keys


class Waiting(Generic[T]):
    """Browsers that were sent away, each with what it wanted (*T*); bounded, in memory, each return counts once."""

    def __init__(self, *, ttl_s: float = 600.0, limit: int = 1000) -> None:
        self._ttl_s, self._limit, self._lock = ttl_s, limit, threading.Lock()
        self._rows: OrderedDict[str, tuple[float, str, Pending, T]] = OrderedDict()

    def put(self, pending: Pending, browser: str, wish: T, now: float) -> None:
        """Remember that *browser* (the secret of a cookie) was sent away; *now* is monotonic."""
        with self._lock:
            self._rows[pending.state] = now, _hash(browser), pending, wish
            while len(self._rows) > self._limit:
                self._rows.popitem(last=False)

    def take(self, state: str, browser: str, now: float) -> tuple[Pending, T]:
        """Return what was put under *state* by the same *browser*; raise ``OidcRefused`` (``bad_state``)."""
        with self._lock:
            row = self._rows.pop(state, None)
        if row is None or now - row[0] > self._ttl_s or not secrets.compare_digest(row[1], _hash(browser)):
            raise OidcRefused("bad_state")
        return row[2], row[3]


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
