from __future__ import annotations

import gzip
import re

from httpx import Client

from edge.adapters.http.assets import Assets
from tests.fakes.client import client
from tests.fakes.office import FakeOffice, office_at


def links(phone: Client) -> list[str]:
    return re.findall(r'(?:href|src)="(/static/[^"]+)"', phone.get("/").text)


def test_files_are_cached_for_ever_under_their_hash_and_sent_packed(phone: Client) -> None:
    style = next(link for link in links(phone) if link.endswith("page.css"))

    answer = phone.get(style, headers={"accept-encoding": "gzip"})

    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.content.startswith(b"/* Pages for everybody")


def test_a_browser_that_unpacks_nothing_gets_the_plain_file(phone: Client) -> None:
    style = next(link for link in links(phone) if link.endswith("page.css"))

    answer = phone.get(style, headers={"accept-encoding": "identity"})

    assert "content-encoding" not in answer.headers
    assert gzip.compress(answer.content, 9, mtime=0)


def test_a_page_of_the_last_release_still_gets_its_files_uncached(phone: Client) -> None:
    answer = phone.get("/static/000000000000/page.css")

    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")


def test_only_known_files_are_served(phone: Client) -> None:
    for name in ("nothing.css", "../templates/base.html", "%2e%2e/app.py", "fonts/AtkinsonHyperlegibleNext-400.ttf"):
        assert phone.get(f"/static/x/{name}").status_code == 404


def test_every_link_of_the_first_page_works(phone: Client) -> None:
    assert [phone.get(link).status_code for link in links(phone)] == [200] * len(links(phone))
    assert phone.get("/favicon.ico").headers["content-type"] == "image/svg+xml"


def test_another_brand_colour_is_another_version(tmp_path) -> None:
    assert Assets("#7a1f3d").version != Assets("#0b5394").version


def test_what_the_api_lacks_is_said_as_a_problem(office: FakeOffice, phone: Client) -> None:
    missing, wrong = phone.get("/api/v1/nothing"), phone.put("/api/v1/turns", json={})

    assert (missing.json()["code"], missing.status_code) == ("no_page", 404)
    assert (wrong.json()["code"], wrong.status_code) == ("wrong_method", 405)
    assert wrong.headers["allow"] == "POST"


def test_a_brand_colour_reaches_the_page(tmp_path) -> None:

    phone = client(office_at(tmp_path, brand="#7a1f3d").app())
    tokens = next(link for link in links(phone) if link.endswith("tokens.css"))

    assert "#7a1f3d" in phone.get(tokens).text
