"""Whatever happens in whatever order: a final state stays, and no page comes out twice for one id."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.jobs import FINAL, Action, IllegalStep, JobRecord
from firmware_bridge.journal import Journal

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
IDS = ["01M7ZX0000000000000000000A", "01M7ZX0000000000000000000B"]
PAGES = 2

events = st.lists(
    st.tuples(
        st.sampled_from(IDS),
        st.sampled_from(["ask", "start", "hold", "print", "lost", "finish", "end", "void", "kill", "kill"]),
        st.booleans(),
    ),
    max_size=40,
)


class Office:
    """A journal, a printer's paper, and a process that may die between any two lines."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "journal.db"
        self.journal = Journal(self.file, now=NOW)
        self.paper: Counter[tuple[str, int]] = Counter()
        self.ended: dict[str, JobRecord] = {}

    def happen(self, job_id: str, event: str, dies: bool) -> None:
        record = self.journal.find(job_id)
        if event == "kill":
            self.die()
        elif event == "ask" and record is None:
            self.journal.add(JobRecord(job_id, "ticket-1", "print_ticket", NOW + timedelta(minutes=1), NOW))
        elif record is not None and event != "ask":
            try:
                self.step(record, event, dies)
            except IllegalStep:
                assert self.journal.find(job_id) == record

    def step(self, record: JobRecord, event: str, dies: bool) -> None:
        match event:
            case "print" | "lost":
                self.print_page(record, dies, comes_out=event == "print")
            case "start" | "hold" | "finish":
                self.journal.save(record.apply(Action(event), at=NOW))
            case "end":
                self.journal.save(record.end(at=NOW, reason="link_error", retry=True))
            case "void":
                self.journal.save(record.void(at=NOW))

    def print_page(self, record: JobRecord, dies: bool, *, comes_out: bool) -> None:
        begun = record.begin_page(record.pages_done + 1, PAGES)
        self.journal.save(begun)
        self.paper[record.job_id, begun.page_begun] += comes_out
        if dies:
            self.die()
        elif comes_out:
            self.journal.save(begun.complete_page(begun.page_begun))
        else:
            self.journal.save(begun.withdraw_page(begun.page_begun))

    def die(self) -> None:
        self.journal.close()
        self.journal = Journal(self.file, now=NOW)
        self.journal.recover(at=NOW)

    def check(self) -> None:
        assert all(count <= 1 for count in self.paper.values())
        for job_id in IDS:
            record = self.journal.find(job_id)
            if record is not None and record.state in FINAL:
                assert self.ended.setdefault(job_id, record) == record
            if record is not None and record.state == "done":
                assert all(self.paper[job_id, page] == 1 for page in range(1, PAGES + 1))
            if record is not None and record.retry:
                assert not any(self.paper[job_id, page] for page in range(1, PAGES + 1))


@settings(max_examples=60, deadline=None)
@given(events)
def test_nothing_is_printed_twice_and_the_end_never_changes(happenings: list[tuple[str, str, bool]]) -> None:
    with TemporaryDirectory() as folder:
        office = Office(Path(folder))
        for job_id, event, dies in happenings:
            office.happen(job_id, event, dies)
            office.check()
        office.journal.close()
