"""What ``o360 kiosk display`` is told by its configuration file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from edge.contracts import topics
from edge.runtime.config import ConfigError, Section
from edge.runtime.mqtt import Broker


class Screen(Section, frozen=True, kw_only=True):
    """The panel; *diagonal_in* and *distance_m* only tell whether the letters are large enough."""

    diagonal_in: float = 55.0
    distance_m: float = 8.0
    fullscreen: bool = True
    width_px: int = 1920  # of the window when it is not full screen, or off screen
    height_px: int = 1080


class Sound(Section, frozen=True, kw_only=True):
    """Chime and voice; *player* is a command that plays the file in its last argument ("" finds one)."""

    enabled: bool = True
    voice: bool = True
    player: list[str] = []
    voices: dict[str, str] = {}  # language -> espeak-ng voice, where the usual one is not wanted
    speed_wpm: int = 140
    chime_volume: float = 0.6
    voice_volume: float = 1.0
    cache_dir: str = ""  # "": CACHE_DIRECTORY of systemd, else the user's cache
    cache_mb: int = 32


class DisplayConfig(Section, frozen=True, kw_only=True):
    """The whole file."""

    name: str
    variant: Literal["hall", "door"] = "hall"
    theme: Literal["light", "dark", "contrast"] = "light"
    brand: str = ""  # "#rrggbb" of the office; "" keeps the product's own
    text_scale: float = 1.0
    motion: bool = True
    languages: tuple[str, ...] = ("es", "ca", "en")  # until the office says its own
    zone: str = "Europe/Madrid"
    screen: Screen = Screen()
    sound: Sound = Sound()
    broker: Broker = Broker()


def check(file: Path, config: DisplayConfig) -> None:
    """Raise ``ConfigError`` for values that no type can refuse."""
    wrong = [
        ("name", not _is_level(config.name), "must be a-z 0-9 _ . - and at most 56 characters"),
        ("text_scale", not 0.8 <= config.text_scale <= 1.6, "must be from 0.8 to 1.6"),
        ("brand", not re.fullmatch(r"(#[0-9a-fA-F]{6})?", config.brand), "must be a colour like #0b5360"),
        ("languages", not config.languages, "must name at least one language"),
        ("zone", not _is_zone(config.zone), "is no IANA time zone"),
        ("screen.diagonal_in", config.screen.diagonal_in <= 0, "must be above zero"),
        ("screen.distance_m", config.screen.distance_m <= 0, "must be above zero"),
        ("sound.chime_volume", not 0 <= config.sound.chime_volume <= 1, "must be from 0 to 1"),
        ("sound.voice_volume", not 0 <= config.sound.voice_volume <= 2, "must be from 0 to 2"),
    ]
    for key, is_wrong, reason in wrong:
        if is_wrong:
            raise ConfigError(file, key, reason)


def _is_level(name: str) -> bool:
    try:
        return bool(topics.level(f"display-{name}")) and bool(topics.level(name))
    except ValueError:
        return False


def _is_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
