"""Conversations: the citizen's page and API, and the staff's, who answer where the assistant does not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from starlette.responses import RedirectResponse, Response

from edge.adapters.http.call import Call
from edge.adapters.http.live import stream
from edge.adapters.http.pages import page, render
from edge.adapters.http.problems import TooMany, problem_of
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.shapes.talk import Spoken, Talk, TalkLine, TalkOption, TalkWord, Waiting
from edge.domain.assistant.conversation import Answering, Conversation
from edge.domain.assistant.world import Act, Hold, Move, TakeTurn
from edge.domain.errors import BadInput, NotFound, OfficeError, Refused, Unavailable
from edge.runtime.ids import new_token
from edge.services.conversations import check_text
from edge.services.errands import Said
from edge.services.staff import names_of
from edge.services.transcripts import Line, Who

WEB = "web"
PATIENCE_S = 5.0  # of the assistant's thread with the event loop
TALKS = "talks"  # topic of the staff's live pages


def topic(talk: str) -> str:
    """Return the topic of one conversation."""
    return f"talk:{talk}"


# --- citizens ---------------------------------------------------------------------------------------------------------


async def talk_page(call: Call) -> Response:
    """Show the conversation of this phone, or how to begin one."""
    call.meet()
    return await _page(call)


async def say_page(call: Call, word: TalkWord) -> Response:
    """Say something and show the answer."""
    try:
        await say(call, word)
    except (BadInput, OfficeError) as error:
        return await _page(call, wrong=error, typed=word.text[:1000])
    return RedirectResponse("/talk#end", 303)


async def say(call: Call, word: TalkWord) -> Talk:
    """Say something; the answer is the last line."""
    call.limit_asking()
    text = word.option or check_text(word.text)
    phone = call.phone_now()
    call.keep_phone()
    talk = await _own(call) or await _begin(call, phone)
    said = Said(text, tapped=bool(word.option), key=word.key, phone=phone, allow=_limits(call))
    await call.web.read(call.web.assistant.hear, talk, said, call.web.carry_out)
    call.web.hub.publish({topic(talk.id), TALKS})
    return _picture(call, await call.web.read(call.web.conversations.get, talk.id))


async def mine(call: Call) -> Talk:
    """Return the conversation of this phone."""
    talk = await _own(call)
    return _picture(call, talk) if talk else Talk(answering=str(Answering.OFFICE), lines=[])


async def live(call: Call) -> Response:
    """Follow the conversation of this phone."""
    talk = await _own(call)
    if talk is None:  # nothing to follow yet; the page begins once something was said
        raise NotFound(code="no_talk")

    async def draw() -> Mapping[str, str]:
        return {"page": render(call, "talk_lines.html", **await _values(call))}

    return stream(call, {topic(talk.id)}, draw, owner=call.phone)


async def again(call: Call, _: Nothing) -> Response:
    """End the conversation and begin anew."""
    if (talk := await _own(call)) is not None:
        await call.web.write(call.web.conversations.end, talk.id, actor="phone")
        call.web.transcripts.forget(talk.id)
        call.web.hub.publish({TALKS})
    return RedirectResponse("/talk", 303)


def _limits(call: Call) -> Callable[[Act], None]:
    """Return what refuses an act that this phone or network has done too often; for a thread that may wait.

    The limits are the same as those of the forms, and live on the event loop.
    """
    loop = asyncio.get_running_loop()

    async def ask(act: Act) -> None:
        if isinstance(act, TakeTurn):
            call.limit_new(here=call.in_the_hall())
        else:
            call.limit_slots()

    def allow(act: Act) -> None:
        if not isinstance(act, TakeTurn | Hold | Move) or (isinstance(act, TakeTurn) and _has_turn(call)):
            return
        try:
            asyncio.run_coroutine_threadsafe(ask(act), loop).result(PATIENCE_S)
        except TooMany as error:
            raise Refused(error.code, call.now + timedelta(seconds=error.retry_after_s)) from None
        except TimeoutError:
            raise Unavailable("the event loop is busy", code="busy") from None

    return allow


def _has_turn(call: Call) -> bool:
    turn = call.web.turns.of_phone(call.phone)
    return turn is not None and turn.is_open


async def _own(call: Call) -> Conversation | None:
    return await call.web.read(call.web.conversations.of_key, WEB, call.phone) if call.phone else None


async def _begin(call: Call, phone: str) -> Conversation:
    talk = await call.web.write(call.web.conversations.start, WEB, phone, language=call.language)
    await call.web.read(call.web.assistant.greet, talk, call.web.carry_out)
    return await call.web.read(call.web.conversations.get, talk.id)


async def _values(call: Call) -> dict[str, Any]:
    talk = await _own(call)
    lines = call.web.transcripts.of(talk.id) if talk else ()
    if talk is not None and not lines:  # the office was started again meanwhile
        await call.web.read(call.web.assistant.greet, talk, call.web.carry_out)
        lines = call.web.transcripts.of(talk.id)
    first = None if talk else call.web.assistant.opening(call.language)
    key = f"v{talk.version}" if talk else new_token()  # the same until something is said: no draw is news by itself
    return {"talk": talk, "lines": lines or (first,), "key": key}


async def _page(call: Call, *, wrong: OfficeError | None = None, typed: str = "") -> Response:
    problem = problem_of(wrong, call.web.texts, call.language) if wrong else None
    values = await _values(call)
    return page(call, "talk.html", status=problem.status if problem else 200, wrong=problem, typed=typed, **values)


# --- staff ------------------------------------------------------------------------------------------------------------


async def talks(call: Call) -> Response:
    """Show who wants to talk to a person."""
    return page(call, "talks.html", **await _waiting_values(call))


async def talks_live(call: Call) -> Response:
    """Follow who wants to talk to a person."""

    async def draw() -> Mapping[str, str]:
        return {"page": render(call, "talks_live.html", **await _waiting_values(call))}

    return stream(call, {TALKS}, draw, owner=f"staff:{call.staff_id}", staff=True)


async def waiting(call: Call) -> list[Waiting]:
    """Return who wants to talk to a person or does, the longest silent first."""
    return [
        Waiting(
            id=talk.id,
            channel=talk.channel,
            language=talk.language,
            answering=str(talk.answering),
            agent=talk.agent,
            since=talk.heard_at,
        )
        for talk in await call.web.read(call.web.conversations.in_hands)
    ]


async def one(call: Call) -> Response:
    """Show one conversation to whoever answers it."""
    return page(call, "talk_staff.html", **await _staff_values(call))


async def one_live(call: Call) -> Response:
    """Follow one conversation."""

    async def draw() -> Mapping[str, str]:
        return {"page": render(call, "talk_staff_live.html", **await _staff_values(call))}

    return stream(call, {topic(call.path("talk"))}, draw, owner=f"staff:{call.staff_id}", staff=True)


async def read_one(call: Call) -> Talk:
    """Return one conversation."""
    return _picture(call, await call.web.read(call.web.conversations.get, call.path("talk")))


async def take(call: Call, _: Nothing) -> Talk:
    """Answer a conversation from now on."""
    talk = await call.web.write(call.web.conversations.take, call.path("talk"), agent=call.staff_id)
    return _tell(call, talk, "person_joined", who=Who.OFFICE)


async def answer(call: Call, spoken: Spoken) -> Talk:
    """Say something to the person."""
    text = check_text(spoken.text)
    talk = await call.web.read(call.web.conversations.holds, call.path("talk"), agent=call.staff_id)
    return _post(call, talk, call.web.transcripts.add(talk.id, Who.PERSON, text, at=call.now))


async def hand_back(call: Call, _: Nothing) -> Talk:
    """Let the assistant answer again."""
    talk = await call.web.read(call.web.conversations.holds, call.path("talk"), agent=call.staff_id)
    line = await call.web.read(call.web.assistant.hand_back, talk, call.web.carry_out, actor=call.actor)
    return _post(call, await call.web.read(call.web.conversations.get, talk.id), line)


async def end(call: Call, _: Nothing) -> Talk:
    """End a conversation."""
    talk = await call.web.write(call.web.conversations.end, call.path("talk"), actor=call.actor)
    return _tell(call, talk, "over", who=Who.OFFICE)


def form_of(act: Callable[..., Any], *, stay: bool = True) -> Callable[..., Any]:
    """Return *act* as what a form of the staff's page sends: afterwards the page is shown again."""

    async def handle(call: Call, body: Any) -> Response:
        await act(call, body)
        return RedirectResponse(f"/conversations/{call.path('talk')}" if stay else "/conversations", 303)

    handle.__doc__ = act.__doc__
    return handle


async def _waiting_values(call: Call) -> dict[str, Any]:
    names = names_of(await call.web.read(call.web.staff.all))
    return {"waiting": await waiting(call), "names": {key.removeprefix("agent:"): name for key, name in names.items()}}


async def _staff_values(call: Call) -> dict[str, Any]:
    talk = await call.web.read(call.web.conversations.get, call.path("talk"))
    names = (await _waiting_values(call))["names"]
    return {
        "talk": talk,
        "lines": call.web.transcripts.of(talk.id),
        "names": names,
        "undelivered": call.web.undelivered(talk.id),
        "own": talk.answering is Answering.PERSON and talk.agent == call.staff_id,
    }


def _tell(call: Call, talk: Conversation, key: str, *, who: Who) -> Talk:
    """Say one of the assistant's sentences in the language of the person."""
    line = call.web.transcripts.add(talk.id, who, call.web.assistant.text(talk.language, key), at=call.now)
    return _post(call, talk, line)


def _post(call: Call, talk: Conversation, line: Line) -> Talk:
    call.web.transcripts.answered_by(talk.id, talk.answering)
    if talk.channel != WEB:
        call.web.post(talk.channel, talk.id, line)
    call.web.hub.publish({topic(talk.id), TALKS})
    return _picture(call, talk)


def _picture(call: Call, talk: Conversation) -> Talk:
    return Talk(
        answering=str(talk.answering),
        lines=[
            TalkLine(
                n=line.n,
                who=str(line.who),
                text=line.text,
                at=line.at,
                options=[TalkOption(id=name, label=label) for name, label in line.options],
            )
            for line in call.web.transcripts.of(talk.id)
        ],
    )
