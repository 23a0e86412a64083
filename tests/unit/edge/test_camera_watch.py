from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from edge.contracts.cameras import LayoutUsed
from edge.contracts.counting import CameraNow, CountTotals
from edge.services.cameras import CameraWatch
from edge.services.last_words import GROUPS, SILENT_S

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def totals(health: str = "ok", group: str = "hall", fps: float = 9.8) -> CountTotals:
    camera = CameraNow(camera="door", health=health, fps=fps)  # type: ignore[arg-type]
    return CountTotals(group=group, epoch="E", at=AT, cameras=[camera])


def used(group: str = "hall") -> LayoutUsed:
    return LayoutUsed(group=group, epoch="E", version=2, digest="d", at=AT, cameras=[])


def test_a_counter_is_away_until_it_speaks_and_again_when_it_is_silent() -> None:
    watch = CameraWatch()
    assert watch.now("hall", mono=0).away

    watch.heard(totals(), mono=0)
    assert watch.now("hall", mono=SILENT_S).cameras["door"].health == "ok"
    assert watch.now("hall", mono=SILENT_S + 1).away


def test_who_says_good_bye_is_away_at_once_but_its_layout_is_remembered() -> None:
    watch = CameraWatch()
    watch.heard(totals(), mono=0)
    watch.uses(used())

    watch.lost("hall")

    assert watch.now("hall", mono=0).away
    assert watch.now("hall", mono=0).used == used()


def test_pages_are_woken_only_by_what_they_show() -> None:
    watch = CameraWatch()

    assert watch.heard(totals(), mono=0)
    assert not watch.heard(totals(fps=9.7), mono=1)
    assert watch.heard(totals("degraded"), mono=2)


def test_the_size_of_a_picture_is_known_before_anybody_looks_and_stays_known() -> None:
    watch = CameraWatch()
    watch.uses(used())
    said = totals()
    seeing = replace(said, cameras=[replace(said.cameras[0], size=(768, 576))])

    watch.heard(said, mono=0)
    before = watch.sizes("hall")
    is_told = watch.heard(seeing, mono=1)
    watch.heard(said, mono=2)
    watch.lost("hall")

    assert (before, is_told) == ({}, True)
    assert watch.sizes("hall") == {"door": (768, 576)}


def test_made_up_groups_fill_no_memory() -> None:
    watch = CameraWatch()
    for number in range(GROUPS * 3):
        watch.heard(totals(group=f"g{number}"), mono=0)
        watch.uses(used(f"g{number}"))
        watch.showed(f"g{number}", "door", (640, 480))

    assert sum(not watch.now(f"g{n}", mono=0).away for n in range(GROUPS * 3)) == GROUPS
    assert sum(bool(watch.sizes(f"g{n}")) for n in range(GROUPS * 3)) == GROUPS
