"""What the office says of itself to the centre."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from edge.contracts.agenda import OfficeOffer, ServiceOffer
from edge.domain.office import Office
from edge.domain.turns import Mode
from edge.services.settings import Settings


def offer_of(settings: Settings, office: Office, length: Callable[[str], timedelta], *, at: datetime) -> OfficeOffer:
    """Return what the office says of itself to the centre: services, ways, and where its own pages are.

    *length*: how long an appointment for a service is now.
    """
    plan = office.agenda
    return OfficeOffer(
        office=office.id,
        title=office.title,
        address=settings.office.address,
        zone=str(office.calendar.zone),
        url=office.public_url,
        languages=list(office.languages),
        services=[
            ServiceOffer(
                id=service.id,
                names=dict(service.names),
                modes=[mode.value for mode in Mode if mode in office.ways(service)],
                booking=plan.books(service.id) and bool(office.ways(service)),
                minutes=int(length(service.id) / timedelta(minutes=1)) if plan.books(service.id) else 0,
            )
            for service in office.services.values()
        ],
        at=at,
    )
