"""The edge's side of setting cameras up, again and again: layouts to the counters, leave to look, what they use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from edge.adapters.mqtt.bus import OfficeBus
from edge.bootstrap.office import OfficeParts
from edge.bootstrap.work import Work
from edge.contracts.cameras import LayoutUsed
from edge.contracts.counting import CountTotals
from edge.domain.errors import Unavailable
from edge.domain.events import Event
from edge.runtime import log as logs
from edge.runtime.supervise import Periodic, keep_going
from edge.services.live_audits import LiveAuditService
from edge.services.setup_views import SAY_EVERY_S

log = logs.get(__name__)

TOPIC = "cameras"  # of the live pages
LAYOUTS_S = 5.0  # what the broker did not take is said again so soon


class Commissioning:
    """Periodic work over the office bus; *tell* wakes live pages."""

    def __init__(
        self,
        parts: OfficeParts,
        work: Work,
        *,
        bus: Callable[[], OfficeBus],
        audits: Callable[[], LiveAuditService],
        tell: Callable[[Iterable[str]], None],
    ) -> None:
        self._parts, self._work, self._bus, self._audits, self._tell = parts, work, bus, audits, tell
        self._told: Mapping[str, int] = {}
        self._layouts = Periodic("layouts", self._tell_layouts, every_s=LAYOUTS_S)
        self._views = Periodic("setup-views", self._tell_views, every_s=SAY_EVERY_S)

    def start(self) -> None:
        """Begin."""
        self._layouts.start()
        self._views.start()

    def stop(self) -> None:
        """End: nobody looks any longer, and the log says so."""
        self._layouts.stop()
        self._views.stop()
        for session in self._parts.views.everybody():
            with keep_going("setup-views"):
                self._work.carry_out(self._parts.views.end, session, actor="system", reason="stopped")
        for view in self._parts.views.permits():
            self._bus().setup(view)

    def connected(self) -> None:
        """The bus came up: its broker may have forgotten everything."""
        self._told = {}
        self._layouts.wake()

    def committed(self, events: Iterable[Event]) -> None:
        """Something became durable: tell the counters what concerns them."""
        types = {event.type for event in events}
        if "layout_changed" in types:
            self._layouts.wake()
        if types & {"setup_view_started", "setup_view_ended"}:
            self._views.wake()

    def used(self, used: LayoutUsed) -> None:
        """A counter says which shapes it counts; what its own file has new becomes a version."""
        self._parts.cameras.uses(used)
        self._work.carry_out(self._parts.layouts.adopt, used)
        self._tell({TOPIC})

    def heard(self, report: CountTotals) -> None:
        """A counter says how its cameras see."""
        if self._parts.cameras.heard(report, mono=self._parts.clock.monotonic()):
            self._tell({TOPIC})

    def lost(self, group: str) -> None:
        """A counter has gone."""
        self._parts.cameras.lost(group)
        self._tell({TOPIC})

    def _tell_layouts(self) -> None:
        before = told = self._told
        for layout in self._parts.layouts.all():
            if told.get(layout.group) != layout.version and self._bus().layout(layout):
                told = {**told, layout.group: layout.version}
                log.info("layout_told", group=layout.group, version=layout.version)
        if self._told is before:  # else the bus came up meanwhile: everything is said again
            self._told = told

    def _tell_views(self) -> None:
        for session, reason in self._parts.views.over(self._audits().goes_on):
            try:
                self._work.carry_out(self._parts.views.end, session, actor="system", reason=reason)
            except Unavailable as exc:  # it has no leave to go on, and ends when the log can be written again
                log.warning("setup_view_not_ended", reason=str(exc))
        for view in self._parts.views.permits():
            self._bus().setup(view)
