"""Figures on their way: closed in an office, over a real broker, stored by the centre, shown in its console."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from edge.adapters.mqtt.uplink import Uplink
from edge.adapters.mqtt.uplink_messages import OfficeCard
from edge.adapters.sqlite.outgoing import SqliteOutgoingLog
from edge.bootstrap.config import EdgeConfig
from edge.bootstrap.office import OfficeParts
from edge.central import figures
from edge.central.figures import Derived
from edge.contracts.kpi import DAY, QUARTER
from edge.contracts.uplink import EventRow
from edge.contracts.wire import encode
from edge.domain.delivery import Limits
from edge.runtime.clock import ManualClock
from tests.fakes.days import Day, close_days, close_quarters
from tests.fixtures.broker import Mosquitto
from tests.fixtures.browser import NewPage, assert_accessible, fits
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.waiting import wait_until
from tests.integration.central.conftest import Centre
from tests.integration.central.real_office import QUICK
from tests.integration.central.test_console_browser import log_in
from tests.integration.central.test_console_http import Bench

pytestmark = pytest.mark.slow


@pytest.fixture
def played(tmp_path: Path) -> Iterator[OfficeParts]:
    """An office with a closed Monday."""
    clock = ManualClock(MONDAY_MORNING)
    office = OfficeParts(EdgeConfig(office="carretas4", database=str(tmp_path / "office.db")), clock)
    day = Day(office, clock.move, 11, each_minute=lambda: close_quarters(office.reports))
    day.play(150)
    day.until(MONDAY_MORNING + timedelta(hours=18))
    close_days(office.reports)
    yield office
    office.database.close()


@pytest.fixture
def bench(tmp_path: Path, manual_clock: ManualClock, played: OfficeParts) -> Iterator[Bench]:
    """A console whose centre has the figures of that office."""
    made = Bench(tmp_path, manual_clock)
    rows = SqliteOutgoingLog(played.database, played.clock.now).rows("telemetry", 0, 1000)
    found = [one for row in rows if (one := figures.derived("carretas4", row)) is not None]
    with made.store.write() as conn:
        figures.keep(conn, made.store, found)
    yield made
    made.close()


def test_the_centre_has_the_same_bytes_as_the_office(broker: Mosquitto, centre: Centre, played: OfficeParts) -> None:
    log = SqliteOutgoingLog(played.database, played.clock.now)
    uplink = Uplink(
        broker.settings, OfficeCard("carretas4", "Carretas 4", "1"), log, live=lambda: None,
        on_command=lambda _: None, now=played.clock.now, limits=Limits(resend_after_s=1.5), backoff=QUICK,
    )  # fmt: skip
    uplink.start()
    wait_until(lambda: log.acked().get("telemetry") == log.streams()["telemetry"], 15)
    uplink.stop(1.0)

    found = figures.of_office(centre.store, "carretas4")

    day = played.reports.days(MONDAY_MORNING.date(), MONDAY_MORNING.date())
    assert [encode(one) for one in found.days] == [encode(one) for one in day]
    assert [encode(q) for q in found.quarters] == [encode(q) for q in played.reports.quarters(day[0].day)]
    assert figures.last_days(centre.store).days == day


@pytest.mark.parametrize("body", [{}, {"office": "carretas4"}, {"office": "carretas4", "day": "x", "all": 7}])
def test_what_is_no_figure_is_kept_as_a_row_and_shown_nowhere(body: dict[str, object]) -> None:
    row = EventRow(
        seq=1, id="k-1", type=DAY, at=MONDAY_MORNING, mono_ns=0, boot="", actor="a", body=body, prev="", hash=""
    )

    assert figures.derived("carretas4", row) is None


def test_an_office_speaks_only_for_itself(played: OfficeParts) -> None:
    rows = SqliteOutgoingLog(played.database, played.clock.now).rows("telemetry", 0, 1000)
    days = [row for row in rows if row.type in (DAY, QUARTER)]

    assert days
    assert all(figures.derived("another", row) is None for row in days)
    assert isinstance(figures.derived("carretas4", days[0]), Derived)


@pytest.mark.parametrize("language", ["es", "ca", "en"])
def test_the_console_shows_them_in_every_language(bench: Bench, played: OfficeParts, language: str) -> None:
    browser = bench.client("vera", language)
    issued = played.reports.stored(MONDAY_MORNING.date()).all.issued

    wall, office = browser.get("/figures"), browser.get("/offices/carretas4/figures")

    assert (wall.status_code, office.status_code) == (200, 200)
    assert wall.text.count('<th scope="col"') == office.text.count('<th scope="col"') + 1
    assert {"es": "Responden", "ca": "Responen", "en": "Response"}[language] in wall.text
    assert f'<td class="num">{issued}</td>' in wall.text
    assert office.text.count('<svg class="kpi-plot"') == 4
    assert browser.get("/offices/nobody/figures").status_code == 404
    assert browser.get("/api/offices/carretas4/figures").json()["days"][0]["all"]["issued"] == issued
    assert browser.get("/api/figures").json()["days"][0]["office"] == "carretas4"
    assert browser.get("/api/offices/nobody/figures").status_code == 404


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_are_accessible_and_fit(bench: Bench, new_page: NewPage, width: int) -> None:
    page = new_page(width=width)
    log_in(page, bench)
    for place in ("/figures", "/offices/carretas4/figures"):
        page.goto(f"{bench.url}{place}")
        page.wait_for_load_state("load")
        assert_accessible(page)
        assert fits(page)
