"""The assistant: what somebody says in any channel becomes an answer, and what they want is done by the office's rules.

One answer: read the office (no transaction), ask the dialogue, carry out what it wants as a use case of its own, say
what came of it. While a person answers the conversation, the dialogue is silent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime

from edge.domain.assistant import dialogue
from edge.domain.assistant.conversation import Answering, Conversation, Step
from edge.domain.assistant.lexicon import Lexicon
from edge.domain.assistant.prompts import Reply, Scene
from edge.domain.assistant.world import (
    AskPerson,
    Value,
)
from edge.runtime.i18n import in_language
from edge.services.context import Context
from edge.services.conversations import ACTOR
from edge.services.errands import Errand, Said, Services, Write
from edge.services.office_world import OfficeWorld
from edge.services.ports import Texts
from edge.services.settings import Settings
from edge.services.transcripts import Line, Transcripts, Who
from edge.services.wording import clock, day_name, when

HAND_BACK, SEEN = "hand_back", "seen:"
_STANDS = ("stand.between", "stand.from", "stand.before", "stand.if_between", "stand.if_from", "stand.if_before")
# Where the day stands beside the hour, or is today.
_CLOCK_ONLY = frozenset({"option.hour", "hours_day", "done.delayed", "stand.come", "arrive_first", *_STANDS})


class Assistant:
    """Answers; may be called on any thread that may wait. *tell* wakes live pages."""

    def __init__(
        self,
        context: Context,
        services: Services,
        texts: Texts,
        lexicon: Lexicon,
        *,
        settings: Callable[[], Settings],
        transcripts: Transcripts,
    ) -> None:
        self._context, self._do, self._texts, self._lexicon = context, services, texts, lexicon
        self._settings, self.transcripts = settings, transcripts

    def greet(self, talk: Conversation, write: Write, *, position: tuple[str, int] | None = None) -> Line:
        """Say hello, or again where the conversation stands when its words were lost."""
        if talk.answering is not Answering.OFFICE:
            if position is not None:
                write(self._do.conversations.read_up_to, *position)
            return self._lost(talk)
        reply = dialogue.greet(self._scene(talk))
        write(self._do.conversations.keep, reply.talk, position=position)
        return self._say(reply)

    def opening(self, language: str) -> Line:
        """Return what is said to somebody who has said nothing yet; nothing is remembered of it."""
        now = self._context.now()
        return self._line(dialogue.greet(self._scene(Conversation("", "", language, now, now))))

    def hear(self, talk: Conversation, said: Said, write: Write) -> Line | None:
        """Answer to *said*; None while a person answers. Raises ``BadInput`` for what is no message."""
        now = self._context.now()
        shown = said.text if not said.tapped else self._label(talk, said.text)
        self.transcripts.add(talk.id, Who.PARTY, shown, at=now)
        self.transcripts.answered_by(talk.id, talk.answering)
        if talk.answering is not Answering.OFFICE:
            return self._to_person(talk, said, write)
        talk = self._in_their_language(talk, said)
        reply = dialogue.hear(self._scene(talk, said.phone), said.text, tapped=said.tapped)
        act = reply.act
        if act is not None:
            world = self._world(talk.id, said.phone)
            outcome = Errand(self._context, self._do, reply.talk, said, write, world).run(act)
            talk = self._do.conversations.get(talk.id) if isinstance(act, AskPerson) and outcome.done else reply.talk
            self.transcripts.answered_by(talk.id, talk.answering)
            reply = dialogue.done(self._scene(talk, said.phone), act, outcome)
        kept = write(self._do.conversations.keep, reply.talk, position=said.position)
        if kept.answering is reply.talk.answering:
            return self._say(reply)
        self.transcripts.answered_by(kept.id, kept.answering)  # staff were quicker: what was done is said all the same
        return self._say(replace(reply, options=())) if act else self._to_person(kept, said, write)

    def hand_back(self, talk: Conversation, write: Write, *, actor: str) -> Line:
        """Let the dialogue answer again, and say so."""
        talk = write(self._do.conversations.hand_back, talk.id, actor=actor)
        self.transcripts.answered_by(talk.id, talk.answering)
        reply = self._scene(talk).ask()
        return self._say(replace(reply, says=reply.says), first=self.text(talk.language, "person_left"))

    def text(self, language: str, key: str, **values: object) -> str:
        """Return one text of the assistant."""
        return self._texts.text(language, key if key.startswith("problems.") else f"assistant.{key}", **values)

    # --- how it is said -----------------------------------------------------------------------------------------------

    def _say(self, reply: Reply, *, first: str = "") -> Line:
        line = self._line(reply, first=first)
        return self.transcripts.add(reply.talk.id, line.who, line.text, at=line.at, options=line.options)

    def _line(self, reply: Reply, *, first: str = "") -> Line:
        language = reply.talk.language
        spoken = [self.text(language, say.key, **self._filled(language, say.values, say.key)) for say in reply.says]
        options = tuple(
            (option.id, self.text(language, option.key, **self._filled(language, option.values, option.key)))
            for option in reply.options
        )
        return Line(0, Who.OFFICE, "\n\n".join(filter(None, [first, *spoken])), self._context.now(), options)

    def _filled(self, language: str, values: Mapping[str, Value], key: str = "") -> dict[str, object]:
        return {name: self._word(language, value, clock_only=key in _CLOCK_ONLY) for name, value in values.items()}

    def _word(self, language: str, value: Value, *, clock_only: bool) -> object:
        zone = self._context.office().calendar.zone
        if isinstance(value, datetime):
            now = self._context.now()
            return clock(value, zone) if clock_only else when(self._texts, language, value, now=now, zone=zone)
        if isinstance(value, date):
            return day_name(self._texts, language, value)
        if isinstance(value, Mapping):
            return in_language(value, language)
        return value

    def _label(self, talk: Conversation, option: str) -> str:
        """Return the words of the option that was tapped; of an old one the words of the last message that had it."""
        for line in reversed(self.transcripts.of(talk.id)):
            if label := dict(line.options).get(option):
                return label
        return "…"

    def _lost(self, talk: Conversation) -> Line:
        return self.transcripts.add(
            talk.id, Who.OFFICE, self.text(talk.language, "lost"), at=self._context.now(), options=self._return(talk)
        )

    def _to_person(self, talk: Conversation, said: Said, write: Write) -> Line | None:
        if said.tapped and said.text == HAND_BACK:
            return self.hand_back(talk, write, actor=ACTOR)
        if said.tapped and said.text.startswith(SEEN):  # the answer to a notice, not to the person
            write(self._do.chats.seen, talk.id, said.text.removeprefix(SEEN))
        write(self._do.conversations.keep, talk, position=said.position)
        lines = self.transcripts.of(talk.id)
        told = any(line.who is Who.OFFICE and line.text == self.text(talk.language, "waiting_person") for line in lines)
        if talk.answering is not Answering.ASKED or told:
            return None
        text = self.text(talk.language, "waiting_person")
        return self.transcripts.add(talk.id, Who.OFFICE, text, at=self._context.now(), options=self._return(talk))

    def _return(self, talk: Conversation) -> list[tuple[str, str]]:
        return [(HAND_BACK, self.text(talk.language, "option.hand_back"))]

    # --- what it knows ------------------------------------------------------------------------------------------------

    def _in_their_language(self, talk: Conversation, said: Said) -> Conversation:
        """Follow the language of somebody's first words; later only a choice of the person changes it."""
        if said.tapped or talk.step is not Step.SERVICE or len(self.transcripts.of(talk.id)) > 3:
            return talk
        return replace(talk, language=self._lexicon.language_of(said.text, self._lexicon.languages, talk.language))

    def _scene(self, talk: Conversation, phone: str = "") -> Scene:
        return Scene(talk, self._world(talk.id, phone), self._lexicon)

    def _world(self, talk: str, phone: str) -> OfficeWorld:
        """Return the office of this conversation; what the *phone* took on other pages is the person's too."""
        do, held = self._do, self._do.turns.of_phone(phone)
        parts = self._context, do.board, do.bookings.slots, self._settings
        return OfficeWorld(*parts, talk=talk, told=do.chats.is_told, held=held.id if held else "")


def read_lexicon(languages: Iterable[str], section: Callable[[str, str], Mapping[str, str]]) -> Lexicon:
    """Return the words of all *languages*; *section* gives the texts of one under a prefix."""
    return Lexicon(
        {
            language: {
                concept: tuple(phrase.strip() for phrase in re.split("[,،]", text))
                for concept, text in section(language, "assistant.words").items()
            }
            for language in languages
        }
    )
