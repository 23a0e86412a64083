"""What the machine needs to run one office; everything else is settings of the office."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from edge.adapters.documents import read_settings
from edge.adapters.mqtt.command_keys import Ed25519Keys
from edge.adapters.notify.registry import NotifierSection, World, build
from edge.contracts.topics import level
from edge.runtime import resources
from edge.runtime.clock import SystemClock
from edge.runtime.config import ConfigError, Section, load_config
from edge.runtime.mqtt import Broker
from edge.runtime.weblogin import must_be_secure


class DiscoverySection(Section, frozen=True, kw_only=True):
    """Home Assistant on the office bus.

    Off unless somebody wants it: it needs rights of its own in the broker's access list, and puts names of doors and
    cameras where a program that is not the office's keeps them.
    """

    enabled: bool = False
    prefix: str = "homeassistant"  # as in Home Assistant's own settings

    def __post_init__(self) -> None:
        level(self.prefix)


class EdgeConfig(Section, frozen=True, kw_only=True):
    """Boot configuration of the edge."""

    office: str
    database: str
    documents: str = ""  # folder of offices/, catalogue/, holidays/; "" = the distribution's config/
    host: str = "127.0.0.1"
    port: int = 8360
    public_url: str = ""  # overrides the office's public name, for development and the demo
    bus: Broker = Broker()
    uplink: Broker | None = None
    certificate: str = ""  # of the public name, PEM with its chain; "" where a proxy on this machine ends TLS
    key: str = ""
    proxies: list[str] = []  # addresses whose X-Forwarded-For is believed: the centre's reverse proxy
    centre_keys: dict[str, str] = {}  # key id -> Ed25519 public key in base64: whose commands are obeyed
    discovery: DiscoverySection = DiscoverySection()
    spool: str = ""  # folder for documents in transit; "" = beside the database
    live_s: float = 5.0
    notify: dict[Literal["push", "sms", "mail"], NotifierSection] = {}  # without it board and voice tell

    @property
    def documents_dir(self) -> Path:
        """Return the folder of the office's documents."""
        return Path(self.documents) if self.documents else resources.config_dir()

    @property
    def spool_dir(self) -> Path:
        """Return the folder for documents in transit."""
        return Path(self.spool) if self.spool else Path(self.database).parent / "spool"


def load(file: Path) -> EdgeConfig:
    """Read and check the configuration of the edge and of its office; raise ``ConfigError``."""
    config = load_config(file, EdgeConfig)
    settings = read_settings(config.documents_dir, config.office)
    _check_address(file, config)
    world = World(file, SystemClock(), config.public_url or settings.office.public_url, bytes(32))
    for rung, section in config.notify.items():
        build(rung, section, world)
    try:
        Ed25519Keys(config.centre_keys)
    except ValueError as exc:
        raise ConfigError(file, "centre_keys", str(exc)) from exc
    return config


def _check_address(file: Path, config: EdgeConfig) -> None:
    if bool(config.certificate) != bool(config.key):
        raise ConfigError(file, "certificate", "a certificate and its key belong together")
    for name in ("certificate", "key"):
        if (path := getattr(config, name)) and not Path(path).is_file():
            raise ConfigError(file, name, f"{path}: no such file")
    if must_be_secure(config.host) and not config.certificate:
        raise ConfigError(file, "host", "other machines reach the pages over TLS only: name a certificate and its key")
