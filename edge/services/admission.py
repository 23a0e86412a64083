"""Whether a walk-in gets a turn now, decided from one reading of the hall."""

from __future__ import annotations

from datetime import timedelta

from edge.domain import admission
from edge.domain.admission import Decision, Situation
from edge.domain.occupancy import CapacityLevel
from edge.domain.office import Service
from edge.services.hall import Hall


def decide(hall: Hall, service: Service, level: CapacityLevel) -> Decision:
    """Return the decision for *service* while the office is as full as *level* says."""
    office = hall.office
    start, waiting = hall.newcomer(service.queue)
    situation = Situation(
        now=hall.now,
        start=start,
        waiting=waiting,
        service_time=timedelta(minutes=service.minutes),
        level=level,
        queue_limit=office.rules.queue_limit,
        last_admission=office.rules.last_admission,
    )
    return admission.decide(office.calendar, situation)
