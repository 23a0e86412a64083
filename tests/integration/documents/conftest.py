"""Ways of documents to a centre that is really there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge.central.standin_documents import DocumentsStandIn
from edge.domain.desks import DeskState
from tests.fixtures.deposits import OFFICE, TOKEN, Way
from tests.fixtures.office import MakeOffice


@pytest.fixture
def centre() -> Iterator[DocumentsStandIn]:
    with DocumentsStandIn(OFFICE, TOKEN) as made:
        yield made


NewWay = Callable[[str], Way]


@pytest.fixture
def way_to(make_office: MakeOffice, tmp_path: Path) -> Iterator[NewWay]:
    made: list[Way] = []

    def make(url: str) -> Way:
        parts = make_office()
        parts.attention.set_desk("1", DeskState.OPEN, agent="ana")
        made.append(Way(parts, tmp_path, url))
        return made[-1]

    yield make
    for way in made:
        way.work.stop()


@pytest.fixture
def way(way_to: NewWay, centre: DocumentsStandIn) -> Way:
    return way_to(centre.url)
