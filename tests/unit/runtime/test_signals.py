"""Signals become marks: nothing that happens in a handler may wait for what the handler has interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from edge.runtime.signals import Signals

FLOOD = """
import os, signal, sys, time
end = time.monotonic() + 1.5
while time.monotonic() < end:
    os.kill(int(sys.argv[1]), signal.SIGHUP)
"""


@pytest.fixture
def signals() -> Iterator[Signals]:
    made = Signals(signal.SIGHUP, signal.SIGUSR1)
    yield made
    made.restore()


def test_a_signal_is_marked_once_until_it_is_taken(signals: Signals) -> None:
    before = signals.came(signal.SIGHUP)
    for _ in range(3):
        signal.raise_signal(signal.SIGHUP)

    assert (before, signals.came(signal.SIGHUP), signals.came(signal.SIGUSR1)) == (False, True, False)
    assert (signals.take(signal.SIGHUP), signals.take(signal.SIGHUP)) == (True, False)
    assert not signals.came(signal.SIGHUP, signal.SIGUSR1)


def test_a_wait_ends_with_the_signal_and_the_next_one_waits_again(signals: Signals) -> None:
    timer = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGUSR1))
    began = time.monotonic()
    timer.start()
    signals.wait(10)
    woken = time.monotonic() - began

    signals.wait(0.05)

    assert signals.came(signal.SIGUSR1)
    assert woken < 5
    assert time.monotonic() - began >= 0.1


def test_a_signal_before_the_wait_is_not_slept_over(signals: Signals) -> None:
    signal.raise_signal(signal.SIGUSR1)
    began = time.monotonic()

    signals.wait(10)

    assert time.monotonic() - began < 5


def test_signals_are_as_before_after_it() -> None:
    before = signal.getsignal(signal.SIGUSR1)
    Signals(signal.SIGUSR1).restore()

    assert signal.getsignal(signal.SIGUSR1) is before
    assert signal.set_wakeup_fd(-1) == -1


@pytest.mark.slow
@pytest.mark.timeout(30)
def test_a_flood_of_signals_leaves_the_program_alive_and_the_last_wish_seen(signals: Signals) -> None:
    taken = 0
    flood = subprocess.Popen([sys.executable, "-c", FLOOD, str(os.getpid())])
    while flood.poll() is None:
        signals.wait(0.2)
        taken += signals.take(signal.SIGHUP)
    signal.raise_signal(signal.SIGUSR1)

    assert taken > 0
    assert signals.came(signal.SIGUSR1)
