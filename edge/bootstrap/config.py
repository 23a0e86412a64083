"""What the machine needs to run one office; everything else is settings of the office."""

from __future__ import annotations

from pathlib import Path

import msgspec

from edge.adapters.documents import read_settings
from edge.adapters.identity.gateway import CALLBACK, CitizenProvider
from edge.adapters.mqtt.command_keys import Ed25519Keys
from edge.contracts.topics import level
from edge.runtime import resources
from edge.runtime.config import ConfigError, Section, load_config
from edge.runtime.mqtt import Broker
from edge.runtime.oidc import OidcClient, Provider
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


class IdentitySection(Section, frozen=True, kw_only=True):
    """One identity provider of citizens, over OpenID Connect."""

    title: str  # as people know it, e.g. "Cl@ve"
    issuer: str  # https address of the provider, exactly as it names itself
    client_id: str
    secret_file: str  # file that holds the client's secret; readable by the office's user only
    scopes: list[str] = msgspec.field(default_factory=lambda: ["openid", "profile"])
    levels: list[str] = []  # acr values of which one is needed; [] asks for none
    name_claim: str = "name"
    number_claim: str = "sub"  # the claim with the number of the identity document

    def provider(self, name: str, public_url: str) -> CitizenProvider:
        """Return the provider called *name*; raise ``OSError`` for its secret, ``ValueError`` for its address."""
        secret = Path(self.secret_file).read_text("utf-8").strip()
        back = public_url.rstrip("/") + CALLBACK
        client = OidcClient(Provider(self.issuer, self.client_id, secret, back, tuple(self.scopes)))
        return CitizenProvider(name, self.title, client, tuple(self.levels), self.name_claim, self.number_claim)


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
    clamd: str = ""  # socket of ClamAV's daemon (path or host:port); "" where there is none
    identity: dict[str, IdentitySection] = {}  # providers by a short name, in the order of the page
    live_s: float = 5.0

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
    read_settings(config.documents_dir, config.office)
    _check_address(file, config)
    try:
        Ed25519Keys(config.centre_keys)
    except ValueError as exc:
        raise ConfigError(file, "centre_keys", str(exc)) from exc
    _check_identity(file, config)
    return config


def _check_identity(file: Path, config: EdgeConfig) -> None:
    for name, section in config.identity.items():
        try:
            section.provider(name, config.public_url)
        except OSError as exc:
            raise ConfigError(file, f"identity.{name}.secret_file", f"{section.secret_file}: {exc.strerror}") from exc
        except ValueError as exc:
            raise ConfigError(file, f"identity.{name}.issuer", str(exc)) from exc


def _check_address(file: Path, config: EdgeConfig) -> None:
    if bool(config.certificate) != bool(config.key):
        raise ConfigError(file, "certificate", "a certificate and its key belong together")
    for name in ("certificate", "key"):
        if (path := getattr(config, name)) and not Path(path).is_file():
            raise ConfigError(file, name, f"{path}: no such file")
    if must_be_secure(config.host) and not config.certificate:
        raise ConfigError(file, "host", "other machines reach the pages over TLS only: name a certificate and its key")
