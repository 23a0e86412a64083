"""Conversations in memory and in SQLite: one set of promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from edge.domain.assistant.conversation import Aim, Answering, Conversation, Draft, Step
from edge.domain.errors import Conflict, NotFound
from edge.services.ports import Database
from tests.fixtures.clocks import MONDAY_MORNING as NOW


def talk(talk_id: str = "c1", **facts: object) -> Conversation:
    return replace(Conversation(talk_id, "web", "ca", NOW, NOW), **facts)  # type: ignore[arg-type]


def add(database: Database, *talks: Conversation) -> None:
    with database.write() as uow:
        for one in talks:
            uow.conversations.add(one)
        uow.commit()


def test_a_conversation_comes_back_as_it_was(database: Database) -> None:
    draft = Draft(Aim.MOVE, "registro", "video", date(2026, 11, 24), "a1", "2026-11-25")
    full = talk(answering=Answering.PERSON, step=Step.HOUR, draft=draft, misses=2, agent="ana")
    add(database, full)

    with database.read() as stores:
        assert stores.conversations.get("c1") == full
        assert stores.conversations.find("c2") is None
        with pytest.raises(NotFound, match="c2"):
            stores.conversations.get("c2")


def test_two_answers_to_the_same_reading_are_a_conflict(database: Database) -> None:
    add(database, talk())
    with database.write() as uow:
        uow.conversations.save(talk(step=Step.MODE, version=1))
        uow.commit()

    with database.write() as uow, pytest.raises(Conflict):
        uow.conversations.save(talk(step=Step.WHEN, version=1))


def test_those_that_want_or_have_a_person_are_listed_the_longest_silent_first(database: Database) -> None:
    late = NOW + timedelta(minutes=5)
    add(
        database,
        talk("c1"),
        talk("c2", answering=Answering.ASKED, heard_at=late),
        talk("c3", answering=Answering.PERSON, agent="ana"),
        talk("c4", answering=Answering.OVER),
    )

    with database.read() as stores:
        assert [one.id for one in stores.conversations.in_hands()] == ["c3", "c2"]


def test_what_somebody_has_and_how_far_a_channel_was_read_is_remembered(database: Database) -> None:
    add(database, talk())
    with database.write() as uow:
        for _ in range(2):
            uow.conversations.add_own("c1", "turn", "t1")
        uow.conversations.add_own("c1", "appointment", "a1")
        uow.conversations.set_position("telegram", 7)
        uow.conversations.set_position("telegram", 9)
        uow.commit()

    with database.read() as stores:
        assert stores.conversations.own("c1") == [("appointment", "a1"), ("turn", "t1")]
        assert (stores.conversations.position("telegram"), stores.conversations.position("other")) == (9, 0)
