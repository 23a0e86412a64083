"""How the office is, for Prometheus: the same facts as /health and the board, no person and no turn."""

from __future__ import annotations

from collections.abc import Mapping, Set
from contextlib import suppress
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from edge.adapters.http.call import Call
from edge.adapters.http.exposition import MEDIA_TYPE, Exposition, Sample, states
from edge.adapters.http.routes.api import belongs_here
from edge.contracts.counting import CapacityState, CountTotals
from edge.domain.desks import DeskState
from edge.domain.errors import Unavailable
from edge.services.counters import CountersNow

_LEVELS = ("free", "nearly_full", "full")
_TRUST = ("ok", "degraded", "unknown")
_HEALTH = ("ok", "degraded", "invalid", "unknown")
_LATELY, _NOW = timedelta(hours=1), timedelta(seconds=1)
_DEVICE = ("ok", "degraded", "unknown", "offline")


async def metrics(call: Call) -> Response:
    """Tell the office's figures; to strangers only whether it is up."""
    facts = dict(await call.web.read(call.web.health))
    out = Exposition()
    out.one("o360_up", "Whether the office can do its work.", float(facts.get("ok") is not False))
    if await belongs_here(call):
        _program(out, facts)
        now, mono = call.web.counters, call.web.clock.monotonic()
        away = frozenset(r.group for r in now.totals if call.web.cameras.away(r.group, mono=mono))
        _counters(out, now, away)
        with suppress(Unavailable):  # a database that cannot be read is told by the families above
            await _office(out, call)
    return Response(out.text(), headers={"Cache-Control": "no-store"}, media_type=MEDIA_TYPE)


async def _office(out: Exposition, call: Call) -> None:
    _people(out, await call.web.read(call.web.occupancy.state, health=call.web.count_health()))
    _queues(out, await call.web.read(call.web.board.overview))
    open_desks = sum(session.state is DeskState.OPEN for session in await call.web.read(call.web.board.desks))
    out.one("o360_open_desks", "Desks that are open.", open_desks)
    tally = await call.web.read(call.web.notices.tally, call.now - _LATELY, call.now + _NOW)
    rows = [({"rung": rung, "state": state}, float(count)) for (rung, state), count in sorted(tally.items())]
    out.family("o360_notices", "gauge", "Notices of the last hour by how far they got.", rows)


def _program(out: Exposition, facts: Mapping[str, Any]) -> None:
    labels = {"office": str(facts.get("office", "")), "version": str(facts.get("version", ""))}
    out.family("o360_info", "gauge", "The office and its release.", [(labels, 1)])
    out.one("o360_uptime_seconds", "Time since the program began.", facts.get("uptime_s"))
    out.one("o360_writer_ok", "Whether writes reach the disk.", _truth(facts.get("database", "ok") == "ok"))
    out.one("o360_bus_connected", "Whether the office broker is there.", _truth(facts.get("bus")))
    dropped: list[Sample] = [({}, facts["bus_dropped"])] if "bus_dropped" in facts else []
    out.family("o360_bus_dropped_total", "counter", "Messages that could not be used.", dropped)
    out.one("o360_uplink_connected", "Whether the centre's broker is there.", _truth(facts.get("uplink")))
    out.one("o360_uplink_backlog_rows", "Rows that the centre does not have yet.", facts.get("backlog"))
    devices: Mapping[str, str] = facts.get("devices", {})
    ways: Mapping[str, str] = facts.get("notices", {})
    sends = [({"rung": rung}, float(state == "ok")) for rung, state in ways.items()]
    out.family("o360_notifier_ok", "gauge", "Whether each way of telling people works.", sends)
    rows = [row for name, state in devices.items() for row in states("state", {"device": name}, state, _DEVICE)]
    out.family("o360_device_state", "gauge", "The state of each device, 1 for the one that holds.", rows)


def _people(out: Exposition, capacity: CapacityState) -> None:
    """Tell the ledger; a number that nobody vouches for is not told."""
    known = capacity.health != "unknown"
    out.one("o360_people_inside", "People inside.", capacity.people if known else None)
    out.one("o360_people_inside_low", "Lower bound of the people inside.", capacity.low if known else None)
    out.one("o360_people_inside_high", "Upper bound of the people inside.", capacity.high if known else None)
    out.one("o360_capacity_people", "Authorised capacity.", capacity.capacity)
    level = states("level", {}, capacity.state if known else "", _LEVELS)
    out.family("o360_capacity_level", "gauge", "How full, 1 for the level that holds.", level)
    trust = states("health", {}, capacity.health, _TRUST)
    out.family("o360_people_health", "gauge", "How far the people inside can be believed.", trust)


def _counters(out: Exposition, now: CountersNow, away: Set[str]) -> None:
    """Tell totals, zones and cameras; of the groups that are *away* only the totals, which nothing can make wrong."""
    totals = now.totals
    doors = [
        ({"door": f"{report.group}/{row.line}", "direction": way, "staff": "yes" if row.staff else "no"}, float(people))
        for report in totals
        for row in report.lines
        if row.door
        for way, people in (("in", row.people_in), ("out", row.people_out))
    ]
    about = "People through each door since its counter began; it begins again at zero."
    out.family("o360_door_people_total", "counter", about, doors)
    zones = [
        ({"zone": f"{r.group}/{row.zone}"}, float(row.people)) for r in totals if r.group not in away for row in r.zones
    ]
    out.family("o360_zone_people", "gauge", "People in each zone now.", zones)
    _cameras(out, totals, away)
    covered = [
        ({"group": record.group, "camera": record.camera}, _coverage(record.coverage_s, seconds))
        for record in now.intervals
        if record.group not in away and (seconds := (record.end - record.start).total_seconds()) > 0
    ]
    out.family("o360_camera_coverage_ratio", "gauge", "Part of the last interval in which pictures came.", covered)


def _cameras(out: Exposition, totals: list[CountTotals], away: Set[str]) -> None:
    cameras = [({"group": report.group, "camera": row.camera}, row) for report in totals for row in report.cameras]
    seen = [(labels, row) for labels, row in cameras if labels["group"] not in away]
    out.family("o360_camera_fps", "gauge", "Pictures a second.", [(labels, row.fps) for labels, row in seen])
    health = [
        sample
        for labels, row in cameras
        for sample in states("health", labels, "unknown" if labels["group"] in away else row.health, _HEALTH)
    ]
    out.family("o360_camera_health", "gauge", "How well each camera sees, 1 for the state that holds.", health)
    jumps = [(labels, float(row.discontinuities)) for labels, row in cameras]
    out.family("o360_camera_discontinuities_total", "counter", "Restarts and jumps of each camera.", jumps)
    unmoved = [(labels, float(row.unmoved)) for labels, row in seen]
    out.family("o360_camera_unmoved", "gauge", "What looks like people, never moved, and is not counted.", unmoved)


def _queues(out: Exposition, overview: Mapping[str, Mapping[str, int]]) -> None:
    waiting = [({"queue": queue}, float(row["waiting"])) for queue, row in overview.items()]
    desks = [({"queue": queue}, float(row["desks"])) for queue, row in overview.items()]
    out.family("o360_waiting_turns", "gauge", "Turns that wait, by queue.", waiting)
    out.family("o360_queue_desks", "gauge", "Open desks that serve the queue.", desks)


def _truth(value: object) -> float | None:
    return None if value is None else float(bool(value))


def _coverage(coverage_s: float, seconds: float) -> float:
    return round(min(1.0, max(0.0, coverage_s / seconds)), 4)
