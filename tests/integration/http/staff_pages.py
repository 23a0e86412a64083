"""What tests of staff's pages do in a browser."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.fakes.office import PASSWORD


def log_in(page: Page, address: str, login: str) -> None:
    """Come in with the office's own password."""
    page.goto(f"{address}/login")
    page.locator("#login").fill(login)
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def open_desk(page: Page, address: str, desk: str = "1") -> None:
    """Open a desk from the list and wait until its page is live."""
    page.goto(f"{address}/desk")
    page.get_by_role("button", name=f"Abrir {desk}").click()
    page.locator(".pulse[data-on=live]").wait_for()
