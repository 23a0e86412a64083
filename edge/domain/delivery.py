"""What to send to the centre next: one window over all streams of the log, as a pure state machine.

A row is done only when the centre has acknowledged it. A PUBACK of the broker only makes room for more. Time comes in
as monotonic seconds, chance as a number in [0, 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

STARVED_AFTER = 8  # picks of other classes before a waiting class gets one: at least every tenth batch


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the window."""

    rows: int = 100  # handed to the broker and not yet PUBACKed
    batches: int = 8
    batch_rows: int = 50
    batch_bytes: int = 60_000  # of rows; the envelope keeps a batch under 64 kB
    ahead_rows: int = 2000  # of one stream, sent and not yet acknowledged by the centre
    resend_after_s: float = 30.0
    resend_growth: int = 8  # silence makes the wait longer, up to this many times
    rewind_after_s: float = 1.0  # "I miss row n" waits until its last copy is this old: that may be on its way


@dataclass(frozen=True, slots=True)
class Want:
    """Read at most *limit* rows of *stream* after *after_seq* and send them."""

    stream: str
    after_seq: int
    limit: int
    replay: bool  # some of these rows were sent before


@dataclass(slots=True)
class _Stream:
    priority: int
    last: int = 0  # newest row of the log
    acked: int = 0
    cursor: int = 0  # newest row that was sent
    seen: int = 0  # newest row that was ever sent
    run_from: int = 1  # first row of the present uninterrupted run of sending...
    run_at: float = 0.0  # ...and when it began
    blocked_until: float = 0.0
    refusals: int = 0
    picked: int = 0
    silent_since: float = 0.0  # last acknowledgement, or the first row sent after everything was acknowledged
    silences: int = 0  # how often it was sent again without an answer
    chance: float = 0.0
    missing: int = 0  # the centre misses this row, whose last copy is young

    def rewind(self, to_seq: int, now: float) -> None:
        self.cursor, self.run_from, self.run_at, self.missing = to_seq - 1, to_seq, now, 0

    def heard(self, now: float) -> None:
        self.silent_since, self.silences, self.refusals = now, 0, 0

    def resend_due(self, limits: Limits) -> float | None:
        if self.cursor <= self.acked:
            return None
        if self.missing:
            return self.run_at + limits.rewind_after_s
        factor = min(2.0**self.silences, limits.resend_growth)
        return self.silent_since + limits.resend_after_s * factor * (1 + 0.2 * self.chance)


@dataclass(frozen=True, slots=True)
class _Flight:
    stream: str
    first_seq: int
    rows: int


@dataclass(slots=True)
class SendingWindow:
    """The sender's state for one epoch of the log; keeps nothing that a restart would miss but ``acked``.

    Order of calls: ``connected``, then ``want`` / ``sent`` until ``want`` is None; ``grew``, ``released``, ``refused``,
    ``acknowledged`` and ``tick`` as things happen; ``disconnected``.
    """

    priorities: Mapping[str, int]
    limits: Limits = Limits()
    default_priority: int = 1
    _streams: dict[str, _Stream] = field(default_factory=dict)
    _flights: dict[int, _Flight] = field(default_factory=dict)
    _rows_in_flight: int = 0
    _next_token: int = 1
    _picks: int = 0
    _skipped: dict[int, int] = field(default_factory=dict)
    _online: bool = False

    # --- what happens -------------------------------------------------------------------------------------------------

    def connected(self, last: Mapping[str, int], acked: Mapping[str, int], now: float) -> None:
        """A new connection: whatever was in flight is forgotten, each stream goes on after its acknowledged row."""
        self._forget_flights()
        self._online = True
        for name in {*last, *acked}:
            stream = self._stream(name)
            stream.acked = max(stream.acked, acked.get(name, 0))
            stream.last = max(stream.last, last.get(name, 0))
            stream.blocked_until = 0.0
            stream.heard(now)
            stream.rewind(stream.acked + 1, now)

    def disconnected(self) -> None:
        """The connection is gone; nothing is wanted until the next one."""
        self._online = False
        self._forget_flights()

    def grew(self, last: Mapping[str, int]) -> None:
        """The log has rows up to *last* of each stream."""
        for name, seq in last.items():
            stream = self._stream(name)
            stream.last = max(stream.last, seq)

    def sent(self, want: Want, first_seq: int, rows: int, now: float) -> int:
        """*rows* rows from *first_seq* were handed to the broker; return the token for its PUBACK.

        *first_seq* is above ``want.after_seq + 1`` when retention has removed rows that were once acknowledged.
        """
        stream = self._stream(want.stream)
        self._count_pick(stream, now)
        if stream.cursor <= stream.acked:
            stream.silent_since = now
        stream.cursor = first_seq + rows - 1
        stream.seen = max(stream.seen, stream.cursor)
        token, self._next_token = self._next_token, self._next_token + 1
        self._flights[token] = _Flight(want.stream, first_seq, rows)
        self._rows_in_flight += rows
        return token

    def released(self, token: int) -> None:
        """The broker has the batch: there is room for another one."""
        flight = self._flights.pop(token, None)
        if flight is not None:
            self._rows_in_flight -= flight.rows

    def refused(self, token: int, now: float) -> tuple[str, int] | None:
        """The broker threw the batch away (PUBACK >= 0x80): the stream waits and tries again from there.

        Return (stream, first row) or None when the batch was forgotten meanwhile.
        """
        flight = self._flights.get(token)
        self.released(token)
        if flight is None:
            return None
        stream = self._stream(flight.stream)
        factor = min(2**stream.refusals, self.limits.resend_growth)
        stream.refusals += 1
        stream.blocked_until = now + self.limits.resend_after_s * factor
        if flight.first_seq <= stream.cursor:
            stream.rewind(max(flight.first_seq, stream.acked + 1), now)
        return flight.stream, flight.first_seq

    def vanished(self, want: Want, acked: int, now: float) -> None:
        """The log has no row of *want* any more and counts everything up to *acked* as done.

        When that is no further than what is known, the stream waits a little.
        """
        stream = self._stream(want.stream)
        if want.after_seq < acked <= stream.last:
            stream.acked = max(stream.acked, acked)
            stream.rewind(acked + 1, now)
        else:
            stream.blocked_until = now + self.limits.rewind_after_s

    def acknowledged(self, acks: Mapping[str, int], missing: Mapping[str, int], now: float) -> dict[str, int]:
        """The centre has rows up to *acks* and misses rows from *missing* on; return what to remember as acknowledged.

        An acknowledgement of rows that were never written is ignored. A miss below an acknowledged row means that the
        centre lost rows: they are sent again.
        """
        changed: dict[str, int] = {}
        for name, upto in acks.items():
            stream = self._streams.get(name)
            if stream is not None and stream.acked < upto <= stream.last:
                stream.acked = changed[name] = upto
                stream.missing = stream.missing if stream.missing > upto else 0
                stream.heard(now)
                if stream.cursor < upto:
                    stream.rewind(upto + 1, now)
        for name, seq in missing.items():
            if self._rewind_for(name, seq, now):
                changed[name] = seq - 1
        return changed

    def knows(self, acks: Mapping[str, int]) -> bool:
        """Whether the log, as far as it is known here, has all the rows that *acks* tell of."""
        return all(name in self._streams and upto <= self._streams[name].last for name, upto in acks.items() if upto)

    def tick(self, now: float, chance: float) -> bool:
        """Let time pass; after silence of the centre send again what it did not acknowledge. True: it is so."""
        again = False
        for name, stream in self._streams.items():
            due = stream.resend_due(self.limits) if self._online else None
            if due is not None and now >= due:
                again = True
                self._forget_flights(name)
                if not stream.missing:
                    stream.silences, stream.chance = stream.silences + 1, chance
                stream.rewind(stream.acked + 1, now)
        return again

    # --- what to do -----------------------------------------------------------------------------------------------

    def want(self, now: float) -> Want | None:
        """Return what to send now: highest class first, but no waiting class gets less than a tenth of the batches."""
        room = min(self.limits.rows - self._rows_in_flight, self.limits.batch_rows)
        if not self._online or room <= 0 or len(self._flights) >= self.limits.batches:
            return None
        ready = self._ready(now)
        if not ready:
            return None
        priority = self._pick_class({stream.priority for stream in ready.values()})
        name = min((n for n, s in ready.items() if s.priority == priority), key=lambda n: (ready[n].picked, n))
        stream = ready[name]
        return Want(name, stream.cursor, min(room, self._room(stream, now)), replay=stream.cursor < stream.seen)

    def next_timer(self, now: float) -> float | None:
        """Return in how many seconds ``tick`` or ``want`` must be asked again, or None."""
        if not self._online:
            return None
        times = [stream.blocked_until for stream in self._streams.values() if stream.blocked_until > now]
        times += [due for stream in self._streams.values() if (due := stream.resend_due(self.limits)) is not None]
        return max(0.0, min(times) - now) if times else None

    @property
    def backlog(self) -> int:
        """Rows that the centre has not acknowledged."""
        return sum(max(0, stream.last - stream.acked) for stream in self._streams.values())

    @property
    def in_flight(self) -> int:
        """Rows that the broker has not acknowledged."""
        return self._rows_in_flight

    # --- inside -----------------------------------------------------------------------------------------------------

    def _stream(self, name: str) -> _Stream:
        if name not in self._streams:
            self._streams[name] = _Stream(self.priorities.get(name, self.default_priority))
        return self._streams[name]

    def _room(self, stream: _Stream, now: float) -> int:
        if now < stream.blocked_until:
            return 0
        ahead = self.limits.ahead_rows - (stream.cursor - stream.acked)
        return min(stream.last - stream.cursor, ahead)

    def _ready(self, now: float) -> dict[str, _Stream]:
        return {name: stream for name, stream in self._streams.items() if self._room(stream, now) > 0}

    def _pick_class(self, ready: set[int]) -> int:
        starved = [p for p in ready if self._skipped.get(p, 0) >= STARVED_AFTER]
        return max(starved, key=lambda p: (self._skipped[p], -p)) if starved else min(ready)

    def _count_pick(self, chosen: _Stream, now: float) -> None:
        self._picks += 1
        chosen.picked = self._picks
        passed_over = {s.priority for s in self._ready(now).values()} - {chosen.priority}
        self._skipped = {p: self._skipped.get(p, 0) + 1 for p in passed_over}

    def _rewind_for(self, name: str, seq: int, now: float) -> bool:
        stream = self._streams.get(name)
        if stream is None or not 1 <= seq <= stream.last:
            return False
        lost = seq <= stream.acked
        is_young = stream.run_from <= seq <= stream.cursor and now - stream.run_at < self.limits.rewind_after_s
        if is_young and not lost:
            stream.missing = seq
            return False
        if lost:
            stream.acked = seq - 1
        if seq <= stream.cursor or lost:
            stream.rewind(seq, now)
        return lost

    def _forget_flights(self, name: str | None = None) -> None:
        for token in [token for token, flight in self._flights.items() if name in {None, flight.stream}]:
            self.released(token)
