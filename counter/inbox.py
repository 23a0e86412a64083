"""What is said to the counter: put in a bounded queue on the network thread, taken out by the counter's own loop."""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from edge.contracts import topics
from edge.contracts.wire import WireError, decode
from edge.runtime import log as logs

log = logs.get(__name__)

WAITING = 512  # messages; the newest is dropped
MAX_PAYLOAD = 2_000_000  # 32 cameras with all the corners that the contract allows have less

M = TypeVar("M", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class _Handler:
    take: Callable[[bytes], None]
    kept: bool  # whether a message that the broker kept is meant too


class Inbox:
    """Messages of one group. A message that cannot be read, or speaks of another group, is dropped and logged."""

    def __init__(self, group: str, device: str) -> None:
        self._group = group
        self.subscriptions = [
            (topics.layout(group), 1),
            (topics.kept(group), 1),
            (topics.epoch(group), 1),
            (topics.setup(group), 1),
            (topics.bearer(device), 1),
            (topics.audit_session(group), 1),
            (topics.audit_mark(group), 1),
        ]
        self._waiting: queue.Queue[tuple[str, bytes, bool]] = queue.Queue(WAITING)
        self._handlers: dict[str, _Handler] = {}

    def put(self, topic: str, payload: bytes, retained: bool) -> None:  # noqa: FBT001 - signature of the session
        """Take a message, from any thread."""
        if len(payload) > MAX_PAYLOAD:
            log.warning("message_dropped", topic=topic[:200], reason="too long")
            return
        try:
            self._waiting.put_nowait((topic, payload, retained))
        except queue.Full:
            log.warning("message_dropped", topic=topic[:200], reason="inbox full")

    def on(self, topic: str, kind: type[M], handle: Callable[[M], object], *, kept: bool = True) -> None:
        """Let *handle* have what comes on *topic*; what the broker had *kept* from earlier only where that is meant."""

        def take(payload: bytes) -> None:
            message = decode(payload, kind)
            if getattr(message, "group", self._group) != self._group:
                raise WireError("speaks of another group")
            handle(message)

        self._handlers[topic] = _Handler(take, kept)

    def hand_over(self) -> None:
        """Give everything that waits to its handler; do not wait for more."""
        for _ in range(self._waiting.qsize()):
            topic, payload, retained = self._waiting.get_nowait()
            handler = self._handlers.get(topic)
            if handler is None or (retained and not handler.kept):
                log.warning("message_dropped", topic=topic[:200], reason="nobody asked for it")
                continue
            try:
                handler.take(payload)
            except WireError as exc:
                log.warning("message_dropped", topic=topic[:200], reason=str(exc)[:200])
