"""Which calls are new: each call chimes once, each recall once more, and old ones never."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from edge.contracts.board import BoardCall

REMEMBERED = 256
RECENT_S = 10.0


@dataclass(frozen=True, slots=True)
class Heard:
    """A call that this display had not seen, or a recall of one that it had."""

    call: BoardCall
    is_recall: bool


class CallTracker:
    """Remembers the calls that were seen and when each was last heard (seconds of a monotonic clock)."""

    def __init__(self, highlight_s: float) -> None:
        self._highlight_s = highlight_s
        self._recalls: OrderedDict[str, int] = OrderedDict()
        self._heard_at: dict[str, float] = {}

    def hear(self, calls: Iterable[tuple[BoardCall, float]], *, mono: float, limit_s: float) -> list[Heard]:
        """Take (call, age in seconds) of a snapshot, newest first; return what is to be announced, oldest first.

        Calls older than *limit_s* and calls that are being served already are only remembered.
        """
        found = [heard for call, age_s in calls if (heard := self._hear(call, age_s, limit_s)) is not None]
        for heard in found:
            self._heard_at[heard.call.call_id] = mono
        self._forget(mono)
        return found[::-1]

    def is_new(self, call_id: str, mono: float) -> bool:
        """Whether *call_id* is still shown as new."""
        return mono - self.heard_at(call_id) < self._highlight_s

    def is_recent(self, call_id: str, mono: float) -> bool:
        """Whether *call_id* was heard in the last 10 s."""
        return mono - self.heard_at(call_id) < RECENT_S

    def heard_at(self, call_id: str) -> float:
        """Return when *call_id* was last called or recalled; minus infinity when it was not heard lately."""
        return self._heard_at.get(call_id, float("-inf"))

    def _hear(self, call: BoardCall, age_s: float, limit_s: float) -> Heard | None:
        before = self._recalls.get(call.call_id)
        self._recalls[call.call_id] = max(call.recalls, before or 0)
        self._recalls.move_to_end(call.call_id)
        if call.state != "called":
            return None
        if before is None:
            return Heard(call, is_recall=False) if age_s <= limit_s else None
        return Heard(call, is_recall=True) if call.recalls > before else None

    def _forget(self, mono: float) -> None:
        while len(self._recalls) > REMEMBERED:
            self._recalls.popitem(last=False)
        longest_s = max(self._highlight_s, RECENT_S)
        self._heard_at = {call_id: at for call_id, at in self._heard_at.items() if mono - at < longest_s}
