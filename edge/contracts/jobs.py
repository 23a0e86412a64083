"""Work for a device: print a ticket, scan, show a sign, send an SMS (schema 1).

The edge's database owns the truth of a job. A device journals the id before it acts and never acts twice for one id:
a repeated request is answered with the recorded report.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from edge.contracts.wire import Count, Message, Name, Word

JobState = Literal["queued", "running", "done", "failed", "partial", "expired", "held"]


class TicketLine(Message, frozen=True, kw_only=True):
    """One line of a paper ticket."""

    text: str
    size: Literal["small", "normal", "large", "huge"] = "normal"
    align: Literal["left", "center"] = "center"
    bold: bool = False


class PrintTicket(Message, frozen=True, kw_only=True, tag="print_ticket", tag_field="kind"):
    """Print one paper ticket: lines, then a QR code when *qr* is given, then cut."""

    language: str
    lines: list[TicketLine]
    qr: str = ""
    right_to_left: bool = False


class Scan(Message, frozen=True, kw_only=True, tag="scan", tag_field="kind"):
    """Scan a document and send it to *upload_url* with the device's bearer."""

    dpi: int = 300
    colour: Literal["colour", "grey"] = "grey"
    source: Literal["flatbed", "feeder"] = "flatbed"
    upload_url: str = ""


class ShowSign(Message, frozen=True, kw_only=True, tag="show_sign", tag_field="kind"):
    """Set the wanted state of a sign: set, never toggle."""

    sign: Literal["door", "desk", "booth"]
    state: str  # "enter", "wait", "occupied", "free", or a turn code for a desk sign
    text: str = ""


class SendSms(Message, frozen=True, kw_only=True, tag="send_sms", tag_field="kind"):
    """Send one SMS. Number and text are at *message_url* for the device's bearer: the bus carries neither."""

    message_url: str


class SmsText(Message, frozen=True, kw_only=True):
    """What is found there, as long as the job is open."""

    to: str  # E.164
    text: str


Work = PrintTicket | Scan | ShowSign | SendSms


class JobRequest(Message, frozen=True, kw_only=True):
    """One job for one device; not started after *expires_at*."""

    schema: int = 1
    job_id: Name  # ULID
    device: Name
    work: Work
    created_at: datetime
    expires_at: datetime


class JobReport(Message, frozen=True, kw_only=True):
    """How a job goes. Reports of one job may repeat; the last state of a finished job never changes."""

    schema: int = 1
    job_id: Name
    device: Name
    state: JobState
    reason: Word = ""  # "paper_out", "expired", "bad_job", "device_offline"...
    retry: bool = False  # whether the edge may ask again under a new id
    pages_done: Count = 0
    at: datetime
