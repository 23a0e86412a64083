"""The office's versioned settings: seeded from the configuration files, changed live, each version a row.

The running office reads only the newest version; changed files become a new version at the next start or reload.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from edge.contracts.office import (
    Catalogue,
    DeskEntry,
    Document,
    Holidays,
    HoursEntry,
    Language,
    NoticesEntry,
    OfficeDocument,
    QueueEntry,
    RulesEntry,
    SeasonEntry,
)
from edge.domain.attention import Patience
from edge.domain.calendars import Calendar, Hours, Season
from edge.domain.calling import Policy
from edge.domain.consoles import Lights
from edge.domain.events import Event, Stream
from edge.domain.grace import Grace
from edge.domain.ladder import NoticeRules
from edge.domain.notices import NoticeKind
from edge.domain.occupancy import Limits
from edge.domain.office import AgentProfile, Consoles, Desk, Offered, Office, Queue, Rules, Service
from edge.domain.survey import Question
from edge.services.calling_rules import calling_rules
from edge.services.planning import DAYS, SettingsError, build_plan, fail
from edge.services.ports import Database

__all__ = ["Settings", "SettingsError", "SettingsService", "build_office", "digest"]

NAME = "office"


class Settings(Document, frozen=True, kw_only=True):
    """One version of everything that the rules of an office depend on."""

    office: OfficeDocument
    catalogue: Catalogue
    holidays: list[Holidays]


class SettingsService:
    """Use cases of settings."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def seed(self, settings: Settings, *, at: datetime) -> Settings:
        """Store *settings* as a new version when they differ from the newest one; return what is in force."""
        office = build_office(settings)  # refuse before storing
        body = msgspec.json.encode(settings, order="deterministic").decode()
        digest = hashlib.sha256(body.encode()).hexdigest()
        with self._database.write() as uow:
            newest = uow.settings.current(NAME)
            if newest is not None and newest[1] == body:
                return settings
            version = uow.settings.put(NAME, body, digest, at=at, actor="configuration")
            facts = {"version": version, "digest": digest}
            uow.log.append(Event(Stream.OFFICE, "settings_changed", at, "configuration", "", facts))
            uow.log.append(*calling_rules(office, at=at, version=version))
            uow.commit()
        return settings

    def refused(self, file: str, key: str, *, at: datetime) -> None:
        """Write into the log that the documents of the running office were read again and are wrong at *key*."""
        with self._database.write() as uow:
            facts = {"file": file, "key": key}
            uow.log.append(Event(Stream.OFFICE, "settings_refused", at, "configuration", "", facts))
            uow.commit()


def digest(settings: Settings) -> str:
    """Return the hash by which the centre knows which settings an office runs."""
    return hashlib.sha256(msgspec.json.encode(settings, order="deterministic")).hexdigest()


def build_office(settings: Settings) -> Office:
    """Return the office that *settings* describe; raise ``SettingsError`` where they contradict each other."""
    document = settings.office
    services, desks = _services(settings), _desks(document)
    return Office(
        id=document.id,
        title=document.title,
        languages=tuple(document.languages),
        calendar=_calendar(document, settings.holidays),
        services=services,
        queues=MappingProxyType({k: Queue(k, q.letter, _plain(q.names)) for k, q in _queues(document).items()}),
        desks=MappingProxyType(desks),
        limits=Limits(
            capacity=document.capacity.people,
            warn_percent=document.capacity.warn_percent,
            clear_percent=document.capacity.clear_percent,
            error_percent=document.capacity.error_percent,
            false_percent=document.capacity.false_percent,
            counts_staff=document.capacity.counts_staff,
        ),
        rules=_rules(document.rules),
        agenda=build_plan(document, services, desks),
        public_url=document.public_url.rstrip("/"),
        profiles=MappingProxyType(_profiles(document)),
        survey=tuple(Question(q.id, q.kind, _plain(q.text)) for q in document.survey),
        consoles=Consoles(
            lock_after=timedelta(seconds=document.console.lock_after_s),
            help_escalates=timedelta(seconds=document.console.help_escalates_s),
            help_lapses=timedelta(minutes=document.console.help_lapses_min),
            lights=_lights(document),
            paper_grace=timedelta(minutes=document.console.paper_grace_min),
        ),
        notices=_notices(document.notices_rules),
    )


def _notices(entry: NoticesEntry) -> NoticeRules:
    return NoticeRules(
        ahead=entry.ahead,
        lead=timedelta(minutes=entry.lead_min),
        eta_moved=timedelta(minutes=entry.eta_moved_min),
        escalate=timedelta(seconds=entry.escalate_s),
        sms_kinds=frozenset(map(NoticeKind, entry.sms_kinds)),
        sms_per_visit=entry.sms_per_visit,
        sms_per_appointment=entry.sms_per_appointment,
        sms_cents=entry.sms_cents,
        day_cents=entry.day_cents,
        phones=tuple(entry.phones),
        per_address=entry.per_address,
        remind_at=entry.remind_at,
        remind_before=timedelta(minutes=entry.remind_before_min),
        sender=entry.sender,
    )


def _lights(document: OfficeDocument) -> Lights:
    entry = document.console
    if entry.wait_late_min <= entry.wait_watch_min:
        fail("console.wait_late_min", "a queue is late only after it needed a look: more than wait_watch_min")
    return Lights(watch=timedelta(minutes=entry.wait_watch_min), late=timedelta(minutes=entry.wait_late_min))


def _rules(entry: RulesEntry) -> Rules:
    missed = entry.missed_credit_min
    return Rules(
        policy=Policy(
            due_lead=timedelta(seconds=entry.due_lead_s),
            walk_in_cap=_some(minutes=entry.walk_in_cap_min),
            help_after=_some(minutes=entry.help_after_min),
        ),
        patience=Patience(
            recall_after=timedelta(seconds=entry.recall_after_s),
            auto_recalls=entry.auto_recalls,
            no_show_after=timedelta(seconds=entry.no_show_after_s),
        ),
        grace=Grace(
            late_credit=timedelta(minutes=entry.late_credit_min),
            missed_credit=timedelta(minutes=missed) if missed is not None else None,
            delay=timedelta(minutes=entry.delay_min),
            delays=entry.delays,
            bulk_limit=entry.bulk_limit,
            bulk_by_appointment=entry.bulk_rest == "appointment",
        ),
        undo_within=timedelta(seconds=entry.undo_s),
        hold_for=timedelta(minutes=entry.hold_min),
        early_check_in=timedelta(minutes=entry.early_check_in_min),
        late_check_in=timedelta(minutes=entry.late_check_in_min),
        remote_ttl=timedelta(minutes=entry.remote_ttl_min),
        missed_ttl=timedelta(minutes=entry.missed_ttl_min),
        last_admission=timedelta(minutes=entry.last_admission_min),
        queue_limit=entry.queue_limit,
        remote_limit=entry.remote_limit,
        closing_grace=timedelta(minutes=entry.closing_grace_min),
        carry_over=timedelta(days=entry.carry_over_days) or None,
        longest_wait=_some(minutes=entry.longest_wait_min),
    )


def _some(*, minutes: int = 0, seconds: int = 0) -> timedelta | None:
    """Return the time, or None where 0 switches it off."""
    return timedelta(minutes=minutes, seconds=seconds) or None


def _profiles(document: OfficeDocument) -> dict[str, AgentProfile]:
    for name, profile in document.work_profile.items():
        _offered(document, profile.services, f"work_profile.{name}.services")
    return {
        name: AgentProfile(MappingProxyType(dict(p.services)), _some(seconds=p.auto_call_s))
        for name, p in document.work_profile.items()
    }


def _offered(document: OfficeDocument, services: Iterable[str], where: str) -> None:
    if unknown := set(services) - set(document.services):
        fail(f"{where}.{min(unknown)}", "this office does not offer the service")


def _services(settings: Settings) -> Offered:
    document = settings.office
    found: dict[str, Service] = {}
    former: dict[str, str] = {}
    for service_id in document.services:
        entry = settings.catalogue.service.get(service_id)
        if entry is None:
            fail("services", f"{service_id!r} is not in the catalogue")
        queue = document.service_queue.get(service_id, entry.queue)
        if document.profile == "office" and queue not in document.queue:
            fail(f"service_queue.{service_id}", f"there is no queue {queue!r}")
        found[service_id] = Service(
            service_id, queue, _plain(entry.names), frozenset(entry.modes), entry.minutes, entry.neutral
        )
        former |= dict.fromkeys(entry.formerly, service_id)
    if extra := set(document.service_queue) - set(document.services):
        fail(f"service_queue.{min(extra)}", "this office does not offer the service")
    return Offered(found, former)


def _queues(document: OfficeDocument) -> dict[str, QueueEntry]:
    letters: dict[str, str] = {}
    for name, queue in document.queue.items():
        if queue.letter in letters:
            fail(f"queue.{name}.letter", f"{queue.letter} is already the letter of {letters[queue.letter]!r}")
        letters[queue.letter] = name
    return document.queue


def _desks(document: OfficeDocument) -> dict[str, Desk]:
    if document.profile == "kiosk_only" and (document.desk or document.queue):
        fail("profile", "a kiosk_only site has neither desks nor queues")
    for name, desk in document.desk.items():
        if unknown := set(desk.queues) - set(document.queue):
            fail(f"desk.{name}.queues", f"there is no queue {min(unknown)!r}")
        _offered(document, desk.skills, f"desk.{name}.skills")
    if unknown := set(document.zone_access) - {desk.zone for desk in document.desk.values()}:
        fail(f"zone_access.{min(unknown)}", "no desk is in that zone")
    unserved = set(document.queue) - {queue for desk in document.desk.values() for queue in desk.queues}
    if unserved:
        fail(f"queue.{min(unserved)}", "no desk serves it")
    return {name: _desk(name, entry) for name, entry in document.desk.items()}


def _desk(name: str, entry: DeskEntry) -> Desk:
    skills, modes = MappingProxyType(dict(entry.skills)), frozenset(map(str, entry.modes))
    return Desk(
        name,
        entry.label,
        entry.zone,
        tuple(entry.queues),
        skills,
        modes,
        _some(seconds=entry.auto_call_s),
    )


def _calendar(document: OfficeDocument, holidays: list[Holidays]) -> Calendar:
    try:
        zone = ZoneInfo(document.zone)
    except (ZoneInfoNotFoundError, ValueError):
        fail("zone", f"{document.zone!r} is no time zone")
    special: dict[date, tuple[Hours, ...]] = {}
    closed = {date.fromisoformat(text) for table in holidays for text in table.dates}
    known: set[date] = set()
    for n, day in enumerate(document.special):
        if day.date in known:
            fail(f"special[{n}].date", f"{day.date} is there twice")
        known.add(day.date)
        closed.discard(day.date)
        if day.opens == day.closes:
            closed.add(day.date)
        else:
            special[day.date] = (Hours(frozenset(range(7)), _time(day.opens), _time(day.closes)),)
    return Calendar(
        zone=zone,
        week=_hours(document.hours),
        seasons=tuple(_season(row) for row in document.season),
        closed=frozenset(closed),
        special=special,
        yearly=frozenset(_month_day(key) for table in holidays for key in table.yearly),
    )


def _month_day(key: str) -> tuple[int, int]:
    month, day = map(int, key.split("-"))
    return month, day


def _season(entry: SeasonEntry) -> Season:
    return Season(_month_day(entry.first), _month_day(entry.last), _hours(entry.hours))


def _hours(entries: list[HoursEntry]) -> tuple[Hours, ...]:
    return tuple(Hours(frozenset(map(DAYS.index, e.days)), _time(e.opens), _time(e.closes)) for e in entries)


def _plain(names: Mapping[Language, str]) -> dict[str, str]:
    return {str(language): text for language, text in names.items()}


def _time(text: str) -> time:
    return time.fromisoformat(text)
