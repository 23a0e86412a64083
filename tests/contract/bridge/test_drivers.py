"""What every driver promises, over every line of the registry."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest

from edge.contracts.devices import DeviceKind, DeviceState
from edge.contracts.jobs import JobRequest, PrintTicket, Scan, SendSms, ShowSign, TicketLine
from edge.runtime.clock import ManualClock
from edge.runtime.config import ConfigError
from firmware_bridge.drivers import DRIVERS
from firmware_bridge.drivers.registry import UnknownDriver, factory, names
from firmware_bridge.drivers.virtual import VirtualDevice
from firmware_bridge.jobs import Work, capability_of
from firmware_bridge.ports import BadJob, Blocked, DeviceBusy, DeviceError, DeviceOffline, Driver, LinkError, Setup

SAMPLES: tuple[Work, ...] = (
    PrintTicket(language="es", lines=[TicketLine(text="A012", size="huge")], qr="HTTPS://X.EXAMPLE/T"),
    Scan(dpi=75, upload_url="/scans/1"),
    ShowSign(sign="door", state="wait"),
    SendSms(message_url="/messages/1"),
)
BROKEN: tuple[Work, ...] = (
    PrintTicket(language="es", lines=[]),
    Scan(dpi=10),
    ShowSign(sign="door", state="toggle"),
    SendSms(message_url="/messages/gone"),
)
QUICK = {"page_s": 0.0}


@dataclass
class Uploads:
    """The edge, as a driver sees it."""

    taken: list[tuple[str, str, bytes]] = field(default_factory=list)

    def __call__(self, url: str, parts: Sequence[bytes], *, content_type: str, job_id: str) -> None:
        self.taken.append((url, content_type, b"".join(parts)))

    def fetch(self, url: str) -> bytes:
        if url != "/messages/1":
            raise BadJob("nothing there")
        return b'{"to": "+34600000001", "text": "Turno A012: es su turno."}'


@dataclass
class Notes:
    """The page journal, as a driver sees it: page rules checked, nothing kept on disk."""

    begun: int = 0
    done: int = 0
    of: int = 0

    def begin(self, page: int, of: int) -> None:
        assert self.begun == self.done == page - 1, "pages come in order, one at a time"
        assert self.of in (0, of), "the number of pages does not change"
        self.begun, self.of = page, of

    def complete(self, page: int) -> None:
        assert page == self.begun == self.done + 1
        self.done = page

    def withdraw(self, page: int) -> None:
        assert page == self.begun == self.done + 1
        self.begun = self.done


@dataclass
class Bench:
    """One driver with what surrounds it."""

    driver: Driver
    device: VirtualDevice
    uploads: Uploads
    folder: Path
    clock: ManualClock

    def request(self, work: Work) -> JobRequest:
        now = self.clock.now()
        return JobRequest(
            job_id="01M7ZX0000000000000000000A",
            device="d1",
            work=work,
            created_at=now,
            expires_at=now + timedelta(minutes=1),
        )

    def own(self, works: Sequence[Work]) -> Work:
        return next(work for work in works if capability_of(work) in self.driver.capabilities())

    def foreign(self) -> Work:
        return next(work for work in SAMPLES if capability_of(work) not in self.driver.capabilities())


def setup_for(folder: Path, clock: ManualClock, uploads: Uploads, **options: object) -> Setup:
    return Setup("d1", options, Path("bridge.toml"), folder, clock, uploads, uploads.fetch)


@pytest.fixture(params=sorted(DRIVERS))
def bench(request: pytest.FixtureRequest, tmp_path: Path, manual_clock: ManualClock) -> Bench:
    uploads, folder = Uploads(), tmp_path / "device"
    options = QUICK if request.param not in ("virtual_sign", "virtual_modem") else {}
    driver = factory(request.param)(setup_for(folder, manual_clock, uploads, **options))
    assert isinstance(driver, VirtualDevice)
    return Bench(driver, driver, uploads, folder, manual_clock)  # type: ignore[arg-type]


def test_building_opens_nothing(bench: Bench) -> None:
    assert not bench.folder.exists()


def test_it_says_what_it_is_and_can(bench: Bench) -> None:
    assert bench.driver.kind in get_args(DeviceKind)
    assert bench.driver.capabilities()
    assert bench.driver.capabilities() == bench.driver.capabilities()


def test_its_status_is_one_of_the_known_and_ok_has_no_reason(bench: Bench) -> None:
    status = bench.driver.status()

    assert status.state in get_args(DeviceState)
    assert (status.state == "ok") == (status.reason == "")
    assert status.facts
    assert all(isinstance(value, str) for value in status.facts.values())


def test_it_does_its_work_page_by_page(bench: Bench) -> None:
    notes = Notes()

    with bench.driver.session():
        bench.driver.perform(bench.request(bench.own(SAMPLES)), notes)

    assert notes.begun == notes.done == notes.of >= 1


@pytest.mark.parametrize("kind", ["foreign", "broken"])
def test_work_that_it_cannot_do_is_refused_before_any_page(bench: Bench, kind: str) -> None:
    notes, work = Notes(), bench.foreign() if kind == "foreign" else bench.own(BROKEN)

    with bench.driver.session(), pytest.raises(BadJob):
        bench.driver.perform(bench.request(work), notes)

    assert notes.begun == 0


@pytest.mark.parametrize(
    ("fault", "error", "state"),
    [
        ("offline", DeviceOffline, "offline"),
        ("paper_out", Blocked, "degraded"),
        ("cover_open", Blocked, "degraded"),
    ],
)
def test_a_fault_stops_it_before_any_page_and_shows_in_its_status(
    bench: Bench, fault: str, error: type[DeviceError], state: str
) -> None:
    bench.device.faults.set(fault)
    notes = Notes()

    with bench.driver.session(), pytest.raises(error) as raised:
        bench.driver.perform(bench.request(bench.own(SAMPLES)), notes)

    assert notes.begun == 0
    assert (bench.driver.status().state, bench.driver.status().reason) == (state, raised.value.reason)
    bench.device.faults.set("")
    assert bench.driver.status().state == "ok"


def test_a_broken_line_leaves_the_page_in_doubt(bench: Bench) -> None:
    bench.device.faults.set("link_error")
    notes = Notes()

    with bench.driver.session(), pytest.raises(LinkError):
        bench.driver.perform(bench.request(bench.own(SAMPLES)), notes)

    assert (notes.begun, notes.done) == (1, 0)


def test_a_nearly_empty_device_still_works(bench: Bench) -> None:
    bench.device.faults.set("paper_near_end")
    notes = Notes()

    bench.driver.perform(bench.request(bench.own(SAMPLES)), notes)

    assert (bench.driver.status().state, notes.done) == ("degraded", 1)


def test_a_second_session_is_refused_until_the_first_ends(bench: Bench) -> None:
    with bench.driver.session(), pytest.raises(DeviceBusy), bench.driver.session():
        pass

    with bench.driver.session():
        pass


def test_an_unknown_option_names_device_and_key(bench: Bench, tmp_path: Path, manual_clock: ManualClock) -> None:
    name = next(name for name in DRIVERS if factory(name).__module__ == type(bench.driver).__module__)

    with pytest.raises(ConfigError, match=r"device\.d1\.options\.papper"):
        factory(name)(setup_for(tmp_path, manual_clock, Uploads(), papper=1))


def test_a_scan_leaves_in_parts_and_nothing_stays_on_disk(tmp_path: Path, manual_clock: ManualClock) -> None:
    uploads, notes = Uploads(), Notes()
    driver = factory("virtual_scanner")(setup_for(tmp_path, manual_clock, uploads, **QUICK))
    work = Scan(dpi=100, source="feeder", upload_url="/scans/1")
    bench = Bench(driver, driver, uploads, tmp_path, manual_clock)  # type: ignore[arg-type]

    with driver.session():
        driver.perform(bench.request(work), notes)

    [(url, content_type, document)] = uploads.taken
    assert (url, content_type, notes.done) == ("/scans/1", "application/pdf", 2)
    assert document.startswith(b"%PDF-")
    assert document.count(b"/Type /Page\n") == 2
    assert [file.name for file in tmp_path.iterdir()] == ["lock"]


def test_a_sign_keeps_its_state_over_a_restart(tmp_path: Path, manual_clock: ManualClock) -> None:
    first = factory("virtual_sign")(setup_for(tmp_path, manual_clock, Uploads()))
    bench = Bench(first, first, Uploads(), tmp_path, manual_clock)  # type: ignore[arg-type]
    for _ in range(2):
        first.perform(bench.request(ShowSign(sign="door", state="wait", text="Espere")), Notes())

    again = factory("virtual_sign")(setup_for(tmp_path, manual_clock, Uploads()))

    assert first.status().facts["shows"] == again.status().facts["shows"] == "wait"


def test_old_tickets_go(tmp_path: Path, manual_clock: ManualClock) -> None:
    driver = factory("virtual_ticket_printer")(setup_for(tmp_path, manual_clock, Uploads(), page_s=0.0, keep=2))
    bench = Bench(driver, driver, Uploads(), tmp_path, manual_clock)  # type: ignore[arg-type]
    for letter in "ABCD":
        request = JobRequest(
            job_id=f"01M7ZX000000000000000000{letter}0",
            device="d1",
            work=SAMPLES[0],
            created_at=manual_clock.now(),
            expires_at=bench.request(SAMPLES[0]).expires_at,
        )
        driver.perform(request, Notes())

    assert sorted(file.name[-6:] for file in tmp_path.glob("*.*")) == ["C0.png", "C0.txt", "D0.png", "D0.txt"]


def test_an_unknown_driver_is_told_with_those_that_exist() -> None:
    with pytest.raises(UnknownDriver, match="virtual_sign"):
        factory("dot_matrix")


def test_the_registry_imports_no_driver_before_it_is_asked() -> None:
    code = "import sys, firmware_bridge.drivers.registry as r; r.names(); sys.exit('PIL' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=30).returncode == 0
    assert set(DRIVERS) <= set(names())


def test_a_package_of_somebody_else_brings_its_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "acme_sign-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-sign\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[firmware_bridge.drivers]\nacme = acme_sign:build\nlost = no_such:build\n")
    (tmp_path / "acme_sign.py").write_text("from firmware_bridge.drivers.virtual_sign import build\n")
    monkeypatch.syspath_prepend(tmp_path)

    assert {"acme", *DRIVERS} <= set(names())
    assert factory("acme") is factory("virtual_sign")
    with pytest.raises(UnknownDriver, match="no_such"):
        factory("lost")
