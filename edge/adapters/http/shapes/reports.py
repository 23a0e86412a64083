"""What is asked of reports, the survey, notes and the action plan, and what they answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from edge.contracts.kpi import KpiDay
from edge.contracts.wire import Message

Text = Annotated[str, msgspec.Meta(max_length=2000)]
Line = Annotated[str, msgspec.Meta(max_length=400)]
Mark = Literal["", "1", "2", "3", "4", "5"]

# --- requests -------------------------------------------------------------------------------------------------------


class Filled(Message, frozen=True, kw_only=True):
    """A filled-in survey: the marks of its questions in their order, 1 (very bad, or no) to 5 (very good, or yes)."""

    q1: Mark = ""
    q2: Mark = ""
    q3: Mark = ""


class NoteWish(Message, frozen=True, kw_only=True):
    """A note of staff; no personal data. *tags*: at most five words."""

    kind: Literal["note", "incident", "suggestion"] = "note"
    tags: Line = ""
    turn: Annotated[str, msgspec.Meta(max_length=12)] = ""  # its number, where the note is about one of today
    text: Text


class VariantsWish(Message, frozen=True, kw_only=True):
    """Which variant the office works as: always *one*, or a week as *one* and a week as *other* from *first* on."""

    by: Literal["office", "week"]
    one: Annotated[str, msgspec.Meta(max_length=24)]
    other: Annotated[str, msgspec.Meta(max_length=24)] = ""
    first: date


class ActionWish(Message, frozen=True, kw_only=True):
    """One action of the plan; *version* is the one that the person has seen. Without an *id* it is new."""

    version: Annotated[int, msgspec.Meta(ge=0)]
    id: Annotated[str, msgspec.Meta(max_length=32)] = ""
    term: Literal["short", "medium", "long"] = "short"
    text: Line = ""
    owner: Line = ""
    due: Annotated[str, msgspec.Meta(max_length=10)] = ""
    progress: Literal["planned", "doing", "done", "dropped"] = "planned"
    remove: bool = False


# --- answers --------------------------------------------------------------------------------------------------------


class NoteCard(Message, frozen=True, kw_only=True):
    """One note."""

    id: str
    at: datetime
    author: str  # opaque id of who wrote it
    kind: Literal["note", "incident", "suggestion"]
    tags: list[str]
    text: str
    turn: str = ""


class SurveyLine(Message, frozen=True, kw_only=True):
    """Answers to one question; null where fewer than five people answered."""

    question: str
    answers: int | None
    mean_percent: int | None  # mean mark of 1 to 5, × 100
    marks: list[int | None]  # how often 1, 2, 3, 4 and 5


class Report(Message, frozen=True, kw_only=True):
    """Closed days with everything that was said about them."""

    first: date
    last: date
    days: list[KpiDay]
    survey: list[SurveyLine]
    notes: list[NoteCard]


class OpenDay(Message, frozen=True, kw_only=True):
    """One closed day as open data: minutes, percent and counts; null where fewer than five people are behind it."""

    day: date
    variant: str
    figures: dict[str, float | None]
    channels: dict[str, int | None]  # turns issued by channel
    satisfaction: float | None = None  # mean mark of 1 to 5
    answers: int | None = None


class OpenData(Message, frozen=True, kw_only=True):
    """Daily figures of one office."""

    office: str
    title: str
    zone: str
    licence: str
    units: dict[str, str]  # figure -> count, min, percent
    days: list[OpenDay]
