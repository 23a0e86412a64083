"""The edge as the counting loop sees it: what it has said, and what goes to it. Nothing here waits."""

from __future__ import annotations

from typing import Protocol

from counter.edge_http import SetupSender
from counter.inbox import Inbox
from edge.contracts.cameras import CounterLayout, SetupFrame, SetupView


class Edge(Protocol):
    """What a counter hears and tells beside its counts."""

    def layout(self) -> CounterLayout | None:
        """Return a layout that was not taken yet."""
        ...

    def view(self) -> SetupView | None:
        """Return a word on the view of a set-up that was not taken yet."""
        ...

    def refused(self) -> str:
        """Return a session that the edge does not know any more, "" when there is none."""
        ...

    def offer(self, frame: SetupFrame) -> None:
        """Send *frame* to the edge, or drop it."""
        ...


class EdgeSide:
    """``Edge`` over the office bus and HTTP."""

    def __init__(self, inbox: Inbox, sender: SetupSender) -> None:
        self.layout, self.view = inbox.layout, inbox.view
        self.refused, self.offer = sender.refused, sender.offer
