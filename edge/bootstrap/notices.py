"""What sends notices while the office runs: a thread for each rung, and the one that looks at the wait.

A thread of its own for each rung: a mail server that hangs must not keep an SMS waiting. Each sends one letter at a
time, with a time limit, and outside every transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from edge.adapters.notify.registry import Chat, World, build
from edge.bootstrap.config import EdgeConfig
from edge.bootstrap.office import OfficeParts
from edge.bootstrap.work import Work
from edge.domain.events import Event, Stream
from edge.domain.jobs import Job
from edge.domain.notices import Rung
from edge.runtime import log as logs
from edge.runtime.supervise import Periodic, keep_going
from edge.services.notices import DAY_CAP
from edge.services.notifiers import Letter, Notifier, NotifierError, Reporting, TryLater

log = logs.get(__name__)

ROUND_S = 1.0
LETTERS = 50  # of one round
WATCH_S, WATCH_GAP_S = 10.0, 1.0
CALENDAR_S = 30.0
FAILURES, REST_S = 3, 5.0  # after so many in a row a rung rests: each costs its whole time limit
_MOVES = frozenset({Stream.TURNS, Stream.DESKS, Stream.OCCUPANCY, Stream.NOTICES})


class Sender:
    """Sends what is due for one rung."""

    def __init__(self, rung: Rung, notifier: Notifier, parts: OfficeParts, work: Work) -> None:
        self._rung, self._notifier, self._parts, self._work = rung, notifier, parts, work
        self._failures, self._rests_until = 0, float("-inf")
        self.problem = ""  # why the last letter was not handed over; empty when it was
        self.loop = Periodic(f"notices-{rung}", self.round, every_s=ROUND_S)

    def round(self) -> None:
        """Send what is due, at most ``LETTERS``."""
        for _ in range(LETTERS):
            if self._parts.clock.monotonic() < self._rests_until:
                return
            due = self._parts.notices.due_at(self._rung)
            if due is None or due > self._parts.clock.now():
                return
            letter = self._work.carry_out(self._parts.notices.take, self._rung)
            if letter is None:
                return
            self._send(letter)

    def _send(self, letter: Letter) -> None:
        outcome: NotifierError = TryLater("mistake")  # of ours: what raises anything else is logged with its trace
        with keep_going("notifier"):
            try:
                receipt = self._notifier.send(letter)
            except NotifierError as error:
                outcome = error
            else:
                self._failures, self.problem = 0, ""
                self._work.carry_out(self._parts.notices.sent, letter.id, receipt)
                return
        self._work.carry_out(self._parts.notices.failed, letter.id, outcome)
        self.problem = outcome.reason
        log.warning("notice_not_sent", notice=letter.id, rung=str(self._rung), reason=outcome.reason)
        self._failures = self._failures + 1 if isinstance(outcome, TryLater) else 0
        if self._failures >= FAILURES:
            self._rests_until = self._parts.clock.monotonic() + REST_S


class Telling:
    """All threads of notices."""

    def __init__(self, config: EdgeConfig, parts: OfficeParts, work: Work, chats: Mapping[str, Chat]) -> None:
        self._parts, self._work, self._capped = parts, work, ""
        jobs = _ModemJobs(parts, work)
        world = World(Path("edge.toml"), parts.clock, parts.office.public_url, parts.push_key, jobs, chats)
        parts.notifiers.update({Rung(rung): build(rung, section, world) for rung, section in config.ways_out.items()})
        self.reporting = next((n for n in parts.notifiers.values() if isinstance(n, Reporting)), None)
        self._senders = {rung: Sender(rung, notifier, parts, work) for rung, notifier in parts.notifiers.items()}
        self._watch = Periodic("notices-watch", self._look, every_s=WATCH_S, gap_s=WATCH_GAP_S)
        self._calendar = Periodic("notices-calendar", self._remind, every_s=CALENDAR_S)

    def start(self) -> None:
        """Begin with what the last run of the program left on its way."""
        with keep_going("notices"):
            if lost := self._work.carry_out(self._parts.notices.resume):
                log.info("notices_resumed", count=lost)
        for loop in self._loops():
            loop.start()

    def stop(self) -> None:
        """End; a letter on its way is waited for."""
        for loop in self._loops():
            loop.stop()

    def committed(self, events: Iterable[Event]) -> None:
        """Something became durable: send what it queued, and look whether anybody's wait has moved."""
        found = list(events)
        if any(event.type == "notice_queued" for event in found):
            for sender in self._senders.values():
                sender.loop.wake()
        if any(event.stream in _MOVES and not event.type.startswith("notice_") for event in found):
            self._watch.wake()
        for event in found:
            if event.type == DAY_CAP:
                self._capped = str(event.body["day"])
                log.warning("notices_day_cap", day=self._capped)

    def health(self) -> Mapping[str, str]:
        """Return by rung ``ok`` or why it does not send."""
        zone = self._parts.office.calendar.zone
        today = f"{self._parts.clock.now().astimezone(zone):%Y-%m-%d}"
        state = {str(rung): sender.problem or "ok" for rung, sender in self._senders.items()}
        return state | ({str(Rung.SMS): "day_cap"} if self._capped == today and Rung.SMS in self._senders else {})

    def _loops(self) -> list[Periodic]:
        return [self._watch, self._calendar, *(sender.loop for sender in self._senders.values())]

    def _look(self) -> None:
        if news := self._parts.occasions.look():
            self._work.carry_out(self._parts.occasions.tell, news)

    def _remind(self) -> None:
        if due := self._parts.occasions.reminders():
            self._work.carry_out(self._parts.occasions.remind, due)
        if self._parts.notice_report.is_due():
            self._work.carry_out(self._parts.notice_report.report)


class _ModemJobs:
    """Implements ``adapters.notify.registry.SmsJobs`` on the writer thread."""

    def __init__(self, parts: OfficeParts, work: Work) -> None:
        self._parts, self._work = parts, work

    def queue(self, letter: Letter) -> None:
        self._work.carry_out(self._parts.jobs.send_sms, letter.id, expires_at=letter.useful_until, actor="system")

    def find(self, notice_id: str) -> Job:
        return self._parts.jobs.find(notice_id)
