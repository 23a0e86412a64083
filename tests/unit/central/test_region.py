"""The region's entry: office, service, way; what an office does not offer is not listed."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from starlette.applications import Starlette

from edge.central.pages import Pages
from edge.central.region import Region
from edge.contracts.agenda import OfficeOffer, ServiceOffer
from edge.runtime.i18n import Messages
from edge.runtime.resources import config_dir

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def service(name: str, *modes: str, booking: bool = True) -> ServiceOffer:
    return ServiceOffer(
        id=name, names={"es": name.title(), "en": name.upper()}, modes=list(modes), booking=booking, minutes=15
    )  # type: ignore[arg-type]


def offer(office: str, *services: ServiceOffer, url: str = "") -> OfficeOffer:
    return OfficeOffer(
        office=office,
        title=f"Oficina {office}",
        address="Calle Mayor 1",
        zone="Europe/Madrid",
        url=url or f"https://{office}.example",
        languages=["es"],
        services=list(services),
        at=AT,
    )


@pytest.fixture
async def web():
    offers = {
        "uno": offer("uno", service("registro", "presencial"), service("ayudas", "presencial", "video")),
        "dos": offer("dos", service("ayudas", "video"), service("quejas", "presencial", booking=False)),
        "malo": offer("malo", service("registro", "presencial"), url="javascript:alert(1)"),
    }
    pages = Pages(Messages.load(config_dir() / "messages"), title="Región", zone="Europe/Madrid", now=lambda: AT)
    region = Region(pages, lambda: offers, lambda request: request.query_params.get("lang", "es"))
    transport = httpx.ASGITransport(Starlette(routes=region.routes()))
    async with httpx.AsyncClient(transport=transport, base_url="http://centre") as client:
        yield client


async def test_an_office_that_lacks_the_service_is_not_listed(web: httpx.AsyncClient) -> None:
    every, some = (await web.get("/go")).text, (await web.get("/go?service=registro")).text

    assert "Oficina uno" in every
    assert "Oficina dos" in every
    assert "Oficina uno" in some
    assert "Oficina dos" not in some


async def test_it_leads_from_the_office_to_the_service_to_the_way(web: httpx.AsyncClient) -> None:
    services, ways = (await web.get("/go/uno")).text, (await web.get("/go/uno/ayudas")).text

    assert 'href="/go/uno/ayudas"' in services
    assert 'href="https://uno.example/book/ayudas?mode=video"' in ways
    assert 'href="https://uno.example/book/ayudas?mode=presencial"' in ways


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/go/uno/registro", "https://uno.example/book/registro?mode=presencial"),
        ("/go/dos/ayudas", "https://dos.example/book/ayudas?mode=video"),
        ("/go/dos/quejas", "https://dos.example/"),
    ],
)
async def test_who_has_no_choice_is_not_asked(web: httpx.AsyncClient, path: str, target: str) -> None:
    answer = await web.get(path)

    assert (answer.status_code, answer.headers["location"]) == (303, target)


@pytest.mark.parametrize("path", ["/go/tres", "/go/dos/registro", "/go/malo", "/go/malo/registro", "/go/<b>"])
async def test_what_is_not_offered_is_not_there_and_leads_nowhere(web: httpx.AsyncClient, path: str) -> None:
    answer = await web.get(path)

    assert answer.status_code == 404
    assert "no ofrece ese trámite" in answer.text


async def test_no_address_but_of_the_web_is_followed(web: httpx.AsyncClient) -> None:
    assert "javascript:" not in (await web.get("/go")).text
    assert "malo" not in (await web.get("/go?service=registro")).text


async def test_it_speaks_the_language(web: httpx.AsyncClient) -> None:
    assert "REGISTRO" in (await web.get("/go?lang=en")).text
