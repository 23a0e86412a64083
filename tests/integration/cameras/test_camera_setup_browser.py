from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from edge.contracts import topics
from edge.contracts.cameras import CameraShapes, CounterLayout, LineShape
from edge.contracts.shapes import digest
from edge.contracts.wire import encode
from edge.runtime.clock import SystemClock
from tests.fixtures.broker import Mosquitto
from tests.fixtures.browser import NewPage, assert_accessible, fits
from tests.fixtures.staff_pages import log_in
from tests.fixtures.waiting import wait_until
from tests.integration.cameras.stage import GROUP, CameraOffice, camera_office
from tests.integration.counter.clips import vtest_clip

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def office(tmp_path: Path, broker: Mosquitto) -> Iterator[CameraOffice]:
    with camera_office(tmp_path, broker, vtest_clip()) as made:
        yield made


def editor(page: Page, office: CameraOffice, login: str = "tec") -> Page:
    """Open the page of the camera, whose counter has said what it counts."""
    log_in(page, office.url, login)
    page.goto(f"{office.url}/cameras/{GROUP}/door")
    page.locator(".shape-row").first.wait_for()
    return page


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag over the picture, in parts of its width and height."""
    box = page.locator("#shapes").bounding_box()
    assert box is not None
    at = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in (start, end)]
    page.mouse.move(*at[0])
    page.mouse.down()
    page.mouse.move(*at[1], steps=4)
    page.mouse.up()


def click_corners(page: Page, *corners: tuple[float, float]) -> None:
    box = page.locator("#shapes").bounding_box()
    assert box is not None
    for x, y in corners:
        page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)


def save(page: Page, reason: str = "better_place") -> None:
    page.locator("#reason").select_option(reason)
    expect(page.locator("#save")).to_be_enabled()
    page.locator("#save").click()


def counted(office: CameraOffice) -> int:
    """Return how many people the office's log says went in or out."""
    return sum(int(str(body["in"])) + int(str(body["out"])) for body in office.bodies("occupancy_counted"))


def at_doors(office: CameraOffice) -> int:
    """Return how many people the counter says went in or out, over all lines that were ever doors."""
    newest: dict[str, int] = {}
    for totals in office.ear.totals():
        newest |= {line.line: line.people_in + line.people_out for line in totals.lines if line.door}
    return sum(newest.values())


def test_a_line_that_is_drawn_is_in_use_and_counts_and_nobody_is_counted_twice(
    office: CameraOffice, new_page: NewPage
) -> None:
    counter = office.count()
    office.in_use(1)
    page = editor(new_page(width=1280, height=900), office)
    wait_until(lambda: at_doors(office) > 0, 40, "somebody counted before the change")

    page.locator("[data-draw=lines]").click()
    drag(page, (0.62, 0.12), (0.62, 0.92))
    page.locator("#name").fill("Paso Nuevo")
    save(page)
    expect(page.locator("#state .use")).to_have_class("use is-in_use", timeout=15_000)
    expect(page.locator("#state")).to_have_attribute("data-version", "2")
    page.locator("#look").click()
    page.locator("#stage[data-live]").wait_for()
    page.locator("#walk-line").select_option("paso-nuevo")
    page.locator("#walk-start").click()
    page.locator("#walk-list li").first.wait_for(timeout=60_000)
    page.locator("#walked").fill("-3")
    expect(page.locator("#walked-wrong")).to_be_visible()
    expect(page.locator("#walked")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#walk-result")).to_have_text("")
    page.locator("#walked").fill("500")
    expect(page.locator("#walk-result")).to_contain_text("donde se vean cuerpos enteros")
    page.locator("#walked").fill("1")
    expect(page.locator("#walked-wrong")).to_be_hidden()
    page.locator("#walk-write").click()
    expect(page.locator("#walk-result")).to_contain_text("Anotado")
    page.locator("#look").click()
    os.kill(counter.pid, signal.SIGTERM)
    counter.wait(15)

    used = office.in_use(2)
    assert [line.name for line in used.cameras[0].lines] == ["main", "paso-nuevo"]
    assert used.cameras[0].drawn_on is None
    epochs = {totals.epoch for totals in office.ear.totals()}
    assert len(epochs) == 1
    assert {totals.cameras[0].discontinuities for totals in office.ear.totals()} == {0}
    wait_until(lambda: counted(office) == at_doors(office), 10, "the ledger with all that was counted, once")
    kinds = office.types()
    assert kinds.count("layout_changed") == 2
    assert (kinds.count("setup_view_started"), kinds.count("setup_view_ended")) == (1, 1)
    (walk,) = office.bodies("walk_tested")
    assert (walk["line"], walk["walked"]) == ("paso-nuevo", 1)
    assert int(str(walk["counted"])) >= 1


def test_that_the_camera_was_moved_is_said_without_drawing_and_reaches_the_counter(
    office: CameraOffice, new_page: NewPage
) -> None:
    office.count()
    office.in_use(1)
    page = editor(new_page(width=1280, height=900), office)

    page.locator("#reason").select_option("other")
    expect(page.locator("#save")).to_be_disabled()
    save(page, "camera_moved")

    expect(page.locator("#state")).to_have_attribute("data-version", "2", timeout=15_000)
    expect(page.locator("#state .use")).to_have_class("use is-in_use", timeout=15_000)
    expect(page.locator(".history li").first).to_contain_text("vista habitual")


def test_shapes_are_drawn_moved_undone_and_brought_back_by_keyboard_alone(
    office: CameraOffice, new_page: NewPage
) -> None:
    office.count()
    office.in_use(1)
    wait_until(lambda: office.ear.totals() and office.ear.totals()[-1].cameras[0].fps > 0, 30, "a picture")
    page = editor(new_page(width=1280, height=900), office)

    page.locator("[data-draw=zones]").focus()
    page.keyboard.press("Enter")
    page.locator(".handle[data-point='0']:focus").wait_for()
    before = page.locator("[data-field='0-0']").input_value()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    moved = int(page.locator("[data-field='0-0']").input_value())
    page.keyboard.press("Tab")
    page.keyboard.press("Delete")
    expect(page.locator(".point")).to_have_count(3)
    page.keyboard.press("Control+z")
    expect(page.locator(".point")).to_have_count(4)
    page.locator("[data-field='1-1']").fill("99")
    expect(page.locator(".handle[data-point='1']")).to_have_attribute("aria-label", "zone-1, punto 2: x 499, y 99")
    save(page)
    expect(page.locator("#state")).to_have_attribute("data-version", "2", timeout=15_000)
    page.locator("[data-back-to='1']").click()
    page.locator("#back-yes").click()
    expect(page.locator("#state")).to_have_attribute("data-version", "3", timeout=15_000)

    assert moved == int(before) + 11
    assert [zone.name for zone in office.in_use(2).cameras[0].zones] == ["zone-1"]
    assert office.in_use(3).cameras[0].zones == []
    expect(page.locator(".history")).to_contain_text("Vuelta a una versión anterior (1)")


def test_what_cannot_be_counted_is_said_and_not_saved(office: CameraOffice, new_page: NewPage) -> None:
    office.count()
    office.in_use(1)
    page = editor(new_page(width=1280, height=900), office)

    page.locator("[data-draw=masks]").click()
    click_corners(page, (0.1, 0.1), (0.4, 0.4), (0.4, 0.1), (0.1, 0.4))
    page.keyboard.press("Enter")
    page.locator("#reason").select_option("privacy")

    expect(page.locator("#faults")).to_contain_text("Máscara 1: sus lados se cruzan.")
    expect(page.locator("#save")).to_be_disabled()
    page.locator("#undo").click()
    expect(page.locator("#faults li")).to_have_count(0)
    assert office.program.parts.layouts.current(GROUP).version == 1


def test_a_typed_point_outside_the_picture_is_said_and_not_saved(office: CameraOffice, new_page: NewPage) -> None:
    office.count()
    office.in_use(1)
    page = editor(new_page(width=1280, height=900), office)
    page.locator(".shape-row").first.click()
    page.locator("#reason").select_option("camera_moved")
    field = page.locator("[data-field='0-1']")
    expect(page.locator("#save")).to_be_enabled()

    for typed in ("5000", "", "-3"):
        field.fill(typed)
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(page.locator("#outside")).to_have_text(f"fuera de la imagen (0–{field.get_attribute('max')})")
        expect(page.locator("#save")).to_be_disabled()
    assert_accessible(page)
    field.fill("70")

    expect(page.locator("#outside")).to_be_hidden()
    assert field.get_attribute("aria-invalid") is None
    expect(page.locator(".handle[data-point='0']")).to_have_attribute("aria-label", "main, punto 1: x 400, y 70")
    expect(page.locator("#save")).to_be_enabled()


def test_the_picture_has_its_right_size_before_anybody_looks(office: CameraOffice, new_page: NewPage) -> None:
    office.count()
    office.in_use(1)
    wait_until(lambda: office.ear.totals() and office.ear.totals()[-1].cameras[0].fps > 0, 30, "a picture")

    page = editor(new_page(width=1280, height=900), office)

    expect(page.locator("#shapes")).to_have_attribute("viewBox", "0 0 768 576")
    assert "setup_view_started" not in office.types()


def test_an_area_is_closed_by_a_double_click_or_another_tool(office: CameraOffice, new_page: NewPage) -> None:
    office.count()
    office.in_use(1)
    page = editor(new_page(width=1280, height=900), office)
    box = page.locator("#shapes").bounding_box()
    assert box is not None

    page.locator("[data-draw=zones]").click()
    click_corners(page, (0.1, 0.1), (0.3, 0.1))
    page.mouse.dblclick(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.4)
    expect(page.locator(".point")).to_have_count(3)
    page.locator("[data-draw=masks]").click()
    click_corners(page, (0.6, 0.1), (0.8, 0.1), (0.8, 0.4), (0.6, 0.4))
    page.locator("[data-draw=zones]").click()

    expect(page.locator("[data-row='masks-0']")).to_be_visible()
    expect(page.locator("[data-draw=zones]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-draw=masks]")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Escape")
    page.locator("#undo").click()
    expect(page.locator("[data-row='masks-0']")).to_have_count(0)
    expect(page.locator("[data-row='zones-0']")).to_be_visible()


def test_a_picture_that_gets_old_is_grey_and_tells_no_people(office: CameraOffice, new_page: NewPage) -> None:
    counter = office.count()
    office.in_use(1)
    page = editor(new_page(width=1280, height=800), office)
    expect(page.locator("#look-here")).to_be_in_viewport(ratio=1)
    page.locator("#look-here").click()
    page.locator("#stage[data-live]").wait_for()
    expect(page.locator("#seen")).to_contain_text("personas")

    os.kill(counter.pid, signal.SIGTERM)
    counter.wait(15)

    page.locator("#stage[data-old]").wait_for(timeout=15_000)
    expect(page.locator("#seen")).to_have_text("")
    expect(page.locator("#shapes .foot")).to_have_count(0)


def test_who_is_sent_away_by_another_page_reads_by_whom(office: CameraOffice, new_page: NewPage) -> None:
    office.count()
    office.in_use(1)
    first = editor(new_page(width=1280, height=800), office)
    first.locator("#look-here").click()
    first.locator("#stage[data-live]").wait_for()
    second = editor(new_page(width=1280, height=800), office)
    second.locator("#look-here").click()

    expect(first.locator("#blank")).to_contain_text("ha empezado a mirar en otro sitio")
    expect(first.locator("#look-here")).to_be_visible()
    assert_accessible(first)


def test_a_mask_reaches_the_picture_and_the_counts_go_on(office: CameraOffice, new_page: NewPage) -> None:
    office.count()
    office.in_use(1)
    page = editor(new_page(width=1280, height=900), office)
    page.locator("[data-draw=masks]").click()
    click_corners(page, (0.02, 0.02), (0.3, 0.02), (0.3, 0.3), (0.02, 0.3))
    page.keyboard.press("Enter")
    save(page, "privacy")
    office.in_use(2)

    page.locator("#look").click()
    page.locator("#stage[data-live]").wait_for()

    def corner() -> list[int]:
        return page.evaluate(
            "[...document.getElementById('picture').getContext('2d').getImageData(3, 3, 1, 1).data].slice(0, 3)"
        )

    wait_until(lambda: corner() == [0, 0, 0], 15, "black cells under the mask")
    wait_until(lambda: office.ear.totals()[-1].cameras[0].discontinuities == 1, 15, "a discontinuity")
    assert len({totals.epoch for totals in office.ear.totals()}) == 1


def test_a_layout_that_the_counter_refuses_is_told_with_its_reason(office: CameraOffice, new_page: NewPage) -> None:
    office.count()
    office.in_use(1)
    page = editor(new_page(width=1280, height=900), office)
    shapes = [CameraShapes(camera="door", lines=[LineShape(name="main", points=((5, 5), (5000, 5)))])]
    parts = office.program.parts
    wait_until(lambda: office.ear.totals() and office.ear.totals()[-1].cameras[0].fps > 0, 20, "a picture")
    office.program.work.carry_out(
        parts.layouts.save, GROUP, shapes, version=1, reason="trial", actor="agent:x", sizes={}
    )

    expect(page.locator("#state .use")).to_have_class("use is-refused", timeout=15_000)
    expect(page.locator("#state")).to_contain_text("rechaza la versión 2 y sigue con la 1")
    expect(page.locator("#state")).to_contain_text("Línea main: un punto queda fuera de la imagen.")
    wrong = CounterLayout(group=GROUP, version=9, digest=digest(shapes)[::-1], at=SystemClock().now(), cameras=shapes)
    office.ear.say(topics.layout(GROUP), encode(wrong))
    wait_until(lambda: office.ear.used()[-1].refused == 9, 10, "a refused digest")
    assert office.ear.used()[-1].version == 1


def test_without_its_counter_the_page_says_so_and_drawing_goes_on(office: CameraOffice, new_page: NewPage) -> None:
    counter = office.count()
    office.in_use(1)
    page = editor(new_page(width=1280, height=900), office)
    os.kill(counter.pid, signal.SIGTERM)
    counter.wait(15)
    expect(page.locator("#state .use")).to_have_class("use is-away", timeout=15_000)

    page.locator("#look-here").click()
    expect(page.locator("#blank")).to_contain_text("No llega ninguna imagen", timeout=15_000)
    expect(page.locator("#look-here")).to_be_hidden()
    page.locator("[data-draw=lines]").click()
    drag(page, (0.2, 0.2), (0.2, 0.8))
    save(page)
    expect(page.locator("#hint")).to_contain_text("Guardado como versión 2")
    office.count()

    assert [line.name for line in office.in_use(2).cameras[0].lines] == ["main", "line-1"]


def test_two_who_draw_at_once_are_told_of_each_other(office: CameraOffice, new_page: NewPage) -> None:
    office.count()
    office.in_use(1)
    page = editor(new_page(width=1280, height=900), office)
    page.locator("[data-draw=lines]").click()
    drag(page, (0.2, 0.2), (0.2, 0.8))
    theirs = [CameraShapes(camera="door", lines=[LineShape(name="theirs", points=((5, 5), (5, 300)))])]
    save_theirs = office.program.parts.layouts.save
    office.program.work.carry_out(save_theirs, GROUP, theirs, version=1, reason="trial", actor="agent:x", sizes={})

    expect(page.locator("#conflict")).to_contain_text("versión 2", timeout=15_000)
    page.locator("#reason").select_option("trial")
    page.locator("#mine").click()

    expect(page.locator("#hint")).to_contain_text("Guardado como versión 3")
    assert {line.name for line in office.in_use(3).cameras[0].lines} == {"main", "line-1"}


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 900)])
def test_the_pages_are_accessible_and_fit(office: CameraOffice, new_page: NewPage, width: int, height: int) -> None:
    office.count()
    office.in_use(1)
    page = new_page(width=width, height=height)
    log_in(page, office.url, "tec")
    page.goto(f"{office.url}/cameras")
    page.get_by_role("link", name="Ajustar door").wait_for()
    assert_accessible(page)
    page.get_by_role("link", name="Ajustar door").click()
    page.locator(".shape-row").first.click()
    page.locator("#look").click()
    page.locator("#stage[data-live]").wait_for()

    assert_accessible(page)
    assert fits(page)
    page.goto(f"{page.url}?lang=ar")
    page.locator(".shape-row").first.wait_for()
    assert_accessible(page)
    assert fits(page)


def test_a_manager_sees_what_is_counted_and_has_nothing_to_change(office: CameraOffice, new_page: NewPage) -> None:
    office.count()
    office.in_use(1)

    page = editor(new_page(width=1280, height=900), office, "jefa")

    page.locator(".shape-row").first.click()
    expect(page.locator("#name")).to_be_disabled()
    expect(page.locator("#look")).to_have_count(0)
    expect(page.locator("#save")).to_have_count(0)
    expect(page.locator(".handle")).to_have_count(0)
    assert_accessible(page)
