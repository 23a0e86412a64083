"""A chat whose turn was put together with another one leads to the turn that is kept."""

from __future__ import annotations

import pytest

from edge.adapters.channels.messenger import Messenger
from edge.bootstrap.office import OfficeParts
from edge.domain.errors import NotFound
from edge.domain.turns import TurnState
from edge.runtime.clock import ManualClock
from tests.fakes.telegram import BotApi
from tests.fixtures.attended import now_of
from tests.fixtures.office import take, walk_in
from tests.integration.channels.test_chat_notices import another, arrived, say, tap


def test_its_link_its_words_and_its_cancelling_are_of_the_kept_turn(
    messenger: Messenger, api: BotApi, office: OfficeParts, manual_clock: ManualClock
) -> None:
    paper = walk_in(office)
    manual_clock.move(60)
    turn = arrived(messenger, api, office)
    link = office.conversations.follow(turn.id)
    office.merging.merge(paper.id, turn.code, agent="rosa")

    assert office.conversations.adopt(link, "p" * 22) == paper.id
    assert office.turns.of_phone("p" * 22) == office.turns.of_link(link) == now_of(office, paper)
    say(messenger, api, "cancelar")
    tap(messenger, api, "yes")
    assert now_of(office, paper).state is TurnState.CANCELLED


def test_two_turns_of_one_chat_are_one(
    messenger: Messenger, api: BotApi, office: OfficeParts, manual_clock: ManualClock
) -> None:
    first = arrived(messenger, api, office)
    manual_clock.move(60)
    second = another(messenger, api, office)
    office.merging.merge(first.id, second.code, agent="rosa")

    say(messenger, api, "más tiempo")

    assert now_of(office, first).delays == 1


def test_a_link_on_paper_is_adopted_by_no_phone_whatever_its_turn_goes_on_as(
    messenger: Messenger, api: BotApi, office: OfficeParts, manual_clock: ManualClock
) -> None:
    turn = arrived(messenger, api, office)
    manual_clock.move(60)
    paper = take(office, present=True)
    office.merging.merge(turn.id, paper.turn.code, agent="rosa")

    with pytest.raises(NotFound, match="unknown_link"):
        office.conversations.adopt(paper.link, "p" * 22)
