"""The action plan of a pilot: what is done in the short, medium and long term, and what changed between versions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from edge.domain.errors import BadInput, Conflict
from edge.domain.notes import personal

LONGEST = 300  # characters of one text
MOST = 60  # actions


class Term(StrEnum):
    """When it is to be done."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


class Progress(StrEnum):
    """How far it is."""

    PLANNED = "planned"
    DOING = "doing"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do; *owner* is a team or a post, never a person."""

    id: str
    term: Term
    text: str
    owner: str = ""
    due: date | None = None
    progress: Progress = Progress.PLANNED


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one action in a new version: *added*, *removed*, or a field that *changed*."""

    kind: str
    action: str
    text: str
    field: str = ""
    was: str = ""
    now: str = ""


def checked(action: Action) -> Action:
    """Return *action*; raise ``BadInput`` (``plan_empty``, ``plan_too_long``, or the personal data that it holds)."""
    if not action.text:
        raise BadInput(code="plan_empty")
    if max(len(action.text), len(action.owner)) > LONGEST:
        raise BadInput(code="plan_too_long")
    if code := personal(f"{action.text} {action.owner}"):
        raise BadInput(code=code)
    return action


def no_person(owner: str, names: Iterable[str]) -> None:
    """Raise ``BadInput`` (``plan_person``) when *owner* is one of the people with these *names*.

    "Ana" and "Ana García" are Ana García, "Ana García" is Ana; "Puesto 3" and "Entrada" are nobody.
    """
    said = _words(owner)
    for name in map(_words, names):
        if said and name and (said <= name or name <= said):
            raise BadInput(code="plan_person")


def with_action(actions: Sequence[Action], action: Action) -> tuple[Action, ...]:
    """Return the plan with *action*, new or in the place of the one with its id; raise ``BadInput`` (``plan_full``)."""
    checked(action)
    if any(known.id == action.id for known in actions):
        return tuple(action if known.id == action.id else known for known in actions)
    if len(actions) >= MOST:
        raise BadInput(code="plan_full")
    return (*actions, action)


def without(actions: Sequence[Action], action_id: str) -> tuple[Action, ...]:
    """Return the plan without one action."""
    return tuple(action for action in actions if action.id != action_id)


def same_version(seen: int, newest: int) -> None:
    """Raise ``Conflict`` (``plan_conflict``) when somebody saved another version than was *seen*."""
    if seen != newest:
        raise Conflict(f"version {seen} was changed to {newest}", code="plan_conflict")


def changes(before: Sequence[Action], after: Sequence[Action]) -> list[Change]:
    """Return what a new version changed, in the order of the plan."""
    old, new = {a.id: a for a in before}, {a.id: a for a in after}
    found = [Change("removed", a.id, a.text) for a in before if a.id not in new]
    for action in after:
        if action.id not in old:
            found.append(Change("added", action.id, action.text))
        else:
            found += _fields(old[action.id], action)
    return found


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold()))


def _fields(was: Action, now: Action) -> list[Change]:
    pairs = ((f.name, _word(getattr(was, f.name)), _word(getattr(now, f.name))) for f in fields(Action))
    return [Change("changed", now.id, now.text, name, one, other) for name, one, other in pairs if one != other]


def _word(value: object) -> str:
    return "" if value is None else str(value)
