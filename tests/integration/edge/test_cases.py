"""Journeys saved by video on the real services: a week from the visit to the figure, with nothing personal kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from edge.bootstrap.office import OfficeParts
from edge.contracts.wire import encode
from edge.domain.desks import DeskState
from edge.domain.notices import Rung
from edge.domain.turns import Mode
from edge.runtime.clock import ManualClock
from tests.fakes.days import close_days
from tests.fakes.notify import MemoryNotifier
from tests.fixtures.office import MakeOffice, take

MONDAY = date(2026, 11, 23)


@pytest.fixture
def office(make_office: MakeOffice) -> OfficeParts:
    parts = make_office()
    desks = {name: replace(desk, modes=frozenset(Mode)) for name, desk in parts.office.desks.items()}
    parts.office = replace(parts.office, desks=desks)
    parts.notifiers.update({rung: MemoryNotifier() for rung in (Rung.SMS, Rung.MAIL)})
    return parts


def visit(office: OfficeParts, contact: str, mode: Mode, *, undo: bool = False) -> None:
    """Let somebody be attended to from the beginning to the end."""
    service = next(s for s in office.office.services.values() if s.modes == frozenset(Mode))
    desk = next(d.id for d in office.office.desks.values() if service.queue in d.queues)
    office.attention.set_desk(desk, DeskState.OPEN, agent="ana")
    turn = take(office, service.id, present=True, mode=mode).turn
    if contact:
        office.parties.want(turn.id, contact, actor="phone")
    office.attention.call(turn.id, desk, agent="ana", reason="error")
    office.attention.start(desk, agent="ana")
    office.attention.finish(desk, agent="ana", outcome="resolved")
    if undo:
        office.attention.undo(desk, agent="ana")


def test_a_video_visit_is_a_journey_saved_unless_somebody_comes_for_the_same_case(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    for contact in ("612345678", "ana@correo.example.es", "698765432", ""):
        visit(office, contact, Mode.VIDEO)
    manual_clock.move(timedelta(days=2).total_seconds())
    visit(office, "ANA@correo.example.es", Mode.PRESENCIAL)
    visit(office, "", Mode.PRESENCIAL)
    manual_clock.move(timedelta(days=6).total_seconds())
    close_days(office.reports)

    record = office.reports.stored(MONDAY + timedelta(days=7))
    assert (record.house.video_known, record.house.journeys_saved) == (3, 2)
    assert encode(office.reports.recomputed(record)) == encode(record)


def test_a_visit_whose_end_was_taken_back_is_none(office: OfficeParts, manual_clock: ManualClock) -> None:
    visit(office, "612345678", Mode.VIDEO, undo=True)
    with office.database.read() as stores:
        assert stores.reports.cases(manual_clock.now(), manual_clock.now() + timedelta(days=1)) == []


def test_no_address_and_no_token_enters_the_log(office: OfficeParts) -> None:
    visit(office, "612345678", Mode.VIDEO)

    with office.database.read() as stores:
        token = stores.connection.execute("select token from case_visit").fetchone()[0]
        log = repr([tuple(row) for row in stores.connection.execute("select * from event")])
    assert "612345678" not in token
    assert token not in log
    assert "612345678" not in log
