"""The page that tries a device before a video appointment, with Chromium's own camera and microphone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.fakes.office import FakeOffice, office_at, serving
from tests.fixtures.browser import FAKE_MEDIA, NewPage, assert_accessible, fits

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KEEP = os.environ.get("O360_SCREENS", "")  # a folder: what a person should look at


@pytest.fixture(scope="module")
def browser_flags() -> list[str]:
    return FAKE_MEDIA


def shot(page: Page, name: str) -> None:
    if KEEP:
        page.screenshot(path=str(Path(KEEP) / f"video-{name}.png"), full_page=True)


def state(page: Page, part: str, is_one_of: str) -> None:
    expect(page.locator(f"#{part}")).to_have_attribute("data-state", is_one_of, timeout=20_000)


@pytest.mark.parametrize("language", ["es", "ca", "en", "ar"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_a_good_device_is_told_so(new_page: NewPage, address: str, width: int, language: str) -> None:
    page = new_page(width=width, height=800)
    page.goto(f"{address}/video/test?lang={language}")
    shot(page, f"first-{language}-{width}")
    page.locator("#start").click()
    for part in ("browser", "line", "camera", "microphone"):
        state(page, part, "good")
    assert page.evaluate("document.getElementById('picture').videoWidth") > 0
    page.locator("#play").click()
    expect(page.locator("#heard")).to_be_visible()
    shot(page, f"asked-{language}-{width}")
    page.locator("[data-heard=good]").click()

    expect(page.locator("#verdict.good")).to_be_visible()
    assert fits(page)
    assert_accessible(page)
    shot(page, f"done-{language}-{width}")


def test_the_camera_goes_off_when_the_test_ends(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(f"{address}/video/test")
    page.locator("#start").click()
    state(page, "camera", "good")
    tracks = page.evaluate_handle("document.getElementById('picture').srcObject.getTracks()")
    page.locator("#stop").click()

    assert tracks.evaluate("tracks => tracks.map(track => track.readyState)") == ["ended", "ended"]
    expect(page.locator("#picture")).to_be_hidden()
    expect(page.locator("#start")).to_be_focused()


def test_what_is_not_heard_is_bad_and_a_new_test_forgets_it(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(f"{address}/video/test")
    page.locator("#start").click()
    state(page, "microphone", "good")
    page.locator("#play").click()
    page.locator("[data-heard=bad]").click()
    expect(page.locator("#verdict.bad")).to_contain_text("Así no funcionará")
    expect(page.locator("#speaker")).to_contain_text("Suba el volumen")
    page.locator("#start").click()

    expect(page.locator("#verdict")).to_be_hidden()
    state(page, "camera", "good")


def test_a_thin_line_is_rated_by_its_weaker_way(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(f"{address}/video/test")
    module = "document.querySelector('script[type=module]').src.replace('video-test', 'media-check')"
    rate = f"measured => import({module}).then(check => check.lineState(measured))"

    found = [
        page.evaluate(rate, {"down": down, "up": up, "ms": ms, "sway": sway})
        for down, up, ms, sway in (
            (1000, 1000, 200, 50), (9000, 999, 20, 1), (9000, 399, 20, 1), (9000, 9000, 201, 1), (9000, 9000, 501, 1),
            (9000, 9000, 20, 151),
        )
    ]  # fmt: skip

    assert found == ["good", "limited", "bad", "limited", "bad", "bad"]


def test_an_office_that_cannot_be_reached_is_said(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(f"{address}/video/test")
    page.route("**/api/v1/video/**", lambda route: route.abort())
    page.locator("#start").click()

    state(page, "line", "bad")
    expect(page.locator("#line")).to_contain_text("No hemos podido llegar a la oficina")
    state(page, "camera", "good")


def test_too_many_tests_at_once_are_no_fault_of_the_device(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    page = new_page()
    page.goto(f"{address}/video/test")
    page.route(
        "**/api/v1/video/sample*", lambda route: route.fulfill(status=429, content_type="application/problem+json")
    )
    page.locator("#start").click()

    state(page, "line", "limited")
    expect(page.locator("#line")).to_contain_text("Ahora hay muchas pruebas a la vez")


def test_an_old_browser_is_told_what_to_open_instead(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.add_init_script("delete window.RTCPeerConnection")
    page.goto(f"{address}/video/test")
    page.locator("#start").click()

    state(page, "browser", "bad")
    expect(page.locator("#browser")).to_contain_text("Este navegador no puede hacer videollamadas")
    expect(page.locator("#verdict.bad")).to_be_visible()
    shot(page, "old")


def test_without_scripts_the_page_says_what_is_needed(new_page: NewPage, address: str) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"{address}/video/test")

    assert "compruebe usted estos cinco puntos" in page.locator("noscript").inner_html()
    expect(page.locator("#start")).to_be_hidden()
    assert page.locator(".need:visible").count() == 5
    expect(page.locator(".other")).to_contain_text("Venga a la oficina: Calle de Carretas 4")
    shot(page, "no-script")


def test_the_office_gives_the_telephone_that_it_has(new_page: NewPage, tmp_path: Path) -> None:
    with serving(office_at(tmp_path / "spool", telephone="91 000 00 12")) as url:
        page = new_page()
        page.goto(f"{url}/video/test")

        expect(page.locator(".other a[href='tel:910000012']")).to_have_text("91 000 00 12")


def test_no_other_page_may_ask_for_the_camera(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(f"{address}/")

    refused = page.evaluate("navigator.mediaDevices.getUserMedia({video: true}).then(() => '', error => error.name)")

    assert refused == "NotAllowedError"
