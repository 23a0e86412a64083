"""The state machines as Mermaid pictures, drawn from the tables that the code runs by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from edge.domain import accounts, agenda, alerts, documents, jobs, notices, posters, turns, visits


def states() -> str:
    """Return all pictures with their headings."""
    machines = (
        ("Turn", _rows(turns.TRANSITIONS), "remote"),
        ("Visit", _rows(visits.TRANSITIONS), "expected"),
        ("Appointment", _rows(agenda.TRANSITIONS), "held"),
        ("Alert", _rows(alerts.TRANSITIONS), "raised"),
        ("Notice", _rows(notices.TRANSITIONS), "queued"),
        ("Document from a phone", _rows(documents.TRANSITIONS), "received"),
        ("Poster", _rows(posters.TRANSITIONS), "active"),
        ("Account of staff", _rows(accounts.TRANSITIONS), "open"),
        ("Job, as the office knows it", [(a, "", b) for a, ends in jobs.NEXT.items() for b in sorted(ends)], "queued"),
    )
    return "\n".join(_picture(*machine) for machine in machines)


def _rows(table: Mapping[tuple[str, str], str]) -> list[tuple[str, str, str]]:
    return [(state, action, after) for (state, action), after in table.items()]


def _picture(title: str, rows: Iterable[tuple[str, str, str]], first: str) -> str:
    known = list(rows)
    left = {state for state, _, _ in known}
    lines = [f"### {title}", "", "```mermaid", "stateDiagram-v2", f"  [*] --> {first}"]
    lines += [f"  {a} --> {b}: {action}" if action else f"  {a} --> {b}" for a, action, b in known]
    lines += [f"  {end} --> [*]" for end in sorted({after for _, _, after in known} - left)]
    return "\n".join([*lines, "```", ""])
