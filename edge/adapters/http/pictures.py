"""From values of the office to the shapes of the API, in the person's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any

from edge.adapters.http.call import Call
from edge.adapters.http.pages import name_of
from edge.adapters.http.problems import problem_of
from edge.adapters.http.shapes.desk import DeskPicture, NextTurn, StaffTurn, Undoable
from edge.adapters.http.shapes.order import PassedBy
from edge.adapters.http.shapes.portal import Hours, MyTurn, OfficeCard, ServiceCard
from edge.adapters.http.words import minutes
from edge.domain.attention import undo_until
from edge.domain.calling import Choice
from edge.domain.errors import OfficeError
from edge.domain.notices import Rung
from edge.domain.turns import Turn
from edge.domain.waiting import Estimate
from edge.services.board import DeskView, Offer, TurnView
from edge.services.order import Passed
from edge.services.parties import Party


@dataclass(frozen=True, slots=True)
class NotTaken:
    """An address that was typed and cannot be used, and why."""

    error: OfficeError
    typed: str


def tell(call: Call, party: Party, not_taken: NotTaken | None) -> dict[str, Any]:
    """Return what the page needs to let a party choose how to be told."""
    wrong = problem_of(not_taken.error, call.web.texts, call.language) if not_taken else None
    return {
        "party": party,
        "push_key": call.web.push_key if Rung.PUSH in party.offers else "",
        "sms": Rung.SMS in party.offers,
        "mail": Rung.MAIL in party.offers,
        "cap": call.web.office().notices.sms_per_visit,
        "wrong": wrong,
        "typed": not_taken.typed[:254] if not_taken else "",
    }


def office_card(call: Call) -> OfficeCard:
    """Return the office."""
    office, document = call.web.office(), call.web.settings().office
    return OfficeCard(
        id=office.id,
        title=office.title,
        address=document.address,
        zone=str(office.calendar.zone),
        languages=call.languages,
        public_url=office.public_url,
        hours=hours(call),
    )


def hours(call: Call) -> Hours:
    """Return whether the office is open, until when, or from when."""
    calendar = call.web.office().calendar
    opening = calendar.current(call.now)
    upcoming = None if opening else calendar.upcoming(call.now)
    return Hours(
        open=opening is not None,
        closes_at=opening.closes if opening else None,
        opens_at=upcoming.opens if upcoming else None,
    )


@dataclass(frozen=True, slots=True)
class WeekRow:
    """Days (0 = Monday) that open and close at the same local hours."""

    days: tuple[int, ...]
    opens: str
    closes: str

    @property
    def consecutive(self) -> bool:
        """Whether the days follow each other."""
        return self.days[-1] - self.days[0] == len(self.days) - 1


def week(call: Call) -> list[WeekRow]:
    """Return the ordinary hours of the office, or those of the season that it is now."""
    calendar = call.web.office().calendar
    today = call.now.astimezone(calendar.zone).date()
    season = next((s for s in calendar.seasons if s.holds(today)), None)
    rows = season.hours if season else calendar.week
    return [WeekRow(tuple(sorted(h.weekdays)), f"{h.opens:%H:%M}", f"{h.closes:%H:%M}") for h in rows if h.weekdays]


def service_card(call: Call, offer: Offer) -> ServiceCard:
    """Return one service now."""
    low, high = _range(offer.estimate)
    return ServiceCard(
        id=offer.service.id,
        name=name_of(offer.service.names, call.language),
        queue=offer.service.queue,
        modes=sorted(call.web.office().ways(offer.service)),
        about=about(call, offer.service.id),
        bring=bring(call, offer.service.id),
        waiting=offer.waiting,
        wait_low_min=low,
        wait_high_min=high,
        wait_min=announced_min(offer.estimate),
        wait_as_of=offer.estimated_at if offer.estimate else None,
        admitted=offer.decision.admitted,
        reason=str(offer.decision.reason),
        retry_at=offer.decision.retry_at,
    )


def bring(call: Call, service: str) -> list[str]:
    """Return what to bring for *service*, in the person's language, else in Spanish."""
    entry = call.web.settings().catalogue.service.get(service)
    lists: Mapping[Any, Sequence[str]] = entry.bring if entry else {}
    return list(lists.get(call.language) or lists.get("es") or [])


def about(call: Call, service: str) -> str:
    """Return one line about *service* in the person's language, else in Spanish; "" where none is written."""
    entry = call.web.settings().catalogue.service.get(service)
    return _text(entry.about if entry else {}, call.language)


def way_in(call: Call) -> dict[str, str]:
    """Return the ways without steps: into the office under "", then to each zone that has a text of its own."""
    document = call.web.settings().office
    texts = {"": document.access, **document.zone_access}
    return {zone: text for zone, rows in texts.items() if (text := _text(rows, call.language))}


def way_to(call: Call, desk: str) -> str:
    """Return the way to *desk* without steps, that of its zone where it has none of its own."""
    document = call.web.settings().office
    entry = document.desk.get(desk)
    if entry is None:
        return ""
    return _text(entry.access or document.zone_access.get(entry.zone, {}), call.language)


def _text(texts: Mapping[Any, str], language: str) -> str:
    return texts.get(language) or texts.get("es", "")


def my_turn(call: Call, view: TurnView, *, existing: bool = False) -> MyTurn:
    """Return a turn for its holder."""
    low, high = _range(view.estimate)
    return MyTurn(
        code=view.turn.code,
        state=str(view.turn.state),
        service=call.web.office().id_now(view.turn.service),
        ahead=view.ahead,
        wait_low_min=low,
        wait_high_min=high,
        wait_min=announced_min(view.estimate),
        wait_as_of=view.estimated_at if view.estimate else None,
        desk=view.desk_label,
        zone=view.desk_zone,
        called_at=view.turn.called_at,
        wait_outside=view.wait_outside,
        existing=existing,
        mode=str(view.turn.mode),
        paused_until=view.paused_until,
        may_pause=view.may_pause,
        come_by=view.come_by,
        seen_at=view.seen_at,
    )


def staff_turn(turn: Turn) -> StaffTurn:
    """Return a turn for staff."""
    return StaffTurn(**_facts(turn))


def desk_picture(view: DeskView, undo_within: timedelta) -> DeskPicture:
    """Return one desk for its agent."""
    return DeskPicture(
        desk=view.session.desk,
        state=str(view.session.state),
        current=staff_turn(view.current) if view.current else None,
        next=[_next(choice) for choice in view.next],
        paused=[staff_turn(turn) for turn in view.paused],
        held=[staff_turn(turn) for turn in view.held],
        missed=[staff_turn(turn) for turn in view.missed],
        remote=[staff_turn(turn) for turn in view.remote],
        undo=undoable(view, undo_within),
        seen_at=view.seen_at,
    )


def undoable(view: DeskView, within: timedelta) -> Undoable | None:
    """Return what may be taken back at a desk."""
    deed = view.deed
    if deed is None or deed.before is None:
        return None
    return Undoable(code=deed.before.code, action=str(deed.action), until=undo_until(deed, within))


def passed_by(call: Call, passed: Passed) -> PassedBy:
    """Return somebody who went first, in the person's words."""
    slot = call.words.time(passed.due_at) if passed.due_at else ""
    text = call.words.say(f"calling.passed.{passed.rule}", time=slot)
    return PassedBy(called_at=passed.called_at, rule=passed.rule, due_at=passed.due_at, text=text)


def _next(choice: Choice) -> NextTurn:
    return NextTurn(**_facts(choice.turn), rule=choice.rule, level=choice.level)


def _facts(turn: Turn) -> dict[str, Any]:
    return {
        "id": turn.id,
        "code": turn.code,
        "state": str(turn.state),
        "service": turn.service,
        "queue": turn.queue,
        "kind": str(turn.kind),
        "language": turn.language,
        "desk": turn.desk,
        "created_at": turn.created_at,
        "waiting_since": turn.waiting_since,
        "due_at": turn.due_at,
        "called_at": turn.called_at,
        "started_at": turn.started_at,
        "recalls": turn.recalls,
        "mode": str(turn.mode),
        "priority": turn.priority,
        "not_before": turn.not_before,
        "held_until": turn.held_until,
        "held_reason": turn.held_reason,
        "target": turn.target,
        "declared": turn.declared,
        "party": turn.party,
    }


def announced_min(estimate: Estimate | None) -> int | None:
    """Return the wait to count on, in whole minutes; None without an open desk."""
    return ceil(estimate.announced / timedelta(minutes=1)) if estimate else None


def _range(estimate: Estimate | None) -> tuple[int | None, int | None]:
    return minutes(estimate) if estimate else (None, None)
