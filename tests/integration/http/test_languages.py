"""The links of a page to itself in another language."""

from __future__ import annotations

from httpx import Client


def test_the_languages_of_a_page_repeat_only_what_the_page_asks_for(phone: Client) -> None:
    page = phone.get("/t", params={"p": "k7m2p9qa", "name": "Núria", "lang": "en"}).text

    assert "Núria" not in page
    assert "N%C3%BAria" not in page
    assert 'href="?p=k7m2p9qa&amp;lang=ca"' in phone.get("/", params={"p": "k7m2p9qa"}).text
