"""The survey after a visit: one to three questions, without a name, once for each turn.

An answer knows its day, channel, service and variant, and nothing that leads to the turn or to the hour. What is told
about answers leaves groups of fewer than five out.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from edge.domain.errors import BadInput
from edge.domain.kpi.release import LEAST, released_groups

MARKS = range(1, 6)  # of a scale question: 1 very bad to 5 very good
MOST_QUESTIONS = 3


@dataclass(frozen=True, slots=True)
class Question:
    """One question: a *scale* of 1 to 5, or *yes_no* (1 no, 5 yes, so that all answers can be read alike)."""

    id: str
    kind: str
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """One filled-in survey; *marks* by the id of the question."""

    day: str
    channel: str
    service: str
    variant: str
    marks: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Summary:
    """What may be told of the answers to one question: None where fewer than five answered."""

    question: str
    n: int | None
    mean_percent: int | None  # mean mark × 100
    marks: tuple[int | None, ...]  # how often 1, 2, 3, 4 and 5


def checked(marks: Mapping[str, str], questions: Sequence[Question]) -> dict[str, int]:
    """Return the *marks* of a form by question; raise ``BadInput`` (``survey_empty``, ``bad_mark``).

    A question may be left out, not all of them.
    """
    found: dict[str, int] = {}
    for question in questions:
        text = marks.get(question.id, "")
        if not text:
            continue
        allowed = MARKS if question.kind == "scale" else (MARKS[0], MARKS[-1])
        if not (text.isascii() and text.isdigit()) or int(text) not in allowed:
            raise BadInput(code="bad_mark")
        found[question.id] = int(text)
    if not found:
        raise BadInput(code="survey_empty")
    return found


def ballot(key: bytes, turn: str) -> str:
    """Return by what the office knows that somebody answered for *turn*, without keeping for which."""
    return hashlib.sha256(hmac.digest(key, f"survey|{turn}".encode(), "sha256")).hexdigest()


def summaries(answers: Sequence[Answer], questions: Iterable[str]) -> list[Summary]:
    """Return what may be told of *answers*, question by question."""
    return [_summary(question, [a.marks[question] for a in answers if question in a.marks]) for question in questions]


def groups(answers: Iterable[Answer], invited: Mapping[str, int], question: str) -> dict[str, tuple[int, int, int]]:
    """Return (invited, answered, sum of marks) by channel and "" for all, without groups of fewer than five.

    A channel that alone is too small takes the next smallest with it: nobody finds it by subtraction.
    """
    by_channel: dict[str, list[int]] = {}
    for answer in answers:
        if question in answer.marks:
            by_channel.setdefault(answer.channel, []).append(answer.marks[question])
    told = released_groups({channel: len(marks) for channel, marks in sorted(by_channel.items())})
    found = {
        channel: (max(invited.get(channel, 0), n), n, sum(by_channel[channel])) for channel, n in told.items() if n
    }
    every = [mark for marks in by_channel.values() for mark in marks]
    if len(every) >= LEAST:
        found[""] = (max(sum(invited.values()), len(every)), len(every), sum(every))
    return found


def _summary(question: str, marks: Sequence[int]) -> Summary:
    if len(marks) < LEAST:
        return Summary(question, None if marks else 0, None, (None,) * len(MARKS))
    counted = {str(mark): sum(m == mark for m in marks) for mark in MARKS}
    told = released_groups(counted)
    mean = (200 * sum(marks) + len(marks)) // (2 * len(marks))
    return Summary(question, len(marks), mean, tuple(told[str(mark)] for mark in MARKS))
