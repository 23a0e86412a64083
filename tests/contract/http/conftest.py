"""The office's database twice: in memory and in a file."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.adapters.sqlite.database import SqliteDatabase
from edge.adapters.sqlite.log import Stamp
from edge.runtime.ids import new_ulid
from edge.services.ports import Database
from tests.fakes.database import FakeDatabase


@pytest.fixture(params=["fake", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "fake":
        yield FakeDatabase()
        return
    made = SqliteDatabase(tmp_path / "office.db", Stamp(new_ulid, itertools.count().__next__, "boot"))
    yield made
    made.close()
