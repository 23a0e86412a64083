from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.runtime import notify


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address)
        listener.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        yield listener


def test_systemd_hears_ready_alive_and_stopping(systemd: socket.socket) -> None:
    notify.ready("serving 3 desks")
    notify.alive()
    notify.stopping()

    heard = [systemd.recv(1000).decode() for _ in range(3)]

    assert heard == ["READY=1\nSTATUS=serving 3 desks", "WATCHDOG=1", "STOPPING=1"]


def test_an_abstract_address_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind("")  # the kernel chooses an abstract name
        listener.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + listener.getsockname()[1:].decode())

        notify.alive()

        assert listener.recv(100) == b"WATCHDOG=1"


def test_without_systemd_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)

    notify.ready()
    notify.alive()


def test_a_systemd_that_went_away_stops_no_work(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))

    notify.alive()
