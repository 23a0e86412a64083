"""Work profiles for managers: who calls what at which desk, changed with one press and taken back with another."""

from __future__ import annotations

from typing import Any

from starlette.responses import RedirectResponse, Response

from edge.adapters.http.call import Call
from edge.adapters.http.pages import name_of, page
from edge.adapters.http.problems import problem_of, status_of
from edge.adapters.http.shapes.profiles import (
    AgentProfileNow,
    DeskProfileNow,
    ProfileChange,
    ProfilesNow,
    ProfileWish,
)
from edge.domain.accounts import AccountState
from edge.domain.errors import OfficeError
from edge.runtime.weblogin import Role
from edge.services.profiles import PERSON, Change, DeskNow


async def profiles(call: Call) -> Response:
    """Show what each desk calls, with whom, and what may be changed."""
    return await _page(call)


async def give_page(call: Call, wish: ProfileWish) -> Response:
    """Give somebody a profile; what is refused is said above the page as it is now."""
    try:
        await give(call, wish)
    except OfficeError as error:
        return await _page(call, wrong=error)
    return RedirectResponse("/profiles", 303)


async def choose_page(call: Call, wish: ProfileWish) -> Response:
    """Choose the profile of who sits at a desk."""
    try:
        await choose(call, wish)
    except OfficeError as error:
        return await _page(call, wrong=error)
    return RedirectResponse("/profiles", 303)


async def back(call: Call) -> Response:
    """Lead from the address of a form, opened again by a reload or a change of language, to the page."""
    call.remember_language()
    return RedirectResponse("/profiles", 303)


async def give(call: Call, wish: ProfileWish) -> AgentProfileNow:
    """Give an agent a work profile."""
    staff = call.path("staff")[:64]
    await call.web.write(call.web.profiles.give, staff, wish.profile, actor=call.actor, seen=wish.seen)
    return AgentProfileNow(staff=staff, profile=wish.profile)


async def choose(call: Call, wish: ProfileWish) -> DeskProfileNow:
    """Give who sits at a desk another work profile, until they leave it."""
    desk = call.path("desk")
    await call.web.write(call.web.profiles.choose, desk, wish.profile, actor=call.actor, seen=wish.seen)
    found = await call.web.read(call.web.profiles.now)
    return next(_desk(one) for one in found.desks if one.session.desk == desk)


async def now(call: Call) -> ProfilesNow:
    """Return all work profiles, who has one, and the last changes."""
    found = await call.web.read(call.web.profiles.now)
    return ProfilesNow(
        profiles={name: dict(one.skills) for name, one in call.web.office().profiles.items()},
        desks=[_desk(one) for one in found.desks],
        people=dict(found.people),
        changes=[_change(one) for one in found.changes],
    )


def _desk(one: DeskNow) -> DeskProfileNow:
    s = one.session
    return DeskProfileNow(desk=s.desk, state=str(s.state), profile=s.profile, calls=dict(one.calls))


def _change(one: Change) -> ProfileChange:
    event = one.event
    target = {"staff": one.target} if event.type == PERSON else {"desk": one.target}
    before = str(event.body.get("before", ""))
    return ProfileChange(at=event.at, by=event.actor, profile=str(event.body["profile"]), before=before, **target)


async def _page(call: Call, *, wrong: OfficeError | None = None) -> Response:
    found, office = await call.web.read(call.web.profiles.now), call.web.office()
    document = call.web.settings().office
    members = await call.web.read(call.web.members.all)
    people = {m.staff_id: m.name for m in members}
    named = {
        name: name_of(entry.names, call.language) if entry.names else name
        for name, entry in document.work_profile.items()
    }
    values: dict[str, Any] = {
        "found": found,
        "profiles": office.profiles,
        "named": named,
        "services": [(s.id, name_of(s.names, call.language)) for s in office.services.values()],
        "desks": office.desks,
        "people": people,
        "actors": {f"agent:{staff_id}": name for staff_id, name in people.items()},
        "agents": [
            m for m in members if m.state is AccountState.OPEN and not m.roles.isdisjoint({Role.AGENT, Role.MANAGER})
        ],
        "wrong": problem_of(wrong, call.web.texts, call.language) if wrong else None,
    }
    return page(call, "profiles.html", status=status_of(wrong) if wrong else 200, **values)
