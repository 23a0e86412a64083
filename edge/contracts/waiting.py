"""How good the told waits were (schema 1), as the office tells the centre. No turn, no person."""

from __future__ import annotations

from datetime import datetime

from edge.contracts.wire import Count, Message


class WaitQuarter(Message, frozen=True, kw_only=True):
    """Waits that were told within one quarter of an hour, judged by the calls that had come an hour after its end."""

    schema: int = 1
    start: datetime
    told: Count  # people who were told for the first time
    moved: Count  # tellings anew, because the call moved by more than ten minutes
    came: Count  # of those told first: calls that have come
    mean_error_s: int | None = None  # of P50, without sign
    bias_s: int | None = None  # P50 - came
    covered: float | None = None  # share of calls between P10 and P90
    waited_longer: float | None = None  # share that came over five minutes later than announced
