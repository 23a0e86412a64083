"""What the edge says to a counter, from the network's thread to the counting loop: the newest of each kind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

import msgspec

from edge.contracts import topics
from edge.contracts.cameras import CounterLayout, SetupView
from edge.contracts.devices import Bearer
from edge.contracts.wire import WireError, decode
from edge.runtime import log as logs

log = logs.get(__name__)

MAX_PAYLOAD = 2_000_000  # 32 cameras with all the corners that the contract allows have less

M = TypeVar("M", bound=msgspec.Struct)


class Inbox:
    """Junk is logged and dropped; a message for another group is junk."""

    def __init__(self, group: str, device: str, on_bearer: Callable[[Bearer], bool]) -> None:
        self._group, self._on_bearer = group, on_bearer
        self._topics = (topics.layout(group), topics.setup(group), topics.bearer(device))
        self._device = device
        self._lock = threading.Lock()
        self._layout: CounterLayout | None = None
        self._view: SetupView | None = None

    @property
    def subscriptions(self) -> list[tuple[str, int]]:
        """Return what to listen to."""
        return [(topic, 1) for topic in self._topics]

    def received(self, topic: str, payload: bytes, retained: bool) -> None:  # noqa: FBT001 - signature of the session
        """Take one message, on the network's thread."""
        layout, view, bearer = self._topics
        if len(payload) > MAX_PAYLOAD:
            log.warning("junk_ignored", topic=topic, size=len(payload))
            return
        try:
            if topic == layout:
                self._keep_layout(_own(decode(payload, CounterLayout), self._group))
            elif topic == view and not retained:  # permission to look is never kept by a broker
                self._keep_view(_own(decode(payload, SetupView), self._group))
            elif topic == bearer and not self._is_answer(decode(payload, Bearer)):
                log.warning("bearer_ignored")
        except WireError as exc:
            log.warning("junk_ignored", topic=topic, size=len(payload), error=str(exc)[:200])

    def layout(self) -> CounterLayout | None:
        """Return the newest layout that was not taken yet."""
        with self._lock:
            layout, self._layout = self._layout, None
            return layout

    def view(self) -> SetupView | None:
        """Return the newest word on the view of a set-up that was not taken yet."""
        with self._lock:
            view, self._view = self._view, None
            return view

    def _keep_layout(self, layout: CounterLayout) -> None:
        with self._lock:
            self._layout = layout

    def _keep_view(self, view: SetupView) -> None:
        with self._lock:
            self._view = view

    def _is_answer(self, bearer: Bearer) -> bool:
        return bearer.device == self._device and self._on_bearer(bearer)


def _own(message: M, group: str) -> M:
    if getattr(message, "group", "") != group:
        raise WireError("speaks to another group")
    return message
