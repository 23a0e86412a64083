from __future__ import annotations

import pytest
from httpx import Client

from edge.adapters.http.routes.video import LARGEST


def test_camera_and_microphone_are_allowed_on_one_page_only(phone: Client) -> None:
    allowed = phone.get("/video/test").headers["permissions-policy"]
    elsewhere = {phone.get(path).headers["permissions-policy"] for path in ("/", "/book", "/talk", "/api/v1/office")}

    assert "camera=(self), microphone=(self)" in allowed
    assert all("camera=(), microphone=()" in policy for policy in elsewhere)


def test_the_sample_has_the_size_that_was_asked_for_and_cannot_be_packed(phone: Client) -> None:
    answer = phone.get("/api/v1/video/sample?size=32768")

    assert len(answer.content) == 32768
    assert len(set(answer.content)) == 256
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("size", ["0", "-1", str(LARGEST + 1), "x", "1e3", "٣", " 5"])
def test_another_size_is_refused_in_words(phone: Client, size: str) -> None:
    assert phone.get("/api/v1/video/sample", params={"size": size}).status_code == 400


def test_what_is_sent_is_bounded_and_forgotten(phone: Client) -> None:
    assert phone.put("/api/v1/video/sample", content=b"x" * LARGEST).json() == {}
    assert phone.put("/api/v1/video/sample", content=b"x" * (LARGEST + 1)).status_code == 413


def test_one_network_cannot_use_up_the_line_of_the_office(phone: Client) -> None:
    answers = [phone.get("/api/v1/video/sample?size=1").status_code for _ in range(62)]

    assert answers[:60] == [200] * 60
    assert answers[60:] == [429, 429]
    assert phone.get("/api/v1/video/ping").status_code == 200
