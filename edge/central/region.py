"""The region's entry for citizens: office, service, way; it ends at the office's own pages. No log-in, no cookie."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from edge.central.pages import Pages
from edge.contracts.agenda import OfficeOffer, ServiceOffer
from edge.runtime.i18n import in_language

Offers = Callable[[], Mapping[str, OfficeOffer]]
Language = Callable[[Request], str]


class Region:
    """Handlers of ``/go``: what is shown is what the offices say of themselves."""

    def __init__(self, pages: Pages, offers: Offers, language: Language) -> None:
        self._pages, self._offers, self._language = pages, offers, language

    def routes(self) -> list[Route]:
        """Return the routes, open to everybody."""
        return [
            Route("/go", self._offices),
            Route("/go/{office}", self._services),
            Route("/go/{office}/{service}", self._ways),
        ]

    async def _offices(self, request: Request) -> Response:
        wanted, language = request.query_params.get("service", "")[:64], self._language(request)
        offers = sorted(self._sound(), key=lambda offer: offer.title)
        services = {s.id: _name(s, language) for offer in offers for s in offer.services}
        listed = [o for o in offers if not wanted or any(s.id == wanted for s in o.services)]
        return self._page(
            request,
            offices=listed,
            services=sorted(services.items(), key=lambda row: row[1]),
            wanted=wanted if wanted in services else "",
        )

    async def _services(self, request: Request) -> Response:
        offer = self._office(request)
        if offer is None:
            return self._page(request, missing=True, status=404)
        language = self._language(request)
        return self._page(request, offer=offer, listed=[(s, _name(s, language)) for s in offer.services])

    async def _ways(self, request: Request) -> Response:
        offer = self._office(request)
        service = next((s for s in offer.services if s.id == request.path_params["service"]), None) if offer else None
        if offer is None or service is None:
            return self._page(request, missing=True, status=404)
        place = f"{offer.url}/book/{service.id}"
        if not service.booking:
            return RedirectResponse(f"{offer.url}/", 303)
        if len(service.modes) == 1:
            return RedirectResponse(f"{place}?mode={service.modes[0]}", 303)
        return self._page(
            request, offer=offer, service=service, name=_name(service, self._language(request)), place=place
        )

    def _office(self, request: Request) -> OfficeOffer | None:
        return next((offer for offer in self._sound() if offer.office == request.path_params["office"]), None)

    def _sound(self) -> list[OfficeOffer]:
        """Return the offers that lead to a web address, and nowhere else."""
        found = []
        for offer in self._offers().values():
            parts = urlsplit(offer.url)
            if parts.scheme in ("http", "https") and parts.netloc and offer.services:
                found.append(offer)
        return found

    def _page(self, request: Request, *, status: int = 200, **values: object) -> Response:
        given = {"offices": None, "offer": None, "service": None, "missing": False} | values
        html = self._pages.render("region.html", self._language(request), session=None, theme="", **given)
        return HTMLResponse(html, status)


def _name(service: ServiceOffer, language: str) -> str:
    return in_language(service.names, language) or service.id
