"""The pages of figures in a real browser: accessible, fitting, live, on paper; the survey without scripts."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from edge.runtime.clock import ManualClock
from tests.fakes.days import Day, close_days, close_quarters, parts_of
from tests.fakes.office import FakeOffice, office_at, serving
from tests.fixtures.browser import NewPage, assert_accessible, fits
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.staff_pages import log_in

KEEP = os.environ.get("O360_SCREENS", "")  # a folder: what a person should look at

pytestmark = [pytest.mark.browser, pytest.mark.slow]

THEMES = [{}, {"color_scheme": "dark"}, {"contrast": "more"}]
PAGES = (
    "/reports",
    "/reports?from=2026-11-23&to=2026-11-24",
    "/reports/daily?day=2026-11-23",
    "/reports/fairness?day=2026-11-23",
    "/reports/pilot",
    "/notes",
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> FakeOffice:
    clock = ManualClock(MONDAY_MORNING)
    made = office_at(tmp_path_factory.mktemp("spool"), clock)
    reports, parts = made.web.reports, parts_of(made)
    made.device("ticket-1")
    day = Day(parts, clock.move, 5, each_minute=lambda: close_quarters(reports))
    day.play(150)
    for turn in day.served[:8]:
        made.web.survey.answer(turn, {"attention": "4"})
    day.per_minute = 0
    day.until(MONDAY_MORNING + timedelta(hours=18))
    close_days(reports)
    clock.move((MONDAY_MORNING + timedelta(days=1) - clock.now()).total_seconds())
    Day(parts, clock.move, 6, each_minute=lambda: close_quarters(reports)).play(90)
    made.web.notes.write("incident", "impresora", "Sin papel a las once.", author="agent:manager")
    made.web.plans.add("short", "Reponer papel", owner="Entrada", due="", version=0, actor="agent:manager")
    return made


@pytest.fixture(scope="module")
def address(office: FakeOffice):
    with serving(office) as url:
        yield url


def open_figures(new_page: NewPage, address: str, place: str) -> Page:
    """Return a page of figures as its manager sees it."""
    page = new_page(width=1280)
    log_in(page, address, "luis")
    page.goto(f"{address}{place}")
    return page


def serve(office: FakeOffice, page: Page) -> None:
    """Attend to the holder of the turn that *page* has taken."""
    phone = next(c["value"] for c in page.context.cookies() if c["name"] == "turn")
    turn = office.web.turns.of_phone(phone)
    assert turn is not None
    office.web.turns.confirm_presence(turn.id, actor="test")
    office.web.attention.call_next("1", agent="marta")
    office.web.attention.start("1", agent="marta")
    office.web.attention.finish("1", agent="marta", outcome="resolved")


@pytest.mark.parametrize("theme", THEMES, ids=["light", "dark", "contrast"])
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_pages_are_accessible_and_fit_in_every_theme(
    new_page: NewPage, address: str, width: int, theme: dict[str, str]
) -> None:
    page = new_page(width=width, height=900, **theme)
    log_in(page, address, "luis")
    for place in PAGES:
        page.goto(f"{address}{place}")
        page.wait_for_load_state("load")
        for summary in page.locator("main summary").all():
            summary.click()
        assert_accessible(page)
        assert fits(page), place


def test_the_plots_say_in_words_what_the_table_holds(new_page: NewPage, address: str) -> None:
    page = open_figures(new_page, address, "/reports?from=2026-11-23")
    page.get_by_text("Los mismos datos en una tabla").click()

    names = page.locator(".kpi-plot title").all_text_contents()
    hours = page.locator(".figures").first.locator("tbody th").all_inner_texts()

    assert names[0] == "Espera media (min)"
    assert hours == ["09:00", "10:00", "11:00"]
    assert page.locator(".kpi-plot").first.locator(".dot").count() == len(hours)


def test_today_follows_by_itself(new_page: NewPage, address: str, office: FakeOffice) -> None:
    page = open_figures(new_page, address, "/reports")
    page.locator(".pulse[data-on=live]").wait_for()
    office.clock.move(65)
    office.hub.publish({"reports"})

    seen = office.web.office().calendar.zone
    expect(page.locator(".as-of")).to_contain_text(f"{office.clock.now().astimezone(seen):%H:%M}")


def test_the_daily_report_on_paper_has_no_menu(new_page: NewPage, address: str) -> None:
    page = open_figures(new_page, address, "/reports/daily?day=2026-11-23")
    page.emulate_media(media="print")

    expect(page.locator(".day-nav")).to_be_hidden()
    expect(page.locator("nav.pages")).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_letters_of_a_drawing_are_neither_too_small_to_read_nor_larger_than_the_text(
    new_page: NewPage, address: str, width: int
) -> None:
    page = new_page(width=width, height=900)
    log_in(page, address, "luis")
    page.goto(f"{address}/reports")
    shown = (
        "all => all.map(text => parseFloat(getComputedStyle(text).fontSize)"
        " * text.ownerSVGElement.getBoundingClientRect().width / text.ownerSVGElement.viewBox.baseVal.width)"
    )
    page.locator(".kpi-plot").first.wait_for()
    sizes = page.locator(".kpi-plot text").evaluate_all(shown)

    assert min(sizes) >= 9
    assert max(sizes) <= 18.5


@pytest.mark.parametrize("language", ["es", "ar"])
def test_the_survey_is_answered_without_scripts_at_320_pixels(new_page: NewPage, tmp_path: Path, language: str) -> None:
    made = office_at(tmp_path / "spool")
    made.open_desk("1", "marta")
    with serving(made) as url:
        page = new_page(width=320, height=700, java_script_enabled=False)
        page.goto(f"{url}/?lang={language}")
        page.locator("button.main[value=certificado]").click()
        serve(made, page)
        page.goto(f"{url}/my")
        page.locator("a[href='/my/survey']").click()
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        page.locator("button[name=q1]").first.click()

        expect(page.locator(".ticket h1")).to_be_visible()
        assert page.locator("[name=q1]").count() == 0


@pytest.mark.parametrize("language", ["es-ES", "ca-ES", "en-GB", "ar"])
def test_the_survey_is_accessible_in_every_language(new_page: NewPage, tmp_path: Path, language: str) -> None:
    made = office_at(tmp_path / "spool")
    made.open_desk("1", "marta")
    with serving(made) as url:
        page = new_page(width=320, height=700, language=language)
        page.goto(url)
        page.locator("button.main[value=certificado]").click()
        page.locator(".ticket").wait_for()
        serve(made, page)
        page.goto(f"{url}/my/survey")

        assert_accessible(page)
        assert fits(page)


@pytest.mark.parametrize("width", [320, 1280])
def test_an_action_that_is_refused_is_mended_where_it_was_typed(new_page: NewPage, address: str, width: int) -> None:
    page = new_page(width=width)
    log_in(page, address, "luis")
    page.goto(f"{address}/reports/pilot")
    form = page.locator("details.add").last
    form.locator("summary").click()
    form.locator("[name=text]").fill("Cambiar la impresora")
    form.locator("[name=owner]").fill("Luis")
    form.locator("button").click()

    expect(page.locator("#action-problem")).to_contain_text("no el nombre de una persona")
    expect(page.locator("[aria-invalid=true]")).to_have_value("Luis")
    expect(page.locator("[aria-invalid=true]")).to_be_focused()
    assert fits(page)
    assert_accessible(page)
    if KEEP:
        page.screenshot(path=str(Path(KEEP) / f"pilot-refused-{width}.png"), full_page=True)
    page.locator("[aria-invalid=true]").fill("Entrada")
    page.keyboard.press("Enter")
    expect(page.locator(".actions").last).to_contain_text("Cambiar la impresora")
