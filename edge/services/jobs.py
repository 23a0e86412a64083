"""Work for devices: the office decides and remembers, a device carries out and reports."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from edge.contracts.jobs import JobReport, JobRequest, PrintTicket, SendSms, ShowSign, TicketLine, Work
from edge.contracts.ready import ready
from edge.domain.errors import NotFound
from edge.domain.events import Event, Stream
from edge.domain.jobs import NO_ANSWER, Job, JobState
from edge.domain.office import Office
from edge.domain.turns import Turn
from edge.runtime.i18n import is_right_to_left
from edge.services.context import Context
from edge.services.devices import reachable
from edge.services.ports import Stores, Texts

TICKET_TTL = timedelta(minutes=10)
SIGN_TTL = timedelta(minutes=1)
ASK_AGAIN = timedelta(seconds=15)
GIVE_UP = timedelta(seconds=60)  # after its time: the device had a chance to tell what became of it
OPEN_STATES = (JobState.QUEUED, JobState.RUNNING, JobState.HELD)


class JobService:
    """Use cases of jobs."""

    def __init__(self, context: Context, texts: Texts) -> None:
        self._context, self._texts = context, texts
        self._told: dict[str, tuple[str, datetime]] = {}  # sign -> state and when it was told last, whatever came of it

    def print_ticket(self, turn: Turn, link: str, *, actor: str) -> Job:
        """Queue a paper ticket for *turn* on a printer that says it can; raise ``NotFound`` (``no_printer``)."""
        office = self._context.office()
        work = ticket(self._texts, turn, office, f"{office.public_url}/f/{link}")
        return self._queue("print.ticket", work, TICKET_TTL, turn=turn.id, actor=actor)

    def signs_to_tell(self, sign: str, state: str) -> list[str]:
        """Return the signs of that kind that are there, show something else, and were not told so a moment ago."""
        now = self._context.now()
        with self._context.database.read() as stores:
            signs = [d for d in reachable(stores.devices.all()) if f"sign.{sign}" in d.capabilities]
            told = {job.device for job in stores.jobs.in_state(OPEN_STATES)}
        there = [d for d in signs if d.state in ("ok", "degraded") and d.device not in told]
        wrong = [d.device for d in there if d.facts.get("shows") != state]
        return [d for d in wrong if self._told.get(d, ("", now))[0] != state or now - self._told[d][1] >= SIGN_TTL]

    def show_door(self, device: str, state: str, *, actor: str) -> Job:
        """Queue the wanted state of one sign at the door."""
        self._told[device] = (state, self._context.now())
        return self._queue("sign.door", ShowSign(sign="door", state=state), SIGN_TTL, device=device, actor=actor)

    def send_sms(self, job_id: str, *, expires_at: datetime, actor: str) -> Job:
        """Queue the SMS *job_id* on a modem, once; raise ``NotFound`` (``no_device``) without one."""
        with self._context.database.read() as stores:
            known = stores.jobs.find(job_id)
        if known is not None:
            return known
        work = SendSms(message_url=f"/api/v1/device/messages/{job_id}")
        return self._queue("sms.send", work, expires_at - self._context.now(), actor=actor, job_id=job_id)

    def report(self, report: JobReport) -> bool:
        """Take a device's report; return whether it changed the job."""
        with self._context.database.write() as uow:
            job = uow.jobs.find(report.job_id)
            if job is None or job.device != report.device:
                return False
            changed = job.report(JobState(report.state), at=self._context.now(), reason=report.reason)
            if changed is None:
                return False
            uow.jobs.save(changed[0])
            uow.log.append(changed[1])
            uow.commit()
        return True

    def due(self) -> list[JobRequest]:
        """Return the jobs that their devices have not ended, oldest first: asked again until they answer.

        A device answers a repeated request from its journal, so a report that was lost is told again. One behind a
        bridge that is away is not asked.
        """
        now = self._context.now()
        with self._context.database.read() as stores:
            jobs = stores.jobs.in_state(OPEN_STATES)
            away = {d.device for d in reachable(stores.devices.all()) if d.state == "offline"}
        asked = [j for j in jobs if j.state is JobState.QUEUED or now - j.created_at >= ASK_AGAIN]
        return [_request(job) for job in asked if job.device not in away]

    def expire(self) -> int:
        """End jobs whose time is over; return how many."""
        now = self._context.now()
        with self._context.database.read() as stores:
            late = [j.id for j in stores.jobs.in_state(OPEN_STATES) if now >= j.expires_at + GIVE_UP]
        if not late:
            return 0
        with self._context.database.write() as uow:
            for job_id in late:
                job = uow.jobs.find(job_id)
                changed = job.report(JobState.EXPIRED, at=now, reason=NO_ANSWER) if job else None
                if changed is not None:
                    uow.jobs.save(changed[0])
                    uow.log.append(changed[1])
            uow.commit()
        return len(late)

    def find(self, job_id: str) -> Job:
        """Return one job; raise ``NotFound``."""
        with self._context.database.read() as stores:
            job = stores.jobs.find(job_id)
        if job is None:
            raise NotFound(f"job {job_id}")
        return job

    def _queue(
        self,
        ability: str,
        work: PrintTicket | ShowSign | SendSms,
        ttl: timedelta,
        *,
        actor: str,
        turn: str = "",
        device: str = "",
        job_id: str = "",
    ) -> Job:
        now = self._context.now()
        with self._context.database.write() as uow:
            job = Job(
                id=job_id or self._context.new_id(now),
                device=device or _device_for(uow, ability),
                work=msgspec.json.encode(work).decode(),
                created_at=now,
                expires_at=now + ttl,
                turn=turn,
            )
            uow.jobs.add(job)
            uow.log.append(_queued(job, ability, actor=actor))
            uow.commit()
        return job


def ticket(texts: Texts, turn: Turn, office: Office, url: str) -> PrintTicket:
    """Return the paper ticket of *turn*: large code, few words, and a QR code that follows the turn.

    A sensitive service is not named on paper.
    """
    language = turn.language
    known = office.services.get(turn.service)
    service = "" if known is None or known.neutral else known.names.get(language) or known.names.get("es", "")

    def say(key: str, **values: object) -> str:
        return texts.text(language, f"ticket.{key}", **values)

    issued = turn.created_at.astimezone(office.calendar.zone)
    lines = [
        TicketLine(text=office.title, bold=True),
        TicketLine(text=say("your_turn")),
        TicketLine(text=turn.code, size="huge", bold=True),
        *([TicketLine(text=service, size="large")] if service else []),
        TicketLine(text=say("taken_at", time=f"{issued:%H:%M}", date=f"{issued:%d/%m/%Y}")),
        TicketLine(text=say("watch_the_screen"), size="large"),
        TicketLine(text=say("follow_on_phone"), size="small"),
    ]
    return PrintTicket(language=language, lines=lines, qr=url, right_to_left=is_right_to_left(language))


_FITNESS = ("ok", "degraded", "unknown")  # the better device first; one that is offline is never chosen


def _device_for(stores: Stores, ability: str) -> str:
    able = [d for d in reachable(stores.devices.all()) if ability in d.capabilities]
    usable = sorted((d for d in able if d.state in _FITNESS), key=lambda d: (_FITNESS.index(d.state), d.device))
    if not usable:
        raise NotFound(f"no device can {ability}", code="no_printer" if ability.startswith("print") else "no_device")
    return usable[0].device


def _request(job: Job) -> JobRequest:
    work: Work = msgspec.json.decode(job.work, type=ready(Work))
    return JobRequest(job_id=job.id, device=job.device, work=work, created_at=job.created_at, expires_at=job.expires_at)


def _queued(job: Job, ability: str, *, actor: str) -> Event:
    body = {"job": job.id, "device": job.device, "turn": job.turn, "ability": ability}
    return Event(Stream.DEVICES, "job_queued", job.created_at, actor, "", body)
