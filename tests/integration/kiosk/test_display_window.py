"""The window itself: QR codes that phones read, colours of the tokens, names for screen readers, calm highlights."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface, QColor

from edge.runtime.design import contrast_ratio
from kiosk.qt.images import ICONS, QUIET_MODULES, icon_image, qr_image
from kiosk.qt.window import QML, BoardWindow, Screenshots
from tests.integration.kiosk.windows import ORDERS, SIZES, TOKENS, Stage, as_pillow, named, picture, pump, states, words
from tests.unit.kiosk.boards import call, code, snapshot

pytestmark = pytest.mark.screen

BLACK_OR_WHITE = {"#000000", "#ffffff"}
URL = "https://carretas4.offices.example/t?c=7K2M9QXP"
QML_FILES = sorted(QML.parent.glob("*.qml"))


# --- QR -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("text_scale", [1.0, 1.4])
@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
@pytest.mark.parametrize("variant", ["hall", "door"])
def test_the_qr_is_read_from_the_picture(stage: Stage, variant: str, theme: str, text_scale: float, size: str) -> None:
    view = states(ORDERS["ar"])["zones"]
    _, window = stage.open(view, variant=variant, theme=theme, text_scale=text_scale, size=SIZES[size])

    found = zxingcpp.read_barcodes(as_pillow(window.view.grabWindow()))

    assert [barcode.text for barcode in found] == [URL]


def test_the_qr_follows_the_code(stage: Stage) -> None:
    model, window = stage.open(picture(snapshot(call(1, age_s=60))))

    model.show(picture(snapshot(call(1, age_s=60), codes=[code("ZZZZ2222")])))
    found = zxingcpp.read_barcodes(as_pillow(window.view.grabWindow()))

    assert [barcode.text for barcode in found] == [URL.replace("7K2M9QXP", "ZZZZ2222")]


@pytest.mark.parametrize(("size", "least_px"), [("1080p", 280), ("720p", 200), ("upright", 240)])
def test_the_qr_of_the_hall_has_the_height_of_its_card(stage: Stage, size: str, least_px: int) -> None:
    _, window = stage.open(states(ORDERS["es"])["calling"], size=SIZES[size])
    (qr,) = named(window, "qr")

    found = zxingcpp.read_barcodes(as_pillow(window.view.grabWindow()))

    corners = found[0].position
    assert corners.top_right.x - corners.top_left.x >= least_px - 5
    assert qr.height() > qr.parentItem().height() - 29 - 2 * QUIET_MODULES


@pytest.mark.parametrize("side_px", [60, 200, 333, 512])
def test_modules_of_the_qr_are_whole_pixels_on_a_quiet_zone(side_px: int) -> None:
    image = qr_image(URL, side_px)
    modules = 29 + 2 * QUIET_MODULES

    assert image.width() == max(1, side_px // modules) * modules
    assert {image.pixelColor(x, 0).alpha() for x in range(image.width())} == {0}
    assert image.pixelColor(QUIET_MODULES * (image.width() // modules), image.width() // 2).name() in BLACK_OR_WHITE


# --- signs and colours ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ICONS)
def test_every_sign_is_drawn_in_its_colour_and_inside_its_field(name: str) -> None:
    image = icon_image(name, QColor("#0b5730"), 64)
    pixels = {(x, y): image.pixelColor(x, y) for x in range(64) for y in range(64)}

    assert sum(colour.name() == "#0b5730" and colour.alpha() == 255 for colour in pixels.values()) > 150
    assert pixels
    assert all(colour.alpha() < 40 for (x, y), colour in pixels.items() if x in (0, 63) or y in (0, 63))


@pytest.mark.parametrize("file", QML_FILES, ids=lambda file: file.stem)
def test_colours_and_sizes_come_from_the_tokens(file: Path) -> None:
    text = file.read_text("utf-8")
    roles = set(re.findall(r'"((?:on-)?board-[a-z-]+)"', text)) - {"board-"}
    sizes = set(re.findall(r'px\("([a-z0-9-]+)"\)', text))

    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", text) == []
    assert roles <= set(TOKENS.colours("light"))
    assert sizes <= set(TOKENS.type.board_px)


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_the_painted_card_and_ground_are_the_tokens_colours(stage: Stage, theme: str) -> None:
    _, window = stage.open(picture(snapshot(call(1, age_s=60))), theme=theme)
    image = window.view.grabWindow()
    painted = {image.pixelColor(x, 400).name() for x in range(0, 1920, 3)}

    assert {TOKENS.colours(theme)["board-bg"], TOKENS.colours(theme)["board-card"]} <= painted
    assert TOKENS.colours(theme)["on-board-card"] in painted


# --- a new call -----------------------------------------------------------------------------------------------------


def test_each_point_of_the_wipe_is_in_one_set_of_colours(stage: Stage) -> None:
    _, window = stage.open(picture(snapshot(call(1, age_s=60))))
    hero = _find(window, "Hero")
    hero.setProperty("share", 0.5)

    image = window.view.grabWindow()

    light = TOKENS.colours("light")
    row = [image.pixelColor(x, 165).name() for x in (80, 900, 1000, 1800)]
    assert row == [light["board-highlight"]] * 2 + [light["board-card"]] * 2
    assert contrast_ratio(light["on-board-highlight"], light["board-highlight"]) >= 7
    assert contrast_ratio(light["on-board-card"], light["board-card"]) >= 7


@pytest.mark.slow
def test_with_motion_a_new_call_changes_colour_once_and_stays(stage: Stage) -> None:
    model, window = stage.open(picture(snapshot(call(1, age_s=60))), motion=True)
    hero = _find(window, "Hero")
    shares: list[float] = []
    hero.shareChanged.connect(lambda: shares.append(hero.property("share")))

    model.show(picture(snapshot(call(2), call(1, age_s=60)), is_new=True))
    pump(lambda: hero.property("share") == 1.0, 5.0, "the whole highlight")

    assert shares == sorted(shares)
    model.show(picture(snapshot(call(2), call(1, age_s=60))))
    pump(lambda: hero.property("share") == 0.0, 5.0, "the end of the highlight")


def test_without_motion_a_new_call_changes_colour_at_once(stage: Stage) -> None:
    model, window = stage.open(picture(snapshot(call(1, age_s=60))), motion=False)

    model.show(picture(snapshot(call(2)), is_new=True))

    assert _find(window, "Hero").property("share") == 1.0


@pytest.mark.parametrize("size", ["1080p", "upright"])
def test_the_newest_call_can_be_read_from_eight_metres_on_a_55_inch_panel(stage: Stage, size: str) -> None:
    _, window = stage.open(states(ORDERS["en"])["calling"], size=SIZES[size])

    assert min(window.figure_sizes()) >= 231


def test_the_main_words_of_the_door_are_those_that_say_enter_or_wait(stage: Stage) -> None:
    _, window = stage.open(states(ORDERS["ca"])["calling"], variant="door")
    painted = {piece.text: piece.get("fontInfo").property("pixelSize").toInt() for piece in words(window)}

    assert window.figure_sizes() == (painted["Entreu"], painted["Entreu"])


# --- rows -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
def test_the_last_calls_and_all_captions_are_large(stage: Stage, size: str) -> None:
    _, window = stage.open(states(ORDERS["en"])["calling"], size=SIZES[size])
    scale = min(SIZES[size]) / 1080
    sizes = {piece.name: piece.get("fontInfo").property("pixelSize").toInt() for piece in words(window)}
    rows = [piece.get("font").pixelSize() for piece in words(window) if piece.name == "rowCode"]

    assert len(rows) == 4
    assert min(rows) >= 90 * scale
    assert min(sizes[name] for name in ("turnCaption", "deskCaption", "recentCaption")) >= 0.4 * max(rows)


def test_only_the_card_is_coloured_by_a_new_call_and_recent_rows_have_a_mark(stage: Stage) -> None:
    _, window = stage.open(picture(snapshot(call(2), call(1)), is_new=True))
    image = window.view.grabWindow()
    highlight = TOKENS.colours("light")["board-highlight"]
    marks = [item for item in named(window, "rowMark") if item.isVisible()]

    assert len(marks) == 1
    assert sum(image.pixelColor(x, 680).name() == highlight for x in range(1920)) <= marks[0].width()
    assert image.pixelColor(60, 300).name() == highlight


@pytest.mark.parametrize("theme", ["light", "contrast"])
def test_a_turn_that_is_over_stands_without_card_and_arrow(stage: Stage, theme: str) -> None:
    _, window = stage.open(picture(snapshot(call(2, age_s=60), call(1, age_s=90, state="missed"))), theme=theme)
    image = window.view.grabWindow()
    row = next(piece for piece in words(window) if piece.name == "rowCode")

    painted = {image.pixelColor(x, round(row.box.center().y())).name() for x in range(36, 620)}
    assert row.get("font").weight() < 500
    assert TOKENS.colours(theme)["board-bg"] in painted
    assert image.pixelColor(60, round(row.box.top()) - 10).name() == TOKENS.colours(theme)["board-bg"]
    assert [item for item in named(window, "rowArrow") if item.isVisible()] == []


# --- names for screen readers ---------------------------------------------------------------------------------------


def _tree(node: QAccessibleInterface) -> Iterator[tuple[QAccessible.Role, str]]:
    yield node.role(), node.text(QAccessible.Text.Name)
    for index in range(node.childCount()):
        child = node.child(index)
        if child is not None and not child.state().invisible:
            yield from _tree(child)


def _names(window: BoardWindow) -> list[tuple[QAccessible.Role, str]]:
    return list(_tree(QAccessible.queryAccessibleInterface(window.view)))


@pytest.mark.parametrize(
    ("variant", "state", "expected"),
    [
        ("hall", "calling", ["Turno W888, Puesto 12", "Turno C107, Puesto 12", "Son las 10:05", "7K2M-9QXP"]),
        ("hall", "new", ["Turno W888, Puesto 12"]),
        ("hall", "zones", ["Turno W888, Puesto 12, Planta baja"]),
        ("hall", "waiting", ["Esperando a la oficina"]),
        ("hall", "closed", ["Cerrado"]),
        ("door", "calling", ["Entre", "Pueden entrar: A012", "Escanee para pedir turno o confirmar su llegada"]),
        ("door", "stale", ["Pregunte al personal"]),
    ],
)
def test_what_is_on_the_screen_has_a_name(stage: Stage, variant: str, state: str, expected: list[str]) -> None:
    _, window = stage.open(states(ORDERS["es"])[state], variant=variant)

    names = [name for _, name in _names(window)]

    assert set(expected) <= set(names)
    assert names.count(expected[0]) == 1


@pytest.mark.parametrize("variant", ["hall", "door"])
def test_nothing_that_is_spoken_lacks_a_name(stage: Stage, variant: str) -> None:
    _, window = stage.open(states(ORDERS["es"])["zones"], variant=variant)

    spoken = {role: name for role, name in _names(window) if role != QAccessible.Role.Client}

    assert spoken
    assert all(spoken.values())


# --- screenshots ----------------------------------------------------------------------------------------------------


def test_a_screenshot_is_written_whole_and_only_when_asked(stage: Stage, tmp_path: Path) -> None:
    _, window = stage.open(picture(snapshot(call(1, age_s=60))))
    file = tmp_path / "screen.png"
    shots = Screenshots(window, file)

    shots.request()
    shots.request()
    pump(file.exists, 5.0, "the screenshot")

    assert [entry.name for entry in tmp_path.iterdir()] == ["screen.png"]
    assert file.read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_a_screenshot_waits_for_the_end_of_a_movement(stage: Stage, tmp_path: Path) -> None:
    model, window = stage.open(picture(snapshot(call(1, age_s=60))), motion=True)
    file = tmp_path / "screen.png"
    shots = Screenshots(window, file)

    model.show(picture(snapshot(call(2)), is_new=True))
    shots.request()
    pump(file.exists, 5.0, "the screenshot")

    with Image.open(file) as image:
        assert image.convert("RGB").getpixel((1000, 200)) == (0xFF, 0xD4, 0x5C)


def _find(window: BoardWindow, kind: str) -> QObject:
    """Return the one item of the window that ``kind.qml`` describes."""
    items = window.view.rootObject().findChildren(QObject)
    return next(item for item in items if item.metaObject().className().startswith(f"{kind}_QMLTYPE"))
