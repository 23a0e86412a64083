from __future__ import annotations

from pathlib import Path

import pytest

from edge.adapters.http import openapi
from tests.fixtures.golden import OPTION

PAGE = Path(__file__).parents[3] / "docs" / "http.md"
START = "<!-- generated: routes (pytest tests/unit/http/test_http_docs.py --golden-update) -->\n"
END = "<!-- end of generated: routes -->"


def test_the_routes_of_the_document_are_those_of_the_table(request: pytest.FixtureRequest) -> None:
    text = PAGE.read_text("utf-8")
    head, rest = text.split(START)
    wanted = head + START + openapi.tables() + END + rest.split(END)[1]

    if request.config.getoption(OPTION):
        PAGE.write_text(wanted, "utf-8")

    assert wanted == PAGE.read_text("utf-8"), "pytest tests/unit/http/test_http_docs.py --golden-update"
