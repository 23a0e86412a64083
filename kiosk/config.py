"""What ``o360 kiosk display`` is told by its configuration file."""

from __future__ import annotations

from typing import Literal

from edge.runtime.config import Section
from edge.runtime.mqtt import Broker


class Screen(Section, frozen=True, kw_only=True):
    """The panel; *diagonal_in* and *distance_m* only tell whether the letters are large enough."""

    diagonal_in: float = 55.0
    distance_m: float = 8.0
    fullscreen: bool = True
    width_px: int = 1920  # of the window when it is not full screen
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
    languages: list[str] = ["es", "ca", "en"]  # until the office says its own
    zone: str = "Europe/Madrid"
    screen: Screen = Screen()
    sound: Sound = Sound()
    broker: Broker = Broker()
