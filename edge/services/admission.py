"""Whether a walk-in gets a turn now, decided from one reading of the hall."""

from __future__ import annotations

from edge.domain import admission
from edge.domain.admission import Decision, Situation
from edge.domain.occupancy import CapacityLevel
from edge.domain.office import Office, Service
from edge.services.hall import Hall
from edge.services.ports import Stores


def decide(hall: Hall, service: Service, level: CapacityLevel) -> Decision:
    """Return the decision for *service* while the office is as full as *level* says."""
    office = hall.office
    wait = hall.offered(service)
    situation = Situation(
        now=hall.now,
        start=hall.now + wait.announced if wait else None,
        waiting=hall.newcomer(service.queue)[1],
        service_time=hall.served(service),
        level=level,
        queue_limit=office.rules.queue_limit,
        last_admission=office.rules.last_admission,
        longest_wait=office.rules.longest_wait,
        is_silent=hall.is_silent(service.queue),
    )
    return admission.decide(office.calendar, situation)


def level_for(stores: Stores, office: Office, party: int) -> CapacityLevel:
    """Return how full the office is for so many people together: a family may have to wait outside."""
    ledger = stores.ledger.get()
    is_crowd = party > 1 and ledger.people + party > office.limits.capacity
    return CapacityLevel.FULL if is_crowd else ledger.level
