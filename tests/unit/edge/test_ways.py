"""By video only where it is possible: some desk attends so, the agenda has its seat, and the turn is called there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest

from edge.bootstrap.office import OfficeParts
from edge.domain.agenda import AppointmentState
from edge.domain.desks import DeskState
from edge.domain.errors import RuleViolation
from edge.domain.notices import Notice, Rung
from edge.domain.occasions import of_change
from edge.domain.turns import Mode, Turn, TurnState
from edge.services.bookings import SlotWish
from edge.services.letters import letter_of
from edge.services.office_world import OfficeWorld
from edge.services.settings import build_office
from tests.fixtures.attended import equipped
from tests.fixtures.office import MakeOffice, walk_in

SERVICE = "certificado"  # by video too, says the catalogue
BOTH = frozenset(map(str, Mode))


def only_here(office: OfficeParts) -> None:
    """Let no desk attend by video."""
    for desk in office.office.desks:
        equipped(office, desk, modes=frozenset({"presencial"}))


def by_video(office: OfficeParts, minutes: int = 15) -> str:
    """Book by video; return the link."""
    at = office.clock.now() + timedelta(minutes=minutes)
    return office.agenda.book(SERVICE, at, language="es", channel="web", mode=Mode.VIDEO, actor="test")[1]


def ways_told(office: OfficeParts) -> list[list[str]]:
    """Return how the service is given, as each who asks is told: the centre, and who talks with the assistant."""
    offer = office.offer()
    parts = office.context, office.board, office.slots
    world = OfficeWorld(*parts, lambda: office.settings, talk="talk", told=office.chats.is_told)
    return [
        next(list(s.modes) for s in offer.services if s.id == SERVICE),
        next(list(t.modes) for t in world.topics() if t.id == SERVICE),
    ]


def test_without_a_video_desk_nothing_is_offered_or_booked_by_video(office: OfficeParts) -> None:
    only_here(office)

    with pytest.raises(RuleViolation, match="mode_not_offered"):
        office.slots.days(SERVICE, Mode.VIDEO)
    with pytest.raises(RuleViolation, match="mode_not_offered"):
        by_video(office)
    wish = SlotWish(SERVICE, office.clock.now() + timedelta(days=1), "es", "web", Mode.VIDEO)
    with pytest.raises(RuleViolation, match="mode_not_offered"):
        office.agenda.hold(wish, actor="phone")
    assert ways_told(office) == [["presencial"], ["presencial"]]


def test_with_one_it_is(office: OfficeParts) -> None:
    only_here(office)
    equipped(office, "6", modes=BOTH)

    assert ways_told(office) == [["presencial", "video"], ["presencial", "video"]]
    assert office.agenda.of_link(by_video(office)).state is AppointmentState.BOOKED


def test_a_service_that_is_only_by_video_is_not_bookable_where_nobody_attends_so(office: OfficeParts) -> None:
    only_here(office)
    services = dict(office.office.services)
    services[SERVICE] = replace(services[SERVICE], modes=frozenset({"video"}))
    office.office = replace(office.office, services=MappingProxyType(services))

    assert SERVICE not in [service.id for service in office.slots.bookable()]


def test_a_booth_without_desks_says_what_its_services_say(make_office: MakeOffice) -> None:
    booth = make_office("casadelmig")

    assert booth.office.desks == {}
    assert all(booth.office.ways(service) == service.modes for service in booth.office.services.values())
    assert len(booth.office.services) > 0


@pytest.mark.parametrize("name", ["carretas4", "asturias30"])
def test_whatever_a_shipped_office_books_some_desk_can_call(make_office: MakeOffice, name: str) -> None:
    parts = make_office(name)
    made = build_office(parts.settings)
    offered = [(s, way) for s in parts.slots.bookable() for way in made.ways(s)]
    turns = [
        Turn("t", "v", "2026-11-23", "A001", s.queue, s.id, "cita", "email", "es", parts.clock.now(), mode=Mode(way))
        for s, way in offered
    ]

    assert len(offered) > 0
    assert [t.service for t in turns if not any(made.work_profile(desk).level(t) for desk in made.desks)] == []


def test_the_pilot_attends_by_video(make_office: MakeOffice) -> None:
    assert Mode.VIDEO in make_office("carretas4").office.modes_served()


def test_who_checks_in_by_video_waits_at_once_and_the_video_desk_calls(office: OfficeParts) -> None:
    link = by_video(office)

    turn = office.turns.check_in(link, code="", phone="p", actor="phone").turn
    walk_in(office, SERVICE)
    office.attention.set_desk("6", DeskState.OPEN, agent="leo")
    called = office.attention.call(turn.id, "6", agent="leo", reason="same_party")

    assert (turn.state, turn.mode, called.id) == (TurnState.WAITING, Mode.VIDEO, turn.id)


@pytest.mark.parametrize("event", ["turn_called", "turn_recalled"])
def test_who_is_called_by_video_is_not_sent_to_the_desk(office: OfficeParts, event: str) -> None:
    now = office.clock.now()
    turn = Turn("t", "v", "2026-11-23", "B001", "tramites", SERVICE, "cita", "email", "es", now, mode=Mode.VIDEO)  # type: ignore[arg-type]
    occasion = of_change(event, turn, [], actor="agent:leo", place=("6", "Planta 1"), now=now)
    assert occasion is not None
    notice = Notice(
        id="n",
        kind=occasion.kind,
        owner="v",
        turn="t",
        key="k",
        rung=Rung.PUSH,
        language="es",
        facts=occasion.facts,
        created_at=now,
        due_at=now,
        useful_until=occasion.useful_until,
    )

    text = letter_of(notice, "+34600000000", office.office, office.texts).text

    assert "Abra la página de su turno" in text or "abra la página de su turno" in text
    assert "Puede entrar" not in text


def test_a_video_appointment_whose_office_has_no_video_desk_any_more_is_kept(office: OfficeParts) -> None:
    link = by_video(office)
    only_here(office)

    with pytest.raises(RuleViolation, match="video_off"):
        office.turns.check_in(link, code="", phone="p", actor="phone")

    assert office.agenda.of_link(link).state is AppointmentState.BOOKED
