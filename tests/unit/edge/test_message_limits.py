"""What a device says is small: nothing of it can fill an event, the log or the line to the centre."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from edge.contracts.counting import CountInterval, CountTotals
from edge.contracts.devices import BearerAsk, DeviceStatus
from edge.contracts.jobs import JobReport
from edge.contracts.wire import WireError, decode

HUGE = "x" * 300_000
STATUS = {"device": "printer-1", "kind": "printer", "state": "ok"}
REPORT = {"job_id": "01KAZ3Q7J80000000000000001", "device": "p", "state": "done", "at": "2026-11-23T08:00:00Z"}
TOTALS = {"group": "hall", "epoch": "01KAZ3Q7J80000000000000001", "at": "2026-11-23T08:00:00Z"}
INTERVAL = {
    "group": "hall", "camera": "door", "epoch": "e", "seq": 1, "start": "2026-11-23T08:00:00Z",
    "end": "2026-11-23T08:01:00Z", "coverage_s": 60.0, "health": "ok",
}  # fmt: skip
LINE = {"line": "door/in", "door": True, "people_in": 1, "people_out": 0}


@pytest.mark.parametrize(
    ("kind", "good", "changes"),
    [
        *[(DeviceStatus, STATUS, {name: HUGE}) for name in ("device", "reason", "version")],
        (DeviceStatus, STATUS, {"device": ""}),
        (DeviceStatus, STATUS, {"reason": "Ada Byron, desk 3"}),
        (DeviceStatus, STATUS, {"capabilities": [HUGE]}),
        (DeviceStatus, STATUS, {"capabilities": ["scan"] * 33}),
        (DeviceStatus, STATUS, {"facts": {"model": HUGE}}),
        (DeviceStatus, STATUS, {"facts": {HUGE: "x"}}),
        (DeviceStatus, STATUS, {"facts": {str(n): "x" for n in range(33)}}),
        *[(JobReport, REPORT, {name: HUGE}) for name in ("job_id", "device", "reason")],
        (JobReport, REPORT, {"pages_done": -1}),
        (JobReport, REPORT, {"pages_done": 2**60}),
        (BearerAsk, {"device": "p", "nonce": "n"}, {"nonce": HUGE}),
        *[(CountTotals, TOTALS, {name: HUGE}) for name in ("group", "epoch")],
        (CountTotals, TOTALS, {"lines": [LINE] * 129}),
        (CountTotals, TOTALS, {"lines": [LINE | {"line": HUGE}]}),
        (CountTotals, TOTALS, {"lines": [LINE | {"people_in": -1}]}),
        *[(CountInterval, INTERVAL, {name: HUGE}) for name in ("group", "camera", "epoch", "reason")],
    ],
)
def test_a_message_beyond_its_limits_is_not_read(
    kind: type[msgspec.Struct], good: dict[str, Any], changes: dict[str, Any]
) -> None:
    decode(json.dumps(good).encode(), kind)

    with pytest.raises(WireError):
        decode(json.dumps(good | changes).encode(), kind)


def test_words_of_our_programs_are_within_the_limits() -> None:
    facts = {"bridge": "bridge-1", "devices": " ".join(f"ticket-printer-{n}" for n in range(32))}
    status = STATUS | {"reason": "paper_out", "capabilities": ["print.ticket", "sign.door"], "facts": facts}

    assert decode(json.dumps(status).encode(), DeviceStatus).facts == facts
