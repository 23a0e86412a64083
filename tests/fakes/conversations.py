"""Conversations in memory: same promises as the tables."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from edge.domain.assistant.conversation import Answering, Conversation
from edge.domain.errors import Conflict, NotFound


@dataclass
class TalkTables:
    """The rows."""

    talks: dict[str, Conversation] = field(default_factory=dict)
    owned: set[tuple[str, str, str]] = field(default_factory=set)
    positions: dict[str, int] = field(default_factory=dict)

    def copy(self) -> TalkTables:
        """Return a snapshot."""
        return TalkTables(**{f.name: getattr(self, f.name).copy() for f in fields(self)})


class FakeConversations:
    """A ``ConversationStore``."""

    def __init__(self, tables: TalkTables) -> None:
        self._tables = tables

    def add(self, talk: Conversation) -> None:
        if talk.id in self._tables.talks:
            raise Conflict(f"{talk.id} exists")
        self._tables.talks[talk.id] = talk

    def get(self, talk_id: str) -> Conversation:
        if talk_id not in self._tables.talks:
            raise NotFound(talk_id, code="no_conversation")
        return self._tables.talks[talk_id]

    def find(self, talk_id: str) -> Conversation | None:
        return self._tables.talks.get(talk_id)

    def save(self, talk: Conversation) -> None:
        known = self._tables.talks.get(talk.id)
        if known is None or known.version != talk.version - 1:
            raise Conflict(f"{talk.id} changed meanwhile")
        self._tables.talks[talk.id] = talk

    def in_hands(self) -> list[Conversation]:
        held = [t for t in self._tables.talks.values() if t.answering in (Answering.ASKED, Answering.PERSON)]
        return sorted(held, key=lambda t: (t.heard_at, t.id))

    def own(self, talk_id: str) -> list[tuple[str, str]]:
        return sorted((kind, target) for talk, kind, target in self._tables.owned if talk == talk_id)

    def add_own(self, talk_id: str, kind: str, target: str) -> None:
        self._tables.owned.add((talk_id, kind, target))

    def position(self, channel: str) -> int:
        return self._tables.positions.get(channel, 0)

    def set_position(self, channel: str, position: int) -> None:
        self._tables.positions[channel] = position
