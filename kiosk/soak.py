"""Soak of the display: thousands of calls from another thread through the real signals to painted frames.

``python -m kiosk.soak --calls 10000`` ends with one line of JSON; it fails when memory grows by 5 MB or more. It
guards against the Qt binding that loses a reference at every emitted signal and ends the process after a day.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import click

from edge.contracts import topics
from edge.contracts.board import BoardCall, BoardCode, BoardSnapshot
from edge.contracts.wire import encode
from edge.runtime.clock import SystemClock
from edge.runtime.command_line import setup_logging
from edge.runtime.mqtt import Broker
from kiosk.config import DisplayConfig, Screen, Sound
from kiosk.qt.platform import prepare

WARM_UP_CALLS = 1000
FRAME_TIMEOUT_S = 10.0
LIMIT_MB = 5.0
PAGE_BYTES = 4096


def rss_mb() -> float:
    """Return the resident memory of this process in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES / 1e6


def snapshot(number: int, clock: SystemClock) -> BoardSnapshot:
    """Return the board after call *number*: at most five calls, a code of its own, changing occupancy."""
    now = clock.now()
    calls = [
        BoardCall(
            call_id=f"soak{i}",
            code=f"{chr(65 + i % 5)}{i % 1000:03}",
            desk=str(1 + i % 12),
            called_at=now - timedelta(seconds=number - i),
        )
        for i in range(number, max(number - 5, 0), -1)
    ]
    code = BoardCode(code=f"{number % 10**8:08}", valid_from=now, valid_until=now + timedelta(seconds=60))
    return BoardSnapshot(
        office="soak",
        title="Soak",
        languages=["es", "ca", "en"],
        zone="Europe/Madrid",
        seq=number,
        generated_at=now,
        open=True,
        calls=calls,
        waiting=number % 20,
        codes=[code],
        join_url="https://soak.offices.example/t",
    )


class Soak:
    """Feeds a display with calls as fast as it paints them."""

    def __init__(self, calls: int, width_px: int, height_px: int) -> None:
        from kiosk.app import DisplayApp

        self._calls, self._clock = calls, SystemClock()
        config = DisplayConfig(
            name="soak",
            screen=Screen(fullscreen=False, width_px=width_px, height_px=height_px),
            sound=Sound(enabled=False),
            broker=Broker(port=1),  # nobody answers there: the messages are handed over by this program
        )
        self._app = DisplayApp(config, clock=self._clock)
        self._painted = threading.Condition()
        self._app.window.view.frameSwapped.connect(self._frame)
        self._marks: list[tuple[int, float]] = []
        self._failure = ""

    def run(self) -> dict[str, float | int | str]:
        """Return the figures of the soak."""
        feeder = threading.Thread(target=self._feed, name="soak", daemon=True)
        started = time.monotonic()
        feeder.start()
        self._app.run()
        feeder.join(FRAME_TIMEOUT_S)
        before = next((mb for shown, mb in self._marks if shown >= WARM_UP_CALLS), self._marks[0][1])
        return {
            "calls": self._app.calls_shown,
            "seconds": round(time.monotonic() - started, 1),
            "rss_mb": round(self._marks[-1][1], 1),
            "growth_mb": round(self._marks[-1][1] - before, 2),
            "failure": self._failure,
        }

    def _frame(self) -> None:
        with self._painted:
            self._painted.notify()

    def _feed(self) -> None:
        for number in range(1, self._calls + 1):
            self._app.feed.receive(topics.board(), encode(snapshot(number, self._clock)), retained=False)
            with self._painted:
                if not self._painted.wait_for(lambda: self._app.calls_shown >= number, FRAME_TIMEOUT_S):  # noqa: B023
                    self._failure = f"call {number} was not painted"
                    break
            if number % 500 == 0 or number == self._calls:
                self._marks.append((number, rss_mb()))
        self._app.end()


@click.command()
@click.option("--calls", default=10_000, show_default=True, help="How many calls.")
@click.option("--size", default="960x540", show_default=True, help="Size of the window in pixels.")
def main(calls: int, size: str) -> None:
    """Paint thousands of calls and watch the memory."""
    setup_logging("soak", "warning")
    prepare("offscreen")
    width, height = map(int, size.split("x"))
    figures = Soak(calls, width, height).run()
    click.echo(json.dumps(figures))
    is_good = not figures["failure"] and figures["calls"] == calls and float(figures["growth_mb"]) < LIMIT_MB
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main()
