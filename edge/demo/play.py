"""One performance: start the stage, let people act, stop in order, and count what is left in the two databases."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from edge.demo import brokers
from edge.demo.configs import DISPLAYS, OFFICE
from edge.demo.people import People
from edge.demo.processes import wait_for
from edge.demo.stage import Stage
from edge.demo.watch import Watch
from edge.runtime.mqtt import Broker

CATCH_UP_S = 20.0


@dataclass(frozen=True, slots=True)
class Result:
    """What a performance leaves; the last line of ``o360 demo --json``."""

    turns_issued: int
    turns_called: int
    turns_completed: int
    people_in: int
    people_out: int
    events_in_office: int
    events_at_centre: int
    call_to_board_ms_p95: float | None
    board_png: str

    def as_json(self) -> str:
        """Return one line."""
        return json.dumps(asdict(self))


class Performance:
    """A stage with people on it. *say* is told each step in words."""

    def __init__(self, stage: Stage, *, pace_s: float, seed: int, say: Callable[[str], None]) -> None:
        self.stage, self._say = stage, say
        self._told = -1
        folder = stage.layout.office_bus
        broker = Broker(
            port=stage.ports.office_bus,
            username=brokers.WATCHER,
            password_file=str(folder / f"{brokers.WATCHER}.password"),
        )
        self.watch = Watch(broker, DISPLAYS[0])
        chance = random.Random(seed)  # noqa: S311 - a script, not a secret
        self.people = People(stage.office_url, stage.staff, pace_s=pace_s, chance=chance, look=lambda: self.watch.code)

    def run(self, seconds: float | None, is_over: Callable[[], bool], tick: Callable[[float], None]) -> Result:
        """Play for *seconds*, or until *is_over* says so, calling *tick* with the time played; then end and count."""
        self.watch.start()
        try:
            asyncio.run(self._act(seconds, is_over, tick))
            self._say("people go home")
            return self._finish()
        finally:
            self.watch.stop()

    async def _act(self, seconds: float | None, is_over: Callable[[], bool], tick: Callable[[float], None]) -> None:
        home = asyncio.Event()
        acting = asyncio.create_task(self.people.act(home))
        start = time.monotonic()
        while not is_over() and not acting.done():
            played = time.monotonic() - start
            tick(played)
            if seconds is not None and played >= seconds:
                break
            await asyncio.sleep(0.25)
        home.set()
        await acting

    def _finish(self) -> Result:
        stage, picture = self.stage, self.stage.layout.picture(DISPLAYS[0])
        for name in ("counter", *(f"display-{d}" for d in DISPLAYS), "bridge"):
            stage.stop_one(name)
        self._say("the office tells the centre the rest")
        wait_for("the centre's acknowledgement", self._all_told_and_quiet, CATCH_UP_S)
        for name in ("edge", "central"):
            stage.stop_one(name)
        log = self._office_log()
        came, left = self.watch.people
        types = log["types"]
        return Result(
            turns_issued=types.get("turn_issued", 0),
            turns_called=types.get("turn_called", 0),
            turns_completed=types.get("turn_completed", 0),
            people_in=came,
            people_out=left,
            events_in_office=log["rows"],
            events_at_centre=self._at_centre(),
            call_to_board_ms_p95=self.watch.call_to_board_ms(),
            board_png=str(picture) if picture.exists() else "",
        )

    def _all_told_and_quiet(self) -> bool:
        """Whether the centre has every row, twice in a row: the last good-byes of devices come late."""
        told, self._told = self._told, self._office_log()["rows"]
        return bool(told == self._told == self._at_centre())

    def _office_log(self) -> dict[str, Any]:
        found: dict[str, Any] = self._last_json("edge", "audit", "verify", "--config", str(self.stage.edge_config))
        return found

    def _at_centre(self) -> int:
        offices = self._last_json("central", "offices", "--config", str(self.stage.central_config))
        return sum(office["rows"] for office in offices if office["office"] == OFFICE)

    def _last_json(self, *words: str) -> Any:
        return json.loads(self.stage.run(*words, "--json").strip().splitlines()[-1])
