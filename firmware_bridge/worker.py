"""One thread for each device: takes jobs in order, holds them while a person is needed, asks the device how it is.

A device never sees two calls at once, and a slow device never delays another one.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from edge.contracts.jobs import JobReport, JobRequest
from edge.runtime import log as logs
from edge.runtime.clock import Clock
from firmware_bridge.config import DeviceSection
from firmware_bridge.jobs import Action, IllegalStep, JobRecord, State
from firmware_bridge.journal import Journal, JournalError
from firmware_bridge.ports import BadJob, Blocked, DeviceBusy, DeviceError, DeviceOffline, Driver, LinkError, Status

log = logs.get(__name__)

QUEUE_SIZE = 8
RETRY_S = 0.5

Emit = Callable[[JobReport], object]
EmitStatus = Callable[[str, Status], bool]  # whether it was taken


class Worker:
    """Runs one driver. Its public part may be called from another thread."""

    def __init__(
        self,
        device: str,
        driver: Driver,
        section: DeviceSection,
        journal: Journal,
        clock: Clock,
        *,
        on_report: Emit,
        on_status: EmitStatus,
        on_broken: Callable[[], None],
    ) -> None:
        self.device, self.driver = device, driver
        self._section, self._journal, self._clock = section, journal, clock
        self._on_report, self._on_status, self._on_broken = on_report, on_status, on_broken
        self._changed = threading.Condition()
        self._queue: deque[tuple[JobRequest, JobRecord]] = deque()
        self._stopping = False
        self._calling_since: float | None = None
        self._last: Status | None = None
        self._thread = threading.Thread(target=self._run, name=f"device-{device}", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Let the current page end and give back everything else; returns at once."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end after ``ask_to_stop``; return whether the device let go in time."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    @property
    def has_room(self) -> bool:
        """Whether one more job may wait."""
        with self._changed:
            return not self._stopping and len(self._queue) < QUEUE_SIZE

    def offer(self, request: JobRequest, record: JobRecord) -> bool:
        """Queue a journalled job; return False when ``has_room`` is."""
        with self._changed:
            if self._stopping or len(self._queue) >= QUEUE_SIZE:
                return False
            self._queue.append((request, record))
            self._changed.notify_all()
            return True

    @property
    def stuck_for_s(self) -> float:
        """How long the present call into the driver has lasted; 0 between calls."""
        since = self._calling_since
        return 0.0 if since is None else time.monotonic() - since

    # --- the device's thread ----------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._poll()
                item = self._next()
                if item is not None:
                    self._run_job(*item)
            self._give_back()
        except JournalError:  # what cannot be written down is not done: the next start tells the truth
            log.exception("journal_failed", device=self.device)
            self._on_broken()
        finally:
            self.driver.close()

    def _next(self) -> tuple[JobRequest, JobRecord] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or bool(self._queue), self._section.poll_s)
            if self._stopping or not self._queue:
                return None
            return self._queue.popleft()

    def _poll(self) -> Status:
        try:
            with self._calling():
                status = self.driver.status()
        except DeviceError as exc:
            status = Status("offline", exc.reason)
        except Exception:
            log.exception("device_status_failed", device=self.device)
            status = Status("unknown", "internal")
        if status != self._last and self._on_status(self.device, status):
            self._last = status
        return status

    def _run_job(self, request: JobRequest, record: JobRecord) -> None:
        job = _Job(record, self._journal, self._clock, self._on_report)
        try:
            self._drive(request, job)
        except JournalError:
            raise
        except Exception:
            log.exception("job_crashed", device=self.device, job=request.job_id)
            job.end("internal", retry=False)
        log.info("job_ended", device=self.device, job=request.job_id, state=job.record.state, reason=job.record.reason)

    def _drive(self, request: JobRequest, job: _Job) -> None:
        patience = time.monotonic() + self._section.grace_s
        while not job.record.is_final:
            if job.is_over:
                job.void()
                return
            try:
                self._attempt(request, job)
            except Blocked as exc:
                self._hold(job, exc.reason)
                patience = time.monotonic() + self._section.grace_s
            except (DeviceOffline, DeviceBusy, LinkError) as exc:
                if time.monotonic() >= patience or self._stopping or not job.may_go_on:
                    job.end(exc.reason, retry=True)
                else:
                    self._pause(RETRY_S)
            except _TooLate:
                job.void()
            except DeviceError as exc:
                job.end(exc.reason, retry=not isinstance(exc, BadJob))
            self._void_the_late()

    def _attempt(self, request: JobRequest, job: _Job) -> None:
        with self.driver.session():
            if job.record.state is not State.RUNNING:
                job.apply(Action.START)
            with self._calling():
                self.driver.perform(request, job)
        job.apply(Action.FINISH)

    def _hold(self, job: _Job, reason: str) -> None:
        """Wait for a person: until the device is well again, the job's time is over, or the bridge stops."""
        if not job.may_go_on:
            job.end(reason, retry=False)
            return
        job.hold(reason)
        while not job.is_over:
            self._pause(self._section.poll_s)
            if self._stopping:
                job.end("stopped", retry=True)
                return
            self._void_the_late()
            status = self._poll()
            if status.state != "offline" and status.reason != reason:
                return
        job.void()

    def _pause(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping, seconds)

    def _void_the_late(self) -> None:
        """End the queued jobs whose time is over, though the device is not free for them."""
        now = self._clock.now()
        with self._changed:
            late = [item for item in self._queue if item[1].expires_at <= now]
            for item in late:
                self._queue.remove(item)
        for _, record in late:
            _Job(record, self._journal, self._clock, self._on_report).void()

    def _give_back(self) -> None:
        with self._changed:
            left = list(self._queue)
            self._queue.clear()
        for _, record in left:
            _Job(record, self._journal, self._clock, self._on_report).end("stopped", retry=True)

    @contextmanager
    def _calling(self) -> Iterator[None]:
        self._calling_since = time.monotonic()
        try:
            yield
        finally:
            self._calling_since = None


class _TooLate(DeviceError):
    """The job's time was over just before a page."""

    reason = "expired"


class _Job:
    """A record that moves in the journal first and is told afterwards; the driver sees it as ``Pages``."""

    def __init__(self, record: JobRecord, journal: Journal, clock: Clock, on_report: Emit) -> None:
        self.record = record
        self._journal, self._clock, self._on_report = journal, clock, on_report

    @property
    def is_over(self) -> bool:
        return self.record.expires_at <= self._clock.now()

    @property
    def may_go_on(self) -> bool:
        """Whether trying again cannot make a second copy; a repeatable page in doubt is taken back for it."""
        if self.record.in_doubt and self.record.may_repeat:
            self.withdraw(self.record.page_begun)
        return not self.record.in_doubt and not self.record.is_complete

    def apply(self, action: Action) -> None:
        self._keep(self.record.apply(action, at=self._clock.now()), tell=True)

    def hold(self, reason: str) -> None:
        self._keep(self.record.apply(Action.HOLD, at=self._clock.now(), reason=reason), tell=True)

    def end(self, reason: str, *, retry: bool) -> None:
        if not self.record.is_final:
            self._keep(self.record.end(at=self._clock.now(), reason=reason, retry=retry), tell=True)

    def void(self) -> None:
        if self.record.state is State.RUNNING:
            self.end("expired", retry=False)
        else:
            self._keep(self.record.void(at=self._clock.now()), tell=True)

    @property
    def done(self) -> int:
        return self.record.pages_done

    def begin(self, page: int, of: int) -> None:
        if self.is_over:
            raise _TooLate
        self._keep(self.record.begin_page(page, of), tell=False)

    def complete(self, page: int) -> None:
        record = self.record.complete_page(page)
        self._keep(record, tell=record.pages_done < record.pages)

    def withdraw(self, page: int) -> None:
        self._keep(self.record.withdraw_page(page), tell=False)

    def _keep(self, record: JobRecord, *, tell: bool) -> None:
        if record == self.record:
            raise IllegalStep("nothing changed")
        self._journal.save(record)
        self.record = record
        if tell:
            self._on_report(record.report())
