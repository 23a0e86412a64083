"""Everybody's place in the calling order as one number: made by the desk's own rules, compared thousands of times.

Places only change at moments that are known before: a slot becomes due, a walk-in has waited too long, a colleague's
work becomes everybody's. So every turn has one rank for each stretch between them, and whoever has the smallest
(level, rank) among those that a desk serves is called, which is what ``calling.choose`` answers (a property test holds
the two against each other).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from edge.domain.calling import HELP, OWN_WORK, Policy, WorkProfile, place_of, rule_of, sort_key
from edge.domain.turns import Turn

Change = tuple[float, int, int, int]  # seconds from now, person, rank and group from then on
Levels = tuple[int, ...]  # at which level each desk serves a group
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """*ranks* and *group* of each person now; *changes*: when they become others. *owner*: whose a rank is."""

    ranks: tuple[int, ...]
    group: tuple[int, ...]
    changes: tuple[Change, ...]
    owner: tuple[int, ...]
    levels: tuple[Levels, ...]  # of each group


def standing(turns: Sequence[Turn], profiles: Sequence[WorkProfile], *, now: datetime, policy: Policy) -> Standing:
    """Return the places of *turns* from *now* on at desks with *profiles*; persons are their positions in *turns*."""
    phases = sorted(
        (sort_key(rule_of(turn, at, policy), turn), person, at)
        for person, turn in enumerate(turns)
        for at in _moments(turn, now, policy)
    )
    known: dict[Levels, int] = {}
    levels = [_levels(turn, profiles) for turn in turns]
    ranks, group, changes = [0] * len(turns), [0] * len(turns), []
    for rank, (_, person, at) in enumerate(phases):
        row = _aged(levels[person], turns[person], at, policy)
        number = known.setdefault(row, len(known))
        if at <= now:
            ranks[person], group[person] = rank, number
        else:
            changes.append(((at - now) / SECOND, person, rank, number))
    return Standing(tuple(ranks), tuple(group), tuple(sorted(changes)), tuple(p for _, p, _ in phases), tuple(known))


def _levels(turn: Turn, profiles: Sequence[WorkProfile]) -> Levels:
    return tuple(profile.level(turn) for profile in profiles)


def _aged(levels: Levels, turn: Turn, at: datetime, policy: Policy) -> Levels:
    """Return at which levels *turn* is served at that time: help becomes own work with ``Policy.help_after``."""
    if policy.help_after is None or at - place_of(turn) < policy.help_after:
        return levels
    return tuple(OWN_WORK if level == HELP else level for level in levels)


def _moments(turn: Turn, now: datetime, policy: Policy) -> list[datetime]:
    """Return *now* and when another rule or level begins to hold for *turn*."""
    later = [] if turn.due_at is None else [turn.due_at - policy.due_lead]
    if policy.walk_in_cap is not None:
        later.append(place_of(turn) + policy.walk_in_cap + timedelta(microseconds=1))  # beyond the cap, not at it
    if policy.help_after is not None:
        later.append(place_of(turn) + policy.help_after)
    return [now, *sorted({at for at in later if at > now})]
