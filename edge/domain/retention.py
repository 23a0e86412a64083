"""How long the office keeps what: one list. One job deletes by it, a test proves it, docs/reports.md shows it.

How a row that is over its time is found stands beside the tables (``adapters/sqlite/retention.py``), with the holds:
what is still needed by something open stays until that is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

MONTHS = 13  # of sums of 15 minutes
SUMS = timedelta(days=396)  # the same in days


@dataclass(frozen=True, slots=True)
class Rule:
    """*what* is kept for *keeps* since its *since*; *law* names where that is written.

    What goes *soon* goes within a minute; everything else in the night after its time.
    """

    what: str
    keeps: timedelta
    since: str
    law: str
    soon: bool = False


RULES: tuple[Rule, ...] = (
    Rule("contact", timedelta(), "expires_at: end of the visit and 24 h", "GDPR 5.1.e", soon=True),
    Rule("procedure", timedelta(days=30), "the day of its turn", "pseudonymous; afterwards only sums"),
    Rule("deed", timedelta(days=30), "when it was done", "what an agent may take back, within seconds"),
    Rule("turn", timedelta(days=30), "its day", "pseudonymous; afterwards only sums"),
    Rule("visit", timedelta(days=30), "its beginning, without a turn", "pseudonymous; afterwards only sums"),
    Rule("appointment", timedelta(days=30), "its slot", "pseudonymous; afterwards only sums"),
    Rule("person", timedelta(), "expires_at: a day after the appointment", "the limit of a person", soon=True),
    Rule("challenge", timedelta(), "nobody is asked for the code any more", "GDPR 5.1.e", soon=True),
    Rule("closed_range", timedelta(days=2), "its end", "settings of a day"),
    Rule("lease_slot", timedelta(days=40), "its slot", "conflicts with the centre"),
    Rule("proposal", timedelta(days=40), "its receipt", "longer than an agenda is open: the same one, the same answer"),
    Rule("conversation_own", timedelta(hours=24), "the last word of its conversation", "GDPR 5.1.e", soon=True),
    Rule("conversation", timedelta(hours=24), "the last word", "GDPR 5.1.e; its words were never kept", soon=True),
    Rule("notice", timedelta(days=30), "its writing", "pseudonymous; afterwards only sums"),
    Rule("alert", timedelta(days=30), "its raising, once it is over", "pseudonymous; the log keeps its own time"),
    Rule("told", timedelta(days=30), "when it was told", "pseudonymous; afterwards only sums"),
    Rule("wait_day", SUMS, "its day", "sums of a day: no person in them"),
    Rule("number", timedelta(days=30), "its day", "afterwards only sums"),
    Rule("visit_link", timedelta(days=2), "its turn, its press", "opens nothing any more"),
    Rule("talk_link", timedelta(), "its conversation is gone", "opens nothing any more", soon=True),
    Rule("booking_link", timedelta(days=90), "its booking", "opens nothing any more"),
    Rule("job", timedelta(days=30), "its order, once it is done", "needed for complaints about paper"),
    Rule("document", timedelta(days=30), "its receipt, once its bytes are gone", "Ley 39/2015 16: what was handed in"),
    Rule("submission", timedelta(days=30), "its hour, once all of it is handed on", "Ley 39/2015 16"),
    Rule("identity", timedelta(), "the key that seals it is gone", "GDPR 5.1.e", soon=True),
    Rule("certificate", timedelta(days=365), "its making", "so that a paper can be checked for a year"),
    Rule("command", timedelta(days=90), "its receipt", "audit"),
    Rule("refused", timedelta(days=90), "the refusal", "audit"),
    Rule("telemetry", timedelta(days=30), "its measurement", "the centre has it, or has been away too long"),
    Rule("crossing", timedelta(hours=48), "its minute", "people counted: raw records", soon=True),
    Rule("inside_minute", timedelta(hours=48), "its minute, but for every fifth", "people counted: raw records"),
    Rule("count_quarter", SUMS, "its quarter", "sums of 15 minutes"),
    Rule("count_place", SUMS, "the last that was counted there", "a name for sums of 15 minutes"),
    Rule("inside", SUMS, "its minute", "sums of 15 minutes"),
    Rule("audit", SUMS, "its beginning", "how far the sums can be trusted"),
    Rule("kpi_quarter", SUMS, "its quarter", "sums of 15 minutes"),
    Rule("kpi_day", timedelta(days=5 * 366), "its day", "sums of a day: no person in them"),
    Rule("case_visit", timedelta(days=9), "the end of its visit", "a keyed hash, to count journeys saved by video"),
    Rule("survey_answer", SUMS, "its day", "anonymous"),
    Rule("survey_ballot", timedelta(days=3), "its answer", "says only that an answer was given"),
    Rule("note", timedelta(), "expires_at: 13 months after it was written", "no personal data"),
    Rule("session", timedelta(days=2), "its log-in", "a session is over long before"),
    Rule("event", timedelta(days=90), "the event", "audit; the centre keeps it longer"),
)

_BY_NAME = {rule.what: rule for rule in RULES}


def kept(what: str) -> timedelta:
    """Return how long *what* is kept; raise ``KeyError`` for what is not in the list."""
    return _BY_NAME[what].keeps


def before(rule: Rule, now: datetime) -> datetime:
    """Return the moment before which a row of *rule* is over its time."""
    return now - rule.keeps
