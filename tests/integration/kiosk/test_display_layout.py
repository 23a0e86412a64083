"""Nothing on a display is clipped, hidden or drawn over other words, in any language, size, contrast and scale."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from PySide6.QtCore import QRectF

from kiosk.qt.window import BoardWindow
from tests.integration.kiosk.windows import ORDERS, SIZES, TOKENS, Stage, Words, named, states, words

pytestmark = pytest.mark.screen

SHOWN = {"A009", "Entre", "3"}
LEAST_PX = {"1080p": 20, "720p": 13, "upright": 20}  # 20 px of 1080 are 13 mm on a 55 inch panel
CAP = TOKENS.type.cap_height


def faults(window: BoardWindow, least_px: int) -> list[str]:
    """Return what is wrong with the texts of *window*."""
    stage = QRectF(0, 0, window.view.width(), window.view.height())
    pieces = words(window)
    alone = [f"{fault}: {piece.text}" for piece in pieces for fault in _faults(piece, stage, least_px)]
    pairs = itertools.combinations(pieces, 2)
    return alone + [f"over each other: {one.text} / {other.text}" for one, other in pairs if _touch(one, other)]


def _faults(piece: Words, stage: QRectF, least_px: int) -> list[str]:
    size_px = piece.get("fontInfo").property("pixelSize").toInt()
    checks = {
        "truncated": piece.get("truncated"),
        "wider than its box": piece.get("paintedWidth") > piece.box.width() + 1,
        "higher than its box": _is_label(piece) and piece.get("paintedHeight") > piece.box.height() + 1,
        "outside the window": not stage.contains(_letters(piece)),
        f"only {size_px} px": size_px < least_px,
    }
    return [fault for fault, is_so in checks.items() if is_so]


def _touch(one: Words, other: Words) -> bool:
    common = _letters(one).intersected(_letters(other))
    return common.width() > 1 and common.height() > 1


def _is_label(piece: Words) -> bool:
    return piece.item.metaObject().indexOfProperty("least") >= 0


def _letters(piece: Words) -> QRectF:
    """Return where letters can be: the box of words, the height of the capitals of bare figures."""
    if _is_label(piece):
        return piece.box
    height = piece.get("font").pixelSize() * CAP
    return QRectF(piece.box.x(), piece.box.center().y() - height / 2, piece.box.width(), height)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("text_scale", [1.0, 1.4])
@pytest.mark.parametrize("theme", ["light", "contrast"])
@pytest.mark.parametrize("language", ORDERS)
@pytest.mark.parametrize("variant", ["hall", "door"])
def test_all_words_fit(stage: Stage, variant: str, language: str, theme: str, text_scale: float, size: str) -> None:
    views = states(ORDERS[language])
    model, window = stage.open(views["waiting"], variant=variant, theme=theme, text_scale=text_scale, size=SIZES[size])

    found = {}
    for name, view in views.items():
        model.show(view)
        found[name] = faults(window, LEAST_PX[size])

    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("text_scale", [1.0, 1.4])
def test_there_is_room_for_four_calls_on_any_screen(stage: Stage, text_scale: float, size: str) -> None:
    _, window = stage.open(states(ORDERS["en"])["calling"], text_scale=text_scale, size=SIZES[size])

    shown = [piece.text for piece in words(window)]

    assert {"W888", "C107", "A011", "B048"} <= set(shown)


@pytest.mark.parametrize(("language", "is_mirrored"), [("es", False), ("ar", True)])
def test_the_picture_is_mirrored_for_languages_from_right_to_left(
    stage: Stage, language: str, is_mirrored: bool
) -> None:
    _, window = stage.open(states(ORDERS[language])["calling"])
    places = {piece.text: piece.box.center().x() for piece in words(window)}

    assert (places["10:05"] < 960) == is_mirrored
    assert (places["C107"] > places["B048"]) == is_mirrored
    assert (named(window, "heroCode")[0].x() > named(window, "heroDesk")[0].x()) == is_mirrored


@pytest.mark.parametrize("variant", ["hall", "door"])
@pytest.mark.parametrize("size", SIZES)
def test_the_identity_of_a_screen_moves_and_covers_nothing_of_the_calls(stage: Stage, variant: str, size: str) -> None:
    view = states(ORDERS["es"])["asked"]
    model, window = stage.open(replace(view, identify=()), variant=variant, size=SIZES[size])
    before = {piece.text: piece.box for piece in words(window)}

    model.show(view)

    after = {piece.text: piece.box for piece in words(window)}
    names = [after[line] for line in view.identify]
    assert {text for text in before if text not in after} <= {view.title, view.occupancy_text}
    assert before
    assert all(after[text] == box for text, box in before.items() if text in after and text != view.title)
    assert max(box.bottom() for box in names) <= min(box.top() for text, box in after.items() if text in SHOWN)
