"""How a page is looked at: the language, the size of the screen and its colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

NAMES = {"es-ES": "español", "ca-ES": "català", "en-GB": "English", "ar-MA": "العربية"}


@dataclass(frozen=True, slots=True)
class View:
    """One way to look; *width* and *height* in CSS pixels."""

    language: str
    width: int
    height: int = 700
    colours: Literal["light", "dark", "more contrast"] = "light"

    @property
    def options(self) -> dict[str, Any]:
        """Return the options of Playwright's ``Browser.new_context``."""
        options: dict[str, Any] = {
            "viewport": {"width": self.width, "height": self.height},
            "locale": self.language,
            "timezone_id": "Europe/Madrid",
            "reduced_motion": "reduce",
        }
        if self.colours == "dark":
            options["color_scheme"] = "dark"
        if self.colours == "more contrast":
            options["contrast"] = "more"
        return options

    @property
    def label(self) -> str:
        """Return what stands above the picture."""
        colours = "" if self.colours == "light" else f", {self.colours}"
        return f"{self.language.partition('-')[0]}, {self.width} px{colours}"


PHONE = (
    View("es-ES", 320),
    View("ca-ES", 320),
    View("en-GB", 320),
    View("ar-MA", 320),
    View("es-ES", 390, 844, "dark"),
    View("es-ES", 1280, 800),
)
DESK = (
    View("es-ES", 1280, 800),
    View("ca-ES", 1024, 768),
    View("en-GB", 768, 1024),
    View("es-ES", 320),
    View("es-ES", 1280, 800, "dark"),
)
