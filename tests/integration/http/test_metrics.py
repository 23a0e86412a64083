"""The figures for Prometheus: who may see them, and that each is what the office says elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from httpx import Client

from edge.contracts.counting import CameraNow, CountTotals, LineTotal, ZoneNow
from edge.domain.errors import Unavailable
from edge.services.last_words import SILENT_S
from tests.fakes import counted
from tests.fakes.client import client
from tests.fakes.office import FakeOffice
from tests.fakes.prometheus import Family, parse


def told(office: FakeOffice) -> dict[str, Family]:
    answer = client(office.app(), address="127.0.0.1").get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return parse(answer.text)


def counting(office: FakeOffice, health: str = "ok") -> None:
    report = CountTotals(
        group="entrance",
        epoch=counted.EPOCH,
        at=office.clock.now(),
        lines=[LineTotal(line='door/"main"\n', door=True, people_in=12, people_out=5)],
        zones=[ZoneNow(zone="door/queue", people=3)],
        cameras=[CameraNow(camera="door", health=health, fps=7.5, discontinuities=2, unmoved=1)],  # type: ignore[arg-type]
    )
    office.web.counters.counted(report)
    office.web.cameras.heard(report, mono=office.clock.monotonic())
    office.web.occupancy.totals(report)
    office.web.counters.closed(counted.minute(office.clock.now() - timedelta(minutes=1), 1, coverage_s=45.0))


def test_strangers_learn_only_whether_the_office_is_up(office: FakeOffice, phone: Client) -> None:
    counting(office)
    well = phone.get("/metrics")
    office.is_well = False
    proxy = client(office.app(), address="127.0.0.1").get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})

    assert (well.status_code, well.text.splitlines()[-1]) == (200, "o360_up 1")
    assert proxy.text.splitlines() == [*well.text.splitlines()[:-1], "o360_up 0"]


def test_the_machine_devices_and_staff_see_everything(office: FakeOffice, phone: Client, log_in) -> None:
    machine = set(told(office))
    device = set(parse(phone.get("/metrics", headers={"authorization": f"Bearer {office.bearer('x')}"}).text))
    staff = set(parse(log_in("tecnica").get("/metrics").text))

    assert machine == device == staff
    assert "o360_people_inside" in machine


def test_every_figure_is_what_the_office_says(office: FakeOffice) -> None:
    counting(office)
    office.turn("certificado")
    office.turn("certificado")
    families = told(office)

    def value(name: str, **labels: str) -> float:
        return families[name].samples[tuple(labels.items())]

    door = 'entrance/door/"main"\n'
    assert value("o360_people_inside") == 7
    assert (value("o360_people_inside_low"), value("o360_people_inside_high")) == (5, 10)
    assert value("o360_capacity_people") == 40
    assert (value("o360_capacity_level", level="free"), value("o360_capacity_level", level="full")) == (1, 0)
    assert value("o360_door_people_total", door=door, direction="in", staff="no") == 12
    assert value("o360_door_people_total", door=door, direction="out", staff="no") == 5
    assert families["o360_door_people_total"].kind == "counter"
    assert value("o360_camera_fps", group="entrance", camera="door") == 7.5
    assert value("o360_camera_health", group="entrance", camera="door", health="ok") == 1
    assert value("o360_camera_coverage_ratio", group="entrance", camera="door") == 0.75
    assert value("o360_camera_discontinuities_total", group="entrance", camera="door") == 2
    assert value("o360_camera_unmoved", group="entrance", camera="door") == 1
    assert value("o360_zone_people", zone="entrance/door/queue") == 3
    assert value("o360_waiting_turns", queue="general") == 2
    assert (value("o360_open_desks"), value("o360_queue_desks", queue="general")) == (2, 2)
    assert value("o360_device_state", device="printer-1", state="ok") == 1


def test_a_number_that_nobody_vouches_for_is_not_told(office: FakeOffice) -> None:
    office.web = replace(office.web, count_health=lambda: "unknown")
    counting(office, "invalid")
    families = told(office)

    assert "o360_people_inside" not in families
    assert families["o360_people_health"].samples[("health", "unknown"),] == 1
    assert set(families["o360_capacity_level"].samples.values()) == {0}


@pytest.mark.parametrize("said_good_bye", [True, False])
def test_a_camera_whose_counter_is_away_is_unknown_and_never_ok(office: FakeOffice, said_good_bye: bool) -> None:
    counting(office)
    if said_good_bye:
        office.web.cameras.lost("entrance")
    else:
        office.clock.move(SILENT_S + 1)  # type: ignore[attr-defined]
    families = told(office)

    health = families["o360_camera_health"].samples
    states = {dict(labels)["health"]: value for labels, value in health.items()}
    assert states == {"ok": 0, "degraded": 0, "invalid": 0, "unknown": 1}
    for name in ("fps", "coverage_ratio", "unmoved"):
        assert f"o360_camera_{name}" not in families
    assert "o360_zone_people" not in families
    assert families["o360_door_people_total"].samples  # running totals stay true


def test_a_database_that_cannot_be_read_still_leaves_the_rest(office: FakeOffice) -> None:
    counting(office)
    whole = office.web.read

    async def read(use_case: Callable[..., Any], /, *args: Any, **facts: Any) -> Any:
        if use_case == office.web.occupancy.state:
            raise Unavailable("disk")
        return await whole(use_case, *args, **facts)

    office.web = replace(office.web, read=read)
    families = told(office)

    assert "o360_people_inside" not in families
    assert families["o360_camera_fps"].samples
