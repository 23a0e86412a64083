"""Jobs over a real broker to a real bridge process."""

from __future__ import annotations

import pytest

from edge.contracts import topics
from edge.contracts.jobs import PrintTicket, Scan, ShowSign
from firmware_bridge.worker import QUEUE_SIZE
from tests.fixtures.waiting import wait_until

pytestmark = pytest.mark.slow


def test_a_ticket_is_printed_and_told(new_bridge, edge) -> None:
    bridge = new_bridge()
    bridge.start()

    job = edge.ask()

    done = edge.wait_for(job, "done")
    assert (edge.states(job), done.pages_done) == (["queued", "running", "done"], 1)
    assert bridge.tickets == [job]
    wait_until(lambda: bridge.rows("reported", job) == (1,), 5, "the end marked as told")


def test_a_repeated_request_gets_the_recorded_report_and_no_second_ticket(new_bridge, edge) -> None:
    bridge = new_bridge()
    bridge.start()
    job = edge.ask()
    first = edge.wait_for(job, "done")
    told = len(edge.reports(job))
    printed = (bridge.state / "ticket-1" / f"{job}.png").stat().st_mtime_ns

    edge.ask(job_id=job)

    wait_until(lambda: len(edge.reports(job)) > told, 5, "the recorded report")
    assert edge.reports(job)[-1] == first
    assert (bridge.state / "ticket-1" / f"{job}.png").stat().st_mtime_ns == printed


def test_paper_out_holds_the_job_and_the_refill_prints_it_once(new_bridge, edge) -> None:
    bridge = new_bridge()
    bridge.start()
    bridge.faults.set("paper_out")
    job = edge.ask()
    held = edge.wait_for(job, "held")
    edge.wait_status("ticket-1", "degraded", "paper_out")
    assert (held.reason, bridge.tickets) == ("paper_out", [])

    bridge.faults.set("")

    edge.wait_for(job, "done")
    assert edge.states(job) == ["queued", "running", "held", "running", "done"]
    assert bridge.tickets == [job]
    edge.wait_status("ticket-1", "ok")


def test_a_held_job_and_those_behind_it_are_voided_at_their_time(new_bridge, edge) -> None:
    bridge = new_bridge()
    bridge.start()
    bridge.faults.set("cover_open")

    jobs = [edge.ask(life_s=1.0), edge.ask(life_s=1.2)]

    for job in jobs:
        assert edge.wait_for(job, "expired").reason == "expired"
    bridge.faults.set("")
    later = edge.ask()
    edge.wait_for(later, "done")
    assert bridge.tickets == [later]


def test_an_expired_job_is_not_started(new_bridge, edge) -> None:
    bridge = new_bridge()
    bridge.start()

    job = edge.ask(age_s=120.0)

    edge.wait_for(job, "expired")
    assert (edge.states(job), bridge.tickets) == (["expired"], [])


def test_a_device_that_is_away_too_long_fails_the_job_and_a_new_ask_is_allowed(new_bridge, edge) -> None:
    bridge = new_bridge()
    bridge.start()
    bridge.faults.set("offline")

    failed = edge.wait_for(edge.ask(), "failed")

    assert (failed.reason, failed.retry) == ("device_offline", True)
    edge.wait_status("ticket-1", "offline", "device_offline")


def test_a_line_that_breaks_in_the_middle_is_never_asked_again(new_bridge, edge) -> None:
    bridge = new_bridge()
    bridge.start()
    bridge.faults.set("link_error")

    failed = edge.wait_for(edge.ask(), "failed")

    assert (failed.reason, failed.retry, bridge.tickets) == ("link_error", False, [])


@pytest.mark.parametrize("work", [PrintTicket(language="es", lines=[]), Scan(), ShowSign(sign="door", state="wait")])
def test_work_that_is_wrong_for_the_device_fails_for_good(new_bridge, edge, work) -> None:
    new_bridge().start()

    failed = edge.wait_for(edge.ask(work), "failed")

    assert (failed.reason, failed.retry) == ("bad_job", False)


def test_more_jobs_than_fit_are_refused_as_busy(new_bridge, edge) -> None:
    bridge = new_bridge()
    bridge.start()
    bridge.faults.set("paper_out")
    running = edge.ask()
    edge.wait_for(running, "held")

    waiting = [edge.ask() for _ in range(QUEUE_SIZE)]
    refused = edge.wait_for(edge.ask(), "failed")

    assert (refused.reason, refused.retry) == ("busy", True)
    bridge.faults.set("")
    for job in [running, *waiting]:
        edge.wait_for(job, "done")
    assert bridge.tickets == sorted([running, *waiting])


def test_a_flood_of_jobs_is_capped(new_bridge, edge) -> None:
    bridge = new_bridge(per_minute=3)
    bridge.start()

    jobs = []
    for _ in range(3):
        jobs.append(edge.ask())
        edge.wait_for(jobs[-1], "done")
    refused = edge.wait_for(edge.ask(), "failed")

    assert (refused.reason, refused.retry, len(bridge.tickets)) == ("rate_limited", True, 3)


def test_a_sign_is_set_and_its_state_is_seen_by_all(new_bridge, edge) -> None:
    new_bridge().start()

    for _ in range(2):
        edge.wait_for(edge.ask(ShowSign(sign="door", state="wait", text="Espere"), device="sign-door"), "done")

    seen = wait_until(
        lambda: (s := edge.status("sign-door")) and s.facts.get("shows") == "wait" and s, 5, "the sign's state"
    )
    assert (seen.state, seen.facts["bridge"], seen.capabilities) == ("ok", "bridge-hall", ["sign.door"])


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"\x00\xff\x1b@",
        b"{}",
        b"[" * 5000,
        b'{"job_id": 3}',
        b'{"job_id":"../../x","device":"ticket-1","work":{"kind":"scan"},'
        b'"created_at":"2026-11-23T08:00:00Z","expires_at":"2026-11-23T08:00:00Z"}',
        b'{"job_id":"01M7ZX0000000000000000000A","device":"ticket-1","work":{"kind":"scan"},'
        b'"created_at":"2026-11-23T08:00:00","expires_at":"2026-11-23T08:00:00"}',
        b'{"job_id":"01M7ZX0000000000000000000A","device":"other","work":{"kind":"scan"},'
        b'"created_at":"2026-11-23T08:00:00Z","expires_at":"2026-11-23T08:00:00Z"}',
        b"x" * 100_000,
    ],
)
def test_junk_is_ignored_with_a_line_in_the_log(new_bridge, edge, junk: bytes) -> None:
    bridge = new_bridge()
    bridge.start()

    assert edge.session.publish(topics.device_jobs("ticket-1"), junk)

    wait_until(lambda: "junk_ignored" in bridge.log, 5, "a line in the log")
    edge.wait_for(edge.ask(), "done")
    assert bridge.process.poll() is None
