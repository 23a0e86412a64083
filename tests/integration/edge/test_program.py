"""The office as a program: addresses, full disks, retention, jobs whose device falls silent."""

from __future__ import annotations

import json
import subprocess
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from edge.bootstrap.office import OfficeParts
from edge.bootstrap.program import OfficeProgram
from edge.contracts.devices import DeviceStatus
from edge.contracts.jobs import JobReport
from edge.demo.stage import PROGRAM
from edge.domain.errors import Unavailable
from edge.domain.jobs import JobState
from edge.runtime.clock import ManualClock
from tests.fixtures.office import take
from tests.fixtures.processes import unused_port
from tests.fixtures.waiting import wait_until
from tests.integration.edge.conftest import RunOffice


def config(folder: Path, **values: object) -> Path:
    facts = {"office": "carretas4", "database": str(folder / "office.db"), "public_url": "http://localhost", **values}
    file = folder / "edge.toml"
    file.write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in facts.items()))
    return file


def edge(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*PROGRAM, "edge", *words], capture_output=True, text=True, timeout=60, check=False)


def test_an_address_in_use_is_one_sentence_and_never_looks_open(run_office: RunOffice, tmp_path: Path) -> None:
    first = run_office(unused_port())
    other = tmp_path / "other"
    other.mkdir()

    done = edge("run", "--config", str(config(other, port=first.port)))

    assert done.returncode == 1
    assert "in use by another program" in done.stderr
    assert "office_open" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"host": "0.0.0.0"}, "host"),
        ({"certificate": "/none.pem"}, "certificate"),
        ({"certificate": "/none.pem", "key": "/none.key"}, "certificate"),
        ({"centre_key": {}}, "centre_key"),
        ({"office": "nowhere"}, "edge.toml: office: 'nowhere' is unknown"),
        ({"port": 99999}, "edge.toml: port: must be 65535 or less"),
        ({"database": "/no/such/folder/office.db"}, "edge.toml: database: /no/such/folder: no such folder"),
        ({"bus.password_file": "/none.password"}, "edge.toml: bus.password_file: /none.password: no such file"),
        ({"notify.chat.kind": "messenger"}, "edge.toml: notify.chat.kind: is for notify.chat, and needs a messenger"),
        ({"notify.sms.kind": "messenger"}, "edge.toml: notify.sms.kind: is for notify.chat"),
    ],
)
def test_a_wrong_configuration_names_file_key_and_reason(tmp_path: Path, values: dict[str, object], key: str) -> None:
    done = edge("check-config", str(config(tmp_path, **values)))

    assert done.returncode == 1
    assert key in done.stderr
    assert ".toml" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_full_disk_shows_in_health_and_goes_away_with_room(run_office: RunOffice) -> None:
    program = run_office(unused_port())
    database = program.parts.database
    with database.write() as uow:
        pages = uow.connection.execute("pragma page_count").fetchone()[0]
        uow.connection.execute(f"pragma max_page_count = {pages}")

    with pytest.raises(Unavailable):
        fill(program)
    with httpx.Client(base_url=f"http://127.0.0.1:{program.port}") as client:
        assert client.get("/health").status_code == 503
        assert client.get("/").status_code == 200
    with database.write() as uow:
        uow.connection.execute("pragma max_page_count = 1000000")
    with httpx.Client(base_url=f"http://127.0.0.1:{program.port}") as client:
        wait_until(lambda: client.get("/health").status_code == 200, 20, "health after there is room again")
        assert client.get("/").status_code == 200


def fill(program: OfficeProgram) -> None:
    """Write until the disk refuses."""
    for people in range(2000):
        program.work.carry_out(program.parts.occupancy.correct, people, actor="test", reason="counted")


PRINTER = DeviceStatus(
    device="printer-1",
    kind="ticket_printer",
    state="ok",
    capabilities=["print.ticket"],
    facts={"bridge": "bridge-hall"},
)


def printed(office: OfficeParts) -> str:
    taken = take(office, present=True)
    return office.jobs.print_ticket(taken.turn, taken.link, actor="test").id


def report(office: OfficeParts, job: str, state: str) -> bool:
    at = office.clock.now()
    return office.jobs.report(JobReport(job_id=job, device="printer-1", state=state, at=at))  # type: ignore[arg-type]


def test_a_job_is_asked_again_until_its_device_tells_the_end(office: OfficeParts, manual_clock: ManualClock) -> None:
    office.devices.status(PRINTER)
    job = printed(office)
    report(office, job, "running")
    assert office.jobs.due() == []

    manual_clock.move(20)
    assert [request.job_id for request in office.jobs.due()] == [job]
    report(office, job, "done")
    assert office.jobs.due() == []
    assert office.jobs.find(job).work == ""


def test_paper_that_came_out_after_all_is_told_late(office: OfficeParts, manual_clock: ManualClock) -> None:
    office.devices.status(PRINTER)
    job = printed(office)
    manual_clock.move(timedelta(minutes=12).total_seconds())
    assert office.jobs.expire() == 1

    assert report(office, job, "done")
    assert not report(office, job, "failed")
    assert office.jobs.find(job).state is JobState.DONE


def test_nobody_is_asked_behind_a_lost_bridge(office: OfficeParts) -> None:
    office.devices.status(PRINTER)
    printed(office)
    office.devices.status(DeviceStatus(device="bridge-hall", kind="bridge", state="offline"))

    assert office.jobs.due() == []


def sign(office: OfficeParts, device: str, shows: str) -> None:
    status = DeviceStatus(device=device, kind="sign", state="ok", capabilities=["sign.door"], facts={"shows": shows})
    office.devices.status(status)


def test_the_sign_is_told_only_what_it_does_not_show(office: OfficeParts) -> None:
    assert office.jobs.signs_to_tell("door", "wait") == []
    sign(office, "sign-1", "enter")

    assert office.jobs.signs_to_tell("door", "enter") == []
    assert office.jobs.signs_to_tell("door", "wait") == ["sign-1"]
    office.jobs.show_door("sign-1", "wait", actor="system")
    assert office.jobs.signs_to_tell("door", "wait") == []


def test_of_two_signs_the_wrong_one_is_told(office: OfficeParts) -> None:
    sign(office, "sign-1", "wait")
    sign(office, "sign-2", "enter")

    told = office.jobs.signs_to_tell("door", "wait")
    job = office.jobs.show_door(told[0], "wait", actor="system")

    assert told == ["sign-2"]
    assert job.device == "sign-2"


def test_a_sign_that_fails_at_once_is_not_told_again_at_once(office: OfficeParts, manual_clock: ManualClock) -> None:
    sign(office, "sign-1", "enter")
    job = office.jobs.show_door("sign-1", "wait", actor="system")
    failed = JobReport(job_id=job.id, device="sign-1", state="failed", reason="link_error", at=office.clock.now())
    assert office.jobs.report(failed)

    assert office.jobs.signs_to_tell("door", "wait") == []
    manual_clock.move(61)
    assert office.jobs.signs_to_tell("door", "wait") == ["sign-1"]


def test_the_better_printer_is_chosen(office: OfficeParts) -> None:
    for name, state in (("printer-1", "degraded"), ("printer-2", "ok")):
        status = DeviceStatus(device=name, kind="ticket_printer", state=state, capabilities=["print.ticket"])  # type: ignore[arg-type]
        office.devices.status(status)
    taken = take(office, present=True)

    assert office.jobs.print_ticket(taken.turn, taken.link, actor="test").device == "printer-2"
