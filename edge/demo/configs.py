"""The configuration files that the demo writes for every program, as a technician would."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

OFFICE = "carretas4"
GROUP = "entrance"
DISPLAYS = ("hall", "door")
BRIDGE = "hall"
DEVICES = ("ticket-1", "sign-door", "scanner-1")
CLIP = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")
# Two ways across the street of the clip play the doors: about as many come in by them as go out.
DOOR_LINES = {"main": [[400, 60], [400, 250]], "side": [[100, 350], [700, 350]]}


Tables = dict[str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the parts of the demo listen, all on 127.0.0.1."""

    office_bus: int
    centre_bus: int
    office_http: int
    centre_http: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Folders of one demo."""

    root: Path

    @property
    def office(self) -> Path:
        """Database of the office, tickets, spool."""
        return self.root / "office"

    @property
    def centre(self) -> Path:
        """Database and key of the centre."""
        return self.root / "centre"

    @property
    def office_bus(self) -> Path:
        """Broker of the office."""
        return self.root / "office-broker"

    @property
    def centre_bus(self) -> Path:
        """Broker of the centre."""
        return self.root / "centre-broker"

    @property
    def logs(self) -> Path:
        """What the programs log."""
        return self.root / "logs"

    @property
    def messages(self) -> Path:
        """What the office would send by SMS and e-mail."""
        return self.root / "messages.txt"

    def picture(self, display: str) -> Path:
        """Return where a display without a screen leaves its picture."""
        return self.root / f"{'board' if display == 'hall' else display}.png"


def edge(layout: Layout, ports: Ports, centre_key: tuple[str, str]) -> Path:
    """Write the edge's configuration."""
    tables: Tables = {
        "": {
            "office": OFFICE,
            "database": str(layout.office / f"{OFFICE}.db"),
            "port": ports.office_http,
            "public_url": f"http://localhost:{ports.office_http}",
            "live_s": 2.0,
        },
        "bus": _broker(ports.office_bus, layout.office_bus, "edge"),
        "uplink": _broker(ports.centre_bus, layout.centre_bus, OFFICE),
        # Nobody is written to in a demo: who tries it reads the code of a booking in a file.
        "notify.sms": {"kind": "console"},
        "notify.sms.options": {"file": str(layout.messages)},
        "notify.mail": {"kind": "console"},
        "notify.mail.options": {"file": str(layout.messages)},
        "centre_keys": {centre_key[0]: centre_key[1]},
    }
    return _write(layout.root / "edge.toml", tables)


def central(layout: Layout, ports: Ports, key_file: Path) -> Path:
    """Write the centre's configuration."""
    tables: Tables = {
        "": {"heartbeat_s": 2.0},
        "broker": _broker(ports.centre_bus, layout.centre_bus, "centre"),
        "database": {"url": f"sqlite:///{layout.centre / 'central.db'}"},
        "http": {"port": ports.centre_http},
        "commands": {"key_file": str(key_file)},
    }
    return _write(layout.root / "central.toml", tables)


def counter(layout: Layout, ports: Ports, clip: Path) -> Path:
    """Write the counter's configuration: the sample clip, in a loop, is the camera of the door."""
    tables: Tables = {
        "": {"group": GROUP, "interval_s": 20, "outbox": "outbox", "edge_url": f"http://127.0.0.1:{ports.office_http}"},
        "broker": _broker(ports.office_bus, layout.office_bus, f"counter-{GROUP}"),
        "cameras.door": {"kind": "file", "path": str(clip), "loop": True},
        **{f"cameras.door.lines.{name}": {"points": points, "door": True} for name, points in DOOR_LINES.items()},
    }
    return _write(layout.root / "counter.toml", tables)


def display(layout: Layout, ports: Ports, name: str, *, languages: Sequence[str], sound: bool) -> Path:
    """Write a display's configuration; only a window has sound."""
    tables: Tables = {
        "": {"name": name, "variant": name, "languages": list(languages)},
        "screen": {"fullscreen": False, "width_px": 1280, "height_px": 720},
        "sound": {"enabled": sound, "cache_dir": str(layout.root / "voice")},
        "broker": _broker(ports.office_bus, layout.office_bus, f"display-{name}"),
    }
    return _write(layout.root / f"display-{name}.toml", tables)


def bridge(layout: Layout, ports: Ports) -> Path:
    """Write the bridge's configuration: virtual devices whose paper and signs are files."""
    tables: Tables = {
        "": {
            "name": BRIDGE,
            "state_dir": str(layout.office / "devices"),
            "edge_url": f"http://127.0.0.1:{ports.office_http}",
        },
        "broker": _broker(ports.office_bus, layout.office_bus, f"bridge-{BRIDGE}"),
        "device.ticket-1": {"driver": "virtual_ticket_printer"},
        "device.scanner-1": {"driver": "virtual_scanner"},
        "device.sign-door": {"driver": "virtual_sign"},
        "device.sign-door.options": {"sign": "door"},
    }
    return _write(layout.root / "bridge.toml", tables)


def _broker(port: int, folder: Path, user: str) -> dict[str, object]:
    return {"port": port, "username": user, "password_file": str(folder / f"{user}.password")}


def _write(file: Path, tables: Tables) -> Path:
    rows: list[str] = []
    for name, values in tables.items():
        rows += ["", f"[{name}]"] if name else []
        rows += [f"{json.dumps(key) if '.' in key else key} = {json.dumps(value)}" for key, value in values.items()]
    file.write_text("\n".join(rows) + "\n")
    return file
