"""Configuration of one bridge process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from edge.contracts.topics import level
from edge.runtime.config import ConfigError, Section, load_config
from edge.runtime.mqtt import Broker


class DeviceSection(Section, frozen=True, kw_only=True):
    """One device; its name in the table is its name on the bus."""

    driver: str
    options: dict[str, Any] = {}  # the driver's own, see docs/devices.md
    poll_s: float = 2.0  # how often the device is asked how it is
    grace_s: float = 10.0  # how long a job waits for a device that went away
    jobs_per_minute: int = 30  # more are refused
    stuck_s: float = 120.0  # a call into the driver that lasts longer makes the device "unknown"


class BridgeConfig(Section, frozen=True, kw_only=True):
    """The whole file."""

    name: str  # the bridge's own device is "bridge-<name>"
    state_dir: str  # journal and lock; a relative path is relative to this file
    broker: Broker = Broker()
    edge_url: str = ""  # origin of the edge's HTTP, for devices that upload; nothing else ever gets a bearer
    edge_ca_file: str = ""
    device: dict[str, DeviceSection]


def read_config(file: Path) -> BridgeConfig:
    """Return the configuration in *file*; raise ``ConfigError`` for anything wrong."""
    config = load_config(file, BridgeConfig)
    if not config.device:
        raise ConfigError(file, "device", "a bridge needs at least one device")
    for name in (f"bridge-{config.name}", *config.device):
        try:
            level(name)
        except ValueError as exc:
            raise ConfigError(file, f"device.{name}", str(exc)) from exc
    for name, section in config.device.items():
        if min(section.poll_s, section.stuck_s) <= 0 or section.grace_s < 0 or section.jobs_per_minute < 1:
            raise ConfigError(file, f"device.{name}", "times and caps must be above zero")
    return config


def state_dir(config: BridgeConfig, file: Path) -> Path:
    """Return the folder of journal and lock."""
    return (file.parent / Path(config.state_dir).expanduser()).resolve()
