"""The curve of a day and the heat map in a real browser: drawn, walked by keyboard, live, in every theme and width."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from edge.domain.counts import day_start
from tests.fakes import counted
from tests.fakes.office import FakeOffice
from tests.fixtures.browser import NewPage, assert_accessible, fits
from tests.fixtures.staff_pages import log_in
from tests.fixtures.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

THEMES = [{}, {"color_scheme": "dark"}, {"contrast": "more"}]


@pytest.fixture(autouse=True)
def busy(live_office: FakeOffice) -> None:
    live_office.clock.skip(7 * 3600)  # a quarter past five in the afternoon
    zone = live_office.web.office().calendar.zone
    now = live_office.clock.now()
    for weeks in range(3):
        midnight = day_start(now.astimezone(zone).date() - timedelta(weeks=weeks), zone)
        counted.busy_day(live_office, midnight, now, flawed=weeks == 0)
    live_office.web.counters.warmed(counted.heat(now))


def open_at(page: Page, address: str, then: str) -> None:
    log_in(page, address, "luis")
    page.goto(f"{address}{then}")


def colours(page: Page, plot: str) -> Counter[tuple[int, ...]]:
    image = Image.open(BytesIO(page.locator(f"[data-plot={plot}] canvas").screenshot())).convert("RGB")
    found = image.getcolors(maxcolors=2**24) or []
    return Counter({colour: count for count, colour in found})  # type: ignore[misc]


def token(page: Page, name: str) -> tuple[int, ...]:
    value = page.evaluate(f"getComputedStyle(document.documentElement).getPropertyValue('--color-{name}').trim()")
    return tuple(int(value[k : k + 2], 16) for k in (1, 3, 5))


@pytest.mark.parametrize("theme", THEMES, ids=["light", "dark", "contrast"])
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_are_accessible_and_fit_in_every_theme(
    new_page: NewPage, address: str, width: int, theme: dict[str, str]
) -> None:
    page = new_page(width=width, height=900, **theme)
    open_at(page, address, "/counts")
    page.locator(".pulse[data-on=live]").wait_for()  # the live stream has drawn it once more
    page.locator(".uplot").nth(2).wait_for()
    assert_accessible(page)
    assert fits(page)
    brand = token(page, "brand")
    wait_until(lambda: colours(page, "flow")[brand] > 1000, 10, "the bars")
    drawn = colours(page, "flow")
    assert drawn[token(page, "border")] > 100  # what was not seen is hatched
    assert colours(page, "coverage")[token(page, "success")] > 500
    page.get_by_text("Los mismos datos en una tabla").click()
    assert_accessible(page)

    spilt = page.evaluate(
        """() => {
          document.querySelectorAll(".day-figures dd:not(.words-only)").forEach((dd) => (dd.textContent = "100 %"));
          const cards = [...document.querySelectorAll(".day-figures > div")];
          return cards.filter((card) => card.scrollWidth > card.clientWidth).length;
        }"""
    )
    assert spilt == 0  # a good day fits its card as well

    page.goto(f"{address}/counts/heat")
    page.locator(".ground").wait_for()
    page.get_by_text("Los mismos datos en una tabla").click()
    assert_accessible(page)
    assert fits(page)


def test_the_curve_is_walked_by_keyboard_and_says_what_the_table_says(new_page: NewPage, address: str) -> None:
    page = new_page(width=1280, height=900)
    open_at(page, address, "/counts")
    page.locator(".uplot").nth(2).wait_for()
    page.locator("#day-plots").focus()
    for _ in range(13):
        page.keyboard.press("ArrowRight")
    said = page.locator(".readout").inner_text()
    page.get_by_text("Los mismos datos en una tabla").click()
    row = page.locator("tbody tr").nth(12).locator("th, td").all_inner_texts()

    assert said.startswith(f"{row[0]} · {row[1]} entran, {row[2]} salen")
    assert page.locator(".readout").get_attribute("aria-live") == "polite"
    page.keyboard.press("Tab")
    page.locator("#day-plots").focus()
    page.keyboard.press("End")
    last = page.locator("tbody tr").last.locator("th").inner_text()
    assert page.locator(".readout").inner_text().startswith(last)


def test_a_quarter_that_was_not_seen_has_no_numbers_anywhere(new_page: NewPage, address: str) -> None:
    page = new_page(width=1280, height=900)
    open_at(page, address, "/counts")
    page.locator(".uplot").nth(2).wait_for()
    page.get_by_text("Los mismos datos en una tabla").click()
    gap = page.locator("tbody tr", has_text="12:30–12:45").locator("td").all_inner_texts()
    page.locator("#day-plots").focus()
    page.keyboard.press("Home")
    while not page.locator(".readout").inner_text().startswith("12:30"):
        page.keyboard.press("ArrowRight")

    assert gap[:2] == ["–", "–"]
    assert gap[-1] == "No se ha visto"
    assert "– entran, – salen" in page.locator(".readout").inner_text()
    expect(page.get_by_text("cuartos de hora que no se han visto")).to_be_visible()


def test_today_follows_by_itself_and_an_opened_table_stays_open(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    page = new_page(width=1280, height=900)
    open_at(page, address, "/counts")
    page.locator(".pulse[data-on=live]").wait_for()
    page.get_by_text("Los mismos datos en una tabla").click()
    before = int(page.locator(".day-figures dd").first.inner_text())
    start = live_office.clock.now().replace(second=0, microsecond=0) - timedelta(minutes=1)
    live_office.web.counts.interval(counted.minute(start, 1, people_in=7))
    live_office.hub.publish({"counts"})

    expect(page.locator(".day-figures dd").first).to_have_text(str(before + 7))
    expect(page.locator("details.as-table")).to_have_attribute("open", "")
    expect(page.locator(".uplot")).to_have_count(3)


def test_days_are_chosen_by_link_and_by_date(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    page = new_page(width=1280, height=900)
    open_at(page, address, "/counts")
    page.get_by_role("link", name="Día anterior").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("domingo, 22 de noviembre de 2026", ignore_case=True)
    page.get_by_role("link", name="Día siguiente").click()
    page.locator("#day").fill("2026-11-16")
    page.get_by_role("button", name="Ver").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("lunes, 16 de noviembre de 2026", ignore_case=True)
    page.locator(".uplot").nth(2).wait_for()


def test_arabic_keeps_time_from_left_to_right(new_page: NewPage, address: str) -> None:
    page = new_page(width=390, height=900)
    open_at(page, address, "/counts?lang=ar")
    page.locator(".uplot").nth(2).wait_for()
    assert_accessible(page)
    assert fits(page)
    assert page.locator("[data-plot=flow]").evaluate("e => getComputedStyle(e).direction") == "ltr"


def test_the_heat_follows_by_itself(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    page = new_page(width=1280, height=900)
    open_at(page, address, "/counts/heat")
    page.locator(".pulse[data-on=live]").wait_for()
    assert page.locator(".ground .heat-6").count() >= 1
    page.get_by_text("Los mismos datos en una tabla").click()
    cold = counted.heat(live_office.clock.now())
    for camera in cold.cameras:
        camera.cells[:] = [0] * len(camera.cells)
    live_office.web.counters.warmed(cold)
    live_office.hub.publish({"heat"})

    expect(page.get_by_text("Nadie en las últimas horas.").first).to_be_visible()
    expect(page.locator(".ground rect:not(.base)")).to_have_count(0)
