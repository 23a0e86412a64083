"""The bridge as a process that stops, dies and comes back."""

from __future__ import annotations

import signal
import socket

import pytest

from tests.fixtures.waiting import wait_until
from tests.integration.bridge.office import EdgeSide

pytestmark = pytest.mark.slow


def test_killed_in_the_middle_of_a_ticket_it_never_prints_it_again(new_bridge, edge) -> None:
    bridge = new_bridge(page_s=60.0)
    bridge.start()
    job, behind = edge.ask(), edge.ask()
    edge.wait_for(behind, "queued")
    wait_until(lambda: bridge.rows("page_begun", job) == (1,), 10, "the page begun")

    bridge.kill()
    bridge.start()

    lost, never_begun = edge.wait_for(job, "failed"), edge.wait_for(behind, "failed")
    assert (lost.reason, lost.retry) == ("interrupted", False)
    assert (never_begun.reason, never_begun.retry) == ("interrupted", True)
    told = len(edge.reports(job))
    edge.ask(job_id=job)
    wait_until(lambda: len(edge.reports(job)) > told, 5, "the recorded report")
    assert (edge.reports(job)[-1], bridge.tickets) == (lost, [])


def test_killed_again_and_again_each_id_comes_out_at_most_once(new_bridge, edge) -> None:
    bridge = new_bridge(page_s=0.05)
    seen: dict[str, int] = {}
    jobs: list[str] = []
    for _ in range(3):
        bridge.start()
        jobs += [edge.ask() for _ in range(4)]
        edge.wait_for(jobs[-3], "running")
        bridge.kill()
        for name in bridge.tickets:
            stamp = (bridge.state / "ticket-1" / f"{name}.png").stat().st_mtime_ns
            assert seen.setdefault(name, stamp) == stamp
    bridge.start()
    for job in jobs:
        edge.ask(job_id=job)

    ends = [
        wait_until(lambda job=job: next((r for r in edge.reports(job) if r.state in ("done", "failed")), None), 10)
        for job in jobs
    ]

    printed = set(bridge.tickets)
    assert {e.job_id for e in ends if e.state == "done"} <= printed
    assert not {e.job_id for e in ends if e.retry} & printed


def test_a_clean_stop_ends_the_ticket_gives_back_the_rest_and_says_goodbye(new_bridge, edge) -> None:
    bridge = new_bridge(page_s=0.5)
    bridge.start()
    printing, waiting = edge.ask(), edge.ask()
    wait_until(lambda: bridge.rows("page_begun", printing) == (1,), 10, "the page begun")

    code = bridge.stop()

    edge.wait_for(printing, "done")
    given_back = edge.wait_for(waiting, "failed")
    assert (code, given_back.reason, given_back.retry) == (0, "stopped", True)
    for device in ("ticket-1", "scanner-1", "sign-door", "bridge-hall"):
        edge.wait_status(device, "offline", "stopped")


def test_a_held_job_is_given_back_at_a_clean_stop(new_bridge, edge) -> None:
    bridge = new_bridge()
    bridge.start()
    bridge.faults.set("paper_out")
    job = edge.ask()
    edge.wait_for(job, "held")

    assert bridge.stop() == 0

    end = edge.wait_for(job, "failed")
    assert (end.reason, end.retry, bridge.tickets) == ("stopped", True, [])


def test_jobs_asked_while_it_was_away_are_done_when_it_is_back(new_bridge, edge) -> None:
    bridge = new_bridge()
    bridge.start()
    bridge.kill()

    job = edge.ask()
    bridge.start()

    edge.wait_for(job, "done")


def test_an_end_that_nobody_heard_is_told_when_the_broker_is_back(new_bridge, edge, broker) -> None:
    bridge = new_bridge(page_s=1.0)
    bridge.start()
    job = edge.ask()
    wait_until(lambda: bridge.rows("page_begun", job) == (1,), 10, "the page begun")

    broker.stop()
    wait_until(lambda: bridge.rows("state", job) == ("done",), 10, "the ticket out")
    broker.start()

    edge.wait_for(job, "done", timeout_s=30)
    edge.wait_status("ticket-1", "ok")
    assert bridge.tickets == [job]


def test_an_end_is_told_again_until_the_edge_listens(new_bridge, edge, broker) -> None:
    bridge = new_bridge(page_s=1.0)
    bridge.start()
    job = edge.ask()
    wait_until(lambda: bridge.rows("page_begun", job) == (1,), 10, "the page begun")

    edge.session.stop()
    wait_until(lambda: bridge.rows("state", job) == ("done",), 10, "the ticket out")
    later = EdgeSide(broker.settings)

    later.wait_for(job, "done", timeout_s=20)
    wait_until(lambda: bridge.rows("reported", job) == (1,), 10, "the end marked as told")
    later.session.stop()


def test_a_device_that_left_the_configuration_leaves_the_bus(new_bridge, edge) -> None:
    bridge = new_bridge()
    bridge.start()
    edge.wait_status("scanner-1", "ok")
    bridge.stop()

    text = bridge.file.read_text()
    start, end = text.index("[device.scanner-1]"), text.index("[device.sign-door]")
    bridge.file.write_text(text[:start] + text[end:])
    bridge.start()

    wait_until(lambda: edge.status("scanner-1") is None, 5, "the scanner gone")


def test_a_second_bridge_on_the_same_folder_refuses_to_start(new_bridge) -> None:
    first, second = new_bridge(), new_bridge()
    first.start()

    second.launch()

    assert second.process.wait(20) == 1
    assert "held by another process" in second.log
    assert first.process.poll() is None


def test_a_lost_journal_never_prints_what_was_asked_before(new_bridge, edge) -> None:
    bridge = new_bridge()
    bridge.state.mkdir()
    (bridge.state / "journal.db").write_bytes(b"this is no database" * 500)
    bridge.start()

    old = edge.wait_for(edge.ask(age_s=60.0, life_s=600.0), "failed")
    fresh = edge.ask()

    assert (old.reason, old.retry) == ("journal_lost", False)
    edge.wait_for(fresh, "done")
    assert bridge.tickets == [fresh]
    assert list(bridge.state.glob("journal.db.damaged-*"))


def test_the_watchdog_is_fed_from_the_loop(new_bridge, edge, tmp_path, monkeypatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        bridge = new_bridge()
        bridge.start()

        heard = [systemd.recv(200)]
        while b"WATCHDOG=1" not in heard[-1]:
            heard.append(systemd.recv(200))
        assert heard[0].startswith(b"READY=1")

        bridge.process.send_signal(signal.SIGTERM)
        while b"STOPPING=1" not in heard[-1]:
            heard.append(systemd.recv(200))
        assert bridge.process.wait(20) == 0
