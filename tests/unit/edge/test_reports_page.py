"""What the manager's page of figures shows."""

from __future__ import annotations

from itertools import chain

from edge.adapters.http.reports_page import GROUPS
from edge.runtime.kpi_view import HOUSE, MEASURES


def test_every_measure_stands_under_one_heading() -> None:
    placed = list(chain.from_iterable(GROUPS.values()))

    assert sorted(placed) == sorted(measure.key for measure in (*MEASURES, *HOUSE))
