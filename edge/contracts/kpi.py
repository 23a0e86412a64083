"""Figures of a closed quarter of an hour and of a closed day, as the office stores them and the centre shows them.

They travel in the stream ``telemetry`` as ``kpi_quarter`` and ``kpi_day``. Whole numbers only: computed again from the
same rows of the log they are the same bytes. docs/reports.md has every formula.
"""

from __future__ import annotations

from datetime import date, datetime

from edge.contracts.wire import Message, Name, Word

QUARTER, DAY = "kpi_quarter", "kpi_day"  # types of the rows of the uplink


class KpiSpread(Message, frozen=True, kw_only=True, omit_defaults=True):
    """How long something took: *n* times, *total_s* together; percentiles by nearest rank, in seconds."""

    n: int = 0
    total_s: int = 0
    p50_s: int = 0
    p80_s: int = 0
    p90_s: int = 0
    most_s: int = 0


class KpiTurns(Message, frozen=True, kw_only=True, omit_defaults=True):
    """What happened to the turns of one slice."""

    issued: int = 0
    arrived: int = 0
    appointments: int = 0
    no_phone: int = 0
    served: int = 0
    procedures: int = 0
    video: int = 0
    wait: KpiSpread = KpiSpread()
    within_10: int = 0
    within_15: int = 0
    within_25: int = 0
    delay: KpiSpread = KpiSpread()
    way: KpiSpread = KpiSpread()
    service: KpiSpread = KpiSpread()
    inaccurate: int = 0
    visit: KpiSpread = KpiSpread()
    calls: int = 0
    recalls: int = 0
    overrides: int = 0
    returned: int = 0
    transferred: int = 0
    no_show: int = 0
    abandoned: int = 0
    unattended: int = 0
    broken_off: int = 0
    not_arrived: int = 0
    carried_over: int = 0
    merged: int = 0
    refused: dict[str, int] = {}
    eta: KpiSpread = KpiSpread()
    eta_longer: int = 0


class KpiHouse(Message, frozen=True, kw_only=True, omit_defaults=True):
    """What is not a matter of one turn."""

    booked: int = 0
    checked_in: int = 0
    missed: int = 0
    cancelled: int = 0
    freed: int = 0
    reused: int = 0
    desk_open_s: int = 0
    desk_busy_s: int = 0
    devices: dict[str, tuple[int, int]] = {}  # device -> seconds that it worked, seconds that its state was known
    people_most: int | None = None
    people_least: int | None = None  # while a desk was open
    measured_s: int = 0
    measurable_s: int = 0
    help: KpiSpread = KpiSpread()
    submissions: int = 0
    documents: int = 0
    printed: int = 0
    printed_partly: int = 0
    not_printed: int = 0
    video_known: int = 0  # of a closed day: video visits of seven days before that have a case...
    journeys_saved: int = 0  # ...and after which nobody came to the office for it


class KpiSurvey(Message, frozen=True, kw_only=True):
    """The first question of the survey in one channel; groups of fewer than five are never told."""

    invited: int
    answered: int
    total: int  # sum of the marks, 1 to 5


class KpiRows(Message, frozen=True, kw_only=True):
    """From which rows of one stream of the log it was computed: after *after*, up to *upto*."""

    after: int
    upto: int


class KpiQuarter(Message, frozen=True, kw_only=True):
    """A quarter of an hour that is over."""

    schema: int = 1
    office: Name
    start: datetime
    end: datetime
    variant: Word
    rows: dict[str, KpiRows]  # by stream
    all: KpiTurns
    channels: dict[str, KpiTurns] = {}  # where anything happened
    services: dict[str, KpiTurns] = {}
    house: KpiHouse


class KpiDay(Message, frozen=True, kw_only=True):
    """A day that is closed."""

    schema: int = 1
    office: Name
    day: date
    zone: str
    start: datetime
    end: datetime
    closed_at: datetime
    variant: Word
    rows: dict[str, KpiRows]
    all: KpiTurns
    channels: dict[str, KpiTurns] = {}
    services: dict[str, KpiTurns] = {}
    house: KpiHouse
    survey: dict[str, KpiSurvey] = {}  # by channel, "" for all
    offered: int = 0  # services of the office
