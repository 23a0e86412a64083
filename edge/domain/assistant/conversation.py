"""The conversation: who answers in it, and what it has come to. It keeps no word of what anybody wrote.

What people write lives in memory until it is answered; a row of the database knows a step and a draft. Every change of
hands is a row of ``TRANSITIONS``: the office answers by itself, a person is asked for, a person answers, it is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from edge.domain.errors import IllegalTransition
from edge.domain.events import Event, Stream


class Answering(StrEnum):
    """Who answers."""

    OFFICE = "office"  # the dialogue by itself
    ASKED = "asked"  # a person was asked for, nobody has taken it yet
    PERSON = "person"
    OVER = "over"


class TalkAction(StrEnum):
    """What may happen to a conversation."""

    ASK_PERSON = "ask_person"
    TAKE = "take"
    HAND_BACK = "hand_back"
    END = "end"


_S, _A = Answering, TalkAction

TRANSITIONS: Mapping[tuple[Answering, TalkAction], Answering] = MappingProxyType(
    {
        (_S.OFFICE, _A.ASK_PERSON): _S.ASKED,
        (_S.OFFICE, _A.TAKE): _S.PERSON,
        (_S.OFFICE, _A.END): _S.OVER,
        (_S.ASKED, _A.TAKE): _S.PERSON,
        (_S.ASKED, _A.HAND_BACK): _S.OFFICE,
        (_S.ASKED, _A.END): _S.OVER,
        (_S.PERSON, _A.TAKE): _S.PERSON,  # by a colleague
        (_S.PERSON, _A.HAND_BACK): _S.OFFICE,
        (_S.PERSON, _A.END): _S.OVER,
    }
)

_TYPES = {
    _A.ASK_PERSON: "conversation_asked",
    _A.TAKE: "conversation_taken",
    _A.HAND_BACK: "conversation_handed_back",
    _A.END: "conversation_ended",
}


class Step(StrEnum):
    """What the dialogue has just asked."""

    SERVICE = "service"
    MODE = "mode"
    WHEN = "when"
    HOUR = "hour"
    CONTACT = "contact"
    CODE = "code"
    OWN = "own"  # which of several turns and appointments
    SURE = "sure"
    DONE = "done"


class Aim(StrEnum):
    """What the person is here for."""

    ATTEND = "attend"  # a turn or an appointment
    KNOW = "know"  # can I do it here, what do I bring?
    CANCEL = "cancel"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known so far; ids and times only."""

    aim: Aim = Aim.ATTEND
    service: str = ""
    mode: str = ""
    day: date | None = None
    part: str = ""  # of the day: morning or afternoon
    target: str = ""  # the turn or appointment that is held, moved or cancelled
    after: str = ""  # the last day or hour that was shown, when more were asked for


@dataclass(frozen=True, slots=True)
class Conversation:
    """One person in one channel. *agent* answers it while ``PERSON``; *misses*: answers in a row not understood."""

    id: str
    channel: str
    language: str
    started_at: datetime
    heard_at: datetime
    answering: Answering = Answering.OFFICE
    step: Step = Step.SERVICE
    draft: Draft = field(default_factory=Draft)
    misses: int = 0
    agent: str = ""
    version: int = 0

    def apply(self, action: TalkAction, *, at: datetime, actor: str, agent: str = "") -> tuple[Conversation, Event]:
        """Return the conversation after *action* and its event; raise ``IllegalTransition`` otherwise."""
        try:
            state = TRANSITIONS[self.answering, action]
        except KeyError:
            raise IllegalTransition(self.answering, action) from None
        held = agent if state is _S.PERSON else ""
        after = replace(self, answering=state, agent=held, version=self.version + 1)
        body = {"conversation": self.id, "channel": self.channel, "answering": str(state), "language": self.language}
        return after, Event(Stream.OFFICE, _TYPES[action], at, actor, "", body)

    def to(self, step: Step, **known: object) -> Conversation:
        """Return the conversation at *step*, with what is *known* now written into its draft."""
        draft = replace(self.draft, **{"after": "", **known})  # type: ignore[arg-type]
        return replace(self, step=step, draft=draft, misses=0)

    def afresh(self) -> Conversation:
        """Return the conversation at its beginning."""
        return replace(self, step=Step.SERVICE, draft=Draft(), misses=0)


def started(talk: Conversation, *, actor: str) -> Event:
    """Return the event of a new conversation."""
    body = {"conversation": talk.id, "channel": talk.channel, "language": talk.language}
    return Event(Stream.OFFICE, "conversation_started", talk.started_at, actor, "", body)
