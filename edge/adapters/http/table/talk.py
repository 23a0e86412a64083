"""The rows of conversations: people with the assistant, and staff who take over."""

from __future__ import annotations

from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import talk
from edge.adapters.http.shapes.talk import Nothing, Spoken, Talk, TalkWord, Waiting
from edge.adapters.http.table.rows import ANYONE, FRONT

PORTAL: tuple[Endpoint, ...] = (
    ANYONE.page("/talk", talk.talk_page, "Talk to the assistant", query=("lang",)),
    ANYONE.form("/talk", talk.say_page, TalkWord, "Say something to it", refuses=(400, 409, 429)),
    ANYONE.live("/talk/live", talk.live, "The conversation as a live stream", refuses=(404, 503)),
    ANYONE.form("/talk/again", talk.again, Nothing, "End the conversation and begin anew"),
)

PAGES: tuple[Endpoint, ...] = (
    FRONT.page("/conversations", talk.talks, "Who wants to talk to a person"),
    FRONT.live("/conversations/live", talk.talks_live, "The same live"),
    FRONT.page("/conversations/{talk}", talk.one, "One conversation", refuses=(404,)),
    FRONT.live("/conversations/{talk}/live", talk.one_live, "The same live", refuses=(404,)),
    FRONT.form("/conversations/{talk}/take", talk.form_of(talk.take), Nothing, "Answer it", refuses=(404, 409)),
    FRONT.form(
        "/conversations/{talk}/say", talk.form_of(talk.answer), Spoken, "Say something", refuses=(400, 404, 409)
    ),
    FRONT.form(
        "/conversations/{talk}/hand-back",
        talk.form_of(talk.hand_back, stay=False),
        Nothing,
        "Let the assistant answer again",
        refuses=(404, 409),
    ),
    FRONT.form("/conversations/{talk}/end", talk.form_of(talk.end, stay=False), Nothing, "End it", refuses=(404, 409)),
)

API: tuple[Endpoint, ...] = (
    ANYONE.get("/api/v1/talk", talk.mine, "This phone's conversation with the assistant", Talk),
    ANYONE.post(
        "/api/v1/talk",
        talk.say,
        TalkWord,
        "Say something to the assistant",
        Talk,
        refuses=(400, 403, 409, 413, 415, 429),
    ),
    FRONT.get("/api/v1/conversations", talk.waiting, "Who wants to talk to a person", list[Waiting]),
    FRONT.get("/api/v1/conversations/{talk}", talk.read_one, "One conversation", Talk, refuses=(404,)),
    FRONT.post("/api/v1/conversations/{talk}/take", talk.take, Nothing, "Answer it", Talk, refuses=(404, 409)),
    FRONT.post("/api/v1/conversations/{talk}/say", talk.answer, Spoken, "Say something", Talk, refuses=(400, 404, 409)),
    FRONT.post(
        "/api/v1/conversations/{talk}/hand-back",
        talk.hand_back,
        Nothing,
        "Let the assistant answer again",
        Talk,
        refuses=(404, 409),
    ),
    FRONT.post("/api/v1/conversations/{talk}/end", talk.end, Nothing, "End it", Talk, refuses=(404, 409)),
)
