"""One request on its way: who asks, in which language, and where its answers come from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from http.cookies import CookieError, SimpleCookie

from starlette.requests import Request

from edge.adapters.http.limits import Buckets, is_loopback, network_of
from edge.adapters.http.problems import TooMany
from edge.adapters.http.site import Site, Web
from edge.adapters.http.words import Words
from edge.domain.errors import NotFound
from edge.runtime.cookies import read_cookie
from edge.runtime.ids import new_token
from edge.runtime.weblogin import WebSession

PHONE_COOKIE = "turn"
LANGUAGE_COOKIE = "lang"
APPOINTMENT_COOKIE = "cita"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")
_YEAR_S = 31_536_000
_DAY_S = 86_400


@dataclass
class Call:
    """One request; handlers get nothing else."""

    request: Request
    site: Site
    session: WebSession | None = None
    device: str = ""
    asks: tuple[str, ...] = ()  # names of the query that the route reads; addresses of ours repeat no others
    cookies: list[str] = field(default_factory=list)  # Set-Cookie headers of the answer

    def __post_init__(self) -> None:
        self._jar = _jar(self.request.headers.get("cookie"))
        self.phone = self._known_phone()
        self.language = self._chosen_language()

    @property
    def web(self) -> Web:
        """Return the office's parts."""
        return self.site.web

    @property
    def now(self) -> datetime:
        """Return the present moment."""
        return self.web.clock.now()

    @property
    def words(self) -> Words:
        """Return the texts in the person's language."""
        return Words(self.web.texts, self.language, self.web.office().calendar.zone)

    @property
    def languages(self) -> list[str]:
        """Return the languages to choose from, the office's own first."""
        own = [language for language in self.web.office().languages if language in self.web.texts.languages]
        return own + [language for language in self.web.texts.languages if language not in own]

    @property
    def address(self) -> str:
        """Return where the request comes from; behind the proxy the server has already put the browser's address."""
        return self.request.client.host if self.request.client else "unknown"

    @property
    def is_local(self) -> bool:
        """Whether a program of this machine asks, and not the proxy on it for somebody else."""
        forwarded = {"x-forwarded-for", "forwarded"} & set(self.request.headers.keys())
        return not forwarded and is_loopback(self.address)

    @property
    def wants_json(self) -> bool:
        """Whether a program asks for JSON; a browser names pages first."""
        accepted = self.request.headers.get("accept", "")[:400].lower()
        return "json" in accepted and "text/html" not in accepted

    def cookie(self, name: str) -> str:
        """Return what the browser shows under the *name* of a cookie of ours, at most 64 characters of it."""
        return self._jar.get(self._name(name), "")[:64]

    @property
    def links(self) -> list[str]:
        """Return the secrets of the appointments that this phone has opened, the last first."""
        kept = self._jar.get(self._name(APPOINTMENT_COOKIE), "")[:400].split(".")
        return [link for link in kept if _TOKEN.fullmatch(link)]

    def keep_links(self, links: list[str], *, max_age_s: int) -> None:
        """Let the phone know these appointments."""
        self.set_cookie(APPOINTMENT_COOKIE, ".".join(links), max_age_s=max_age_s)

    @property
    def session_token(self) -> str | None:
        """Return the secret of the session of staff, if the browser shows one."""
        return read_cookie(self.request.headers.get("cookie"), secure=self.web.secure)

    def may(self, *roles: str) -> bool:
        """Whether somebody is logged in with one of *roles*."""
        return self.session is not None and self.session.may(*roles)

    @property
    def staff_id(self) -> str:
        """Return who is logged in; only behind ``Access.STAFF``."""
        return self.session.staff_id if self.session else ""

    @property
    def actor(self) -> str:
        """Return who did it, as the log writes it."""
        return f"agent:{self.session.staff_id}" if self.session else "phone"

    def query(self, name: str) -> str:
        """Return one value of the query, at most 64 characters of it."""
        return self.request.query_params.get(name, "")[:64]

    def path(self, name: str) -> str:
        """Return one part of the path."""
        return str(self.request.path_params[name])

    def secret(self, name: str = "link") -> str:
        """Return a secret of the path; raise ``NotFound`` (``unknown_link``) when it cannot be one."""
        value = self.path(name)
        if not _TOKEN.fullmatch(value):
            raise NotFound(code="unknown_link")
        return value

    def phone_now(self) -> str:
        """Return the phone's secret, a new one when it has none; the answer carries the cookie."""
        if not self.phone:
            self.phone = new_token()
            self.keep_phone()
        return self.phone

    def meet(self) -> None:
        """Let the phone be known from now on: a person has opened a page with it."""
        now = self.web.clock.monotonic()
        self.site.known.meet(self.phone_now(), network_of(self.address), now)
        self.site.places.meet(self.phone_now(), network_of(self.address), now)

    def keep_phone(self) -> None:
        """Let the phone keep its secret for two days from now."""
        if not any(cookie.startswith(f"{self._name(PHONE_COOKIE)}=") for cookie in self.cookies):
            self.set_cookie(PHONE_COOKIE, self.phone, max_age_s=2 * _DAY_S)

    def set_cookie(self, name: str, value: str, *, max_age_s: int) -> None:
        """Give the browser a cookie, bound to this host where there is HTTPS."""
        secure = "; Secure" if self.web.secure else ""
        self.cookies.append(f"{self._name(name)}={value}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax{secure}")

    def remember_language(self) -> None:
        """Keep a language that was chosen on this page."""
        if self.query("lang") == self.language:
            self.set_cookie(LANGUAGE_COOKIE, self.language, max_age_s=_YEAR_S)

    # --- limits -----------------------------------------------------------------------------------------------------

    def limit_asking(self) -> None:
        """Raise ``TooMany`` when this phone or network has asked too often; a phone with a place only itself."""
        gate, now = self.site.gate, self.web.clock.monotonic()
        if self.phone and (wait := gate.phone.take(self.phone, now)) > 0:
            raise TooMany(wait)  # before the network's: what one phone is refused costs its neighbours nothing
        if (wait := gate.network.take(self._source, now)) > 0 and not self._has_place:
            raise TooMany(wait)

    def limit_new(self, *, here: bool, poster: str = "") -> None:
        """Raise ``TooMany`` when this network has taken many turns: few from afar (``too_many_remote``), more *here*.

        Phones that came by our pages are counted apart from strangers behind the same address, and one with a place
        gets one turn whatever they take. Of a poster only what its network may take is counted: nobody can use a poster
        up for everybody else.
        """
        if self.is_local and not self.web.secure:
            return  # the demo and the benches play a whole town from one address
        gate, now = self.site.gate, self.web.clock.monotonic()
        own = gate.remote if not here else gate.hall if self._is_back else gate.hall_strangers
        if (wait := own.take(self._source, now)) > 0 and not self._has_own("turn"):
            raise TooMany(wait, code="" if here else "too_many_remote")
        if poster and (wait := gate.poster.take(poster, now)) > 0:
            raise TooMany(wait)

    def limit_booking(self) -> None:
        """Raise ``TooMany`` when this phone or network asks too often, or has booked and moved many appointments."""
        self.limit_asking()
        self.limit_slots()

    def limit_slots(self) -> None:
        """Raise ``TooMany`` when this network has booked and moved many appointments."""
        if self.is_local and not self.web.secure:
            return
        wait = self.site.gate.booking.take(network_of(self.address), self.web.clock.monotonic())
        if wait > 0 and not self._has_own("slot"):
            raise TooMany(wait)

    def limit_measure(self) -> None:
        """Raise ``TooMany`` when this network has measured its line often: the office's own line is for everybody."""
        if (wait := self.site.gate.measures.take(network_of(self.address), self.web.clock.monotonic())) > 0:
            raise TooMany(wait)

    @property
    def is_known(self) -> bool:
        """Whether this phone has come by a page of ours."""
        site, now = self.site, self.web.clock.monotonic()
        return bool(self.phone) and site.known.holds(self.phone, network_of(self.address), site.gate.arrivals, now)

    @property
    def crowd(self) -> str:
        """Return whose live streams are counted together; "" for the demo and the benches on this machine."""
        return "" if self.is_local and not self.web.secure else network_of(self.address)

    def limit_help(self) -> None:
        """Raise ``TooMany`` (``too_many_help``) when this phone, or its network, has called for people too often."""
        gate, now = self.site.gate, self.web.clock.monotonic()
        for buckets, key in ((gate.help_phone, self.phone), (gate.help_network, network_of(self.address))):
            if (wait := buckets.take(key, now)) > 0:
                raise TooMany(wait, code="too_many_help")

    def limit_codes(self, *, network: bool = True) -> None:
        """Raise ``TooMany`` (``too_many_codes``) when too many wrong codes came from this phone, or its *network*."""
        now, guesses = self.web.clock.monotonic(), self._guesses()
        counted = guesses if network else guesses[:-1]
        if (wait := max((buckets.wait(key, now) for buckets, key in counted), default=0.0)) > 0:
            raise TooMany(wait, code="too_many_codes")

    def wrong_code(self) -> None:
        """Count a wrong code."""
        now = self.web.clock.monotonic()
        for buckets, key in self._guesses():
            buckets.take(key, now)

    def show_pass(self) -> None:
        """Remember that this phone has shown the code of the hall."""
        self.site.passes.give(self.phone_now(), network_of(self.address), self.web.clock.monotonic())

    def in_the_hall(self) -> bool:
        """Whether this phone has shown the code of the hall in the last minutes."""
        return bool(self.phone) and self.site.passes.holds(self.phone, self.web.clock.monotonic())

    @property
    def _source(self) -> str:
        """Return whose allowance of its network this request uses: of the hall, of known phones, or of strangers."""
        group = " here" if self.in_the_hall() else " known" if self.is_known else ""
        return f"{network_of(self.address)}{group}"

    @property
    def _is_back(self) -> bool:
        now = self.web.clock.monotonic()
        return bool(self.phone) and self.site.known.is_back(self.phone, network_of(self.address), now)

    @property
    def _has_place(self) -> bool:
        return bool(self.phone) and self.site.places.holds(self.phone, network_of(self.address))

    def _has_own(self, what: str) -> bool:
        """Take what a phone with a place may have when its network has had too many; False when it has had it."""
        own = self.site.gate.own
        return self._has_place and own.take(f"{what} {self.phone}", self.web.clock.monotonic()) == 0

    def _guesses(self) -> list[tuple[Buckets, str]]:
        """Return what counts wrong codes, the network last."""
        gate = self.site.gate
        own = [(gate.wrong_by_phone, self.phone)] if self.phone else []
        return [*own, (gate.wrong_by_network, self._source)]

    def _name(self, cookie: str) -> str:
        """Return the cookie's name; over HTTPS the prefix binds it to this host, so that no neighbour can set it."""
        return f"__Host-{cookie}" if self.web.secure else cookie

    def _known_phone(self) -> str:
        value = self._jar.get(self._name(PHONE_COOKIE), "")
        return value if _TOKEN.fullmatch(value) else ""

    def _chosen_language(self) -> str:
        accepted = [part.split(";")[0].strip() for part in self.request.headers.get("accept-language", "").split(",")]
        wanted = [self.query("lang"), self._jar.get(self._name(LANGUAGE_COOKIE), ""), *accepted[:10]]
        return self.web.texts.best(filter(None, wanted), self.languages)


def _jar(header: str | None) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie((header or "")[:4096]).items()}
    except CookieError:
        return {}
