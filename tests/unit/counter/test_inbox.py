from __future__ import annotations

import pytest

from counter.inbox import WAITING, Inbox
from edge.contracts import topics
from edge.contracts.cameras import AuditSession
from edge.contracts.wire import encode
from tests.fixtures.clocks import MONDAY_MORNING

TOPIC = topics.audit_session("hall")


def session(group: str = "hall", name: str = "s1") -> bytes:
    return encode(AuditSession(group=group, session=name, camera="door", state="begin", at=MONDAY_MORNING))


@pytest.fixture
def heard() -> list[str]:
    return []


@pytest.fixture
def inbox(heard: list[str]) -> Inbox:
    made = Inbox("hall", "counter-hall")
    made.on(TOPIC, AuditSession, lambda said: heard.append(said.session))
    return made


def test_what_waits_is_handed_over_in_order_and_once(inbox: Inbox, heard: list[str]) -> None:
    inbox.put(TOPIC, session(name="s1"), False)
    inbox.put(TOPIC, session(name="s2"), False)
    assert heard == []

    inbox.hand_over()
    inbox.hand_over()

    assert heard == ["s1", "s2"]


@pytest.mark.parametrize(
    ("topic", "payload"),
    [(TOPIC, b"\xff"), (TOPIC, b"{}"), (TOPIC, session(group="roof")), ("office/v1/other", session())],
)
def test_junk_is_dropped_and_stops_nothing(inbox: Inbox, heard: list[str], topic: str, payload: bytes) -> None:
    inbox.put(topic, payload, False)
    inbox.put(TOPIC, session(), False)

    inbox.hand_over()

    assert heard == ["s1"]


def test_it_is_bounded_and_drops_the_newest(inbox: Inbox, heard: list[str]) -> None:
    for n in range(WAITING + 5):
        inbox.put(TOPIC, session(name=f"s{n}"), False)

    inbox.hand_over()

    assert (len(heard), heard[-1]) == (WAITING, f"s{WAITING - 1}")


def test_it_asks_for_what_a_counter_has_to_hear() -> None:
    assert {topic for topic, _ in Inbox("hall", "counter-hall").subscriptions} == {
        topics.layout("hall"),
        topics.kept("hall"),
        topics.epoch("hall"),
        topics.setup("hall"),
        topics.bearer("counter-hall"),
        topics.audit_session("hall"),
        topics.audit_mark("hall"),
    }
