"""What ``o360 demo`` tells about where to look."""

from __future__ import annotations

from pathlib import Path

from edge.bootstrap.config import EdgeConfig
from edge.cli.demo import _addresses
from edge.demo.configs import CLIP, Layout, edge
from edge.demo.stage import Stage
from edge.runtime.config import load_config


def test_the_demo_names_every_page_of_the_count_and_who_may_open_it(tmp_path: Path) -> None:
    stage = Stage(Layout(tmp_path), clip=CLIP, clock="", windows=False)

    rows = _addresses(stage, windows=False, clock="").splitlines()

    for path, role in (
        ("/occupancy", "manager"),
        ("/counts", "manager"),
        ("/cameras", "technician"),
        ("/audits", "technician"),
    ):
        assert any(f"{stage.office_url}{path}" in row and role in row for row in rows), path
    for person in stage.staff:
        assert any(person.login in row and person.role in row for row in rows)


def test_the_demo_says_where_the_code_of_a_booking_is_read_and_the_office_writes_it_there(tmp_path: Path) -> None:
    stage = Stage(layout := Layout(tmp_path), clip=CLIP, clock="", windows=False)

    rows = _addresses(stage, windows=False, clock="").splitlines()
    written = load_config(edge(layout, stage.ports, ("k", "AAAA")), EdgeConfig)

    assert any(str(layout.messages) in row and "codes of bookings" in row for row in rows)
    assert {way.options["file"] for way in written.notify.values()} == {str(layout.messages)}


def test_the_demo_says_who_is_played_and_how_to_take_part(tmp_path: Path) -> None:
    stage = Stage(Layout(tmp_path), clip=CLIP, clock="", windows=False)

    rows = _addresses(stage, windows=False, clock="")

    assert "played: ana, luis, eva at desks 1 to 3, marta at the entrance" in rows
    assert "--pace 30, and jose opens desk 4, 5 or 6" in rows
