"""Tell systemd how this process is (sd_notify protocol, see sd_notify(3)); silent where there is no systemd.

The watchdog is fed from the working loop after its work is committed, never from a timer of its own.
"""

from __future__ import annotations

import os
import socket


def ready(status: str = "") -> None:
    """Say that the program serves."""
    _send(f"READY=1\nSTATUS={status}")


def alive() -> None:
    """Feed the watchdog: one round of real work is done."""
    _send("WATCHDOG=1")


def stopping() -> None:
    """Say that an orderly end has begun."""
    _send("STOPPING=1")


def _send(text: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address[0] == "@":
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
        try:
            sock.sendto(text.encode(), address)
        except OSError:  # systemd went away: nobody to tell
            return
