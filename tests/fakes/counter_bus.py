"""The broker as a counter's publisher sees it: it remembers what was sent, and can be away."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from edge.contracts.wire import decode

M = TypeVar("M", bound=msgspec.Struct)


class CounterBus:
    """Takes everything while it is *up*."""

    def __init__(self) -> None:
        self.up = True
        self.sent: list[tuple[str, bytes, bool]] = []  # topic, payload, retained

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> bool:
        if self.up:
            self.sent.append((topic, payload, retain))
        return self.up

    def count(self, topic: str) -> int:
        """Return how often something was sent on *topic*."""
        return sum(sent == topic for sent, _, _ in self.sent)

    def said(self, topic: str, kind: type[M]) -> list[M]:
        """Return what was sent on *topic*."""
        return [decode(payload, kind) for sent, payload, _ in self.sent if sent == topic]
