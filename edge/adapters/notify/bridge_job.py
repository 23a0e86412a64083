"""SMS by a modem behind a bridge: a job under the notice's own id, so that a letter is never sent twice.

The job says only where the modem finds number and text: neither of them travels over the bus.
"""

from __future__ import annotations

import threading
import time

from edge.adapters.notify.registry import Setup, SmsJobs
from edge.domain.errors import NotFound, OfficeError
from edge.domain.jobs import JobState
from edge.runtime.config import Section
from edge.services.notifiers import Letter, Notifier, Receipt, Refused, TryLater

POLL_S = 0.1
_OPEN = (JobState.QUEUED, JobState.RUNNING, JobState.HELD)


class Options(Section, frozen=True, kw_only=True):
    """Options of a modem."""

    wait_s: float = 15.0  # for the modem to say what became of a message; asked again after that


class BridgeJob:
    """Queues the job and waits for its end, as long as a modem takes for a message."""

    def __init__(self, jobs: SmsJobs, wait_s: float) -> None:
        self._jobs, self._wait_s, self._never = jobs, wait_s, threading.Event()

    def send(self, letter: Letter) -> Receipt:
        """See ``services.notifiers.Notifier``; a job that was queued before is waited for."""
        try:
            self._jobs.queue(letter)
            limit = time.monotonic() + self._wait_s
            while (job := self._jobs.find(letter.id)).state in _OPEN and time.monotonic() < limit:
                self._never.wait(POLL_S)
        except NotFound as exc:
            raise TryLater("no_modem") from exc
        except OfficeError as exc:
            raise TryLater(exc.code) from exc
        if job.state is JobState.DONE:
            return Receipt()
        raise TryLater("modem_busy") if job.state in _OPEN else Refused(job.reason or str(job.state))


def build(setup: Setup) -> Notifier:
    """Return the notifier; raise ``ConfigError``."""
    options = setup.read(Options)
    if not 0 < options.wait_s <= 60:
        raise setup.wrong("wait_s", "must be above 0 and at most 60")
    return BridgeJob(setup.world.jobs, options.wait_s)
