"""The hall display without a window: snapshots and time go in, a view and announcements come out.

Two times are used: *now* is the office's wall clock (codes, opening hours, the clock), *mono* is a monotonic clock
of this machine in seconds (age of the news, highlights, alternation), so that a wrong wall clock makes no news old.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from edge.contracts.board import BoardCall, BoardCode, BoardSnapshot, CallShown, Identify
from edge.runtime.i18n import Messages, is_right_to_left
from kiosk.presenters.announcements import Announcement, announcement
from kiosk.presenters.calls import CallTracker
from kiosk.presenters.texts import BoardTexts, clock_text
from kiosk.presenters.view import BoardView, CallView, DoorState, DoorView, JoinView, Mode, OccupancyState, StripKind

ANNOUNCE_AT_START_S = 10.0
ANNOUNCE_WITHIN_S = 120.0
GONE_AFTER_S = 600.0
LAST_CALLS = timedelta(minutes=15)  # calls of people who are still inside at closing time stay this long
CLOCKS_DIFFER_S = 2.0  # more than that between edge and display means that one clock is wrong
ROWS = 5
DOOR_CODES = 6  # that the door display shows at once; more alternate


class BoardPresenter:
    """Decides what one display shows and says."""

    def __init__(
        self,
        messages: Messages,
        *,
        display: str,
        languages: Sequence[str],
        zone: str = "Europe/Madrid",
        highlight_s: float = 6.0,
        page_s: float = 8.0,
    ) -> None:
        self._messages, self._display, self._page_s = messages, display, page_s
        self._texts = BoardTexts(messages, self._known(languages))
        self._zone = ZoneInfo(zone)
        self._calls = CallTracker(highlight_s)
        self._snapshot: BoardSnapshot | None = None
        self._born_mono = 0.0  # when the snapshot was made, on this machine's monotonic clock
        self._identify: tuple[Identify, float] | None = None

    # --- what comes in ----------------------------------------------------------------------------------------------

    def accept(self, snapshot: BoardSnapshot, *, now: datetime, mono: float, is_live: bool) -> list[Announcement]:
        """Take a snapshot; return what is to be announced, oldest first.

        A live snapshot counts as fresh when it arrives; a retained one is as old as it says. One from the future proves
        that the wall clock of this machine is wrong: nobody knows how old it is, and it counts as stale.
        """
        age_s = 0.0 if is_live else _age_of_retained(snapshot, now)
        limit_s = ANNOUNCE_AT_START_S if self._snapshot is None else ANNOUNCE_WITHIN_S
        self._snapshot, self._born_mono = snapshot, mono - age_s
        self._texts = BoardTexts(self._messages, self._known(snapshot.languages) or self._texts.languages)
        self._zone = _zone(snapshot.zone, self._zone)
        calls = [(call, age_s + (snapshot.generated_at - call.called_at).total_seconds()) for call in snapshot.calls]
        heard = self._calls.hear(calls, mono=mono, limit_s=limit_s)
        languages = self._texts.languages
        return [announcement(item.call, languages, self._messages, is_recall=item.is_recall) for item in heard]

    def identify(self, request: Identify, *, mono: float) -> None:
        """Show for the asked time which display of which office this is."""
        self._identify = (request, mono + min(max(request.seconds, 0), 600))

    # --- what comes out ---------------------------------------------------------------------------------------------

    @property
    def languages(self) -> list[str]:
        """Return the languages of the display, in their order."""
        return list(self._texts.languages)

    def age_s(self, mono: float) -> float | None:
        """Return how old the news is, or None before the first."""
        return None if self._snapshot is None else max(0.0, mono - self._born_mono)

    def shown(self, call_id: str, now: datetime) -> CallShown | None:
        """Return the report that *call_id* was painted at *now*, or None when it has left the board."""
        calls = self._snapshot.calls if self._snapshot else []
        call = next((call for call in calls if call.call_id == call_id), None)
        if call is None:
            return None
        latency_ms = round((now - call.called_at) / timedelta(milliseconds=1), 1)
        return CallShown(display=self._display, call_id=call_id, shown_at=now, latency_ms=latency_ms)

    def view(self, *, now: datetime, mono: float) -> BoardView:
        """Return the picture of this moment."""
        texts, snapshot = self._texts, self._current(mono)
        language = texts.languages[int(mono / self._page_s) % len(texts.languages)]
        mode = _mode(snapshot, now)
        calls = [self._call_view(call, language, mono) for call in snapshot.calls] if snapshot else []
        is_calling = mode == "calling"
        hero = self._hero(calls)
        occupancy, occupancy_text = self._occupancy(snapshot, language, mono)
        strip, strip_text = self._strip(language, mono)
        clock = clock_text(now, self._zone)
        return BoardView(
            mode=mode,
            is_rtl=is_right_to_left(texts.languages[0]),
            language=language,
            title=snapshot.title if snapshot else "",
            clock=clock,
            clock_name=texts.one(language, "state.clock", time=clock),
            turn_caption=texts.together("call.turn"),
            desk_caption=texts.together("call.desk"),
            recent_caption=texts.one(language, "call.recent"),
            headlines=() if is_calling else texts.each(f"state.{mode}"),
            subline=self._subline(mode, language, snapshot, now),
            hero=hero if is_calling else None,
            rows=tuple(call for call in calls if call is not hero)[:ROWS] if is_calling else (),
            join=self._join(snapshot if mode != "closed" else None, language, now),
            occupancy=occupancy,
            occupancy_text=occupancy_text,
            strip=strip,
            strip_text=strip_text,
            door=self._door(snapshot, language, mono),
            identify=() if hero is not None and hero.is_new else self._identity(mono),
        )

    # --- parts of the picture ---------------------------------------------------------------------------------------

    def _known(self, languages: Sequence[str]) -> list[str]:
        return [language for language in languages if language in self._messages.languages]

    def _current(self, mono: float) -> BoardSnapshot | None:
        age_s = self.age_s(mono)
        return self._snapshot if age_s is not None and age_s < GONE_AFTER_S else None

    def _is_stale(self, mono: float) -> bool:
        age_s = self.age_s(mono)
        return age_s is not None and self._snapshot is not None and age_s > self._snapshot.stale_after_s

    def _call_view(self, call: BoardCall, language: str, mono: float) -> CallView:
        place = f"{call.desk}, {call.zone}" if call.zone else call.desk
        words = {key: self._texts.one(language, f"call.{key}") for key in ("turn", "desk")}
        name = self._texts.one(language, "call.row", code=call.code, place=place, **words)
        return CallView(
            call_id=call.call_id,
            code=call.code,
            desk=call.desk,
            zone=call.zone,
            is_new=self._calls.is_new(call.call_id, mono),
            is_recent=self._calls.is_recent(call.call_id, mono),
            is_serving=call.state == "serving",
            is_over=_is_over(call),
            name=name,
        )

    def _hero(self, calls: Sequence[CallView]) -> CallView | None:
        """Return the call that was heard last while it is new, else the newest one that is not over."""
        alive = [call for call in calls if not call.is_over]
        heard = [call for call in alive if call.is_new]
        return max(heard, key=lambda call: self._calls.heard_at(call.call_id), default=next(iter(alive), None))

    def _subline(self, mode: Mode, language: str, snapshot: BoardSnapshot | None, now: datetime) -> str:
        if mode == "calling":
            return ""
        if mode == "closed" and snapshot is not None:
            return self._texts.opening(language, snapshot.opens_at, now, self._zone)
        return self._texts.one(language, f"state.{mode}_hint")

    def _join(self, snapshot: BoardSnapshot | None, language: str, now: datetime) -> JoinView:
        code = code_at(snapshot.codes, now) if snapshot else None
        if snapshot is None or not snapshot.join_url or code is None:
            hint = "" if snapshot is None or not snapshot.join_url else self._texts.one(language, "join.unavailable")
            return JoinView("", "", hint)
        plain = code.code.replace("-", "")
        return JoinView(
            f"{snapshot.join_url}?c={plain}", f"{plain[:4]}-{plain[4:]}", self._texts.one(language, "join.hint")
        )

    def _occupancy(self, snapshot: BoardSnapshot | None, language: str, mono: float) -> tuple[OccupancyState, str]:
        if snapshot is None or snapshot.occupancy is None or not snapshot.open:
            return "none", ""
        is_known = snapshot.occupancy.health == "ok" and not self._is_stale(mono)
        text = self._texts.occupancy(language, snapshot.occupancy, snapshot.waiting, is_known=is_known)
        return snapshot.occupancy.state if is_known else "unknown", text

    def _strip(self, language: str, mono: float) -> tuple[StripKind, str]:
        age_s = self.age_s(mono)
        if age_s is not None and self._is_stale(mono):
            return "stale", self._texts.age(language, age_s)
        notices = self._snapshot.notices if self._snapshot else {}
        texts = [notices[name] for name in self._texts.languages if notices.get(name)]
        if not texts:
            return "none", ""
        return "notice", notices.get(language) or texts[0]

    def _door(self, snapshot: BoardSnapshot | None, language: str, mono: float) -> DoorView:
        state: DoorState
        codes: tuple[str, ...] = ()
        if snapshot is None or self._is_stale(mono):
            state = "ask"
        elif not snapshot.open:
            state = "closed"
        else:
            is_counted = snapshot.occupancy is None or snapshot.occupancy.health != "unknown"
            state = "ask" if not is_counted else "wait" if snapshot.wait_outside else "enter"
            codes = self._page(snapshot.enter, mono)
        return DoorView(state, self._texts.each(f"door.{state}"), self._texts.one(language, "door.may_enter"), codes)

    def _page(self, codes: Sequence[str], mono: float) -> tuple[str, ...]:
        pages = [tuple(codes[start : start + DOOR_CODES]) for start in range(0, len(codes), DOOR_CODES)]
        return pages[int(mono / self._page_s) % len(pages)] if pages else ()

    def _identity(self, mono: float) -> tuple[str, ...]:
        if self._identify is None or mono >= self._identify[1]:
            return ()
        title = self._snapshot.title if self._snapshot else ""
        office = title or self._texts.together("identify.office", office=self._identify[0].office)
        return office, self._texts.together("identify.screen", display=self._display)


def _age_of_retained(snapshot: BoardSnapshot, now: datetime) -> float:
    age_s = (now - snapshot.generated_at).total_seconds()
    if age_s < -CLOCKS_DIFFER_S:
        return snapshot.stale_after_s + 1.0
    return max(0.0, age_s)


def code_at(codes: Sequence[BoardCode], now: datetime) -> BoardCode | None:
    """Return the rotating code of *now*: the last slot that has begun and is not over."""
    valid = [code for code in codes if code.valid_from <= now < code.valid_until]
    return max(valid, key=lambda code: code.valid_from, default=None)


def _mode(snapshot: BoardSnapshot | None, now: datetime) -> Mode:
    if snapshot is None:
        return "waiting"
    if snapshot.open:
        return "calling" if not all(map(_is_over, snapshot.calls)) else "welcome"
    is_finishing = any(now - call.called_at < LAST_CALLS for call in snapshot.calls if not _is_over(call))
    return "calling" if is_finishing else "closed"


def _is_over(call: BoardCall) -> bool:
    return call.state not in ("called", "serving")  # a state of a later version too: nobody is sent to a desk by it


def _zone(name: str, otherwise: ZoneInfo) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return otherwise
