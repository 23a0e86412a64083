"""Design tokens: one file of colours, sizes and durations that feeds both the pages (CSS) and the screens (QML).

A colour is a role ("text", "on-brand"), never a hue; every theme has the same roles, and which role may be read on
which is written in the tokens with the contrast that it needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from edge.runtime.config import ConfigError, Section, load_config
from edge.runtime.resources import config_dir

THEMES = ("light", "dark", "contrast")

_HEX = re.compile(r"#[0-9a-f]{6}")


class Pair(Section, frozen=True, kw_only=True):
    """Each role of *read* must keep *ratio* on each role of *on*."""

    on: list[str]
    read: list[str]
    ratio: float


class Face(Section, frozen=True, kw_only=True):
    """One WOFF2 file of ``config/fonts`` and the characters that it is for."""

    family: str
    weight: int
    file: str
    range: str


class Typography(Section, frozen=True, kw_only=True):
    """Families, weights and sizes; *cap_height* is the height of a capital H as a part of the font size."""

    family: list[str]
    fallback: list[str]
    cap_height: float
    weights: dict[str, int]
    sizes_rem: dict[str, float]
    line_heights: dict[str, float]
    board_px: dict[str, int]


class Tokens(Section, frozen=True, kw_only=True):
    """The whole file."""

    version: int
    themes: dict[str, dict[str, str]]
    pairs: list[Pair]
    type: Typography
    space_px: dict[str, int]
    radius_px: dict[str, int]
    size_px: dict[str, int]
    duration_ms: dict[str, int]
    faces: list[Face]

    def colours(self, theme: str) -> Mapping[str, str]:
        """Return the colours of *theme* by role, as ``#rrggbb``."""
        return self.themes[theme]


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Two colours that stand too close: *read* on *on* of *theme* has *ratio* and needs *needed*."""

    theme: str
    read: str
    on: str
    ratio: float
    needed: float


def load_tokens(path: Path | None = None) -> Tokens:
    """Read the tokens of the distribution or of *path*; raise ``ConfigError`` when themes or colours do not fit."""
    file = path or config_dir() / "design" / "tokens.toml"
    tokens = load_config(file, Tokens)
    missing = [theme for theme in THEMES if theme not in tokens.themes]
    if missing:
        raise ConfigError(file, "themes", f"lacks {', '.join(missing)}")
    roles = set(tokens.themes["light"])
    for theme, colours in tokens.themes.items():
        if odd := roles ^ set(colours):
            raise ConfigError(file, f"themes.{theme}", f"not the roles of the light theme: {', '.join(sorted(odd))}")
        for role, colour in colours.items():
            if not _HEX.fullmatch(colour):
                raise ConfigError(file, f"themes.{theme}.{role}", f"{colour!r} is not #rrggbb in small letters")
    for pair in tokens.pairs:
        if unknown := {*pair.on, *pair.read} - roles:
            raise ConfigError(file, "pairs", f"no such roles: {', '.join(sorted(unknown))}")
    return tokens


# --- contrast -------------------------------------------------------------------------------------------------------


def contrast_ratio(one: str, other: str) -> float:
    """Return the contrast of two ``#rrggbb`` colours as WCAG 2.2 defines it, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def shortfalls(tokens: Tokens) -> list[Shortfall]:
    """Return every pair of the tokens whose contrast is less than it needs."""
    return [
        Shortfall(theme, read, on, ratio, pair.ratio)
        for theme in tokens.themes
        for pair in tokens.pairs
        for on in pair.on
        for read in pair.read
        if (ratio := contrast_ratio(tokens.themes[theme][read], tokens.themes[theme][on])) < pair.ratio
    ]


def with_brand(tokens: Tokens, brand: str) -> Tokens:
    """Return the tokens with an office's *brand* colour in the light and the dark theme.

    The colour is moved towards black (light) or white (dark) until every pair holds, so any colour is safe to
    configure; the high contrast theme keeps its own. Raises ``ValueError`` when *brand* is no colour.
    """
    colour = brand.lower()
    if not _HEX.fullmatch(colour):
        raise ValueError(f"{brand!r} is not a colour like #0b5360")
    themes = dict(tokens.themes)
    for theme, towards in (("light", "#000000"), ("dark", "#ffffff")):
        themes[theme] = {**themes[theme], **_brand_roles(colour, towards, themes[theme])}
    return msgspec.structs.replace(tokens, themes=themes)


def _brand_roles(brand: str, towards: str, plain: Mapping[str, str]) -> dict[str, str]:
    away = "#ffffff" if towards == "#000000" else "#000000"
    shade = _shade(brand, towards, [plain["bg"], plain["surface"], plain["surface-sunken"]], 4.5)
    hover = mix(shade, towards, 0.2)
    soft = mix(shade, plain["surface"], 0.85)
    card = _shade(mix(shade, "#000000", 0.2), "#000000", ["#ffffff"], 9.0)
    return {
        "brand": shade,
        "brand-hover": hover,
        "on-brand": _shade(plain["surface"], away, [shade, hover], 4.5),
        "brand-soft": soft,
        "on-brand-soft": _shade(shade, towards, [soft], 7.0),
        "link": shade,
        "focus": shade,
        "board-card": card,
        "on-board-card": "#ffffff",
        "on-board-card-muted": _shade(mix(card, "#ffffff", 0.8), "#ffffff", [card], 7.5),
    }


def _shade(colour: str, towards: str, against: Sequence[str], ratio: float) -> str:
    """Return *colour* moved towards black or white just as far as *ratio* against all of *against* needs."""
    steps = (mix(colour, towards, share / 100) for share in range(101))
    return next((step for step in steps if all(contrast_ratio(step, c) >= ratio for c in against)), towards)


def mix(colour: str, other: str, share: float) -> str:
    """Return *colour* with *share* (0 to 1) of *other* in it."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


# --- CSS ------------------------------------------------------------------------------------------------------------


def to_css(tokens: Tokens, theme: str = "light", *, fonts: str = "") -> str:
    """Return the tokens as CSS custom properties with *theme* as the one that stands without a choice.

    ``[data-theme=...]`` on the root element chooses a theme for good; without it the system's wish for dark, more
    contrast or less motion is followed. *fonts* is the URL folder of the font files ("" leaves the faces out).
    """
    system = [("(prefers-color-scheme: dark)", "dark"), ("(prefers-contrast: more)", "contrast")]
    parts = [_face(face, fonts) for face in tokens.faces] if fonts else []
    parts.append(_rule(":root", [*_constants(tokens), *_colours(tokens, theme)]))
    if theme == "light":
        parts += [
            f"@media {query} {{\n{_rule(':root:not([data-theme])', _colours(tokens, name))}\n}}"
            for query, name in system
        ]
    parts += [_rule(f'[data-theme="{name}"]', _colours(tokens, name)) for name in tokens.themes]
    still = [f"--duration-{name}: 1ms;" for name in tokens.duration_ms]
    parts.append(f"@media (prefers-reduced-motion: reduce) {{\n{_rule(':root', still)}\n}}")
    return "\n\n".join(parts) + "\n"


def _face(face: Face, fonts: str) -> str:
    return _rule(
        "@font-face",
        [
            f'font-family: "{face.family}";',
            f"font-weight: {face.weight};",
            "font-style: normal;",
            "font-display: swap;",
            f'src: url("{fonts.rstrip("/")}/{face.file}") format("woff2");',
            f"unicode-range: {face.range};",
        ],
    )


def _constants(tokens: Tokens) -> Iterator[str]:
    families = [f'"{name}"' for name in tokens.type.family] + tokens.type.fallback
    yield f"--font-family: {', '.join(families)};"
    yield from (f"--font-weight-{name}: {value};" for name, value in tokens.type.weights.items())
    yield from (f"--font-size-{name}: {value:g}rem;" for name, value in tokens.type.sizes_rem.items())
    yield from (f"--line-height-{name}: {value:g};" for name, value in tokens.type.line_heights.items())
    yield from (f"--space-{name}: {value / 16:g}rem;" for name, value in tokens.space_px.items())
    yield from (f"--radius-{name}: {value}px;" for name, value in tokens.radius_px.items())
    yield from (f"--size-{name}: {value}px;" for name, value in tokens.size_px.items())
    yield from (f"--duration-{name}: {value}ms;" for name, value in tokens.duration_ms.items())


def _colours(tokens: Tokens, theme: str) -> Iterator[str]:
    yield f"color-scheme: {'light' if theme == 'light' else 'dark'};"
    yield from (f"--color-{role}: {colour};" for role, colour in tokens.themes[theme].items())


def _rule(selector: str, lines: Iterable[str]) -> str:
    return "\n".join([f"{selector} {{", *(f"  {line}" for line in lines), "}"])
