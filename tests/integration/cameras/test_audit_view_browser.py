"""The picture beside the keys of an audit: a real office, a real counter, a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from edge.contracts.cameras import CameraShapes, LineShape
from tests.fixtures.broker import Mosquitto
from tests.fixtures.browser import NewPage, assert_accessible, fits
from tests.fixtures.staff_pages import log_in
from tests.fixtures.waiting import wait_until
from tests.integration.cameras.stage import GROUP, CameraOffice, camera_office
from tests.integration.counter.clips import vtest_clip

pytestmark = [pytest.mark.browser, pytest.mark.slow]
VIEWS = "/api/v1/camera-views/"


@pytest.fixture
def office(tmp_path: Path, broker: Mosquitto) -> Iterator[CameraOffice]:
    with camera_office(tmp_path, broker, vtest_clip()) as made:
        made.count()
        made.in_use(1)
        wait_until(lambda: made.ear.totals() and made.ear.totals()[-1].cameras[0].fps > 0, 30, "a picture")
        yield made


def at_keys(page: Page, office: CameraOffice, login: str = "tec") -> Page:
    """Begin an audit of the door."""
    log_in(page, office.url, login)
    page.goto(f"{office.url}/audits/live/{GROUP}/door")
    page.locator("#begin").click()
    page.locator(".pad[data-state=on]").wait_for()
    return page


def seen(page: Page) -> Page:
    """Wait for the picture."""
    page.locator("#stage[data-live]").wait_for()
    return page


def bare(page: Page) -> bool:
    """Return whether nothing of the picture is left on the page."""
    return bool(
        page.evaluate("document.getElementById('picture').width === 1 && !document.querySelector('#stage[data-live]')")
    )


def ended(office: CameraOffice) -> list[str]:
    """Return why views have ended, by the log."""
    with office.program.parts.database.read() as stores:
        found = stores.connection.execute("select reason from event where type = 'setup_view_ended' order by n")
        return [row["reason"] for row in found]


def test_the_picture_comes_when_asked_for_and_keys_go_on(office: CameraOffice, new_page: NewPage) -> None:
    page = at_keys(new_page(width=1280, height=800), office)
    expect(page.locator("#stage")).to_be_hidden()
    assert "setup_view_started" not in office.types()

    page.keyboard.press("v")
    seen(page)
    page.keyboard.press("i")
    page.locator("#look").focus()
    page.keyboard.press("o")
    page.keyboard.press("i")
    page.keyboard.press("u")

    expect(page.locator(".press .tally")).to_have_text(["1", "1"])
    expect(page.locator("#shapes .is-lines .name")).to_have_text(["main"])
    expect(page.locator("#shapes .inward text")).to_have_text(["entra"])
    expect(page.locator("#left")).to_contain_text("quedan 9:")
    assert page.locator("#shapes .foot").count() == 0
    (body,) = office.bodies("setup_view_started")
    assert body == {"group": GROUP, "camera": "door", "seconds": 600}

    page.keyboard.press("v")
    expect(page.locator("#stage")).to_be_hidden()
    assert bare(page)
    wait_until(lambda: ended(office) == ["closed"], 5, "an end in the log")


def test_the_picture_ends_with_the_audit(office: CameraOffice, new_page: NewPage) -> None:
    page = at_keys(new_page(width=1280, height=800), office)
    page.locator("#look").click()
    seen(page)
    page.keyboard.press("i")

    page.keyboard.press("e")
    page.keyboard.press("v")  # no key while it asks
    page.locator("#really").click()

    expect(page.locator("#camera-view")).to_be_hidden()
    assert bare(page)
    wait_until(lambda: ended(office) == ["closed"], 5, "an end in the log")
    page.wait_for_url("**/audits/0*", timeout=30_000)


def test_the_picture_ends_when_the_office_hears_of_the_end_first(office: CameraOffice, new_page: NewPage) -> None:
    page = at_keys(new_page(width=1280, height=800), office)
    page.locator("#look").click()
    seen(page)
    opened = office.bodies("audit_begun")[0]["audit"]
    csrf = page.evaluate("document.body.dataset.csrf")

    answer = page.request.post(
        f"{office.url}/api/v1/audits/sessions/{opened}/end", headers={"X-CSRF-Token": csrf}, data={}
    )

    assert answer.status == 200
    wait_until(lambda: ended(office) == ["audit_over"], 8, "an end in the log")
    expect(page.locator("#blank")).to_have_text("La vista ha terminado.")
    expect(page.locator("#look-does")).to_have_text("Ver la imagen")
    assert bare(page)


def test_the_picture_ends_with_the_page_and_does_not_come_back_by_itself(
    office: CameraOffice, new_page: NewPage
) -> None:
    page = at_keys(new_page(width=1280, height=800), office)
    page.locator("#look").click()
    seen(page)
    page.keyboard.press("i")

    page.reload()

    wait_until(lambda: len(ended(office)) == 1, 5, "an end in the log")
    page.locator(".pad[data-state=on]").wait_for()
    expect(page.locator(".press .tally")).to_have_text(["1", "0"])
    expect(page.locator("#look")).to_have_attribute("aria-expanded", "false")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if VIEWS in request.url else None)
    page.wait_for_timeout(1500)
    assert asked == []


def test_nothing_of_the_picture_is_stored_by_the_browser(office: CameraOffice, new_page: NewPage) -> None:
    page = new_page(width=1280, height=800)
    answers: list[Request] = []
    page.on("requestfinished", lambda request: answers.append(request) if VIEWS in request.url else None)
    at_keys(page, office).locator("#look").click()
    seen(page)
    page.keyboard.press("i")

    stored = page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie])")

    session = answers[0].url.rpartition("/")[2]
    cells = next(frame["cells"] for frame in (one.response().json()["frame"] for one in answers) if frame)  # type: ignore[union-attr]
    assert session not in stored
    assert cells[:40] not in stored
    assert page.evaluate("caches.keys().then((names) => names.length)") == 0


def test_the_line_whose_keys_work_stands_out(office: CameraOffice, new_page: NewPage) -> None:
    lines = [LineShape(name=name, points=((x, 60), (x, 395))) for name, x in (("main", 400), ("side", 600))]
    save = office.program.parts.layouts.save
    shapes = [CameraShapes(camera="door", lines=lines)]
    office.program.work.carry_out(save, GROUP, shapes, version=1, reason="trial", actor="agent:x", sizes={})
    office.in_use(2)
    wait_until(lambda: len(office.ear.totals()[-1].lines) == 2, 15, "two lines")
    page = at_keys(new_page(width=1280, height=800), office)
    page.keyboard.press("v")
    seen(page)
    expect(page.locator("#shapes .is-chosen .name")).to_have_text(["main"])

    page.keyboard.press("2")

    expect(page.locator("#shapes .is-chosen .name")).to_have_text(["side"])
    expect(page.locator("#shapes .name")).to_have_text(["main", "side"])


@pytest.mark.parametrize(
    ("width", "height", "language", "scheme"),
    [(390, 844, "es-ES", "light"), (1280, 800, "ar-MA", "light"), (390, 844, "ar-MA", "dark")],
)
def test_the_page_is_accessible_and_keys_stay_on_the_screen(
    office: CameraOffice, new_page: NewPage, width: int, height: int, language: str, scheme: str
) -> None:
    page = at_keys(new_page(width=width, height=height, language=language, color_scheme=scheme), office)
    assert_accessible(page)

    page.locator("#look").click()
    seen(page)

    assert_accessible(page)
    assert fits(page)
    stage, arrow = (page.locator(one).bounding_box() for one in ("#stage", "#shapes .inward"))
    assert stage is not None
    assert arrow is not None
    assert stage["x"] <= arrow["x"] <= arrow["x"] + arrow["width"] <= stage["x"] + stage["width"]
    for key in page.locator(".press").all():
        box = key.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= height


def test_a_manager_audits_without_a_picture(office: CameraOffice, new_page: NewPage) -> None:
    page = at_keys(new_page(width=390, height=844), office, "jefa")

    page.keyboard.press("v")
    page.keyboard.press("i")

    expect(page.locator(".press .tally").first).to_have_text("1")
    expect(page.locator("#camera-view")).to_have_count(0)
    expect(page.locator(".pad-work")).to_contain_text("solo la abre el personal técnico")
    assert_accessible(page)
