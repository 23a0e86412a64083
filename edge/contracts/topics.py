"""Every MQTT topic, as a function of its parts.

Office bus: ``office/v1/...``. Uplink: ``o360/v1/<h>/<office>/up|down/...`` where *h* is the first hexadecimal digit
of SHA-256 of the office id, so that the centre can share the offices among several ingest processes by topic alone.
"""

from __future__ import annotations

import hashlib
import re

OFFICE = "office/v1"
UPLINK = "o360/v1"

_LEVEL = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")


def level(name: str) -> str:
    """Return *name* when it may stand as one topic level, else raise ``ValueError``."""
    if not _LEVEL.fullmatch(name):
        raise ValueError(f"{name!r} cannot be a topic level: a-z 0-9 _ . - and at most 64 characters")
    return name


# --- office bus -----------------------------------------------------------------------------------------------------


def board() -> str:
    """``BoardSnapshot``, retained, from the edge to every display."""
    return f"{OFFICE}/board"


def shown(display: str) -> str:
    """``CallShown``, from a display, when the frame with a new call is on the screen."""
    return f"{OFFICE}/display/{level(display)}/shown"


def shown_any() -> str:
    """Filter for ``CallShown`` of all displays."""
    return f"{OFFICE}/display/+/shown"


def capacity() -> str:
    """``CapacityState``, retained, from the edge: how full the office is."""
    return f"{OFFICE}/capacity"


def counts(group: str) -> str:
    """``CountTotals``, retained, from a counter: running totals since it started."""
    return f"{OFFICE}/counter/{level(group)}/counts"


def counts_any() -> str:
    """Filter for ``CountTotals`` of all counters."""
    return f"{OFFICE}/counter/+/counts"


def interval(group: str) -> str:
    """``CountInterval``, QoS 1, from a counter: one minute of one camera."""
    return f"{OFFICE}/counter/{level(group)}/interval"


def interval_any() -> str:
    """Filter for ``CountInterval`` of all counters."""
    return f"{OFFICE}/counter/+/interval"


def epoch(group: str) -> str:
    """``EpochRefused``, QoS 1, from the edge to a counter that began by a wrong clock."""
    return f"{OFFICE}/counter/{level(group)}/epoch"


def kept(group: str) -> str:
    """``RecordKept``, QoS 1, from the edge to a counter: an interval or a report of an audit is on its disk."""
    return f"{OFFICE}/counter/{level(group)}/kept"


def layout(group: str) -> str:
    """``CounterLayout``, retained, from the edge to a counter: what is to be counted where."""
    return f"{OFFICE}/counter/{level(group)}/layout"


def layout_used(group: str) -> str:
    """``LayoutUsed``, retained, from a counter: what it really counts."""
    return f"{OFFICE}/counter/{level(group)}/layout/used"


def layout_used_any() -> str:
    """Filter for ``LayoutUsed`` of all counters."""
    return f"{OFFICE}/counter/+/layout/used"


def setup(group: str) -> str:
    """``SetupView``, QoS 1, from the edge to a counter: let a technician see for some seconds."""
    return f"{OFFICE}/counter/{level(group)}/setup"


def audit_mark(group: str) -> str:
    """``AuditMark``, QoS 1, from the edge to a counter: what somebody at the door has seen."""
    return f"{OFFICE}/counter/{level(group)}/audit/mark"


def audit_session(group: str) -> str:
    """``AuditSession``, QoS 1, from the edge to a counter: a live audit begins or ends."""
    return f"{OFFICE}/counter/{level(group)}/audit/session"


def audit_report(group: str) -> str:
    """``AuditReport``, QoS 1, from a counter: how well it counted in a live audit."""
    return f"{OFFICE}/counter/{level(group)}/audit/report"


def audit_report_any() -> str:
    """Filter for ``AuditReport`` of all counters."""
    return f"{OFFICE}/counter/+/audit/report"


def heat(group: str) -> str:
    """``HeatMap``, retained, from a counter: where people stood in the last hours."""
    return f"{OFFICE}/counter/{level(group)}/heat"


def heat_any() -> str:
    """Filter for ``HeatMap`` of all counters."""
    return f"{OFFICE}/counter/+/heat"


def device_status(device: str) -> str:
    """``DeviceStatus``, retained and last will, from any program or device of the office."""
    return f"{OFFICE}/device/{level(device)}/status"


def device_status_any() -> str:
    """Filter for ``DeviceStatus`` of the whole office."""
    return f"{OFFICE}/device/+/status"


def device_jobs(device: str) -> str:
    """``JobRequest``, QoS 1, from the edge to one device."""
    return f"{OFFICE}/device/{level(device)}/job"


def device_job_report(device: str) -> str:
    """``JobReport``, QoS 1, from a device to the edge."""
    return f"{OFFICE}/device/{level(device)}/job/report"


def device_job_report_any() -> str:
    """Filter for ``JobReport`` of all devices."""
    return f"{OFFICE}/device/+/job/report"


def bearer_ask(device: str) -> str:
    """``BearerAsk``, from a device that wants to speak HTTP with the edge."""
    return f"{OFFICE}/device/{level(device)}/bearer/ask"


def bearer_ask_any() -> str:
    """Filter for ``BearerAsk`` of all devices."""
    return f"{OFFICE}/device/+/bearer/ask"


def bearer(device: str) -> str:
    """``Bearer``, the edge's answer to ``bearer_ask``: good for 15 minutes."""
    return f"{OFFICE}/device/{level(device)}/bearer"


def identify() -> str:
    """``Identify``, from the edge: displays show for some seconds which node they belong to."""
    return f"{OFFICE}/identify"


def sender(topic: str) -> str:
    """Return the device, display or counter that *topic* of the office bus belongs to."""
    parts = topic.split("/")
    if len(parts) < 5 or f"{parts[0]}/{parts[1]}" != OFFICE:
        raise ValueError(f"{topic!r} names no sender")
    return parts[3]


# --- uplink ---------------------------------------------------------------------------------------------------------


def shard(office: str) -> str:
    """Return the hexadecimal digit under which *office* is ingested."""
    return hashlib.sha256(office.encode()).hexdigest()[0]


def up_events(office: str, stream: str) -> str:
    """``EventBatch``, QoS 1, from an office: rows of one stream in order."""
    return f"{UPLINK}/{shard(office)}/{level(office)}/up/ev/{level(stream)}"


def up_state(office: str) -> str:
    """``NodeState``, retained birth and last will of an office."""
    return f"{UPLINK}/{shard(office)}/{level(office)}/up/state"


def up_live(office: str) -> str:
    """``LiveState``, QoS 0, from an office every few seconds: what a console shows now, never counted."""
    return f"{UPLINK}/{shard(office)}/{level(office)}/up/live"


def up_offer(office: str) -> str:
    """``OfficeOffer``, retained, from an office: services and ways, and where its own pages are."""
    return f"{UPLINK}/{shard(office)}/{level(office)}/up/offer"


def up_agenda(office: str) -> str:
    """``AgendaAnswer``, QoS 1, from an office, after its COMMIT: what it has decided about a proposal."""
    return f"{UPLINK}/{shard(office)}/{level(office)}/up/agenda"


def up_any(digit: str = "+") -> str:
    """Filter for everything that the offices of one shard, or of all, send up."""
    return f"{UPLINK}/{digit}/+/up/#"


def down_ack(office: str) -> str:
    """``StreamAck``, QoS 1, from the centre after its COMMIT."""
    return f"{UPLINK}/{shard(office)}/{level(office)}/down/ack"


def down_command(office: str) -> str:
    """``SignedCommand``, QoS 1, from the centre."""
    return f"{UPLINK}/{shard(office)}/{level(office)}/down/cmd"


def down_agenda(office: str) -> str:
    """``SignedCommand`` with the JSON of an ``AgendaProposal``, QoS 1, from the centre."""
    return f"{UPLINK}/{shard(office)}/{level(office)}/down/agenda"


def down_any(office: str) -> str:
    """Filter for everything that the centre sends to *office*."""
    return f"{UPLINK}/{shard(office)}/{level(office)}/down/#"


def uplink_parts(topic: str) -> tuple[str, str]:
    """Return (office, rest) of an uplink topic, e.g. ``("carretas4", "up/state")``.

    Raises ``ValueError`` when the shard digit is not the office's own.
    """
    parts = topic.split("/")
    if len(parts) < 5 or f"{parts[0]}/{parts[1]}" != UPLINK:
        raise ValueError(f"{topic!r} is no uplink topic")
    office = level(parts[3])
    if parts[2] != shard(office):
        raise ValueError(f"{topic!r}: {office} belongs to shard {shard(office)}")
    return office, "/".join(parts[4:])
