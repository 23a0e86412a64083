"""The rules of calling as the log keeps them: whoever has the log can compute every call again by other means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from edge.domain.events import Event, Stream
from edge.domain.office import Office


def calling_rules(office: Office, *, at: datetime, version: int) -> Iterator[Event]:
    """Give the rules in force from *at* on: the times, then each queue, desk and agent profile by itself."""
    policy = office.rules.policy
    times = {
        "due_lead_s": _seconds(policy.due_lead),
        "walk_in_cap_s": _seconds(policy.walk_in_cap),
        "help_after_s": _seconds(policy.help_after),
    }
    yield _event("calling_rules", at, {"version": version, **{k: v for k, v in times.items() if v is not None}})
    for queue in office.queues:
        services = sorted(s.id for s in office.services.values() if s.queue == queue)
        yield _event("queue_rules", at, {"version": version, "queue": queue, "services": services})
    for desk in office.desks.values():
        facts = {"desk": desk.id, "queues": list(desk.queues), "skills": dict(desk.skills), "modes": sorted(desk.modes)}
        yield _event("desk_rules", at, {"version": version, **facts})
    for name, profile in office.profiles.items():
        yield _event("profile_rules", at, {"version": version, "profile": name, "skills": dict(profile.skills)})


def _seconds(length: timedelta | None) -> int | None:
    return None if length is None else int(length.total_seconds())


def _event(kind: str, at: datetime, body: Mapping[str, object]) -> Event:
    return Event(Stream.OFFICE, kind, at, "configuration", "", body)
