"""The job table and the page rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from edge.contracts.jobs import JobRequest, JobState, PrintTicket, Scan, ShowSign, TicketLine
from firmware_bridge.jobs import (
    FINAL,
    MAX_LIFE,
    TRANSITIONS,
    Action,
    IllegalStep,
    JobRecord,
    RateCap,
    State,
    accepted,
    capability_of,
    recovered,
)

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
QUEUED = JobRecord("01M7ZX0000000000000000000A", "ticket-1", "print_ticket", NOW + timedelta(minutes=2), NOW)
RUNNING = QUEUED.apply(Action.START, at=NOW)


def request_for(**changes: object) -> JobRequest:
    fields: dict[str, object] = {
        "job_id": QUEUED.job_id,
        "device": "ticket-1",
        "work": PrintTicket(language="es", lines=[TicketLine(text="A012")]),
        "created_at": NOW,
        "expires_at": NOW + timedelta(minutes=2),
    }
    return JobRequest(**{**fields, **changes})  # type: ignore[arg-type]


def test_states_are_the_words_of_the_wire() -> None:
    assert {state.value for state in State} == set(get_args(JobState))


def test_no_transition_leaves_a_final_state() -> None:
    assert not {state for state, _ in TRANSITIONS} & FINAL


def test_a_page_in_doubt_can_neither_be_held_nor_finished_nor_begun_again() -> None:
    in_doubt = RUNNING.begin_page(1, 1)

    for step in (
        lambda: in_doubt.apply(Action.HOLD, at=NOW),
        lambda: in_doubt.apply(Action.FINISH, at=NOW),
        lambda: in_doubt.begin_page(1, 1),
    ):
        with pytest.raises(IllegalStep):
            step()


def test_a_job_is_done_only_with_all_its_pages() -> None:
    half = RUNNING.begin_page(1, 2).complete_page(1)

    with pytest.raises(IllegalStep):
        half.apply(Action.FINISH, at=NOW)
    assert half.begin_page(2, 2).complete_page(2).apply(Action.FINISH, at=NOW).state is State.DONE


def test_a_resumed_job_goes_on_with_the_next_page() -> None:
    held = RUNNING.begin_page(1, 3).complete_page(1).apply(Action.HOLD, at=NOW, reason="paper_out")
    resumed = held.apply(Action.START, at=NOW)

    assert resumed.pages_done == 1
    with pytest.raises(IllegalStep):
        resumed.begin_page(1, 3)
    assert resumed.begin_page(2, 3).in_doubt


@pytest.mark.parametrize(
    ("record", "state", "retry"),
    [
        (QUEUED, State.FAILED, True),
        (RUNNING, State.FAILED, True),
        (RUNNING.begin_page(1, 1), State.FAILED, False),
        (replace(RUNNING.begin_page(1, 1), kind="scan"), State.FAILED, True),
        (RUNNING.begin_page(1, 1).complete_page(1), State.DONE, False),
        (RUNNING.begin_page(1, 2).complete_page(1), State.PARTIAL, False),
        (RUNNING.begin_page(1, 2).complete_page(1).begin_page(2, 2), State.PARTIAL, False),
        (RUNNING.apply(Action.HOLD, at=NOW), State.FAILED, True),
    ],
)
def test_a_dead_process_ends_its_jobs_and_allows_a_new_ask_only_when_nothing_can_be_on_paper(
    record: JobRecord, state: State, retry: bool
) -> None:
    ended = recovered(record, at=NOW)

    assert (ended.state, ended.retry) == (state, retry)
    assert ended.reason == ("" if state is State.DONE else "interrupted")


def test_a_held_job_is_voided_when_its_time_is_over() -> None:
    held = RUNNING.apply(Action.HOLD, at=NOW, reason="paper_out")

    assert held.void(at=NOW).state is State.EXPIRED


def test_a_withdrawn_page_may_be_begun_again() -> None:
    assert RUNNING.begin_page(1, 1).withdraw_page(1).begin_page(1, 1).in_doubt


@pytest.mark.parametrize("job_id", ["", "../../etc/passwd", "01m7zx0000000000000000000a", "8" * 26, "A" * 27])
def test_an_id_that_is_no_ulid_is_refused(job_id: str) -> None:
    with pytest.raises(ValueError, match="ULID"):
        accepted(request_for(job_id=job_id), at=NOW)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        accepted(request_for(expires_at=NOW.replace(tzinfo=None)), at=NOW)


def test_a_job_lives_a_day_at_most() -> None:
    record = accepted(request_for(expires_at=NOW + timedelta(days=4000)), at=NOW)

    assert record.expires_at == NOW + MAX_LIFE


@pytest.mark.parametrize(
    ("work", "capability"),
    [
        (PrintTicket(language="es", lines=[]), "print.ticket"),
        (Scan(), "scan"),
        (ShowSign(sign="door", state="wait"), "sign.door"),
    ],
)
def test_each_work_needs_one_capability(work: PrintTicket | Scan | ShowSign, capability: str) -> None:
    assert capability_of(work) == capability


def test_the_rate_cap_lets_so_many_through_in_any_minute() -> None:
    cap = RateCap(2)
    answers = []
    for second in (0, 1, 2, 59, 60, 61, 62):
        is_allowed, cap = cap.take(NOW + timedelta(seconds=second))
        answers.append(is_allowed)

    assert answers == [True, True, False, False, True, True, False]
