"""What is said to the counter: put in a bounded queue on the network thread, taken out by the counter's own loop."""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import TypeVar

import msgspec

from edge.contracts import topics
from edge.contracts.wire import WireError, decode
from edge.runtime import log as logs

log = logs.get(__name__)

WAITING = 512  # messages; the newest is dropped

M = TypeVar("M", bound=msgspec.Struct)


class Inbox:
    """Messages of one group. A message that cannot be read, or speaks of another group, is dropped and logged."""

    def __init__(self, group: str) -> None:
        self._group = group
        self._waiting: queue.Queue[tuple[str, bytes]] = queue.Queue(WAITING)
        self._handlers: dict[str, Callable[[bytes], None]] = {}

    @property
    def subscriptions(self) -> list[tuple[str, int]]:
        """Return the topics that a counter of this group has to hear, with their QoS."""
        return [(topic(self._group), 1) for topic in (topics.audit_session, topics.audit_mark)]

    def put(self, topic: str, payload: bytes, _: bool) -> None:  # noqa: FBT001 - signature of the session
        """Take a message, from any thread."""
        try:
            self._waiting.put_nowait((topic, payload))
        except queue.Full:
            log.warning("message_dropped", topic=topic[:200], reason="inbox full")

    def on(self, topic: str, kind: type[M], handle: Callable[[M], object]) -> None:
        """Let *handle* have what comes on *topic*."""

        def take(payload: bytes) -> None:
            message = decode(payload, kind)
            if getattr(message, "group", self._group) != self._group:
                raise WireError("speaks of another group")
            handle(message)

        self._handlers[topic] = take

    def hand_over(self) -> None:
        """Give everything that waits to its handler; do not wait for more."""
        for _ in range(self._waiting.qsize()):
            topic, payload = self._waiting.get_nowait()
            try:
                self._handlers[topic](payload)
            except KeyError:
                log.warning("message_dropped", topic=topic[:200], reason="unknown topic")
            except WireError as exc:
                log.warning("message_dropped", topic=topic[:200], reason=str(exc)[:200])
