"""The citizen's pages: what can be done here, take a turn, follow it, arrive, leave."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from starlette.responses import RedirectResponse, Response

from edge.adapters.http import pictures
from edge.adapters.http.call import Call
from edge.adapters.http.live import stream
from edge.adapters.http.pages import name_of, page, render
from edge.adapters.http.pictures import NotTaken
from edge.adapters.http.problems import TooMany, problem_of
from edge.adapters.http.remembered import remember, remembered
from edge.adapters.http.routes import book
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.shapes.portal import Presence, TurnWish
from edge.domain.agenda import WAITS, AppointmentState, window
from edge.domain.errors import BadInput, NotFound, OfficeError, RuleViolation
from edge.domain.retention import MONTHS, kept
from edge.domain.turns import FINAL, Channel, Kind, Mode, Turn, TurnState
from edge.services.arrivals import IN_HAND
from edge.services.board import TurnView
from edge.services.turns import Taken, Wish

PASSED_SHOWN = 3  # of those who went first, on the page of a turn
TOPICS = ("turns", "desks", "occupancy", "office", "waits")


async def home(call: Call) -> Response:
    """Show what can be done here and how long it takes; with ``?c=`` of the hall display the phone is in the hall."""
    code, poster = call.query("c"), call.query("p")
    if poster and (gone := await _gone(call, poster)) is not None:
        return gone
    call.meet()  # before the first tap, so that a double tap is one phone and one turn
    here, blocked = await _seen(call, code)
    mine, request = await own_turn(call), asked_elsewhere(call)
    elsewhere = await call.web.read(call.web.turns.of_press, request)
    is_over = elsewhere is not None and not elsewhere.is_open
    if mine is not None and here and mine.state not in FINAL:
        return RedirectResponse("/my", 303)
    offers, rules = await call.site.offers.get(), call.web.office().rules
    served = call.web.office().modes_served()
    return page(
        call,
        "portal.html",
        services=[pictures.service_card(call, offer) for offer in offers],
        admitted=any(offer.decision.admitted for offer in offers),
        by_video={offer.service.id for offer in offers if Mode.VIDEO in offer.service.modes & served},
        bulk_limit=rules.grace.bulk_limit,
        bulk_by_appointment=rules.grace.bulk_by_appointment,
        hours=pictures.hours(call),
        week=pictures.week(call),
        address=call.web.settings().office.address,
        notice=_notice(call),
        mine=mine if mine is not None and mine.is_open else None,
        here=here,
        stale=bool(code) and not here and blocked is None,
        blocked=problem_of(blocked, call.web.texts, call.language) if blocked else None,
        full=(await call.site.capacity.get()).state == "full",
        poster=poster,
        elsewhere=None if is_over or elsewhere == mine else elsewhere,
        ways=pictures.way_in(call),
        books=bool(call.web.slots.bookable()),
        key=request if request and not is_over else call.web.turns.form_nonce(call.phone),
        booked=await remembered(call),
    )


async def _gone(call: Call, poster: str) -> Response | None:
    """Return the page that says what to do when a poster does not lead here any more, or never did."""
    try:
        await call.web.read(call.web.posters.check, poster)
    except RuleViolation:
        return page(call, "poster_gone.html", status=410)
    except NotFound:
        return page(call, "poster_gone.html", status=404)
    return None


async def take(call: Call, wish: TurnWish) -> Response:
    """Take a turn and follow it; a browser that keeps no cookies could do the first only."""
    if not call.phone:
        raise BadInput(code="cookies_needed")
    await issue(call, wish)
    return RedirectResponse("/my", 303)


async def take_by_video(call: Call, wish: TurnWish) -> Response:
    """Take a turn for the office's video booth: the same form, another of its buttons."""
    return await take(call, msgspec.structs.replace(wish, mode=Mode.VIDEO.value))


async def issue(call: Call, wish: TurnWish) -> Taken:
    """Take a turn for this phone; one that it has already is given again."""
    here = await prove(call, wish.code)
    call.limit_asking()
    mine = await own_turn(call)
    if mine is None or not mine.is_open:
        call.limit_new(here=here, poster=wish.poster)
    phone = call.phone_now()
    call.keep_phone()
    channel = Channel.BOARD if here else Channel.POSTER if wish.poster else Channel.WEB
    wanted = Wish(
        service=wish.service,
        channel=channel,
        language=call.language,
        phone=phone,
        present=here,
        procedures=wish.procedures,
        party=wish.party,
        mode=wish.mode,
        key=wish.key,
        poster=wish.poster,
    )
    return await call.web.write(call.web.turns.take, wanted, actor="phone")


async def my(call: Call) -> Response:
    """Show this phone's turn."""
    turn = await own_turn(call)
    if turn is None:
        return RedirectResponse("/", 303)
    return await my_page(call, turn)


async def my_now(call: Call) -> Response:
    """Return the changing part of the page, for browsers without live streams."""
    view = await call.site.view(await sure_turn(call))
    return page(call, "turn_card.html", **_card(call, view, mine=True))


async def my_live(call: Call) -> Response:
    """Follow this phone's turn."""
    turn = await sure_turn(call)
    return _follow(call, turn.id, owner=call.phone, mine=True)


async def presence(call: Call, proof: Presence) -> Response:
    """Say that the person has arrived; a code that proves nothing is said beside the field."""
    turn = await sure_turn(call)
    try:
        await arrive(call, proof.code)
    except (BadInput, TooMany) as error:
        return await my_page(call, turn, wrong=error, typed=proof.code)
    return RedirectResponse("/my", 303)


async def back(call: Call) -> Response:
    """Lead from the address of a form, opened again by a reload or a change of language, to the page of the turn."""
    call.remember_language()
    return RedirectResponse("/my", 303)


async def arrive(call: Call, code: str) -> Turn:
    """Let this phone's turn wait; raise ``BadInput`` (``wrong_code``) for a code that is not on the display."""
    turn = await sure_turn(call)
    if not await prove(call, code):
        raise BadInput(code="wrong_code")
    return await call.web.write(call.web.turns.confirm_presence, turn.id, actor="phone")


async def leave_question(call: Call) -> Response:
    """Ask whether the person really wants to leave."""
    turn = await own_turn(call)
    if turn is None or not turn.is_open:
        return RedirectResponse("/my", 303)
    return page(call, "leave.html", turn=turn)


async def leave(call: Call, _: Nothing) -> Response:
    """Give the turn back."""
    await abandon(call)
    return RedirectResponse("/my", 303)


async def abandon(call: Call) -> Turn:
    """Give this phone's turn back."""
    turn = await sure_turn(call)
    return await call.web.write(call.web.turns.cancel, turn.id, actor="phone")


async def follow(call: Call) -> Response:
    """Show the turn of a paper ticket or a messenger; nothing can be changed from here."""
    return await _follow_page(call)


async def adopt(call: Call, _: Nothing) -> Response:
    """Let this phone hold the turn of a messenger from now on, as if it had taken it here."""
    call.limit_asking()
    link, phone = call.secret(), call.phone_now()
    call.keep_phone()
    try:
        await call.web.write(call.web.conversations.adopt, link, phone)
    except RuleViolation as error:
        return await _follow_page(call, wrong=error)
    return RedirectResponse("/my", 303)


async def back_to_link(call: Call) -> Response:
    """Lead from the address of that form, opened again, to the turn."""
    call.remember_language()
    return RedirectResponse(f"/f/{call.secret()}", 303)


async def follow_now(call: Call) -> Response:
    """Return the changing part of a paper ticket's page."""
    view = await call.site.view(await call.web.read(call.web.turns.of_link, call.secret()))
    return page(call, "turn_card.html", **_card(call, view, mine=False))


async def follow_live(call: Call) -> Response:
    """Follow the turn of a paper ticket."""
    turn = await call.web.read(call.web.turns.of_link, call.secret())
    return _follow(call, turn.id, owner=turn.id, mine=False)


async def appointment(call: Call) -> Response:
    """Show the appointment behind the link of its confirmation, and the one button."""
    call.meet()
    here, blocked = await _seen(call, call.query("c"))
    return await _appointment_page(call, here=here, wrong=blocked)


async def check_in(call: Call, proof: Presence) -> Response:
    """Turn the appointment into a turn of this phone; the second time shows the same turn."""
    link = call.secret()
    here, wrong = await _seen(call, proof.code)
    call.limit_asking()
    phone = call.phone_now()
    call.keep_phone()
    if wrong is not None or (proof.code and not here):
        return await _appointment_page(call, wrong=wrong or BadInput(code="wrong_code"), typed=proof.code)
    await call.web.write(call.web.turns.check_in, link, code="", phone=phone, present=here, actor="phone")
    return RedirectResponse("/my", 303)


async def accessibility(call: Call) -> Response:
    """Say how accessible these pages are and whom to tell when they are not."""
    return page(call, "accessibility.html", address=call.web.settings().office.address)


async def privacy(call: Call) -> Response:
    """Say what is kept about a person, and for how long."""
    document = call.web.settings().office
    return page(
        call,
        "privacy.html",
        address=document.address,
        counting=document.privacy,
        in_language=lambda texts: name_of(texts, call.language),
        minutes=kept("crossing").days,
        months=MONTHS,
    )


def asked_elsewhere(call: Call) -> str:
    """Return the name of a wish that the region's own web has sent to the office too (``?r=``), or ""."""
    request = call.query("r")
    return request if re.fullmatch("[A-Za-z0-9_-]{16,64}", request) else ""


async def own_turn(call: Call) -> Turn | None:
    """Return the turn that this phone follows."""
    return await call.web.read(call.web.turns.of_phone, call.phone) if call.phone else None


async def sure_turn(call: Call) -> Turn:
    """Return this phone's turn; raise ``NotFound`` (``no_turn``)."""
    turn = await own_turn(call)
    if turn is None:
        raise NotFound(code="no_turn")
    return turn


async def prove(call: Call, code: str) -> bool:
    """Whether this phone is in the hall: it shows the code now or has shown it a moment ago.

    The right code is taken however many wrong ones came from the same address, unless this very phone has guessed.
    """
    if call.in_the_hall():
        return True
    if not code:
        return False
    call.limit_codes(network=False)
    if call.web.turns.code_proves(code):
        call.show_pass()
        return True
    call.limit_codes()
    call.wrong_code()
    return False


async def _seen(call: Call, code: str) -> tuple[bool, TooMany | None]:
    """Return whether a link that was opened proves the hall; too many wrong codes before it do not hide the page."""
    try:
        return await prove(call, code), None
    except TooMany as error:
        return False, error


async def my_page(
    call: Call,
    turn: Turn,
    *,
    wrong: OfficeError | None = None,
    typed: str = "",
    not_taken: NotTaken | None = None,
    still: bool = False,
) -> Response:
    """Return the page of this phone's turn; *wrong* beside the field of the code, *not_taken* beside the address.

    *still*: it does not load itself again, so that a browser without scripts keeps what somebody types.
    """
    card = _card(call, await call.site.view(turn), mine=True) | _refused(call, wrong, typed)
    status, headers = _status(call, wrong or (not_taken.error if not_taken else None))
    party = await call.web.read(call.web.parties.of_turn, turn)
    return page(
        call,
        "turn.html",
        status=status,
        headers=headers,
        live="/my/live",
        now_url="/my/now",
        tell=pictures.tell(call, party, not_taken),
        adopt="",
        still=still or not_taken is not None,
        **card,
    )


async def _appointment_page(
    call: Call, *, here: bool = False, wrong: OfficeError | None = None, typed: str = ""
) -> Response:
    booked, rules = await call.web.read(call.web.agenda.of_link, call.secret()), call.web.office().rules
    if booked.state in (*WAITS, AppointmentState.BOOKED) and not booked.is_over(call.now):
        await remember(call, booked, call.secret())
    if booked.state in (*WAITS, AppointmentState.LAPSED):
        return await book.status(call, typed={})
    opens, ends = window(booked, early=rules.early_check_in, late=rules.late_check_in)
    service = call.web.office().services.get(booked.service)
    turn = await call.web.read(call.web.turns.of_appointment, booked)
    asked = turn is not None and turn.state is TurnState.REMOTE
    status, headers = _status(call, wrong)
    return page(
        call,
        "appointment.html",
        status=status,
        headers=headers,
        appointment=booked,
        service=name_of(service.names, call.language) if service else "",
        bring=pictures.bring(call, booked.service),
        may_come_late=booked.mode is not Mode.VIDEO and _may_come_late(call, booked.slot_at),
        opens=opens,
        ends=ends,
        link=call.secret(),
        video=booked.mode is Mode.VIDEO,
        address=call.web.settings().office.address,
        turn=turn,
        asked=asked,
        also=await _also(call),
        here=here or call.in_the_hall(),
        **_refused(call, wrong, typed),
    )


async def _also(call: Call) -> str:
    """Return the code of the walk-in turn that this phone gives back when it checks in, "" without one."""
    mine = await own_turn(call)
    is_walk_in = mine is not None and mine.is_open and mine.kind is Kind.WALK_IN and mine.state not in IN_HAND
    return mine.code if mine is not None and is_walk_in else ""


def _may_come_late(call: Call, slot_at: datetime) -> bool:
    """Whether somebody who has lost the slot can still wait with those without an appointment."""
    calendar = call.web.office().calendar
    return calendar.current(call.now) is not None and calendar.day_of(slot_at) == calendar.day_of(call.now)


def _refused(call: Call, wrong: OfficeError | None, typed: str) -> dict[str, Any]:
    return {"wrong": problem_of(wrong, call.web.texts, call.language) if wrong else None, "typed": typed[:12]}


def _status(call: Call, wrong: OfficeError | None) -> tuple[int, dict[str, str]]:
    """Return the status of a page that says *wrong* beside its field; a link that was only opened is no mistake."""
    if wrong is None or call.request.method == "GET":
        return 200, {}
    problem = problem_of(wrong, call.web.texts, call.language)
    return problem.status, {"Retry-After": str(problem.retry_after_s)} if problem.retry_after_s else {}


async def _follow_page(call: Call, *, wrong: OfficeError | None = None) -> Response:
    link, mine = call.secret(), await own_turn(call)
    turn = await call.web.read(call.web.turns.of_link, link)
    own = await call.web.read(call.web.conversations.is_own_link, link)
    if own and mine is not None and mine.id == turn.id:
        return RedirectResponse("/my", 303)
    place, may_adopt = f"/f/{link}", own and turn.is_open
    if may_adopt:
        call.meet()
    card = _card(call, await call.site.view(turn), mine=False) | _refused(call, wrong, "")
    return page(
        call,
        "turn.html",
        status=_status(call, wrong)[0],
        live=f"{place}/live",
        now_url=f"{place}/now",
        tell=None,
        still=False,
        adopt=f"{place}/mine" if may_adopt else "",
        **card,
    )


def _follow(call: Call, turn_id: str, *, owner: str, mine: bool) -> Response:
    async def draw() -> Mapping[str, str]:
        view = await call.site.live_view(turn_id)
        return {"page": render(call, "turn_card.html", **_card(call, view, mine=mine))}

    return stream(call, TOPICS, draw, owner=owner)


def _card(call: Call, view: TurnView, *, mine: bool) -> dict[str, Any]:
    service = call.web.office().services.get(view.turn.service)
    return {
        "view": view,
        "turn": view.turn,
        "state": str(view.turn.state),
        "service": name_of(service.names, call.language) if service else "",
        "mine": mine,
        "here": mine and call.in_the_hall(),
        "before": [pictures.passed_by(call, passed) for passed in view.before[:PASSED_SHOWN]],
        "before_more": max(0, len(view.before) - PASSED_SHOWN),
        "way": pictures.way_to(call, view.turn.desk),
        "pause_min": int(call.web.office().rules.grace.delay.total_seconds() // 60),
        "cut_off": view.turn.is_open and call.web.cut_off(),
        "survey": _survey(call, mine=mine),
        **_refused(call, None, ""),
    }


def _survey(call: Call, *, mine: bool) -> str:
    """Return where the survey of this turn is; it says itself when it was answered."""
    if not call.web.office().survey:
        return ""
    return "/my/survey" if mine else f"/f/{call.secret()}/survey"


def _notice(call: Call) -> str:
    notices = {str(language): text for language, text in call.web.settings().office.notices.items()}
    return notices.get(call.language) or notices.get("es", "")
