"""Work for devices: the office decides and remembers, a device carries out and reports."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec

from edge.contracts.jobs import JobReport, JobRequest, PrintTicket, ShowSign, TicketLine, Work
from edge.domain.errors import NotFound
from edge.domain.events import Event, Stream
from edge.domain.jobs import Job, JobState
from edge.domain.turns import Turn
from edge.runtime.i18n import is_right_to_left
from edge.services.context import Context
from edge.services.devices import reachable
from edge.services.ports import Stores, Texts

TICKET_TTL = timedelta(minutes=10)
SIGN_TTL = timedelta(minutes=1)
OPEN_STATES = (JobState.QUEUED, JobState.RUNNING, JobState.HELD)


class JobService:
    """Use cases of jobs."""

    def __init__(self, context: Context, texts: Texts) -> None:
        self._context, self._texts = context, texts

    def print_ticket(self, turn: Turn, link: str, *, actor: str) -> Job:
        """Queue a paper ticket for *turn* on a printer that says it can; raise ``NotFound`` (``no_printer``)."""
        office = self._context.office()
        work = ticket(self._texts, turn, office.title, f"{office.public_url}/f/{link}", office.calendar.zone)
        return self._queue("print.ticket", work, TICKET_TTL, turn=turn.id, actor=actor)

    def show_sign(self, sign: str, state: str, *, actor: str) -> Job | None:
        """Queue the wanted state of a sign; None when the office has none."""
        work = ShowSign(sign="door" if sign == "door" else "desk", state=state)
        try:
            return self._queue(f"sign.{sign}", work, SIGN_TTL, actor=actor)
        except NotFound:
            return None

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
        """Return the jobs that their devices have not begun, oldest first: sent again until they answer."""
        with self._context.database.read() as stores:
            jobs = stores.jobs.in_state([JobState.QUEUED])
        return [_request(job) for job in jobs]

    def expire(self) -> int:
        """End jobs whose time is over; return how many."""
        now = self._context.now()
        with self._context.database.read() as stores:
            late = [j.id for j in stores.jobs.in_state(OPEN_STATES) if now >= j.expires_at + timedelta(seconds=30)]
        if not late:
            return 0
        with self._context.database.write() as uow:
            for job_id in late:
                job = uow.jobs.find(job_id)
                changed = job.report(JobState.EXPIRED, at=now, reason="no_answer") if job else None
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

    def _queue(self, ability: str, work: PrintTicket | ShowSign, ttl: timedelta, *, turn: str = "", actor: str) -> Job:
        now = self._context.now()
        with self._context.database.write() as uow:
            job = Job(
                id=self._context.new_id(now),
                device=_device_for(uow, ability),
                work=msgspec.json.encode(work).decode(),
                created_at=now,
                expires_at=now + ttl,
                turn=turn,
            )
            uow.jobs.add(job)
            uow.log.append(_queued(job, ability, actor=actor))
            uow.commit()
        return job


def ticket(texts: Texts, turn: Turn, title: str, url: str, zone: ZoneInfo) -> PrintTicket:
    """Return the paper ticket of *turn*: large code, few words, and a QR code that follows the turn."""
    language = turn.language

    def say(key: str, **values: object) -> str:
        return texts.text(language, f"ticket.{key}", **values)

    issued = turn.created_at.astimezone(zone)
    lines = [
        TicketLine(text=title, bold=True),
        TicketLine(text=say("your_turn")),
        TicketLine(text=turn.code, size="huge", bold=True),
        TicketLine(text=say("taken_at", time=f"{issued:%H:%M}", date=f"{issued:%d/%m/%Y}")),
        TicketLine(text=say("watch_the_screen"), size="large"),
        TicketLine(text=say("follow_on_phone"), size="small"),
    ]
    return PrintTicket(language=language, lines=lines, qr=url, right_to_left=is_right_to_left(language))


def _device_for(stores: Stores, ability: str) -> str:
    able = [d for d in reachable(stores.devices.all()) if ability in d.capabilities]
    usable = [d for d in able if d.state in ("ok", "degraded")] or [d for d in able if d.state == "unknown"]
    if not usable:
        raise NotFound(f"no device can {ability}", code="no_printer" if ability.startswith("print") else "no_device")
    return usable[0].device


def _request(job: Job) -> JobRequest:
    work: Work = msgspec.json.decode(job.work, type=Work)
    return JobRequest(job_id=job.id, device=job.device, work=work, created_at=job.created_at, expires_at=job.expires_at)


def _queued(job: Job, ability: str, *, actor: str) -> Event:
    body = {"job": job.id, "device": job.device, "turn": job.turn, "ability": ability}
    return Event(Stream.DEVICES, "job_queued", job.created_at, actor, "", body)
