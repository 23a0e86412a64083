"""Conversations with the assistant."""

from __future__ import annotations

import json
import sqlite3
from datetime import date

from edge.adapters.sqlite.rows import must_change_one, sure, text
from edge.domain.assistant.conversation import Aim, Answering, Conversation, Draft, Step
from edge.domain.errors import NotFound


class SqliteConversations:
    """Implements ``services.ports.ConversationStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, talk: Conversation) -> None:
        self._connection.execute(
            "insert into conversation values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (talk.id, talk.channel, talk.language, text(talk.started_at), *_rest(talk)),
        )

    def get(self, talk_id: str) -> Conversation:
        if (found := self.find(talk_id)) is None:
            raise NotFound(f"conversation {talk_id}", code="no_conversation")
        return found

    def find(self, talk_id: str) -> Conversation | None:
        row = self._connection.execute("select * from conversation where id = ?", (talk_id,)).fetchone()
        return _conversation(row) if row else None

    def save(self, talk: Conversation) -> None:
        done = self._connection.execute(
            "update conversation set language = ?, heard_at = ?, answering = ?, step = ?, draft = ?, misses = ?,"
            " agent = ?, version = ? where id = ? and version = ?",
            (talk.language, *_rest(talk), talk.id, talk.version - 1),
        )
        must_change_one(done, f"conversation {talk.id}")

    def in_hands(self) -> list[Conversation]:
        rows = self._connection.execute(
            "select * from conversation where answering in ('asked', 'person') order by heard_at, id"
        )
        return [_conversation(row) for row in rows]

    def own(self, talk_id: str) -> list[tuple[str, str]]:
        rows = self._connection.execute(
            "select kind, target from conversation_own where conversation = ? order by kind, target", (talk_id,)
        )
        return [(row[0], row[1]) for row in rows]

    def add_own(self, talk_id: str, kind: str, target: str) -> None:
        self._connection.execute("insert or ignore into conversation_own values (?, ?, ?)", (talk_id, kind, target))

    def position(self, channel: str) -> int:
        row = self._connection.execute("select position from channel_position where channel = ?", (channel,)).fetchone()
        return int(row[0]) if row else 0

    def set_position(self, channel: str, position: int) -> None:
        self._connection.execute(
            "insert into channel_position values (?, ?)"
            " on conflict (channel) do update set position = excluded.position",
            (channel, position),
        )


def _rest(talk: Conversation) -> tuple[str | int | None, ...]:
    draft = {
        "aim": str(talk.draft.aim),
        "service": talk.draft.service,
        "mode": talk.draft.mode,
        "day": talk.draft.day.isoformat() if talk.draft.day else "",
        "part": talk.draft.part,
        "target": talk.draft.target,
        "after": talk.draft.after,
    }
    return (
        text(talk.heard_at),
        talk.answering,
        talk.step,
        json.dumps(draft, separators=(",", ":")),
        talk.misses,
        talk.agent,
        talk.version,
    )


def _conversation(row: sqlite3.Row) -> Conversation:
    draft = json.loads(row["draft"])
    return Conversation(
        id=row["id"],
        channel=row["channel"],
        language=row["language"],
        started_at=sure(row["started_at"]),
        heard_at=sure(row["heard_at"]),
        answering=Answering(row["answering"]),
        step=Step(row["step"]),
        draft=Draft(
            aim=Aim(draft["aim"]),
            service=draft["service"],
            mode=draft["mode"],
            day=date.fromisoformat(draft["day"]) if draft["day"] else None,
            part=draft.get("part", ""),  # a conversation from before it was kept
            target=draft["target"],
            after=draft["after"],
        ),
        misses=row["misses"],
        agent=row["agent"],
        version=row["version"],
    )
