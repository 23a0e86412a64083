"""The design tokens: contrast holds in every theme, whatever brand colour an office has."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.runtime.config import ConfigError
from edge.runtime.design import THEMES, contrast_ratio, load_tokens, mix, shortfalls, to_css, with_brand
from edge.runtime.resources import config_dir

TOKENS = load_tokens()
TOKENS_FILE = config_dir() / "design" / "tokens.toml"
FONTS = config_dir() / "fonts"


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),
        ("#0000ff", "#ffff00", 8.0),
    ],
)
def test_contrast_is_what_wcag_says(one: str, other: str, ratio: float) -> None:
    assert contrast_ratio(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast_ratio(other, one) == contrast_ratio(one, other)


def test_every_pair_of_every_theme_has_its_contrast() -> None:
    assert shortfalls(TOKENS) == []


def test_the_board_is_held_to_seven_and_text_to_four_and_a_half() -> None:
    board = [pair for pair in TOKENS.pairs if pair.on[0].startswith("board-")]
    text = [pair for pair in TOKENS.pairs if pair not in board and "focus" not in pair.read]

    assert board
    assert all(pair.ratio >= 7.0 for pair in board)
    assert text
    assert all(pair.ratio >= 4.5 for pair in text)


def test_every_colour_that_is_read_on_another_is_in_a_pair() -> None:
    paired = {role for pair in TOKENS.pairs for role in (*pair.on, *pair.read)}
    decoration = {"border", "shadow", "board-line", "focus-inner"}

    assert set(TOKENS.themes["light"]) - paired == decoration


@given(st.integers(0, 0xFFFFFF))
def test_any_brand_colour_keeps_every_contrast(number: int) -> None:
    assert shortfalls(with_brand(TOKENS, f"#{number:06X}")) == []


def test_a_brand_colour_that_fits_is_kept_as_it_is() -> None:
    assert with_brand(TOKENS, "#7b1fa2").colours("light")["brand"] == "#7b1fa2"
    assert with_brand(TOKENS, "#7b1fa2").colours("contrast") == TOKENS.colours("contrast")


@pytest.mark.parametrize("text", ["", "red", "#12345", "#12345g", "0b5360"])
def test_a_brand_that_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a colour"):
        with_brand(TOKENS, text)


def test_mix_goes_from_one_colour_to_the_other() -> None:
    assert [mix("#000000", "#ff8000", share) for share in (0.0, 0.5, 1.0)] == ["#000000", "#804000", "#ff8000"]


@pytest.mark.parametrize("theme", THEMES)
def test_css_has_every_colour_of_every_theme(theme: str) -> None:
    css = to_css(TOKENS, theme)

    assert f'[data-theme="{theme}"]' in css
    for role, colour in TOKENS.colours(theme).items():
        assert f"--color-{role}: {colour};" in css


def test_css_follows_the_system_and_stops_motion() -> None:
    css = to_css(TOKENS)

    assert css.count("{") == css.count("}")
    for part in ("prefers-color-scheme: dark", "prefers-contrast: more", "prefers-reduced-motion: reduce"):
        assert part in css
    for name in ("--space-4: 1rem", "--font-size-md: 1.125rem", "--size-target: 44px", "--duration-calm: 240ms"):
        assert name in css


def test_css_names_font_files_that_are_there() -> None:
    css = to_css(TOKENS, fonts="/assets/fonts/")

    for face in TOKENS.faces:
        assert (FONTS / face.file).is_file()
        assert f'url("/assets/fonts/{face.file}")' in css
    assert "@font-face" not in to_css(TOKENS)


def test_fonts_are_small_and_come_with_their_licences() -> None:
    assert sum(file.stat().st_size for file in FONTS.iterdir()) < 1_000_000
    for family in ("AtkinsonHyperlegibleNext", "NotoSansArabic"):
        assert "SIL OPEN FONT LICENSE" in (FONTS / f"OFL-{family}.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('text = "#16212b"', 'text = "darkblue"', "not #rrggbb"),
        ('text = "#16212b"', 'txt = "#16212b"', "roles of the light theme"),
        ('read = ["on-brand"]', 'read = ["on-brnd"]', "no such roles: on-brnd"),
        ("[themes.contrast]", "[themes.contrst]", "lacks contrast"),
        ("version = 1", "version = 1\nfoo = 2", "unknown key"),
    ],
)
def test_wrong_tokens_are_refused_with_the_reason(tmp_path: Path, old: str, new: str, reason: str) -> None:
    file = tmp_path / "tokens.toml"
    file.write_text(TOKENS_FILE.read_text("utf-8").replace(old, new, 1), "utf-8")

    with pytest.raises(ConfigError, match=reason):
        load_tokens(file)
