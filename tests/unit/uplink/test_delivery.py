"""Rules of the sending window."""

from __future__ import annotations

from collections import Counter

import pytest

from edge.domain.delivery import Limits, SendingWindow, Want

LIMITS = Limits(rows=10, batches=3, batch_rows=5, ahead_rows=20, resend_after_s=30, rewind_after_s=1)


def window(**last: int) -> SendingWindow:
    made = SendingWindow({"turns": 0, "health": 2}, LIMITS)
    made.connected(last, {}, 0.0)
    return made


def send(made: SendingWindow, now: float = 0.0) -> tuple[int, Want]:
    want = made.want(now)
    assert want is not None
    return made.sent(want, want.after_seq + 1, want.limit, now), want


def send_all(made: SendingWindow, now: float = 0.0) -> list[Want]:
    wants = []
    while made.want(now) is not None:
        token, want = send(made, now)
        made.released(token)
        wants.append(want)
    return wants


def test_nothing_is_wanted_before_a_connection() -> None:
    made = SendingWindow({}, LIMITS)
    made.grew({"turns": 5})

    assert made.want(0.0) is None
    assert made.next_timer(0.0) is None
    assert made.backlog == 5


def test_rows_in_flight_stop_the_sender_until_the_broker_has_them() -> None:
    made = window(turns=100)
    first, _ = send(made)
    send(made)
    assert (made.want(0.0), made.in_flight) == (None, 10)

    made.released(first)
    made.released(first)

    assert made.want(0.0) == Want("turns", 10, 5, replay=False)


def test_batches_in_flight_stop_the_sender_too() -> None:
    made = window(turns=100)
    for _ in range(3):
        want = made.want(0.0)
        assert want is not None
        made.sent(want, want.after_seq + 1, 1, 0.0)

    assert made.want(0.0) is None


def test_the_sender_runs_only_so_far_ahead_of_the_centre() -> None:
    made = window(turns=100)
    sent = send_all(made)
    assert sum(want.limit for want in sent) == 20

    assert made.acknowledged({"turns": 7}, {}, 1.0) == {"turns": 7}

    assert sum(want.limit for want in send_all(made, 1.0)) == 7


def test_calls_go_first_and_telemetry_still_gets_a_tenth() -> None:
    made = SendingWindow({"turns": 0, "health": 2}, Limits(ahead_rows=100_000, batch_rows=10))
    made.connected({"turns": 5000, "visits": 5000, "health": 5000}, {}, 0.0)
    picked = Counter()
    for _ in range(200):
        token, want = send(made)
        made.released(token)
        picked[want.stream] += 1

    assert picked["visits"] >= 20
    assert picked["health"] >= 20
    assert picked["turns"] >= 150


def test_streams_of_one_class_take_turns() -> None:
    made = SendingWindow({}, LIMITS)
    made.connected({"a": 10, "b": 10}, {}, 0.0)

    assert [want.stream for want in send_all(made)] == ["a", "b", "a", "b"]


def test_a_new_connection_begins_after_the_acknowledged_row() -> None:
    made = window(turns=8)
    send_all(made)
    made.disconnected()
    assert made.want(1.0) is None

    made.connected({"turns": 8}, {"turns": 3}, 1.0)

    assert made.want(1.0) == Want("turns", 3, 5, replay=True)


def test_silence_of_the_centre_sends_again_and_waits_longer_each_time() -> None:
    made = window(turns=3)
    send_all(made)
    assert made.next_timer(10.0) == 20.0
    assert not made.tick(29.9, 0.0)

    assert made.tick(30.0, 0.5)

    assert send_all(made, 30.0) == [Want("turns", 0, 3, replay=True)]
    assert made.next_timer(30.0) == pytest.approx(60 * 1.1)


def test_the_wait_has_a_ceiling() -> None:
    made = window(turns=1)
    now = 0.0
    for _ in range(10):
        send_all(made, now)
        wait = made.next_timer(now)
        assert wait is not None
        now += wait
        made.tick(now, 0.0)
    send_all(made, now)

    assert made.next_timer(now) == 30 * 8


def test_a_busy_stream_does_not_hide_the_silence_of_another() -> None:
    made = window(turns=1, health=1)
    send_all(made)
    made.acknowledged({"turns": 1}, {}, 29.0)
    made.tick(31.0, 0.0)

    assert send_all(made, 31.0) == [Want("health", 0, 1, replay=True)]


def test_a_missed_row_is_sent_again_but_not_while_its_copy_is_young() -> None:
    made = window(turns=10)
    send_all(made)

    made.acknowledged({"turns": 2}, {"turns": 3}, 0.5)
    assert made.want(0.5) is None
    assert made.next_timer(0.5) == 0.5
    assert made.tick(1.0, 0.0)

    assert made.want(1.0) == Want("turns", 2, 5, replay=True)


def test_a_missed_row_that_was_only_late_is_not_sent_again() -> None:
    made = window(turns=10)
    send_all(made)
    made.acknowledged({}, {"turns": 1}, 0.5)
    made.acknowledged({"turns": 10}, {}, 0.6)

    assert not made.tick(5.0, 0.0)
    assert made.next_timer(5.0) is None


def test_an_old_copy_of_a_missed_row_is_replaced_at_once() -> None:
    made = window(turns=10)
    send_all(made)
    made.acknowledged({}, {"turns": 3}, 2.0)

    assert made.want(2.0) == Want("turns", 2, 5, replay=True)


def test_a_centre_that_lost_rows_gets_them_again() -> None:
    made = window(turns=10)
    send_all(made)
    made.acknowledged({"turns": 10}, {}, 1.0)

    assert made.acknowledged({"turns": 4}, {"turns": 5}, 5.0) == {"turns": 4}

    assert made.backlog == 6
    assert made.want(5.0) == Want("turns", 4, 5, replay=True)


@pytest.mark.parametrize(("acks", "missing"), [({"turns": 11}, {}), ({"other": 1}, {}), ({}, {"turns": 12, "x": 1})])
def test_nonsense_of_the_centre_is_ignored(acks: dict[str, int], missing: dict[str, int]) -> None:
    made = window(turns=10)
    send_all(made)

    assert made.acknowledged(acks, missing, 5.0) == {}
    assert made.want(5.0) is None


def test_an_old_acknowledgement_does_not_go_back() -> None:
    made = window(turns=10)
    send_all(made)
    made.acknowledged({"turns": 8}, {}, 1.0)

    assert made.acknowledged({"turns": 5}, {}, 2.0) == {}
    assert made.backlog == 2


def test_a_refused_stream_waits_and_the_others_go_on() -> None:
    made = window(turns=2, health=2)
    token, want = send(made)

    assert made.refused(token, 0.0) == ("turns", 1)
    assert made.refused(token, 0.0) is None

    assert want.stream == "turns"
    assert [w.stream for w in send_all(made)] == ["health"]
    assert made.next_timer(0.0) == 30.0
    assert [w.stream for w in send_all(made, 30.0)] == ["turns"]


def test_a_pruned_beginning_is_jumped_over() -> None:
    made = window(turns=10)
    want = made.want(0.0)
    assert want is not None
    made.sent(want, 4, 3, 0.0)

    assert made.want(0.0) == Want("turns", 6, 4, replay=False)


def test_an_acknowledgement_ahead_of_the_cursor_moves_it() -> None:
    made = window(turns=10)
    made.acknowledged({"turns": 9}, {}, 0.0)

    assert made.want(0.0) == Want("turns", 9, 1, replay=False)


def test_rows_that_vanished_are_done_when_the_log_says_so() -> None:
    made = window(turns=10)
    want = made.want(0.0)
    assert want is not None
    made.vanished(want, 10, 0.0)

    assert (made.backlog, made.want(0.0)) == (0, None)


def test_rows_that_cannot_be_read_wait_a_little() -> None:
    made = window(turns=10)
    want = made.want(0.0)
    assert want is not None
    made.vanished(want, 0, 0.0)

    assert (made.backlog, made.want(0.5), made.want(1.0)) == (10, None, want)
