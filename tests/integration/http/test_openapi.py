from __future__ import annotations

import re

import pytest
from httpx import Client
from openapi_spec_validator import OpenAPIV31SpecValidator

from edge.adapters.http import openapi
from edge.adapters.http.endpoint import Endpoint, Kind
from edge.adapters.http.table import API, TABLE
from edge.contracts import asyncapi
from edge.runtime.i18n import Messages
from edge.runtime.resources import config_dir
from tests.fakes.office import FakeOffice

ERROR = re.compile(r'(?:Violation|Found|Forbidden|Conflict|Input|Unavailable|TooMany)\([^)]*code="([a-z_]+)"')


def test_the_document_is_valid_openapi(phone: Client) -> None:
    document = phone.get("/openapi.json").json()

    assert [str(error.message) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_both_descriptions_are_served_as_often_as_they_are_asked_for(phone: Client) -> None:
    served = {path: [phone.get(path).json() for _ in range(2)] for path in ("/openapi.json", "/asyncapi.json")}

    assert served == {"/openapi.json": [openapi.document()] * 2, "/asyncapi.json": [asyncapi.document()] * 2}


def test_every_json_route_is_in_the_document_and_nothing_else() -> None:
    documented = {(method.upper(), path) for path, row in openapi.document()["paths"].items() for method in row}

    assert documented == {(e.method, e.path) for e in TABLE if e.kind is Kind.JSON} == {(e.method, e.path) for e in API}


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [row[method]["operationId"] for row in openapi.document()["paths"].values() for method in row]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("endpoint", API, ids=lambda e: f"{e.method} {e.path}")
def test_every_route_of_the_document_answers(office: FakeOffice, phone: Client, endpoint: Endpoint) -> None:
    path = re.sub(r"\{\w+\}", "1", endpoint.path)

    answer = phone.request(endpoint.method, path)

    assert answer.status_code in {endpoint.status, *endpoint.problems}
    assert answer.headers["content-type"].startswith((endpoint.media, "application/problem+json"))


def test_every_refusal_of_the_table_is_described() -> None:
    assert {status for e in TABLE for status in e.problems} <= openapi.STATUSES


def test_every_error_code_of_the_office_has_words() -> None:
    parts = (config_dir().parent / "edge" / part for part in ("domain", "services", "adapters"))
    sources = [file for part in parts for file in part.rglob("*.py")]
    codes = {code for file in sources for code in ERROR.findall(file.read_text("utf-8"))}
    texts = Messages.load(config_dir() / "messages").keys("es")
    of_programs = {
        "unknown_role",
        "login_taken",
        "no_role",
        "unknown_login",
    }  # words of their own

    assert {code for code in codes if f"problems.{code}" not in texts} - of_programs == set()
