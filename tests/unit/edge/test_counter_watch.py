"""Whether the counters can be believed."""

from __future__ import annotations

from typing import Any

from edge.contracts.counting import CameraNow, CountTotals, LineTotal, ZoneNow
from edge.domain.absence import GONE_AFTER
from edge.services.counting import CounterWatch
from edge.services.last_words import GROUPS
from tests.fixtures.clocks import MONDAY_MORNING


def report(group: str = "hall", **health: Any) -> CountTotals:
    zones = [ZoneNow(zone=zone, people=people) for zone, people in health.pop("zones", {}).items()]
    doors = health.pop("doors", ("front",))
    return CountTotals(
        group=group,
        epoch="E1",
        at=MONDAY_MORNING,
        lines=[LineTotal(line=f"{door}/line", door=True, people_in=0, people_out=0) for door in doors],
        zones=zones,
        cameras=[CameraNow(camera=name, health=word) for name, word in health.items()],
    )


def test_the_cameras_at_the_doors_decide() -> None:
    watch = CounterWatch()

    changed = [
        watch.heard(report(front="ok", hall="invalid"), mono=0),
        watch.heard(report(front="degraded", hall="ok"), mono=1),
        watch.heard(report(front="degraded", hall="ok"), mono=2),
    ]

    assert changed == [True, True, False]
    assert watch.trust(mono=2) == "degraded"


def test_a_counter_without_a_model_is_unknown_and_one_without_a_door_says_nothing() -> None:
    watch = CounterWatch()
    watch.heard(report(front="ok"), mono=0)
    watch.heard(report("areas", doors=(), zones={"room/all": 2}, room="invalid"), mono=0)
    fine = watch.trust(mono=1)

    watch.heard(report("blind", doors=(), front="unknown"), mono=1)

    assert (fine, watch.trust(mono=1)) == ("ok", "unknown")


def test_who_is_silent_or_gone_is_unknown() -> None:
    watch = CounterWatch()
    watch.heard(report(front="ok"), mono=0)
    late = watch.trust(mono=31)
    watch.heard(report(front="ok"), mono=40)
    watch.lost("hall")
    watch.lost("nobody")

    assert (late, watch.trust(mono=41)) == ("unknown", "unknown")


def test_a_group_that_was_silent_for_days_makes_the_others_no_worse() -> None:
    watch, days = CounterWatch(), GONE_AFTER.total_seconds()
    watch.heard(report("old", front="ok"), mono=0)
    watch.heard(report(front="ok"), mono=days)
    waited_for = watch.trust(mono=days)

    watch.heard(report(front="ok"), mono=days + 1)

    assert (waited_for, watch.trust(mono=days + 1)) == ("unknown", "ok")
    assert watch.trust(mono=3 * days) == "unknown"


def test_made_up_groups_fill_no_memory_and_those_that_are_gone_make_room() -> None:
    watch, days = CounterWatch(), GONE_AFTER.total_seconds()
    zones = {"room/all": 3}
    taken = [watch.heard(report(f"g{n}", front="ok", room="ok"), mono=0) for n in range(3 * GROUPS)]
    refused = watch.heard(report("late", room="invalid", doors=("room",), zones=zones), mono=1)
    known = watch.heard(report("g0", front="degraded"), mono=1)

    assert (sum(taken), refused, known) == (GROUPS, False, True)
    assert (watch.trust(mono=1), watch.people_seen(mono=1)) == ("degraded", 0)
    assert watch.heard(report("late", room="ok", zones=zones), mono=days + 1)
    assert watch.people_seen(mono=days + 1) == 3


def test_areas_do_not_add_up_and_only_healthy_cameras_see() -> None:
    watch = CounterWatch()
    zones = {"room/left": 2, "room/all": 3, "dark/all": 9}
    watch.heard(report(front="ok", room="ok", dark="invalid", zones=zones), mono=0)

    assert watch.people_seen(mono=1) == 3


def test_an_area_is_empty_only_after_ten_minutes() -> None:
    watch = CounterWatch()
    watch.heard(report(room="ok", zones={"room/all": 1}), mono=0)
    watch.heard(report(room="ok", zones={"room/all": 0}), mono=60)

    assert [watch.people_seen(mono=mono) for mono in (61, 600, 601)] == [1, 1, 0]
