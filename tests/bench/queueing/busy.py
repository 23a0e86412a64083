"""The office of the soak: its clock runs ten times as fast, few desks take appointments, and everything runs out soon.

Codes of appointments really go out, through an SMS gateway on the loopback that keeps the last text for each number;
the centre reaches the office over the same broker.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

from edge.bootstrap.office import OfficeParts
from edge.central.commands import Signer
from tests.bench.queueing.premises import DESKS, MORNING_H, ZONE, Premises, common_document

SPEED = 10
BOOKED = 6  # services that are given by appointment; the others are for walk-ins only
POSTERS = 3
_CODE = re.compile(r"(?<![\w-])\d{6}(?![\w-])")


@dataclass(frozen=True, slots=True)
class Pace:
    """Tells the office's time in every process, and over every restart: *at* was when the machine said *since*."""

    at: datetime
    since: float

    def now(self) -> datetime:
        """Return the time in the office."""
        return self.at + timedelta(seconds=(time.time() - self.since) * SPEED)

    def option(self) -> str:
        """Return the ``--clock`` of an office that is started now."""
        return f"+{(self.now() - datetime.now(UTC)).total_seconds():.3f},x{SPEED}"


def tomorrow() -> Pace:
    """Return a pace that begins tomorrow morning."""
    local = datetime.now(UTC).astimezone(ZoneInfo(ZONE))
    morning = local.replace(hour=MORNING_H, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return Pace(morning.astimezone(UTC), time.time())


class PostBox:
    """An SMS gateway; the last code for each number is a file with its digits as name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                letter = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if code := _CODE.search(letter["text"]):
                    written = folder / f"{letter['id']}.part"
                    written.write_text(code.group())
                    written.replace(folder / letter["to"].lstrip("+"))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()


@dataclass
class BusyOffice(Premises):
    """Premises with an agenda, posters, a gateway and a centre."""

    pace: Pace = field(default_factory=tomorrow)

    def __post_init__(self) -> None:
        self.post = PostBox(self.folder / "post")
        self.key = self.folder / "centre.key"
        Signer.generate(self.key)
        self.posters: list[str] = []
        self.clock = self.pace.option()
        super().__post_init__()

    def start(self) -> None:
        """Start the office at the time that it is by now."""
        self.clock = self.pace.option()
        super().start()

    def document(self, services: Sequence[str]) -> str:
        """See ``Premises``."""
        return busy_document(services)

    def more(self) -> str:
        """See ``Premises``."""
        signer, port = Signer.load(self.key), self.broker.port
        sms = f'[notify.sms]\nkind = "sms_http"\n[notify.sms.options]\nurl = "{self.post.url}"\n'
        return f'[uplink]\nport = {port}\n[centre_keys]\n"{signer.key_id}" = "{signer.public}"\n{sms}'

    def prepare(self, parts: OfficeParts) -> None:
        """See ``Premises``."""
        self.posters = [parts.posters.make(f"door {n}", actor="bench").id for n in range(POSTERS)]


def busy_document(services: Sequence[str]) -> str:
    """Return a document in which no desk serves all, and in which holds, codes, calls and grants soon run out."""
    walk_in = "".join(f"[agenda.service.{one}]\nbooking = false\n" for one in services[BOOKED:])
    desks = "".join(_desk(n, services) for n in range(1, DESKS + 1))
    return common_document(services, _RULES + walk_in, desks)


def _desk(number: int, services: Sequence[str]) -> str:
    """Return a desk that leaves every third service to others; each fourth also takes people by video."""
    served = [one for place, one in enumerate(services) if (place + number) % 3]
    modes = ["presencial", "video"] if number % 4 == 0 else ["presencial"]
    by_itself = 60 if number > DESKS - 2 else 0
    return (
        f'[desk.{number}]\nlabel = "{number}"\nzone = "Planta {number // 9}"\nqueues = {json.dumps(served)}\n'
        f"modes = {json.dumps(modes)}\nauto_call_s = {by_itself}\n"
    )


_RULES = """
[rules]
due_lead_s = 300
early_check_in_min = 120
late_check_in_min = 1
remote_ttl_min = 5
missed_ttl_min = 4
recall_after_s = 1
auto_recalls = 1
no_show_after_s = 40
hold_min = 3
walk_in_cap_min = 20
help_after_min = 5
late_credit_min = 10
missed_credit_min = 3
delay_min = 1
delays = 2
bulk_limit = 3
queue_limit = 999
remote_limit = 999
[console]
lock_after_s = 300
[notices_rules]
day_cents = 1000000
[agenda]
grid_min = 10
share_percent = 80
public_percent = 80
lease_percent = 30
video_desks = 2
window_days = 2
notice_min = 1
hold_min = 1
confirm_min = 2
cool_down_min = 1
lease_hours = 1
freed = "walk_in"
freed_late_hours = 1
learn_minutes = true
[[shift]]
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
opens = "00:00"
closes = "09:40"
desks = ["1", "2", "3", "4", "5", "6"]
[[shift]]
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
opens = "09:20"
closes = "23:50"
desks = ["4", "5", "6", "7", "8", "9", "10"]
"""
