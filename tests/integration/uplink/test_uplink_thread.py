"""The uplink's thread against a real broker and a centre of a few lines."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from edge.adapters.mqtt.uplink import Uplink
from edge.adapters.mqtt.uplink_messages import OfficeCard
from edge.contracts import topics
from edge.contracts.uplink import EventBatch, LiveState, NodeState, SignedCommand, StreamAck
from edge.contracts.wire import decode, encode
from edge.domain.delivery import Limits
from edge.runtime.mqtt import Backoff, MqttSession
from tests.contract.uplink.memory_log import MemoryLog
from tests.fixtures.broker import Mosquitto, NewBroker
from tests.fixtures.waiting import wait_until

OFFICE = "carretas4"
QUICK = Backoff(first_s=0.05, last_s=0.3)


class TinyCentre:
    """Hears everything of one office; acknowledges when it is told to."""

    def __init__(self, broker: Mosquitto) -> None:
        self.batches: list[EventBatch] = []
        self.states: list[NodeState] = []
        self.lives: list[LiveState] = []
        self.acknowledges = True
        self.session = MqttSession(
            broker.settings, "centre", on_message=self._hear, subscriptions=[(topics.up_any(), 1)], backoff=QUICK
        )
        self.session.start()
        assert self.session.wait_connected(5)

    def seqs(self, stream: str) -> list[int]:
        return [b.first_seq + i for b in list(self.batches) if b.stream == stream for i in range(len(b.rows))]

    def send(self, ack: StreamAck) -> None:
        self.session.publish(topics.down_ack(OFFICE), encode(ack))

    def _hear(self, topic: str, payload: bytes, retained: bool) -> None:
        rest = topics.uplink_parts(topic)[1]
        if rest == "up/state":
            self.states.append(decode(payload, NodeState))
        elif rest == "up/live":
            self.lives.append(decode(payload, LiveState))
        else:
            batch = decode(payload, EventBatch)
            self.batches.append(batch)
            if self.acknowledges:
                upto = batch.first_seq + len(batch.rows) - 1
                self.send(StreamAck(office=OFFICE, epoch=batch.epoch, acks={batch.stream: upto}))


def live() -> LiveState:
    return LiveState(
        office=OFFICE, at=datetime.now(UTC), open=True, waiting=3, serving=1, desks_open=2, issued_today=9,
        completed_today=5,
    )  # fmt: skip


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def centre(broker: Mosquitto) -> Iterator[TinyCentre]:
    made = TinyCentre(broker)
    yield made
    made.session.stop()


@pytest.fixture
def commands() -> list[SignedCommand]:
    return []


StartUplink = Callable[[Mosquitto], Uplink]


@pytest.fixture
def start(log: MemoryLog, commands: list[SignedCommand]) -> Iterator[StartUplink]:
    made: list[Uplink] = []

    def begin(broker: Mosquitto) -> Uplink:
        uplink = Uplink(
            broker.settings, OfficeCard(OFFICE, "Calle Carretas 4", "2026.11"), log, live=live,
            on_command=commands.append, now=lambda: datetime.now(UTC), limits=Limits(resend_after_s=1.0),
            live_s=0.2, backoff=QUICK,
        )  # fmt: skip
        uplink.start()
        made.append(uplink)
        return uplink

    yield begin
    for uplink in made:
        uplink.stop(0.0)


def test_birth_says_who_and_how_much(broker: Mosquitto, log: MemoryLog, centre: TinyCentre, start: StartUplink) -> None:
    log.append("turns", 3)
    start(broker)

    wait_until(lambda: centre.states)
    state = centre.states[0]
    assert (state.state, state.epoch, state.title, state.streams) == ("online", "e1", "Calle Carretas 4", {"turns": 3})


def test_rows_arrive_in_order_and_the_acknowledgement_is_remembered(
    broker: Mosquitto, log: MemoryLog, centre: TinyCentre, start: StartUplink
) -> None:
    log.append("turns", 300)
    uplink = start(broker)
    wait_until(lambda: log.acked() == {"turns": 300})
    log.append("turns", 2)
    uplink.wake()
    wait_until(lambda: log.acked() == {"turns": 302})

    assert centre.seqs("turns") == list(range(1, 303))
    assert centre.batches
    assert not any(batch.replay for batch in centre.batches)
    wait_until(lambda: uplink.status.backlog == 0)
    assert uplink.status.acknowledged_at is not None


@pytest.mark.slow
def test_without_an_answer_the_rows_are_sent_again(
    broker: Mosquitto, log: MemoryLog, centre: TinyCentre, start: StartUplink
) -> None:
    centre.acknowledges = False
    log.append("turns", 2)
    start(broker)
    wait_until(lambda: len(centre.seqs("turns")) >= 4)

    assert centre.seqs("turns")[:4] == [1, 2, 1, 2]
    assert centre.batches[-1].replay


@pytest.mark.slow
def test_a_killed_broker_costs_nothing(
    broker: Mosquitto, log: MemoryLog, centre: TinyCentre, start: StartUplink
) -> None:
    uplink = start(broker)
    log.append("turns", 50)
    uplink.wake()
    wait_until(lambda: centre.seqs("turns"))
    broker.kill()
    log.append("turns", 50)
    uplink.wake()
    wait_until(lambda: not uplink.status.connected)
    broker.start()

    wait_until(lambda: log.acked() == {"turns": 100}, 15)
    assert sorted(set(centre.seqs("turns"))) == list(range(1, 101))


def test_an_orderly_end_empties_the_log_and_says_offline(
    broker: Mosquitto, log: MemoryLog, centre: TinyCentre, start: StartUplink
) -> None:
    uplink = start(broker)
    wait_until(lambda: centre.states)
    log.append("turns", 400)
    uplink.stop(5.0)

    assert log.acked() == {"turns": 400}
    wait_until(lambda: centre.states[-1].state == "offline")
    assert [state.state for state in centre.states] == ["online", "draining", "offline"]
    assert centre.states[-1].reason == "stopped"


def test_live_state_comes_by_itself_and_at_once_when_asked(
    broker: Mosquitto, log: MemoryLog, centre: TinyCentre, start: StartUplink
) -> None:
    centre.acknowledges = False
    log.append("turns", 4)
    uplink = start(broker)
    wait_until(lambda: len(centre.lives) >= 2)
    uplink.wake_live()

    wait_until(lambda: centre.lives[-1].backlog == 4)


def test_commands_reach_the_handler_and_junk_does_not(
    broker: Mosquitto, centre: TinyCentre, start: StartUplink, commands: list[SignedCommand]
) -> None:
    start(broker)
    wait_until(lambda: centre.states)
    command = SignedCommand(key_id="k1", body="{}", signature="AA==")
    for payload in (b"junk", b"\xff", encode(command)):
        centre.session.publish(topics.down_command(OFFICE), payload)
        centre.session.publish(topics.down_ack(OFFICE), payload)
    centre.session.publish(topics.down_command(OFFICE), encode(command), retain=True)

    wait_until(lambda: len(commands) == 2)  # a retained publish is a command too for who is subscribed already
    assert commands[0] == command


def test_a_retained_command_is_not_obeyed_at_connection(
    broker: Mosquitto, centre: TinyCentre, start: StartUplink, commands: list[SignedCommand]
) -> None:
    command = SignedCommand(key_id="k1", body="{}", signature="AA==")
    heard = threading.Event()
    centre.session.publish(topics.down_command(OFFICE), encode(command), retain=True, on_ack=lambda _: heard.set())
    assert heard.wait(5)
    start(broker)
    wait_until(lambda: len(centre.lives) >= 2)

    assert commands == []


@pytest.mark.slow
def test_a_log_that_fails_for_a_while_is_no_end(
    broker: Mosquitto, log: MemoryLog, centre: TinyCentre, start: StartUplink
) -> None:
    uplink = start(broker)
    wait_until(lambda: centre.states)
    log.append("turns", 3)
    log.broken = True
    uplink.wake()
    wait_until(lambda: not uplink._grew.is_set())  # the round that failed has begun
    log.broken = False

    wait_until(lambda: log.acked() == {"turns": 3})


@pytest.mark.slow
def test_acknowledgements_of_another_epoch_or_office_count_for_nothing(
    broker: Mosquitto, log: MemoryLog, centre: TinyCentre, start: StartUplink
) -> None:
    centre.acknowledges = False
    log.append("turns", 2)
    uplink = start(broker)
    wait_until(lambda: centre.seqs("turns"))
    centre.send(StreamAck(office=OFFICE, epoch="old", acks={"turns": 2}))
    centre.send(StreamAck(office="other", epoch="e1", acks={"turns": 2}))
    wait_until(lambda: len(centre.seqs("turns")) >= 4)

    assert log.acked() == {}
    assert uplink.status.backlog == 2


@pytest.mark.slow
def test_what_the_broker_refuses_is_noted_and_kept(new_broker: NewBroker, log: MemoryLog, start: StartUplink) -> None:
    broker = new_broker(acl="topic read #\ntopic write o360/v1/+/+/up/state\ntopic write o360/v1/+/+/up/live\n")
    log.append("turns", 2)
    uplink = start(broker)

    wait_until(lambda: log.refusals)
    assert log.refusals[0] == ("turns", 1, 0x87)
    wait_until(lambda: uplink.status.refused >= 2)  # it tries again
    assert uplink.status.backlog == 2


def test_pruned_rows_are_named(broker: Mosquitto, log: MemoryLog, centre: TinyCentre, start: StartUplink) -> None:
    log.append("turns", 10)
    log.prune("turns", 4)
    start(broker)
    wait_until(lambda: log.acked() == {"turns": 10})

    assert (centre.batches[0].pruned_from, centre.batches[0].first_seq) == (1, 5)
