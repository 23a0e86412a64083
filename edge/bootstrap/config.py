"""What the machine needs to run one office; everything else is settings of the office."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from edge.adapters.channels.settings import ChannelsSection
from edge.adapters.deposits import CentreDepot, DepositsSection
from edge.adapters.documents import offices, read_settings
from edge.adapters.identity.gateway import CALLBACK, CitizenProvider
from edge.adapters.identity.staff import Claims, CorporateLogin
from edge.adapters.mqtt.command_keys import Ed25519Keys
from edge.adapters.notify.registry import NotifierSection, World, build
from edge.contracts.topics import level
from edge.runtime import resources
from edge.runtime.clock import SystemClock
from edge.runtime.config import ConfigError, Section, load_config
from edge.runtime.cookies import must_be_secure
from edge.runtime.mqtt import Broker
from edge.runtime.oidc import OidcClient, Provider
from edge.services.settings import Settings


class DiscoverySection(Section, frozen=True, kw_only=True):
    """Home Assistant on the office bus.

    Off unless somebody wants it: it needs rights of its own in the broker's access list, and puts names of doors and
    cameras where a program that is not the office's keeps them.
    """

    enabled: bool = False
    prefix: str = "homeassistant"  # as in Home Assistant's own settings

    def __post_init__(self) -> None:
        level(self.prefix)


class LoginSection(Section, frozen=True, kw_only=True):
    """The corporate log-in of staff (OpenID Connect); the office's own passwords work beside it."""

    issuer: str
    client_id: str
    client_secret_file: str = ""
    label: str  # of the button: how people call that house
    scopes: list[str] = msgspec.field(default_factory=lambda: ["openid", "profile"])
    login_claim: str = "preferred_username"  # must be one that people cannot change there themselves
    name_claim: str = "name"
    roles_claim: str = "groups"  # a dot leads into an object: realm_access.roles
    roles: dict[
        str, Literal["agent", "helper", "manager", "technician", "official"]
    ]  # group of that house -> role here


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
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 8360
    public_url: str = ""  # overrides the office's public name, for development and the demo
    bus: Broker = Broker()
    uplink: Broker | None = None
    certificate: str = ""  # of the public name, PEM with its chain; "" where a proxy on this machine ends TLS
    key: str = ""
    proxies: list[str] = []  # addresses whose X-Forwarded-For is believed: the centre's reverse proxy
    centre_keys: dict[str, str] = {}  # key id -> Ed25519 public key in base64: whose commands are obeyed
    discovery: DiscoverySection = DiscoverySection()
    login: LoginSection | None = None
    channels: ChannelsSection = ChannelsSection()  # messengers through which people reach the assistant
    spool: str = ""  # folder for documents in transit; "" = beside the database
    clamd: str = ""  # socket of ClamAV's daemon (path or host:port); "" where there is none
    deposits: DepositsSection | None = None  # where submitted documents go; None: an official takes them on
    identity: dict[str, IdentitySection] = {}  # providers by a short name, in the order of the page
    live_s: float = 5.0
    notify: dict[Literal["push", "chat", "sms", "mail"], NotifierSection] = {}  # without it board and voice tell

    @property
    def ways_out(self) -> Mapping[str, NotifierSection]:
        """Return what sends notices, by rung; a messenger that people talk to the office through sends them too."""
        found: dict[str, NotifierSection] = dict(self.notify.items())
        if self.channels.notices and self.channels.names:
            found.setdefault("chat", NotifierSection(kind="messenger"))
        return found

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
    settings = _read_office(file, config)
    _check_files(file, config)
    _check_address(file, config)
    if config.login is not None:
        try:
            build_login(config.login, "https://office.example")
        except (ValueError, OSError) as exc:
            raise ConfigError(file, "login", str(exc)) from exc
    _check_notices(file, config, config.public_url or settings.office.public_url)
    if (bot := config.channels.telegram) and not Path(bot.token_file).is_file():
        raise ConfigError(file, "channels.telegram.token_file", f"{bot.token_file}: no such file")
    try:
        Ed25519Keys(config.centre_keys)
    except ValueError as exc:
        raise ConfigError(file, "centre_keys", str(exc)) from exc
    _check_identity(file, config)
    if config.deposits is not None:
        try:
            CentreDepot(config.deposits, config.office)
        except (ValueError, OSError) as exc:
            raise ConfigError(file, "deposits", str(exc)) from exc
    return config


def build_login(section: LoginSection, public_url: str) -> CorporateLogin:
    """Return the corporate log-in of an office; raise ``ValueError`` or ``OSError`` when it cannot be one."""
    secret = Path(section.client_secret_file).read_text("utf-8").strip() if section.client_secret_file else ""
    provider = Provider(
        issuer=section.issuer,
        client_id=section.client_id,
        client_secret=secret,
        redirect_uri=f"{public_url}/login/oidc/back",
        scopes=tuple(section.scopes),
    )
    claims = Claims(section.login_claim, section.name_claim, section.roles_claim, section.roles)
    return CorporateLogin(OidcClient(provider), issuer=section.issuer, label=section.label, claims=claims)


def _read_office(file: Path, config: EdgeConfig) -> Settings:
    known = offices(config.documents_dir)
    if config.office not in known:
        there = ", ".join(known) or "no office"
        raise ConfigError(
            file, "office", f"{config.office!r} is unknown: {config.documents_dir / 'offices'} has {there}"
        )
    return read_settings(config.documents_dir, config.office)


def _check_files(file: Path, config: EdgeConfig) -> None:
    folder = Path(config.database).parent
    if not folder.is_dir():
        raise ConfigError(file, "database", f"{folder}: no such folder; make it for the office's user")
    for name, broker in (("bus", config.bus), ("uplink", config.uplink)):
        if broker is not None and (lost := broker.missing()):
            raise ConfigError(file, f"{name}.{lost[0]}", f"{lost[1]}: no such file")


def _check_identity(file: Path, config: EdgeConfig) -> None:
    for name, section in config.identity.items():
        try:
            section.provider(name, config.public_url)
        except OSError as exc:
            raise ConfigError(file, f"identity.{name}.secret_file", f"{section.secret_file}: {exc.strerror}") from exc
        except ValueError as exc:
            raise ConfigError(file, f"identity.{name}.issuer", str(exc)) from exc


def _check_notices(file: Path, config: EdgeConfig, public_url: str) -> None:
    world = World(file, SystemClock(), public_url, bytes(32))
    for rung, section in config.ways_out.items():
        build(rung, section, world)
        if section.kind == "messenger" and (rung != "chat" or not config.channels.names):
            raise ConfigError(file, f"notify.{rung}.kind", "is for notify.chat, and needs a messenger under [channels]")


def _check_address(file: Path, config: EdgeConfig) -> None:
    if bool(config.certificate) != bool(config.key):
        raise ConfigError(file, "certificate", "a certificate and its key belong together")
    for name in ("certificate", "key"):
        if (path := getattr(config, name)) and not Path(path).is_file():
            raise ConfigError(file, name, f"{path}: no such file")
    if must_be_secure(config.host) and not config.certificate:
        raise ConfigError(file, "host", "other machines reach the pages over TLS only: name a certificate and its key")
