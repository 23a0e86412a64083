"""How long the office keeps what: one list. The nightly job deletes by it, a test proves it, documents are made of it.

How a row that is over its time is found stands beside the tables (``adapters/sqlite/retention.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

MONTHS_13 = timedelta(days=396)
SLACK = timedelta(days=1)  # the job runs once a night: no row gets older than its time and this


@dataclass(frozen=True, slots=True)
class Rule:
    """*what* is kept for *keeps* since its *since*; *law* names where that is written."""

    what: str
    keeps: timedelta
    since: str
    law: str


RULES: tuple[Rule, ...] = (
    Rule("contact", timedelta(), "expires_at: end of the visit and 24 h", "GDPR 5.1.e"),
    Rule("procedure", timedelta(days=30), "the day of its turn", "pseudonymous; afterwards only sums"),
    Rule("deed", timedelta(days=30), "when it was done", "what an agent may take back, within seconds"),
    Rule("turn", timedelta(days=30), "its day", "pseudonymous; afterwards only sums"),
    Rule("visit", timedelta(days=30), "its beginning, without a turn", "pseudonymous; afterwards only sums"),
    Rule("appointment", timedelta(days=30), "its slot", "pseudonymous; afterwards only sums"),
    Rule("booking_key", timedelta(days=2), "the press of the button", "so that a second press changes nothing"),
    Rule("person", timedelta(), "expires_at: a day after the appointment", "a keyed hash, for the limit of a person"),
    Rule("outbound", timedelta(), "until: sent, or of no use any more", "GDPR 5.1.e"),
    Rule("closed_range", timedelta(days=2), "its end", "settings of a day"),
    Rule("lease_slot", timedelta(days=40), "its slot", "conflicts with the centre"),
    Rule("proposal", timedelta(days=40), "its receipt", "the same proposal gets the same answer"),
    Rule("conversation", timedelta(hours=24), "the last word", "GDPR 5.1.e; its words were never kept"),
    Rule("notice", timedelta(days=30), "its writing", "pseudonymous; afterwards only sums"),
    Rule("alert", timedelta(days=30), "its raising", "pseudonymous; the log keeps its own time"),
    Rule("told", timedelta(days=30), "when it was told", "pseudonymous; afterwards only sums"),
    Rule("number", timedelta(days=30), "its day", "afterwards only sums"),
    Rule("link", timedelta(days=90), "its visit or slot", "opens nothing any more"),
    Rule("job", timedelta(days=30), "its order", "needed for complaints about paper"),
    Rule("command", timedelta(days=90), "its receipt", "audit"),
    Rule("refused", timedelta(days=90), "the refusal", "audit"),
    Rule("telemetry", timedelta(days=30), "its measurement", "the centre has it, or has been away too long"),
    Rule("crossing", timedelta(hours=48), "its minute", "people counted: raw records"),
    Rule("count_quarter", MONTHS_13, "its quarter", "sums of 15 minutes"),
    Rule("inside", MONTHS_13, "its minute", "sums of 15 minutes"),
    Rule("kpi_quarter", MONTHS_13, "its quarter", "sums of 15 minutes"),
    Rule("kpi_day", timedelta(days=5 * 366), "its day", "sums of a day: no person in them"),
    Rule("survey_answer", MONTHS_13, "its day", "anonymous"),
    Rule("survey_ballot", timedelta(days=3), "its answer", "says only that an answer was given"),
    Rule("note", timedelta(), "expires_at: 13 months after it was written", "no personal data"),
    Rule("session", timedelta(days=2), "its log-in", "a session is over long before"),
    Rule("event", timedelta(days=90), "the event", "audit; the centre keeps it longer"),
)


def before(rule: Rule, now: datetime) -> datetime:
    """Return the moment before which a row of *rule* is over its time."""
    return now - rule.keeps
