"""A turn that the helper has issued: once per press of the button, with its paper followed until it is out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import segno
from markupsafe import Markup
from starlette.responses import FileResponse, RedirectResponse, Response

from edge.adapters.http import pictures, problems
from edge.adapters.http.call import Call
from edge.adapters.http.live import stream
from edge.adapters.http.once import Once
from edge.adapters.http.pages import name_of, page, render
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.shapes.helper import Arrival, HelperTurn, Issued
from edge.adapters.http.site import Given
from edge.domain.errors import NotFound, OfficeError, Unavailable
from edge.domain.grace import UNUSUAL_PROCEDURES, check_priority
from edge.domain.jobs import Job, JobState
from edge.domain.turns import Channel
from edge.runtime.ids import new_token
from edge.runtime.voice import VoiceError
from edge.services.turns import Wish

TOPICS = ("devices", "jobs")
SLOW = timedelta(seconds=10)  # a printer that has not begun by then is worth a word
AGAIN = frozenset({JobState.FAILED, JobState.EXPIRED, JobState.PARTIAL})
_TONES = {JobState.RUNNING: "note", JobState.HELD: "warn", JobState.DONE: "good"}


@dataclass(frozen=True, slots=True)
class Paper:
    """The paper in words. *again*: printing once more cannot leave two good tickets unnoticed."""

    tone: str
    text: str
    reason: str = ""
    again: bool = False


async def issue_page(call: Call, wanted: HelperTurn) -> Response:
    """Issue a turn and go to its page; of an unusual number of procedures it asks first."""
    if wanted.procedures >= UNUSUAL_PROCEDURES and not wanted.sure:
        service = call.web.office().service(wanted.service)
        name, minutes = name_of(service.names, call.language), wanted.procedures * service.minutes
        return page(call, "issue_sure.html", wanted=wanted, service=name, length=call.words.span(minutes))
    name = _name(wanted)
    await _give(call, wanted, name)
    return RedirectResponse(f"/helper/issued/{name}", 303)


async def issue(call: Call, wanted: HelperTurn) -> Issued:
    """Issue a turn to somebody who stands there; on paper when there is a printer. Once for each *key*."""
    given = await _give(call, wanted, _name(wanted))
    turn = pictures.staff_turn(given.taken.turn)
    return Issued(turn=turn, link=_link(call, given), job=given.job, printer_problem=given.problem)


async def arrive_page(call: Call, arrival: Arrival) -> Response:
    """Let somebody with an appointment wait and go to the page of the turn."""
    name = _arrival(call, arrival)
    await _checked_in(call, arrival, name)
    return RedirectResponse(f"/helper/issued/{name}", 303)


async def arrive(call: Call, arrival: Arrival) -> Issued:
    """Somebody with an appointment has come: they wait, on paper or by voice."""
    given = await _checked_in(call, arrival, _arrival(call, arrival))
    turn = pictures.staff_turn(given.taken.turn)
    return Issued(turn=turn, link=_link(call, given), job=given.job, printer_problem=given.problem)


async def show(call: Call) -> Response:
    """Show the number in large, the code to follow it, and how its paper goes."""
    given = _store(call).get(_key(call, call.path("issue")), now=call.web.clock.monotonic())
    if given is None:  # from before a restart or long ago: the turn itself is safe
        return RedirectResponse("/helper", 303)
    turn = await call.web.read(call.web.turns.get, given.taken.turn.id)
    return page(
        call,
        "issued.html",
        turn=turn,
        view=await call.site.view(turn),
        service=name_of(call.web.office().service(turn.service).names, call.language),
        link=_link(call, given),
        qr=qr(_link(call, given)),
        aloud=given.aloud,
        back=given.back,
        **await _picture(call),
    )


async def live(call: Call) -> Response:
    """Follow the paper."""

    async def draw() -> Mapping[str, str]:
        return {"page": render(call, "issued_live.html", **await _picture(call))}

    return stream(call, TOPICS, draw, owner=f"staff:{call.staff_id}", staff=True)


async def print_again(call: Call, _: Nothing) -> Response:
    """Print the ticket once more when it did not come out."""
    name = call.path("issue")

    async def again(given: Given) -> Given:
        return await _printed(call, given) if await _may_print(call, given) else given

    await _store(call).change(_key(call, name), again, now=call.web.clock.monotonic())
    return RedirectResponse(f"/helper/issued/{name}", 303)


async def spoken(call: Call) -> Response:
    """Say the number aloud, in the person's language, for who cannot read it."""
    given = _store(call).get(_key(call, call.path("issue")), now=call.web.clock.monotonic())
    if given is None:
        raise NotFound(code="no_page")
    turn, texts = given.taken.turn, call.web.texts
    text = texts.text(turn.language, "consoles.spoken.issued", code=_spelled(turn.code))
    try:
        file = await call.site.speech.run(call.web.voice.wav, turn.language, text)
    except VoiceError as exc:
        raise Unavailable(str(exc), code="no_voice") from exc
    return FileResponse(file, media_type="audio/wav", headers={"Cache-Control": "no-store"})


def _spelled(code: str) -> str:
    """Return *code* as it is said: letter, then digits one by one with short rests."""
    return ", ".join(code)


def qr(link: str) -> Markup:
    """Return *link* as a QR code in SVG, for our own pages; the drawing holds no text of others."""
    drawing = segno.make(link, error="q", micro=False).svg_inline(scale=6, border=3, svgclass="qr", lineclass=None)
    return Markup(drawing)  # noqa: S704 - made by the QR library from squares only


# --- issuing --------------------------------------------------------------------------------------------------------


async def _give(call: Call, wanted: HelperTurn, name: str) -> Given:
    async def make() -> Given:
        channel = Channel.PAPER if wanted.paper else Channel.HELPER
        wish = Wish(
            service=wanted.service,
            channel=channel,
            language=wanted.language,
            present=True,
            procedures=wanted.procedures,
            party=wanted.party,
            mode=wanted.mode,
            key=_key(call, name),
        )
        check_priority(wanted.priority)
        given = Given(await call.web.write(call.web.turns.take, wish, actor=call.actor), aloud=not wanted.paper)
        if wanted.priority:
            turn = given.taken.turn.id
            await call.web.write(call.web.grace.prioritise, turn, wanted.priority, agent=call.staff_id)
        return await _printed(call, given) if wanted.paper else given

    return await _store(call).run(_key(call, name), make, now=call.web.clock.monotonic())


async def _checked_in(call: Call, arrival: Arrival, name: str) -> Given:
    async def make() -> Given:
        channel = Channel.PAPER if arrival.paper else Channel.HELPER
        use_case, appointment = call.web.turns.check_in_by_staff, call.path("appointment")
        taken = await call.web.write(use_case, appointment, channel, actor=call.actor)
        given = Given(taken, aloud=not arrival.paper, back=f"/{arrival.back}")
        return await _printed(call, given) if arrival.paper else given

    return await _store(call).run(_key(call, name), make, now=call.web.clock.monotonic())


async def _printed(call: Call, given: Given) -> Given:
    """Queue the paper; whatever goes wrong with it, the turn has been given."""
    taken = given.taken
    try:
        queued = await call.web.write(call.web.jobs.print_ticket, taken.turn, taken.link, actor=call.actor)
    except OfficeError as error:
        return replace(given, job="", problem=error.code)
    return replace(given, job=queued.id, problem="")


async def _may_print(call: Call, given: Given) -> bool:
    if given.problem:
        return True
    job = await _job(call, given)
    return job is not None and job.state in AGAIN


def _store(call: Call) -> Once[Given]:
    return call.site.given


def _name(wanted: HelperTurn) -> str:
    """Return what one press of a button is called: the same key for another service is another press."""
    paper = "paper" if wanted.paper else "voice"
    return f"{wanted.key or new_token()}.{wanted.service}.{wanted.language}.{paper}"


def _arrival(call: Call, arrival: Arrival) -> str:
    paper = "paper" if arrival.paper else "voice"
    return f"{call.path('appointment')}.{paper}"  # one arrival of one appointment is one press


def _key(call: Call, name: str) -> str:
    return f"{call.staff_id} {name}"


def _link(call: Call, given: Given) -> str:
    return f"{call.web.office().public_url}/f/{given.taken.link}"


# --- the paper in words ---------------------------------------------------------------------------------------------


async def _picture(call: Call) -> dict[str, Any]:
    name = call.path("issue")
    given = _store(call).get(_key(call, name), now=call.web.clock.monotonic())
    if given is None:
        raise NotFound(code="no_page")
    return {"paper": await _paper(call, given), "issue": name}


async def _paper(call: Call, given: Given) -> Paper | None:
    if given.problem:
        words = problems.title(call.web.texts, call.language, given.problem)
        return Paper("warn", call.words.say("desk.issued.not_printed"), words, again=True)
    job = await _job(call, given)
    if job is None:
        return None
    if job.state is JobState.QUEUED:
        slow = call.now - job.created_at >= SLOW
        return Paper("warn" if slow else "note", call.words.say(f"desk.issued.{'slow' if slow else 'queued'}"))
    tone, text = _TONES.get(job.state, "bad"), call.words.say(f"desk.issued.{job.state}")
    return Paper(tone, text, _reason(call, job), again=job.state in AGAIN)


async def _job(call: Call, given: Given) -> Job | None:
    try:
        return await call.web.read(call.web.jobs.find, given.job) if given.job else None
    except NotFound:  # pruned
        return None


def _reason(call: Call, job: Job) -> str:
    try:
        return call.words.say(f"devices.reason.{job.reason}") if job.state is not JobState.DONE else ""
    except KeyError:  # a driver's own word: nothing to read out to people
        return ""
