"""The hall at a glance: lights of queues, desks, appointments to come, people without a phone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from edge.bootstrap.office import OfficeParts
from edge.domain.consoles import Light, Lights
from edge.domain.desks import DeskState
from edge.domain.turns import Channel
from edge.runtime.clock import ManualClock
from edge.services.settings import SettingsError, build_office
from tests.fakes.office import settings
from tests.fixtures.office import walk_in

LIGHTS = Lights()


@pytest.mark.parametrize(
    ("minutes", "light"), [(0, "calm"), (14.9, "calm"), (15, "watch"), (29.9, "watch"), (30, "late"), (500, "late")]
)
def test_a_light_changes_at_its_bound(minutes: float, light: str) -> None:
    assert LIGHTS.of(timedelta(minutes=minutes)) == light


def test_a_queue_is_as_late_as_who_has_waited_longest(office: OfficeParts, manual_clock: ManualClock) -> None:
    first = walk_in(office)
    manual_clock.move(20 * 60)
    walk_in(office)
    queues = {one.queue: one for one in office.consoles.hall().queues}

    registry = queues["registro"]
    assert (registry.waiting, registry.oldest, registry.light, registry.desks) == (
        2,
        first.waiting_since,
        Light.WATCH,
        1,
    )
    assert (queues["informacion"].waiting, queues["informacion"].light, queues["informacion"].desks) == (
        0,
        "unserved",
        0,
    )


def test_somebody_with_an_appointment_is_not_late_before_its_hour(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    slot = manual_clock.now() + timedelta(minutes=30)
    _, link = office.agenda.book("registro", slot, language="es", channel="web", actor="test")
    manual_clock.move(60)
    office.turns.check_in(link, code="", phone="", present=True, actor="test")
    manual_clock.move(20 * 60)
    early = {one.queue: one for one in office.consoles.hall().queues}["registro"].light
    manual_clock.move(40 * 60)

    assert early is Light.CALM
    assert {one.queue: one for one in office.consoles.hall().queues}["registro"].light is Light.LATE


def test_every_desk_is_shown_with_who_is_there(office: OfficeParts) -> None:
    turn = walk_in(office)
    office.attention.call_next("1", agent="ana")
    hall = office.consoles.hall()

    assert [one.session.desk for one in hall.desks] == ["1", "2", "3", "4", "5", "6"]
    assert hall.desks[0].turn is not None
    assert hall.desks[0].turn.id == turn.id
    assert (hall.open_desks, hall.desks[1].turn) == (1, None)


def test_a_desk_is_free_since_it_became_so(office: OfficeParts, manual_clock: ManualClock) -> None:
    opened = office.consoles.hall().desks[0].since
    manual_clock.move(15 * 60)
    walk_in(office)
    office.attention.call_next("1", agent="ana")
    office.attention.start("1", agent="ana")
    manual_clock.move(60)
    office.attention.finish("1", agent="ana", outcome="resolved")
    finished = manual_clock.now()
    manual_clock.move(60)
    free = office.consoles.hall().desks[0].since
    office.attention.set_desk("1", DeskState.PAUSED, agent="ana")
    paused = office.consoles.hall().desks[0].since

    assert opened is not None
    assert opened < finished
    assert (free, paused) == (finished, manual_clock.now())


def test_appointments_to_come_are_those_of_today(office: OfficeParts, manual_clock: ManualClock) -> None:
    for hours in (3, 1, 24):
        slot = manual_clock.now() + timedelta(hours=hours)
        office.agenda.book("registro", slot, language="es", channel="web", actor="test")
    manual_clock.move(3600 + 60)
    hall = office.consoles.hall()

    assert [one.slot_at - hall.seen_at for one in hall.appointments] == [
        timedelta(minutes=-1),
        timedelta(minutes=119),
    ]


def test_people_without_a_phone_are_counted(office: OfficeParts) -> None:
    for channel in (Channel.PAPER, Channel.HELPER, Channel.WEB, Channel.BOARD):
        walk_in(office, channel=channel)

    hall = office.consoles.hall()

    assert (hall.issued, hall.without_phone) == (4, 2)


def test_a_queue_cannot_be_late_before_it_needs_a_look() -> None:
    given = settings()
    console = type(given.office.console)(wait_watch_min=20, wait_late_min=20)
    with pytest.raises(SettingsError, match="wait_late_min"):
        build_office(settings(console=console))


def test_a_missed_turn_on_paper_may_return_for_longer(office: OfficeParts, manual_clock: ManualClock) -> None:
    codes = {}
    for channel in (Channel.PAPER, Channel.WEB):
        codes[channel] = walk_in(office, channel=channel).code
        office.attention.call_next("1", agent="ana")
        office.attention.miss("1", agent="ana")
    manual_clock.move(31 * 60)
    office.housekeeping.tidy()
    after_half_an_hour = {channel: office.board.find(code).state for channel, code in codes.items()}
    manual_clock.move(10 * 60)
    office.housekeeping.tidy()

    assert after_half_an_hour == {Channel.PAPER: "missed", Channel.WEB: "no_show"}
    assert office.board.find(codes[Channel.PAPER]).state == "no_show"
