from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.contracts.cameras import CameraShapes, LayoutUsed, LineShape
from edge.contracts.shapes import digest
from tests.fakes.client import client
from tests.fakes.office import PASSWORD, FakeOffice, office_at

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SHAPES = [CameraShapes(camera="door", lines=[LineShape(name="main", points=((9, 9), (9, 400)))])]
WORDS = ("version", "reason", "cameras", "camera", "to", "line", "walked", "since", "points", "lines", "masks", "x")

leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=10),
    st.sampled_from(["door", "main", "trial", "hall", "2026-11-23T08:00:00Z", "2026-11-23T08:00:00"]),
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)
points = st.tuples(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
drawn = st.fixed_dictionaries(
    {
        "camera": st.sampled_from(["door", "roof", ""]),
        "lines": st.lists(
            st.fixed_dictionaries(
                {"name": st.sampled_from(["main", "A B", "a"]), "points": st.lists(points, min_size=1, max_size=3)}
            ),
            max_size=3,
        ),
        "zones": st.lists(
            st.fixed_dictionaries({"name": st.just("z"), "points": st.lists(points, min_size=2, max_size=8)}),
            max_size=2,
        ),
        "masks": st.lists(st.lists(points, min_size=2, max_size=8), max_size=2),
    }
)
layouts = st.fixed_dictionaries(
    {"version": st.integers(0, 3), "reason": st.sampled_from(["trial", "x"]), "cameras": st.lists(drawn, max_size=2)}
)


class World:
    """An office whose technician sends junk; made once, because junk must not break it."""

    def __init__(self) -> None:
        self.office: FakeOffice = office_at(Path(tempfile.mkdtemp()) / "spool")
        used = LayoutUsed(group="hall", epoch="E", version=0, digest=digest(SHAPES), at=AT, cameras=SHAPES)
        self.office.web.layouts.adopt(used)
        self.http = client(self.office.app())
        self.http.post("/login", data={"login": "tecnica", "password": PASSWORD})
        self.csrf = self.http.get("/api/v1/session").json()["csrf"]
        view = self.http.post("/api/v1/cameras/hall/door/view", json={}, headers=self.headers)
        self.session = view.json()["session"]

    @property
    def headers(self) -> dict[str, str]:
        return {"x-csrf-token": self.csrf}


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@settings(max_examples=150, deadline=None)
@given(body=layouts | values, check=st.booleans())
def test_a_layout_of_junk_is_refused_kindly_and_what_is_stored_can_be_used(world: World, body, check: bool) -> None:
    method, path = ("POST", "/api/v1/cameras/hall/layout/check") if check else ("PUT", "/api/v1/cameras/hall/layout")

    answer = world.http.request(method, path, json=body, headers=world.headers)

    assert answer.status_code in {200, 400, 409, 413}
    newest = world.office.web.layouts.current("hall")
    assert world.office.web.layouts.faults("hall", newest.cameras, {}) == []
    assert newest.digest == digest(newest.cameras)


@settings(max_examples=100, deadline=None)
@given(body=values)
def test_junk_in_a_walk_or_in_going_back_is_refused_kindly(world: World, body) -> None:
    for path in (f"/api/v1/camera-views/{world.session}/walk", "/api/v1/cameras/hall/layout/rollback"):
        assert world.http.post(path, json=body, headers=world.headers).status_code in {400, 404, 409}


@settings(max_examples=150, deadline=None)
@given(
    body=st.binary(max_size=300)
    | values.map(msgspec.json.encode)
    | st.fixed_dictionaries(
        {
            "session": st.just("S"),
            "camera": st.just("door"),
            "at": st.just(AT.isoformat()),
            "size": st.lists(st.integers(-1, 20000), min_size=1, max_size=3),
            "columns": st.integers(-1, 100),
            "rows": st.integers(-1, 100),
            "cells": st.binary(max_size=60),
        }
    ).map(msgspec.json.encode)
)
def test_a_picture_of_junk_is_refused_kindly_and_not_kept(world: World, body: bytes) -> None:
    headers = {"authorization": f"Bearer {world.office.bearer('counter-hall')}", "content-type": "application/json"}

    answer = world.http.put(f"/api/v1/device/camera-views/{world.session}", content=body, headers=headers)

    assert answer.status_code == 400


def test_a_layout_or_a_picture_that_is_too_long_is_refused(world: World) -> None:
    headers = {"authorization": f"Bearer {world.office.bearer('counter-hall')}", "content-type": "application/json"}

    layout = world.http.put("/api/v1/cameras/hall/layout", content=b"[" + b" " * 600_000, headers=world.headers)
    picture = world.http.put(f"/api/v1/device/camera-views/{world.session}", content=b" " * 70_000, headers=headers)

    assert (layout.status_code, picture.status_code) == (413, 413)
