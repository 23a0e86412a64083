"""The office as its rules see it: services, queues, desks, hours, limits. Built from versioned settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from edge.domain.attention import Patience
from edge.domain.calendars import Calendar
from edge.domain.calling import Policy, WorkProfile
from edge.domain.consoles import Lights
from edge.domain.errors import NotFound
from edge.domain.grace import Grace
from edge.domain.ladder import NoticeRules
from edge.domain.occupancy import Limits
from edge.domain.plan import Plan
from edge.domain.survey import Question
from edge.domain.turns import Mode


@dataclass(frozen=True, slots=True)
class Service:
    """One thing that citizens come for. *minutes* is the usual service time until the office has measured its own."""

    id: str
    queue: str
    names: Mapping[str, str]
    modes: frozenset[str]
    minutes: int
    neutral: bool = False  # a sensitive service is never named on a shared screen or ticket


class Offered(Mapping[str, Service]):
    """The services of an office by id. One that was renamed is found by its *former* ids too, but listed once."""

    def __init__(self, services: Mapping[str, Service], former: Mapping[str, str]) -> None:
        self._services, self._former = services, former

    def __getitem__(self, service_id: str) -> Service:
        return self._services[self._former.get(service_id, service_id)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._services)

    def __len__(self) -> int:
        return len(self._services)


@dataclass(frozen=True, slots=True)
class Queue:
    """People who wait together; *letter* begins their codes."""

    id: str
    letter: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Desk:
    """A place of attention, the queues that are its own work, and services (by level) where that differs."""

    id: str
    label: str
    zone: str
    queues: tuple[str, ...]
    skills: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    modes: frozenset[str] = frozenset({Mode.PRESENCIAL})
    auto_call: timedelta | None = None


@dataclass(frozen=True, slots=True)
class AgentProfile:
    """What some agents can do: services by level (1 own work, 2 help), at whatever desk they sit."""

    skills: Mapping[str, int]
    auto_call: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits and times that the office may change live."""

    policy: Policy = field(default_factory=Policy)
    early_check_in: timedelta = timedelta(minutes=30)
    late_check_in: timedelta = timedelta(minutes=15)
    remote_ttl: timedelta = timedelta(minutes=30)  # a turn without proof of presence expires
    missed_ttl: timedelta = timedelta(minutes=30)  # how long a missed turn may return
    patience: Patience = field(default_factory=Patience)
    grace: Grace = field(default_factory=Grace)
    undo_within: timedelta = timedelta(seconds=10)
    hold_for: timedelta = timedelta()  # then somebody on hold goes back to the queue; zero: never by itself
    last_admission: timedelta = timedelta(minutes=5)  # no new turn that could not even start before this
    queue_limit: int = 120
    remote_limit: int = 60  # open turns of one queue whose holders have not come yet
    closing_grace: timedelta = timedelta(minutes=30)  # after closing: who waits is sent home, empty desks close
    carry_over: timedelta | None = None  # who waits at closing comes first for so long; None: their turn ends
    longest_wait: timedelta | None = None  # walk-ins get no turn while the announced wait is longer

    @property
    def recall_after(self) -> timedelta:
        """How long a call stands before it may be announced again."""
        return self.patience.recall_after

    def come_by(self, created_at: datetime, due_at: datetime | None) -> datetime:
        """Return until when a turn waits for its holder to come."""
        until = created_at + self.remote_ttl
        return until if due_at is None else max(until, due_at + self.late_check_in)


@dataclass(frozen=True, slots=True)
class Consoles:
    """How the pages of staff behave, and help for people without a phone."""

    lock_after: timedelta = timedelta(minutes=5)
    help_escalates: timedelta = timedelta(seconds=90)
    help_lapses: timedelta = timedelta(minutes=30)
    lights: Lights = field(default_factory=Lights)
    paper_grace: timedelta = timedelta(minutes=10)  # how much longer a missed turn on paper may return


@dataclass(frozen=True, slots=True)
class Office:
    """Everything that the rules of one office depend on."""

    id: str
    title: str
    languages: tuple[str, ...]
    calendar: Calendar
    services: Mapping[str, Service]
    queues: Mapping[str, Queue]
    desks: Mapping[str, Desk]
    limits: Limits
    rules: Rules
    public_url: str
    profiles: Mapping[str, AgentProfile] = field(default_factory=lambda: MappingProxyType({}))
    agenda: Plan = field(default_factory=Plan)
    survey: tuple[Question, ...] = ()
    consoles: Consoles = field(default_factory=Consoles)
    notices: NoticeRules = field(default_factory=NoticeRules)

    def service(self, service_id: str) -> Service:
        """Return the service; raise ``NotFound`` when this office does not offer it."""
        try:
            return self.services[service_id]
        except KeyError:
            raise NotFound(f"service {service_id}", code="service_not_offered") from None

    def id_now(self, service_id: str) -> str:
        """Return the id that a service goes by now: an old row or an old link may know it by a former one."""
        service = self.services.get(service_id)
        return service.id if service else service_id

    def desk(self, desk_id: str) -> Desk:
        """Return the desk; raise ``NotFound``."""
        try:
            return self.desks[desk_id]
        except KeyError:
            raise NotFound(f"desk {desk_id}", code="no_such_desk") from None

    def work_profile(self, desk_id: str, profile: str = "") -> WorkProfile:
        """Return what is called to a desk when somebody with that agent *profile* sits there.

        Both must serve a service, at the worse of their levels. A profile that the office does not know any more
        restricts nothing: nobody's work stops because a name was deleted. Raises ``NotFound`` for an unknown desk.
        """
        desk, agent = self.desk(desk_id), self.profiles.get(profile)
        queues, skills, auto_call = frozenset(desk.queues), desk.skills, desk.auto_call
        if agent is not None:
            here = {s.id: skills.get(s.id, int(s.queue in queues)) for s in self.services.values()}
            able = agent.skills
            skills = {name: max(level, able[name]) if level and able.get(name) else 0 for name, level in here.items()}
            auto_call = agent.auto_call or auto_call
        return WorkProfile(queues, MappingProxyType(dict(skills)), desk.modes, desk.id, auto_call)

    def ways(self, service: Service) -> frozenset[str]:
        """Return how *service* can be attended here: as it is given, and as some desk attends.

        A place without desks, such as a booth, is attended from elsewhere.
        """
        return service.modes & self.modes_served() if self.desks else service.modes

    def levels(self, desk_id: str, profile: str = "") -> dict[str, int]:
        """Return at which level the desk calls each service when somebody with *profile* sits there (0: never)."""
        work = self.work_profile(desk_id, profile)
        return {s.id: work.skills.get(s.id, int(s.queue in work.queues)) for s in self.services.values()}

    def modes_served(self) -> frozenset[str]:
        """Return the modes in which some desk attends."""
        return frozenset[str]().union(*(desk.modes for desk in self.desks.values()))
