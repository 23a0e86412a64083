"""What a centre needs to start."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

from edge.runtime.config import ConfigError, Section, load_config
from edge.runtime.mqtt import Broker


class Http(Section, frozen=True, kw_only=True):
    """Where the console listens. *public_host* is the name that people type; cookies are ``Secure`` unless it is
    loopback. *proxies* are the addresses whose X-Forwarded-For is believed."""

    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 8180
    public_host: str = "localhost"
    proxies: list[str] = []
    idle_minutes: int = 15


class Database(Section, frozen=True, kw_only=True):
    """SQLAlchemy address: ``sqlite:////var/lib/o360/central.db`` or ``postgresql+psycopg://...``."""

    url: str


class Commands(Section, frozen=True, kw_only=True):
    """The private key that signs commands (``o360 central keygen``); "" for a centre that only watches."""

    key_file: str = ""


class Documents(Section, frozen=True, kw_only=True):
    """Where documents that people hand in at offices are kept until the registry takes them, as clear files.

    *offices* has the SHA-256 of each office's token; an office that is not there hands nothing in.
    """

    folder: str
    offices: dict[str, Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]] = {}


class CentralConfig(Section, frozen=True, kw_only=True):
    """The whole file. *heartbeat_s* is how often offices say their figures; *shards* are hexadecimal digits."""

    database: Database
    broker: Broker = Broker()
    http: Http = Http()
    commands: Commands = Commands()
    documents: Documents | None = None
    title: str = "Oficina 360"
    zone: str = "Europe/Madrid"
    heartbeat_s: float = 5.0
    shards: list[str] = []


def read_config(file: Path) -> CentralConfig:
    """Read and check *file*; raises ``ConfigError``."""
    config = load_config(file, CentralConfig)
    if not 0.5 <= config.heartbeat_s <= 300:
        raise ConfigError(file, "heartbeat_s", "must be from 0.5 to 300 seconds")
    for digit in config.shards:
        if not re.fullmatch("[0-9a-f]", digit):
            raise ConfigError(file, "shards", f"{digit!r} is no hexadecimal digit")
    try:
        ZoneInfo(config.zone)
    except (ValueError, OSError, KeyError):
        raise ConfigError(file, "zone", f"{config.zone!r} is no IANA time zone") from None
    if not 1 <= config.http.idle_minutes <= 720:
        raise ConfigError(file, "http.idle_minutes", "must be from 1 to 720")
    return config
