"""One set of promises, two databases: the fake in memory must behave as SQLite does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from edge.contracts.devices import DeviceStatus
from edge.domain.agenda import Appointment, AppointmentAction
from edge.domain.attention import Deed
from edge.domain.blindness import Minute, watched
from edge.domain.contacts import Contact, ContactKind
from edge.domain.desks import DeskSession, DeskState
from edge.domain.doors import Flow
from edge.domain.errors import Conflict, NotFound
from edge.domain.events import Event, Stream
from edge.domain.jobs import Job, JobState
from edge.domain.occupancy import CapacityLevel, DoorTotal, Ledger, Limits, anchor, count
from edge.domain.procedures import Done
from edge.domain.turns import Channel, Kind, Mode, Turn, TurnAction, TurnState
from edge.domain.versions import Version
from edge.domain.visits import Visit
from edge.runtime.weblogin import Account
from edge.services.ports import Database
from tests.fakes.audits import report
from tests.fixtures.clocks import MONDAY_MORNING as NOW

DAY = "2026-11-23"


def turn(code: str = "A001", **facts: object) -> Turn:
    visit = f"visit-{code}"
    base = Turn(f"turn-{code}", visit, DAY, code, "general", "dni", Kind.WALK_IN, Channel.BOARD, "es", NOW)
    return replace(base, **facts)


def add(database: Database, *turns: Turn) -> None:
    with database.write() as uow:
        for one in turns:
            uow.visits.add(Visit(one.visit, NOW))
            uow.turns.add(one)
        uow.commit()


def save(database: Database, *turns: Turn) -> None:
    with database.write() as uow:
        for one in turns:
            uow.turns.save(one)
        uow.commit()


def add_and_fail(database: Database) -> None:
    with database.write() as uow:
        uow.visits.add(Visit("visit-A001", NOW))
        uow.turns.add(turn())
        uow.turns.get("nothing")


def test_what_is_not_committed_never_was(database: Database) -> None:
    with database.write() as uow:
        uow.visits.add(Visit("visit-A001", NOW))
        uow.turns.add(turn())

    with database.read() as stores:
        assert stores.turns.find("turn-A001") is None


def test_an_error_undoes_everything(database: Database) -> None:
    with pytest.raises(NotFound):
        add_and_fail(database)

    with database.read() as stores:
        assert stores.turns.count(DAY) == {}


def test_a_turn_comes_back_as_it_was(database: Database) -> None:
    kept = turn(state=TurnState.CALLED, desk="1", called_at=NOW, waiting_since=NOW, due_at=NOW + timedelta(minutes=5))
    add(database, kept)

    with database.read() as stores:
        assert stores.turns.get(kept.id) == kept == stores.turns.by_code(DAY, "A001") == stores.turns.at_desk("1")
        assert stores.turns.of_visit(kept.visit) == [kept]


def test_who_was_not_served_is_known_by_day(database: Database) -> None:
    states = (TurnState.WAITING, TurnState.SERVING, TurnState.NO_SHOW, TurnState.COMPLETED, TurnState.MERGED)
    for number, state in enumerate(states):
        add(database, turn(id=f"T{number}", visit=f"V{number}", code=f"A00{number}", state=state))

    with database.read() as stores:
        assert stores.turns.unserved(DAY) == {"T0", "T1", "T2"}
        assert stores.turns.unserved("2026-11-24") == frozenset()


def test_saving_twice_from_the_same_reading_is_a_conflict(database: Database) -> None:
    add(database, turn())

    save(database, turn(state=TurnState.WAITING, version=1))

    with pytest.raises(Conflict):
        save(database, turn(state=TurnState.CANCELLED, version=1))


def test_the_same_turn_is_added_once(database: Database) -> None:
    add(database, turn())

    with pytest.raises(Conflict), database.write() as uow:
        uow.turns.add(turn())


def test_two_people_are_never_called_to_one_desk(database: Database) -> None:
    called = {"state": TurnState.CALLED, "desk": "1", "called_at": NOW, "version": 1}
    add(database, turn("A001"), turn("A002"))

    with pytest.raises(Conflict):
        save(database, turn("A001", **called), turn("A002", **called))


def test_turns_are_listed_in_the_order_in_which_they_came(database: Database) -> None:
    late, early = turn("A001", created_at=NOW + timedelta(minutes=1)), turn("A002")
    add(database, late, early, turn("A003", state=TurnState.WAITING))

    with database.read() as stores:
        assert stores.turns.in_state(DAY, [TurnState.REMOTE]) == [early, late]
        assert stores.turns.count(DAY) == {TurnState.REMOTE: 2, TurnState.WAITING: 1}
        assert [t.code for t in stores.turns.still_open("2026-11-24")] != []
        assert stores.turns.still_open(DAY) == []


def test_recent_calls_are_the_newest_first_and_few(database: Database) -> None:
    calls = [
        turn(f"A00{n}", state=TurnState.COMPLETED, called_at=NOW + timedelta(minutes=n), desk=str(n))
        for n in range(1, 5)
    ]
    add(database, *calls, turn("A009", state=TurnState.CANCELLED, called_at=NOW, desk="9"))

    with database.read() as stores:
        assert [t.code for t in stores.turns.recent_calls(DAY, 3)] == ["A004", "A003", "A002"]


def test_numbers_grow_by_day_and_letter(database: Database) -> None:
    with database.write() as uow:
        given = [uow.turns.next_number(DAY, letter) for letter in "AAB"]
        uow.commit()
    with database.write() as uow:
        given.append(uow.turns.next_number(DAY, "A"))
        given.append(uow.turns.next_number("2026-11-24", "A"))

    assert given == [1, 2, 1, 3, 1]


def test_a_link_leads_to_what_it_was_bound_to_last(database: Database) -> None:
    with database.write() as uow:
        uow.links.bind("phone", "hash", "turn-1", NOW)
        uow.links.bind("phone", "hash", "turn-2", NOW)
        uow.commit()

    with database.read() as stores:
        assert (stores.links.target("phone", "hash"), stores.links.target("mail", "hash")) == ("turn-2", None)


def test_only_booked_appointments_of_the_time_are_due(database: Database) -> None:
    booked = [Appointment(f"a{n}", "dni", NOW + timedelta(hours=n), "es", "web") for n in range(3)]
    with database.write() as uow:
        for one in booked:
            uow.appointments.add(one)
        uow.appointments.save(booked[1].apply(AppointmentAction.CANCEL, at=NOW, actor="phone")[0])
        uow.commit()

    with database.read() as stores:
        assert stores.appointments.booked_between(NOW, NOW + timedelta(hours=2)) == [booked[0]]
        with pytest.raises(NotFound):
            stores.appointments.get("nothing")


def test_a_desk_without_a_row_is_closed(database: Database) -> None:
    opened = DeskSession("1").move(DeskState.OPEN, agent="ana", at=NOW)[0]
    with database.write() as uow:
        assert uow.desks.get("1") == DeskSession("1")
        uow.desks.save(opened)
        uow.commit()

    with database.read() as stores:
        assert stores.desks.all() == [opened]
    with pytest.raises(Conflict), database.write() as uow:
        uow.desks.save(opened)


def test_a_ledger_comes_back_as_it_was(database: Database) -> None:
    limits = Limits(capacity=20)
    totals = {"hall/a/door": DoorTotal("e1", 9, 12), "hall/b/staff": DoorTotal("e1", 4, 1, staff=True)}
    clamped = count(Ledger(), totals, limits, at=NOW, day=DAY).ledger
    minute = Minute("hall/a", NOW, NOW + timedelta(minutes=1), 60.0, True, {"hall/a/door": Flow(3, 1)})
    kept = anchor(watched(clamped, minute), 7, at=NOW, limits=limits, is_undoable=True)
    with database.write() as uow:
        uow.ledger.save(replace(kept, version=1))
        uow.commit()

    with database.read() as stores:
        assert stores.ledger.get() == replace(kept, version=1)


def test_what_was_done_to_the_count_is_found_without_the_crossings(database: Database) -> None:
    kinds = ("occupancy_anchored", "occupancy_counted", "staff_passed", "occupancy_checked")
    with database.write() as uow:
        for n, kind in enumerate(kinds):
            uow.log.append(Event(Stream.OCCUPANCY, kind, NOW + timedelta(hours=n), "agent:7", "why", {"n": n}))
        uow.log.append(Event(Stream.OFFICE, "staff_added", NOW + timedelta(hours=9), "agent:7", "", {}))
        uow.commit()

    with database.read() as stores:
        notes = stores.log.ledger_notes(NOW + timedelta(hours=1), 9)
        assert [(note.type, note.body, note.at) for note in notes] == [
            ("occupancy_checked", {"n": 3}, NOW + timedelta(hours=3)),
            ("staff_passed", {"n": 2}, NOW + timedelta(hours=2)),
        ]
        assert [note.type for note in stores.log.ledger_notes(NOW, 1)] == ["occupancy_checked"]
        assert [note.type for note in stores.log.ledger_notes(NOW, 9, "staff_passed")] == ["staff_passed"]


def test_the_ledger_is_compared_and_set(database: Database) -> None:
    with database.write() as uow:
        after = replace(uow.ledger.get(), people=7, level=CapacityLevel.FULL, anchored_at=NOW, version=1)
        uow.ledger.save(after)
        uow.commit()

    with database.read() as stores:
        assert stores.ledger.get() == after
    with pytest.raises(Conflict), database.write() as uow:
        uow.ledger.save(after)


def test_jobs_are_found_by_state(database: Database) -> None:
    job = Job("j1", "printer", "{}", NOW, NOW + timedelta(minutes=10))
    with database.write() as uow:
        uow.jobs.add(job)
        uow.jobs.save(replace(job, state=JobState.RUNNING, version=1))
        uow.commit()

    with database.read() as stores:
        assert [j.id for j in stores.jobs.in_state([JobState.RUNNING])] == ["j1"]
        assert stores.jobs.in_state([JobState.QUEUED]) == []
        assert stores.jobs.find("j2") is None


def test_a_device_returns_its_last_word(database: Database) -> None:
    first = DeviceStatus(device="printer", kind="ticket_printer", state="ok")
    then = DeviceStatus(device="printer", kind="ticket_printer", state="offline", reason="stopped")
    with database.write() as uow:
        before = [uow.devices.put(first, NOW), uow.devices.put(then, NOW)]
        uow.commit()

    with database.read() as stores:
        assert (before, stores.devices.all()) == ([None, first], [then])


def test_settings_keep_their_versions_and_give_the_newest(database: Database) -> None:
    with database.write() as uow:
        versions = [uow.settings.put("office", body, "digest", at=NOW, actor="x") for body in ("{}", '{"a":1}')]
        uow.commit()

    with database.read() as stores:
        assert (versions, stores.settings.current("office")) == ([1, 2], (2, '{"a":1}'))
        assert stores.settings.current("other") is None


def test_every_version_of_a_setting_is_found_again_with_who_and_when(database: Database) -> None:
    with database.write() as uow:
        for number, body in enumerate(("a", "b", "c")):
            uow.settings.put("layout.hall", body, f"d{number}", at=NOW + timedelta(minutes=number), actor="agent:1")
        uow.settings.put("layoutXdoor", "z", "d", at=NOW, actor="configuration")
        uow.commit()

    with database.read() as stores:
        newest = Version("layout.hall", 3, "c", "d2", NOW + timedelta(minutes=2), "agent:1")
        assert [row.number for row in stores.settings.history("layout.hall", 2)] == [3, 2]
        assert stores.settings.history("layout.hall", 1) == [newest] == [stores.settings.version("layout.hall", 3)]
        assert stores.settings.version("layout.hall", 4) is None
        assert stores.settings.version("layout.hall", 0) is None
        assert stores.settings.names("layout.") == ["layout.hall"]
        assert stores.settings.history("other", 5) == []


def test_a_login_is_taken_once(database: Database) -> None:
    account = Account("7", "Marta", frozenset({"agent"}), "hash")
    with database.write() as uow:
        uow.staff.add(account, "marta", NOW)
        uow.commit()

    with database.read() as stores:
        assert (stores.staff.find("marta"), stores.staff.find("ana")) == (account, None)
        assert stores.staff.all() == [("marta", account)]
    with pytest.raises(Conflict), database.write() as uow:
        uow.staff.add(replace(account, staff_id="8"), "marta", NOW)


def test_each_measurement_is_kept_once_also_when_it_comes_late_or_is_of_an_older_epoch(database: Database) -> None:
    positions = ("E2/1", "E2/3", "E2/3", "E2/2", "E1/9", "E2/1", "E1/9")
    with database.write() as uow:
        kept = [uow.telemetry.put("count_interval", "door", position, b"{}", NOW) for position in positions]
        kept += [uow.telemetry.put("count_interval", "roof", "E2/1", b"{}", NOW)]
        uow.commit()

    assert kept == [True, True, False, True, True, False, False, True]


def test_a_command_is_recorded_once(database: Database) -> None:
    with database.write() as uow:
        uow.commands.record("c1", "done", NOW)
        uow.commit()

    with database.read() as stores:
        assert (stores.commands.result("c1"), stores.commands.result("c2")) == ("done", None)
    with pytest.raises(Conflict), database.write() as uow:
        uow.commands.record("c1", "again", NOW)


def test_contacts_are_replaced_and_forgotten(database: Database) -> None:
    with database.write() as uow:
        uow.contacts.put(Contact("a1", ContactKind.PHONE, "+34600000001", NOW))
        uow.contacts.put(Contact("a1", ContactKind.MAIL, "a@example.org", NOW + timedelta(hours=2)))
        uow.contacts.put(Contact("a2", ContactKind.MAIL, "b@example.org", NOW + timedelta(hours=1)))
        uow.commit()
    with database.write() as uow:
        assert uow.contacts.forget("+34600000001") == 0
        assert uow.contacts.forget("b@example.org") == 1
        uow.commit()

    with database.read() as stores:
        found = stores.contacts.find("a1")
        assert found is not None
        assert (found.kind, found.value) == (ContactKind.MAIL, "a@example.org")
        assert stores.contacts.find("a2") is None


def test_links_of_a_turn_are_kept_longer_never_shorter(database: Database) -> None:
    with database.write() as uow:
        uow.links.bind("phone", "a", "t1", NOW)
        uow.links.keep("t1", NOW - timedelta(days=1))
        uow.links.keep("t1", NOW + timedelta(days=1))
        uow.commit()

    with database.read() as stores:
        assert stores.links.target("phone", "a") == "t1"


def test_links_are_kept_by_kind_and_the_newest_counts(database: Database) -> None:
    with database.write() as uow:
        for target in ("t1", "t2"):
            uow.links.bind("phone", "a", target, NOW)
        uow.links.bind("mail", "a", "t3", NOW)
        uow.pulse.beat(NOW)
        uow.commit()

    with database.read() as stores:
        assert [stores.links.target(kind, "a") for kind in ("phone", "mail", "paper")] == ["t2", "t3", None]


def test_a_report_is_kept_once_and_lists_leave_its_crossings_out(database: Database) -> None:
    reports = [report(f"S{n}", minutes_ago=n) for n in (5, 1, 9)]
    with database.write() as uow:
        fresh = [uow.audits.put(one, NOW) for one in (*reports, report("S1", minutes_ago=1))]
        uow.commit()

    with database.read() as stores:
        recent = stores.audits.recent(2)
        assert stores.audits.find("S5") == reports[0]
        assert stores.audits.find("S2") is None
    assert fresh == [True, True, True, False]
    assert [one.id for one in recent] == ["S1", "S5"]
    assert all(one.rows and not one.events and not one.bins for one in recent)


def test_only_the_newest_500_reports_are_kept(database: Database) -> None:
    light = {"rows": report().rows[:1], "bins": [], "events": []}
    with database.write() as uow:
        for n in range(503):
            uow.audits.put(report(f"S{n:03}", minutes_ago=n, **light), NOW)
        uow.commit()

    with database.read() as stores:
        recent = stores.audits.recent(1000)
    assert (len(recent), recent[0].id, recent[-1].id) == (500, "S000", "S499")


def test_the_last_deed_at_a_desk_holds_the_turn_before_it(database: Database) -> None:
    before = turn(
        state=TurnState.WAITING, waiting_since=NOW, priority="elderly", first=True, mode=Mode.VIDEO, target="1",
        place_at=NOW, not_before=NOW + timedelta(minutes=1), declared=3, party=2, eligible=4,
    )  # fmt: skip
    deeds = [Deed("1", TurnAction.CALL, NOW, "ana", before), Deed("1", TurnAction.CALL, NOW, "eva", None)]
    seen = []
    for deed in deeds:
        with database.write() as uow:
            uow.desks.remember(deed)
            uow.commit()
        with database.read() as stores:
            seen.append(stores.desks.deed("1"))

    assert seen == deeds
    with database.read() as stores:
        assert stores.desks.deed("2") is None


def test_an_agent_has_one_work_profile_or_none(database: Database) -> None:
    for profile in ("new", "expert", ""):
        with database.write() as uow:
            uow.desks.set_profile("ana", profile)
            uow.commit()
        with database.read() as stores:
            assert (stores.desks.profile_of("ana"), stores.desks.profile_of("eva")) == (profile, "")


def test_what_was_done_is_kept_by_visit_until_it_is_taken_back(database: Database) -> None:
    first, second = turn("A001"), turn("A002", visit="visit-A001")
    add(database, first)
    done = [Done("dni", 2, "resolved"), Done("padron", 1, "partly")]
    with database.write() as uow:
        uow.turns.add(second)
        uow.procedures.put(first.id, first.visit, done)
        uow.procedures.put(second.id, first.visit, done[:1])
        uow.commit()
    with database.write() as uow:
        uow.procedures.forget(second.id)
        uow.commit()

    with database.read() as stores:
        assert stores.procedures.of_visit(first.visit) == [(first.id, one) for one in done]


def test_calls_are_found_by_their_time(database: Database) -> None:
    times = [NOW + timedelta(minutes=n) for n in range(4)]
    called = [turn(f"A{n:03d}", called_at=at, state=TurnState.COMPLETED) for n, at in enumerate(times)]
    add(database, *called, turn("B001"))
    kinds = ("turn_called", "turn_prioritised", "turn_undone", "turn_called")
    with database.write() as uow:
        for kind, at in zip(kinds, times, strict=True):
            uow.log.append(Event(Stream.TURNS, kind, at, "agent:ana", "why", {"turn": "T"}))
            uow.log.append(Event(Stream.TURNS, "turn_started", at, "agent:ana", "", {"turn": "T"}))
        uow.commit()

    with database.read() as stores:
        assert [t.code for t in stores.turns.called_since(DAY, times[2])] == ["A002", "A003"]
        found = stores.log.calls(times[0], times[3])
    assert [(event.type, event.at, event.reason) for event in found] == [
        (kind, at, "why") for kind, at in zip(kinds[:3], times[:3], strict=True)
    ]
