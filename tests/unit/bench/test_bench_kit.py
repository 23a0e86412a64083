from __future__ import annotations

import json
import math
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.kit import Figure, Gate, Report, Stopwatch, cpu_s, measure, percentile, rss_mb

numbers = st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=200)


def test_a_gate_holds_on_its_goal_and_fails_beyond_it() -> None:
    assert Gate("p99", 25.0, 25.0).ok
    assert not Gate("p99", 25.1, 25.0).ok
    assert Gate("rows", 3000, 3000, ">=").ok
    assert not Gate("rows", 2999, 3000, ">=").ok


def test_a_gate_without_a_measurement_fails() -> None:
    assert not Gate("p99", math.nan, 25.0).ok


def test_the_report_fails_with_its_first_failed_gate() -> None:
    rows = [Figure("turns", 500), Gate("p99", 30.0, 25.0, unit="ms"), Gate("rows", 4000, 3000, ">=")]

    report = Report("office", rows, (0.5, 1.5))

    assert not report.ok
    assert report.table().splitlines() == [
        "office: load average 0.50 at the start, 1.50 at the end",
        "figure  value  unit      goal",
        "turns     500",
        "p99        30  ms       <= 25  FAILED",
        "rows    4,000        >= 3,000  ok",
    ]


def test_the_json_names_figures_gates_and_load() -> None:
    report = Report("office", [Figure("turns", 500), Gate("p99", math.nan, 25.0)], (0.5, 1.5))

    assert json.loads(report.json()) == {
        "name": "office",
        "load": [0.5, 1.5],
        "figures": {"turns": 500, "p99": None},
        "gates": {"p99": {"value": None, "goal": 25.0, "direction": "<=", "ok": False}},
    }


def test_measuring_keeps_the_rows_of_the_bench() -> None:
    report = measure("one", lambda: [Gate("g", 1, 2)])

    assert (report.name, report.ok, len(report.load)) == ("one", True, 2)


def test_the_percentile_of_a_hundred_values_is_its_rank() -> None:
    values = [float(n) for n in range(100, 0, -1)]

    assert (percentile(values, 50), percentile(values, 95), percentile(values, 100)) == (50, 95, 100)


def test_the_percentile_of_nothing_is_no_number() -> None:
    assert math.isnan(percentile([], 99))


@pytest.mark.parametrize("percent", [0, -1, 100.1])
def test_a_percentile_outside_its_range_is_refused(percent: float) -> None:
    with pytest.raises(ValueError, match="percent"):
        percentile([1.0], percent)


@given(numbers, st.floats(0.1, 100))
def test_a_percentile_was_measured_and_covers_its_share(values: list[float], percent: float) -> None:
    found = percentile(values, percent)

    assert found in values
    assert sum(value <= found for value in values) >= len(values) * percent / 100 - 1e-6


def test_the_stopwatch_adds_laps_and_own_cpu_time() -> None:
    watch = Stopwatch()

    for _ in range(2):
        with watch.running():
            sum(range(200_000))

    assert len(watch.laps_ms) == 2
    assert watch.cpu_s > 0
    assert watch.wall_s == pytest.approx(sum(watch.laps_ms) / 1000)


def test_this_process_has_used_time_and_memory() -> None:
    assert cpu_s(os.getpid()) > 0
    assert rss_mb(os.getpid()) > 5
    assert rss_mb(os.getpid(), with_children=False) <= rss_mb(os.getpid()) + 1
