"""How reports of gateways are read, and which are believed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edge.adapters.notify.registry import NotifierSection, World, build
from edge.adapters.notify.sms_reports import ReportOptions, SmsReports
from edge.domain.errors import BadInput, Forbidden
from edge.runtime.clock import ManualClock
from edge.runtime.config import ConfigError
from edge.services.notifiers import DeliveryReport, Outcome
from tests.fixtures.clocks import MONDAY_MORNING

SECRET = "s" * 32


def reports(**options: Any) -> SmsReports:
    return SmsReports(ReportOptions(secret_file="x", **options), SECRET, "https://office.example")


def key_of(address: str) -> str:
    return address.rpartition("/")[2]


def test_the_address_of_a_message_is_good_for_that_message_only() -> None:
    reader = reports()
    address = reader.address("01A")

    assert address.startswith("https://office.example/api/v1/notices/reports/01A.")
    found = reader.read(key_of(address), {"status": "delivered", "id": "01B"})
    assert found == [DeliveryReport("01A", Outcome.DELIVERED)]
    with pytest.raises(Forbidden):
        reader.read(key_of(address).replace("01A", "01B"), {"status": "delivered"})


def test_a_list_of_reports_is_read_as_one_whole() -> None:
    reader = reports(each="results", id="messageId", status="status.groupName", delivered=["DELIVERED"], failed=["NO"])
    rows = [("1", "Delivered"), ("2", "no"), ("3", "PENDING")]

    found = reader.read(SECRET, {"results": [{"messageId": i, "status": {"groupName": s}} for i, s in rows]})

    assert found == [
        DeliveryReport("1", Outcome.DELIVERED),
        DeliveryReport("2", Outcome.FAILED),
        DeliveryReport("3", Outcome.ON_ITS_WAY),
    ]


@pytest.mark.parametrize("said", [None, 7, "x", [], {"results": []}, {"results": {}}, {"results": [{"id": "1"}]}])
def test_what_is_no_report_is_refused(said: Any) -> None:
    with pytest.raises(BadInput, match="report"):
        reports(each="results").read(SECRET, said)


@pytest.mark.parametrize("secret", ["", "short", "with/slash-and-long-enough-to-be-one"])
def test_a_secret_that_is_none_stops_the_start(tmp_path: Path, secret: str) -> None:
    file = tmp_path / "secret"
    file.write_text(secret)
    options = {"url": "https://gateway.example", "report": {"secret_file": str(file)}}
    world = World(Path("edge.toml"), ManualClock(MONDAY_MORNING), "https://office.example", b"k" * 32)

    with pytest.raises(ConfigError, match=r"report\.secret_file"):
        build("sms", NotifierSection(kind="sms_http", options=options), world)
