from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from edge.runtime.mqtt import Backoff, Broker, MqttSession, Will
from tests.fixtures.broker import Mosquitto, NewBroker
from tests.fixtures.waiting import wait_until

NewSession = Callable[..., MqttSession]
QUICK = Backoff(first_s=0.05, last_s=0.2)
ACL = "topic readwrite allowed/#\ntopic read watched\n"


@pytest.fixture
def session(broker: Mosquitto) -> Iterator[NewSession]:
    sessions: list[MqttSession] = []

    def start(client_id: str, settings: Broker = broker.settings, **options: Any) -> MqttSession:
        made = MqttSession(settings, client_id, backoff=QUICK, **options)
        sessions.append(made)
        made.start()
        assert made.wait_connected(5)
        return made

    yield start
    for made in sessions:
        made.stop()


class Inbox:
    def __init__(self) -> None:
        self._messages: queue.Queue[tuple[str, bytes, bool]] = queue.Queue(100)

    def __call__(self, topic: str, payload: bytes, retained: bool) -> None:
        self._messages.put_nowait((topic, payload, retained))

    def next(self) -> tuple[str, bytes, bool]:
        return self._messages.get(timeout=5)

    def empty(self) -> bool:
        return self._messages.empty()


def test_a_session_is_up_when_its_subscriptions_are(session: NewSession) -> None:
    inbox = Inbox()
    session("reader", on_message=inbox, subscriptions=[("board", 1)])

    session("writer").publish("board", b"A012")

    assert inbox.next() == ("board", b"A012", False)


def test_the_acknowledgement_says_success_to_whoever_asked(session: NewSession) -> None:
    codes: queue.Queue[int] = queue.Queue(10)
    session("reader", on_message=Inbox(), subscriptions=[("board", 1)])

    assert session("writer").publish("board", b"A012", on_ack=codes.put)

    assert codes.get(timeout=5) == 0


def test_a_broker_that_refuses_a_topic_is_heard(new_broker: NewBroker, session: NewSession) -> None:
    guarded = new_broker(acl=ACL).settings
    codes: queue.Queue[int] = queue.Queue(10)
    writer = session("writer", guarded)

    writer.publish("secret", b"x", on_ack=codes.put)
    refused = codes.get(timeout=5)
    writer.publish("allowed/one", b"x", on_ack=codes.put)
    accepted = codes.get(timeout=5)

    assert refused == 0x87
    assert accepted < 0x80


def test_a_killed_broker_is_found_again_with_all_subscriptions(broker: Mosquitto, session: NewSession) -> None:
    inbox, ups, downs = Inbox(), threading.Semaphore(0), threading.Semaphore(0)
    reader = session(
        "reader", on_message=inbox, subscriptions=[("board", 1)], on_connect=ups.release, on_disconnect=downs.release
    )
    writer = session("writer")
    assert ups.acquire(timeout=5)

    broker.kill()
    assert downs.acquire(timeout=5)
    wait_until(lambda: not reader.connected and not writer.connected)
    broker.start()

    assert ups.acquire(timeout=10)
    assert writer.wait_connected(10)
    assert writer.publish("board", b"again")
    assert inbox.next() == ("board", b"again", False)


def test_nothing_is_taken_while_the_broker_is_down(broker: Mosquitto, session: NewSession) -> None:
    inbox = Inbox()
    writer = session("writer")
    broker.kill()
    wait_until(lambda: not writer.connected)

    taken = writer.publish("board", b"lost?")
    broker.start()
    session("reader", on_message=inbox, subscriptions=[("board", 1)])
    assert writer.wait_connected(10)
    writer.publish("board", b"after")

    assert not taken
    assert inbox.next() == ("board", b"after", False)


def test_a_session_that_was_never_started_takes_nothing(broker: Mosquitto) -> None:
    assert not MqttSession(broker.settings, "idle").publish("board", b"x")


def test_a_session_starts_before_its_broker(broker: Mosquitto) -> None:
    broker.stop()
    early = MqttSession(broker.settings, "early", backoff=QUICK)
    early.start()

    assert not early.wait_connected(0.3)
    broker.start()

    assert early.wait_connected(10)
    early.stop()


def test_the_will_is_said_for_a_session_that_dies_and_not_for_one_that_ends(
    broker: Mosquitto, session: NewSession
) -> None:
    inbox = Inbox()
    session("reader", on_message=inbox, subscriptions=[("status/+", 1)])
    ends = session("ends", will=Will("status/ends", b"offline"))
    session("dies", will=Will("status/dies", b"offline"))

    ends.publish("status/ends", b"stopped", retain=True)
    ends.stop()
    session("dies")  # the same name again: the broker throws the first session out

    assert inbox.next() == ("status/ends", b"stopped", False)
    assert inbox.next() == ("status/dies", b"offline", False)


def test_what_was_published_last_arrives_before_an_orderly_end(session: NewSession) -> None:
    inbox = Inbox()
    session("reader", on_message=inbox, subscriptions=[("status", 1)])
    writer = session("writer")

    for number in range(50):
        assert writer.publish("status", str(number).encode())
    writer.stop()

    assert [inbox.next()[1] for _ in range(50)] == [str(number).encode() for number in range(50)]


def test_a_retained_message_is_told_apart(session: NewSession) -> None:
    inbox = Inbox()
    codes: queue.Queue[int] = queue.Queue(10)
    session("writer").publish("board", b"kept", retain=True, on_ack=codes.put)
    codes.get(timeout=5)

    session("reader", on_message=inbox, subscriptions=[("board", 1)])

    assert inbox.next() == ("board", b"kept", True)


def test_every_message_is_answered_once_although_acknowledgements_overtake(session: NewSession) -> None:
    answered: list[int] = []
    writer = session("writer", receive_maximum=5000)

    for number in range(2000):
        # Half of them ask for nothing, at both qualities: their codes must not answer another message.
        writer.publish("quiet", b"x", qos=number % 2)
        assert writer.publish("asked", b"x", on_ack=lambda _, n=number: answered.append(n))

    wait_until(lambda: len(answered) >= 2000, 20)
    assert sorted(answered) == list(range(2000))


def test_a_full_window_refuses_instead_of_queueing(broker: Mosquitto, session: NewSession) -> None:
    gate = threading.Event()
    writer = session("writer", receive_maximum=5)

    taken = [writer.publish("board", b"x", on_ack=lambda _: gate.wait(5) and None) for _ in range(50)]
    gate.set()

    assert taken[0]
    assert not all(taken)


def test_a_callback_that_raises_does_not_end_the_session(session: NewSession) -> None:
    seen: list[bytes] = []

    def fails_once(_topic: str, payload: bytes, _retained: bool) -> None:
        seen.append(payload)
        if len(seen) == 1:
            raise ValueError("a bug in a program")

    reader = session("reader", on_message=fails_once, subscriptions=[("board", 1)])
    writer = session("writer")

    writer.publish("board", b"first")
    writer.publish("board", b"second")

    wait_until(lambda: seen == [b"first", b"second"])
    assert reader.connected


def test_a_refused_subscription_leaves_the_others_working(new_broker: NewBroker, session: NewSession) -> None:
    guarded = new_broker(acl=ACL).settings
    inbox = Inbox()
    session("reader", guarded, on_message=inbox, subscriptions=[("secret/#", 1), ("allowed/#", 1)])

    session("writer", guarded).publish("allowed/one", b"x")

    assert inbox.next() == ("allowed/one", b"x", False)


def test_settings_that_name_a_missing_file_are_tried_again_and_do_not_kill_the_session(broker: Mosquitto) -> None:
    secret = broker.folder / "password"
    settings = Broker(port=broker.port, username="kiosk", password_file=str(secret))
    session = MqttSession(settings, "kiosk", backoff=QUICK)
    session.start()
    assert not session.wait_connected(0.3)

    secret.write_text("1234\n")

    assert session.wait_connected(5)
    session.stop()


def test_a_session_with_expiry_gets_what_came_while_it_was_away(session: NewSession) -> None:
    inbox = Inbox()
    kept = session("kept", on_message=Inbox(), subscriptions=[("jobs", 1)], session_expiry_s=60)
    kept.stop()

    session("writer").publish("jobs", b"print", on_ack=None)
    session("kept", on_message=inbox, subscriptions=[("jobs", 1)], session_expiry_s=60)

    assert inbox.next() == ("jobs", b"print", False)
