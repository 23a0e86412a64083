"""The history over any order, repetition and loss of records, against sums made by hand."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from edge.domain.counts import QUARTER, quarter_of
from edge.services.counts import PLACES
from tests.fakes import counted
from tests.fakes.office import FakeOffice, office_at
from tests.fixtures.clocks import MONDAY_MORNING

MINUTE = timedelta(minutes=1)
minutes = st.lists(st.tuples(st.integers(0, 59), st.integers(0, 9), st.integers(0, 9)), unique_by=lambda row: row[0])


def new_office() -> FakeOffice:
    office = office_at(Path("unused"))
    office.clock.move(3600)  # type: ignore[attr-defined]
    return office


@given(seen=minutes, order=st.randoms(use_true_random=False), health=st.sampled_from(["ok", "degraded", "invalid"]))
def test_each_minute_counts_once_in_its_quarter_whatever_the_order(seen, order, health) -> None:
    office = new_office()
    records = [
        counted.minute(MONDAY_MORNING + k * MINUTE, k, people_in=came, people_out=went, health=health)
        for k, came, went in seen
    ]
    told = [*records, *records]
    order.shuffle(told)
    for record in told:
        office.web.counts.interval(record)

    rows = office.web.counts.rows(MONDAY_MORNING, MONDAY_MORNING + timedelta(hours=1), 15)

    by_quarter = {quarter_of(MONDAY_MORNING + k * MINUTE) for k, _, _ in seen}
    assert {row.start for row in rows if not row.tally.is_gap} == by_quarter
    assert sum(row.tally.people_in for row in rows) == sum(came for _, came, _ in seen)
    assert sum(row.tally.people_out for row in rows) == sum(went for _, _, went in seen)
    assert sum(row.tally.coverage_s for row in rows) == 60 * len(seen)
    assert all(row.tally.trusted_s == (0 if health == "invalid" else row.tally.coverage_s) for row in rows)
    assert all(row.end - row.start == QUARTER for row in rows)


@given(st.floats(-1e6, 1e6, allow_nan=False), st.floats(-1e6, 1e6, allow_nan=False))
def test_no_record_covers_more_than_its_own_time(coverage: float, mean: float) -> None:
    office = new_office()
    record = replace(counted.queue_minute(MONDAY_MORNING, 1), coverage_s=coverage)
    office.web.counts.interval(replace(record, zones=[replace(record.zones[0], mean=mean)]))

    (row, *_) = office.web.counts.rows(MONDAY_MORNING, MONDAY_MORNING + QUARTER, 15)

    assert 0 <= row.tally.trusted_s <= row.tally.coverage_s <= 60
    assert row.tally.people_s >= 0


def test_a_counter_that_invents_lines_fills_no_disk() -> None:
    office = new_office()
    record = counted.minute(MONDAY_MORNING, 1)
    for k in range(8):
        lines = [replace(record.lines[0], line=f"door/{k}-{n}") for n in range(128)]
        office.web.counts.interval(replace(record, seq=k, lines=lines))

    with office.database.read() as stores:
        assert len(stores.counts.places()) == PLACES
