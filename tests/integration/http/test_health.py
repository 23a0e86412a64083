from __future__ import annotations

from httpx import Client

from tests.fakes.client import client
from tests.fakes.office import FakeOffice

DETAILS = {"ok", "status", "office", "devices"}


def test_strangers_learn_only_whether_the_office_is_well(office: FakeOffice, phone: Client) -> None:
    well = phone.get("/health")
    office.is_well = False
    unwell = phone.get("/health")

    assert (well.status_code, well.json()) == (200, {"status": "ok"})
    assert (unwell.status_code, unwell.json()) == (503, {"status": "degraded"})


def test_the_machine_its_devices_and_staff_see_the_details(office: FakeOffice, phone: Client, log_in) -> None:
    machine = client(office.app(), address="127.0.0.1").get("/health")
    device = phone.get("/health", headers={"authorization": f"Bearer {office.bearer('display-1')}"})
    staff = log_in("tecnica").get("/health")

    assert [set(answer.json()) for answer in (machine, device, staff)] == [DETAILS] * 3


def test_whoever_comes_through_a_proxy_on_the_machine_is_a_stranger(office: FakeOffice) -> None:
    proxy = client(office.app(), address="127.0.0.1")

    for header in ("X-Forwarded-For", "Forwarded"):
        assert proxy.get("/health", headers={header: "127.0.0.1"}).json() == {"status": "ok"}


def test_a_wrong_bearer_shows_nothing(phone: Client) -> None:
    assert phone.get("/health", headers={"authorization": "Bearer nonsense"}).json() == {"status": "ok"}


def test_asking_keeps_no_session_alive(office: FakeOffice, log_in) -> None:
    staff = log_in("tecnica")
    for _ in range(4):
        office.clock.move(5 * 60)
        answer = staff.get("/health")

    assert answer.json() == {"status": "ok"}
