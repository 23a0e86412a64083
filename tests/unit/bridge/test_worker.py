"""One device's thread with devices that misbehave in ways that virtual ones do not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from pathlib import Path

import pytest

from edge.contracts.devices import DeviceKind
from edge.contracts.jobs import JobReport, JobRequest, PrintTicket, Scan
from edge.runtime.clock import ManualClock
from firmware_bridge.config import DeviceSection
from firmware_bridge.jobs import Work, accepted
from firmware_bridge.journal import Journal
from firmware_bridge.ports import Blocked, DeviceOffline, LinkError, OutOfPaper, Pages, Status
from firmware_bridge.worker import Worker
from tests.fixtures.waiting import wait_until

JOB = "01M7ZX0000000000000000000A"
Act = Callable[[Pages], None]


class Scripted:
    """A device that does what the test says, once for each attempt."""

    kind: DeviceKind = "printer"

    def __init__(self, *acts: Act) -> None:
        self._acts = list(acts)
        self.out: list[int] = []

    def capabilities(self) -> frozenset[str]:
        return frozenset({"print.ticket", "scan"})

    def session(self) -> AbstractContextManager[None]:
        return nullcontext()

    def status(self) -> Status:
        return Status("ok")

    def perform(self, request: JobRequest, pages: Pages) -> None:
        self._acts.pop(0)(pages)

    def close(self) -> None:
        self.out.append(0)


class Hall:
    """A worker with its journal and what it told."""

    def __init__(self, folder: Path, clock: ManualClock, driver: Scripted) -> None:
        self.clock = clock
        self.journal = Journal(folder / "journal.db", now=clock.now())
        self.reports: list[JobReport] = []
        self.broken = threading.Event()
        self.worker = Worker(
            "printer-1",
            driver,
            DeviceSection(driver="scripted", poll_s=0.02, grace_s=5.0),
            self.journal,
            clock,
            on_report=self.reports.append,
            on_status=lambda *_: True,
            on_broken=self.broken.set,
        )

    def ask(self, work: Work) -> None:
        now = self.clock.now()
        request = JobRequest(
            job_id=JOB, device="printer-1", work=work, created_at=now, expires_at=now + timedelta(minutes=1)
        )
        record = accepted(request, at=now)
        assert self.journal.add(record)
        assert self.worker.offer(request, record)

    def end(self) -> JobReport:
        return wait_until(lambda: next((r for r in self.reports if r.state in ENDS), None), 5, "an end")  # type: ignore[return-value]


ENDS = ("done", "failed", "partial", "expired")
NewHall = Callable[..., Hall]


@pytest.fixture
def new_hall(tmp_path: Path, manual_clock: ManualClock) -> Iterator[NewHall]:
    halls: list[Hall] = []

    def make(*acts: Act) -> Hall:
        halls.append(Hall(tmp_path, manual_clock, Scripted(*acts)))
        halls[-1].worker.start()
        return halls[-1]

    yield make
    for hall in halls:
        hall.worker.ask_to_stop()
        assert hall.worker.join(5)
        hall.journal.close()


def all_pages(pages: Pages, of: int = 3) -> None:
    for page in range(pages.done + 1, of + 1):
        pages.begin(page, of)
        pages.complete(page)


def raising(error: Exception) -> Act:
    def act(pages: Pages) -> None:
        raise error

    return act


def paper_ends_after_page_1(pages: Pages) -> None:
    pages.begin(1, 3)
    pages.complete(1)
    raise OutOfPaper


def line_breaks_in_page_2(pages: Pages) -> None:
    pages.begin(1, 3)
    pages.complete(1)
    pages.begin(2, 3)
    raise LinkError


def paper_ends_inside_page_1(pages: Pages) -> None:
    pages.begin(1, 3)
    raise OutOfPaper


def forgets_its_pages(pages: Pages) -> None:
    pages.begin(1, 3)


TICKET = PrintTicket(language="es", lines=[])


def test_a_print_that_ran_out_of_paper_goes_on_with_the_next_page(new_hall: NewHall) -> None:
    hall = new_hall(paper_ends_after_page_1, all_pages)

    hall.ask(TICKET)

    assert (hall.end().state, hall.end().pages_done) == ("done", 3)
    told = [(report.state, report.pages_done) for report in hall.reports]
    assert told == [("running", 0), ("running", 1), ("held", 1), ("running", 1), ("running", 2), ("done", 3)]


@pytest.mark.parametrize(
    ("acts", "work", "state", "reason", "retry"),
    [
        ((line_breaks_in_page_2,), TICKET, "partial", "link_error", False),
        ((paper_ends_inside_page_1,), TICKET, "failed", "paper_out", False),
        ((forgets_its_pages,), TICKET, "failed", "internal", False),
        ((raising(ZeroDivisionError()),), TICKET, "failed", "internal", False),
        ((raising(DeviceOffline()), all_pages), TICKET, "done", "", False),
        ((paper_ends_inside_page_1, all_pages), Scan(), "done", "", False),
        ((raising(Blocked(reason="jam")), all_pages), TICKET, "done", "", False),
    ],
)
def test_each_trouble_has_its_end(
    new_hall: NewHall, acts: tuple[Act, ...], work: Work, state: str, reason: str, retry: bool
) -> None:
    hall = new_hall(*acts)

    hall.ask(work)

    end = hall.end()
    assert (end.state, end.reason, end.retry) == (state, reason, retry)


def test_a_page_does_not_begin_when_the_time_is_over(new_hall: NewHall, manual_clock: ManualClock) -> None:
    def slow(pages: Pages) -> None:
        manual_clock.move(120)
        pages.begin(1, 1)

    hall = new_hall(slow)

    hall.ask(TICKET)

    assert (hall.end().reason, hall.end().pages_done) == ("expired", 0)


def test_a_call_that_hangs_is_seen_from_outside(new_hall: NewHall) -> None:
    go_on = threading.Event()

    def hanging(pages: Pages) -> None:
        go_on.wait(10)
        all_pages(pages)

    hall = new_hall(hanging)
    hall.ask(TICKET)

    wait_until(lambda: hall.worker.stuck_for_s > 0.1, 5, "the call seen as long")
    go_on.set()
    hall.end()
    wait_until(lambda: hall.worker.stuck_for_s < 0.1, 5, "the call over")


def test_what_cannot_be_journalled_is_not_done(new_hall: NewHall) -> None:
    def journal_goes(pages: Pages) -> None:
        hall.journal.close()
        pages.begin(1, 1)
        pytest.fail("the page began without a journal")

    hall = new_hall(journal_goes)
    hall.ask(TICKET)

    assert hall.broken.wait(5)
    assert not [r for r in hall.reports if r.state in ENDS]
