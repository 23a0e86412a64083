"""What one office does again and again: tell the hall, send jobs, keep house, forget; and what devices tell it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from edge.adapters.http.spool import Spool
from edge.adapters.http.vault import DocumentVault
from edge.adapters.mqtt.bus import Handlers, OfficeBus
from edge.adapters.mqtt.discovery import Discovery
from edge.bootstrap.closing import Closing
from edge.bootstrap.commissioning import Commissioning
from edge.bootstrap.office import OfficeParts
from edge.bootstrap.work import Work
from edge.contracts.board import CallShown, Identify
from edge.contracts.cameras import AuditReport, HeatMap
from edge.contracts.counting import CapacityState, CountInterval, CountTotals, EpochRefused
from edge.contracts.devices import DeviceStatus
from edge.domain.errors import Unavailable
from edge.domain.events import Event, Stream
from edge.runtime import log as logs
from edge.runtime import notify
from edge.runtime.mqtt import Broker
from edge.runtime.supervise import Periodic, keep_going
from edge.services.counting import Trust
from edge.services.last_words import SILENT_S
from edge.services.live_audits import LiveAuditService
from edge.services.occupancy import AnotherTime

log = logs.get(__name__)

HEARTBEAT_S = 5.0
ANNOUNCE_GAP_S = 0.03  # a burst of commits becomes one picture of the hall
HOUSEKEEPING_S = 2.0
SWEEP_S = 600.0
QUIET_S = 60.0  # a card wears out by writing: no sign of life where other writes give it
FILES_KEPT = timedelta(hours=12)
COUNTER_KIND = "counter"
SAMPLE_S = 60.0
CLOSING_S = 20.0
COUNTS, HEAT = "counts", "heat"  # topics of the pages that show them


class Rounds:
    """The office bus and the periodic work over it."""

    def __init__(
        self,
        parts: OfficeParts,
        work: Work,
        broker: Broker,
        *,
        version: str,
        spool: Spool,
        prune_sessions: Callable[[], object],
        vault: DocumentVault,
        tell: Callable[[Iterable[str]], None],
        discovery: Discovery | None = None,
    ) -> None:
        self._parts, self._work, self._spool, self._prune_sessions = parts, work, spool, prune_sessions
        self._vault = vault
        self._tell = tell  # what is no event but is shown live
        self._discovery = discovery
        self._seq, self._committed_at = 0, parts.clock.monotonic()
        self._commissioning = Commissioning(
            parts, work, bus=lambda: self.bus, audits=lambda: self.live_audits, tell=tell
        )
        self.bus = OfficeBus(broker, self._handlers(), version=version)
        self.live_audits = LiveAuditService(parts.context, self.bus, parts.counters_now, self._is_away)
        self._announcer = Periodic("announcer", self._announce, every_s=HEARTBEAT_S, gap_s=ANNOUNCE_GAP_S)
        self._dispatcher = Periodic("dispatcher", self._dispatch, every_s=HEARTBEAT_S)
        keeper = Periodic("housekeeping", self._keep, every_s=HOUSEKEEPING_S)
        sweeper = Periodic("sweeper", self._sweep, every_s=SWEEP_S)
        sampler = Periodic("sampler", self._sample, every_s=SAMPLE_S)
        closing = Closing(parts.reports, parts.retention, work, tell, parts.transcripts)
        closer = Periodic("closing", closing.round, every_s=CLOSING_S)
        self._loops = (self._announcer, self._dispatcher, keeper, sweeper, sampler, closer)

    def start(self) -> None:
        """Begin on the bus and with every round."""
        self.bus.start()
        if self._discovery is not None:
            self._discovery.start()
        for loop in self._loops:
            loop.start()
        self._commissioning.start()

    def stop(self) -> None:
        """End the rounds, then leave the bus."""
        for loop in self._loops:
            loop.stop()
        if self._discovery is not None:
            self._discovery.stop()
        self._commissioning.stop()
        self.bus.stop()

    def committed(self, events: list[Event]) -> None:
        """Something became durable: tell who shows it."""
        self._committed_at = self._parts.clock.monotonic()
        if any(event.stream is not Stream.NOTICES for event in events):  # no screen shows how a notice goes
            self._announcer.wake()
        if any(event.type in ("job_queued", "device_status") for event in events):
            self._dispatcher.wake()
        self._commissioning.committed(events)

    def trust(self) -> Trust:
        """Return how far the counters can be believed now."""
        return self._parts.counters.trust(mono=self._parts.clock.monotonic())

    def _is_away(self, group: str) -> bool:
        return self._parts.cameras.away(group, mono=self._parts.clock.monotonic())

    def capacity(self) -> CapacityState:
        """Return how full the office is, and how far that can be believed."""
        return self._parts.occupancy.state(health=self.trust())

    def identify(self, seconds: int) -> None:
        """Make every screen say which office this is."""
        self.bus.identify(Identify(office=self._parts.office.id, seconds=seconds, asked_at=self._parts.clock.now()))

    # --- rounds -----------------------------------------------------------------------------------------------------

    def _announce(self) -> None:
        capacity = self.capacity()
        self._seq += 1
        self.bus.board(self._parts.board.snapshot(seq=self._seq, capacity=capacity, notices=self._parts.strip))
        self.bus.capacity(capacity)
        if self._discovery is not None:
            self._discovery.tell(self._parts.counters_now.totals)
        wanted = "wait" if capacity.state == "full" else "enter"
        for sign in self._parts.jobs.signs_to_tell("door", wanted):
            self._work.carry_out(self._parts.jobs.show_door, sign, wanted, actor="system")

    def _dispatch(self) -> None:
        for request in self._parts.jobs.due():
            self.bus.job(request)

    def _keep(self) -> None:
        with keep_going("housekeeping"):
            self._work.carry_out(self._parts.housekeeping.tidy)
            self._work.carry_out(self._parts.jobs.expire)
            self._work.carry_out(self._parts.agenda.tidy)
            self._work.carry_out(self._parts.alerts.tidy)
        with keep_going("documents"):
            self._end_documents()
        with keep_going("pulse"):
            self._beat()
        if self._work.writer.alive:
            notify.alive()  # a full disk is no hang: starting again would not help

    def _beat(self) -> None:
        """Prove now and then that writes reach the disk: when nothing else has, and until they do again."""
        quiet_s = self._parts.clock.monotonic() - self._committed_at
        if self._work.ok and quiet_s < QUIET_S:
            return
        try:
            self._work.carry_out(self._parts.housekeeping.beat)
            self._committed_at = self._parts.clock.monotonic()
        except Unavailable as exc:
            log.warning("writes_fail", reason=str(exc))

    def _end_documents(self) -> None:
        """End documents whose visit is over; their files go with them."""
        for document_id in self._work.carry_out(self._parts.documents.tidy):
            self._vault.wipe(document_id)

    def _sweep(self) -> None:
        """End sessions, remove files that nothing points to, forget silent counters, learn lengths of slots."""
        self._prune_sessions()
        self._vault.keep_only(self._parts.documents.held())
        self._spool.prune(FILES_KEPT)
        self._work.carry_out(self._parts.housekeeping.forget_silent)
        self._parts.slots.learn()

    # --- what comes over the bus ------------------------------------------------------------------------------------

    def _handlers(self) -> Handlers:
        parts, carry_out = self._parts, self._work.carry_out
        return Handlers(
            totals=self._totals,
            interval=self._interval,
            status=self._status,
            job_report=lambda report: carry_out(parts.jobs.report, report),
            bearer_ask=parts.devices.bearer,
            shown=_shown,
            connected=self._bus_came_up,
            audit_report=self._audited,
            heat=self._heat,
            layout_used=self._commissioning.used,
        )

    def _bus_came_up(self) -> None:
        self._announcer.wake()
        self._dispatcher.wake()
        self._commissioning.connected()

    def _totals(self, report: CountTotals) -> None:
        try:
            trust_changed = self._work.carry_out(self._count, report)
        except AnotherTime as exc:
            self._parts.counters.lost(report.group)
            now = self._parts.clock.now()
            self.bus.epoch(EpochRefused(group=report.group, epoch=report.epoch, newest=exc.newest, at=now))
            log.warning("counts_refused", group=report.group, reason="epoch of another time", epoch=report.epoch)
            return
        if trust_changed:
            self._announcer.wake()

    def _count(self, report: CountTotals) -> bool:
        """Take *report* in, its word before its numbers are told; return whether the trust has changed."""
        self._parts.occupancy.totals(report)
        self._parts.counters_now.counted(report)
        age_s = abs((self._parts.clock.now() - report.at).total_seconds())
        if age_s > SILENT_S:  # a retained word of long ago counts, but vouches for nothing
            return False
        self._commissioning.heard(report)
        return self._parts.counters.heard(report, mono=self._parts.clock.monotonic())

    def _audited(self, report: AuditReport) -> None:
        self._work.carry_out(self._parts.audits.report, report)

    def _interval(self, record: CountInterval) -> None:
        if self._work.carry_out(self._parts.counts.interval, record):
            self._parts.counters_now.closed(record)
            self._tell({COUNTS})

    def _heat(self, heat: HeatMap) -> None:
        self._parts.counters_now.warmed(heat)
        self._tell({HEAT})

    def _sample(self) -> None:
        """Note how full the office is, for the curve of the day; an office without a counter has none."""
        if self._parts.counters_now.totals and self._work.ok:
            self._work.carry_out(self._parts.counts.sample, self.capacity())
            self._tell({COUNTS})

    def _status(self, status: DeviceStatus) -> None:
        if status.kind == COUNTER_KIND and status.state == "offline":
            group = status.device.removeprefix("counter-")
            self._parts.counters.lost(group)
            self._commissioning.lost(group)
        self._work.carry_out(self._parts.devices.status, status)


def _shown(shown: CallShown) -> None:
    log.info("call_shown", display=shown.display, latency_ms=round(shown.latency_ms, 1))
