"""Text heights by distance: the figures of the accessibility requirement."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edge.runtime.design import load_tokens
from kiosk.presenters.legibility import cap_height_mm, font_px, pixel_pitch_mm, readable_m

CAP = load_tokens().type.cap_height


@pytest.mark.parametrize(("distance_m", "height_mm"), [(0.6, 7.3), (5.0, 61.1), (8.0, 97.7)])
def test_a_capital_stands_at_seven_tenths_of_a_degree(distance_m: float, height_mm: float) -> None:
    assert cap_height_mm(distance_m) == pytest.approx(height_mm, abs=0.05)


def test_pixel_pitch_of_a_55_inch_full_hd_panel() -> None:
    assert pixel_pitch_mm(55, 1920, 1080) == pytest.approx(0.634, abs=0.001)
    assert pixel_pitch_mm(55, 1080, 1920) == pixel_pitch_mm(55, 1920, 1080)


def test_the_newest_call_needs_231_pixels_at_eight_metres_on_that_panel() -> None:
    assert font_px(8.0, pixel_pitch_mm(55, 1920, 1080), CAP) == 231


@pytest.mark.parametrize("distance_m", [0.6, 2.5, 5.0, 8.0, 12.0])
def test_size_and_distance_are_inverse(distance_m: float) -> None:
    pitch = pixel_pitch_mm(43, 1920, 1080)

    size = font_px(distance_m, pitch, CAP)

    assert readable_m(size, pitch, CAP) >= distance_m - 1e-6
    assert readable_m(size - 1, pitch, CAP) < distance_m


def test_the_distances_of_the_documentation_are_computed() -> None:
    text = (Path(__file__).resolve().parents[3] / "docs" / "screens.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) m \| (\d+) mm \| (\d+) px \| (\d+) px \| (\d+) px \|$", text, re.MULTILINE)

    assert len(rows) == 4
    for row in rows:
        distance_m, *written = map(int, row)
        sizes = [font_px(distance_m, pixel_pitch_mm(inches, 1920, 1080), CAP) for inches in (43, 55, 65)]
        assert written == [round(cap_height_mm(distance_m)), *sizes]
