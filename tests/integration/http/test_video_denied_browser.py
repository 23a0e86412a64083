"""The same page where the person, or the browser, says no; and on a machine without any camera."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.fixtures.browser import NewPage, assert_accessible
from tests.integration.http.test_video_browser import shot, state

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def browser_flags() -> list[str]:
    return ["--use-fake-device-for-media-stream", "--deny-permission-prompts"]


@pytest.mark.parametrize(("width", "language"), [(320, "es"), (1280, "en"), (390, "ar")])
def test_a_blocked_camera_is_said_with_the_way_to_allow_it(
    new_page: NewPage, address: str, width: int, language: str
) -> None:
    page = new_page(width=width)
    page.goto(f"{address}/video/test?lang={language}")
    page.locator("#start").click()

    state(page, "camera", "bad")
    state(page, "microphone", "bad")
    state(page, "line", "good")
    expect(page.locator("#camera [data-says=denied]")).to_be_visible()
    expect(page.locator("#verdict.bad")).to_be_visible()
    assert_accessible(page)
    shot(page, f"denied-{language}-{width}")


def test_one_that_is_allowed_is_used_although_the_other_is_not(new_page: NewPage, address: str) -> None:
    page = new_page(permissions=["microphone"])
    page.goto(f"{address}/video/test")
    page.locator("#start").click()

    state(page, "camera", "bad")
    state(page, "microphone", "good")


def test_a_machine_without_a_camera_is_told_so(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = ({video}) =>"
        " Promise.reject(new DOMException('', video ? 'NotFoundError' : 'NotReadableError'))"
    )
    page.goto(f"{address}/video/test")
    page.locator("#start").click()

    expect(page.locator("#camera [data-says=none]")).to_be_visible()
    expect(page.locator("#microphone [data-says=busy]")).to_be_visible()
