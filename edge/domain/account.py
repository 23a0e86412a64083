"""What was counted since the anchor, and so how far the count may be from the truth."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType

from edge.domain.doors import Flows, together, total
from edge.domain.doubt import SURE, Doubt
from edge.domain.lean import Judge, doubt_of_doors


@dataclass(frozen=True, slots=True)
class Span:
    """What doors counted in a time, and what cameras may have missed meanwhile because they were blind."""

    flows: Flows = field(default_factory=lambda: MappingProxyType({}))
    blind: Doubt = SURE

    def __add__(self, other: Span) -> Span:
        """Return both together."""
        return Span(together(self.flows, other.flows), self.blind + other.blind)

    def doubt(self, judge: Judge) -> Doubt:
        """Return truth - count over this time."""
        return doubt_of_doors(self.flows, judge) + self.blind


@dataclass(frozen=True, slots=True)
class Account:
    """All since the anchor (*whole*), and since the count last had to be lifted to zero (*recent*).

    A count below zero proves people whom nobody counted. How many more there may be follows from the whole time and all
    that was *lifted* in it: judged step by step, the doubt would shrink with every step that confirms it.
    """

    whole: Span = Span()
    recent: Span = Span()
    lifted: int = 0
    remainder: Doubt = SURE  # truth - count right after the last lift
    blind_people: float = 0.0  # who may have passed unseen

    @property
    def crossings(self) -> int:
        """Return how many were counted since the anchor."""
        return total(self.whole.flows.values()).total

    def plus(self, span: Span, *, blind_people: float = 0.0) -> Account:
        """Return the account after *span* passed."""
        return replace(
            self, whole=self.whole + span, recent=self.recent + span, blind_people=self.blind_people + blind_people
        )

    def lift(self, people: int, judge: Judge) -> Account:
        """Return the account after the count had to be lifted by so many *people*."""
        lifted = self.lifted + people
        remainder = self.whole.doubt(judge).at_least(lifted).moved(lifted)
        return replace(self, recent=Span(), lifted=lifted, remainder=remainder)

    def doubt(self, judge: Judge) -> Doubt:
        """Return truth - count."""
        return self.remainder + self.recent.doubt(judge)

    def __add__(self, later: Account) -> Account:
        """Return one account of two times that follow each other."""
        return Account(
            whole=self.whole + later.whole,
            recent=later.recent if later.lifted else self.recent + later.recent,
            lifted=self.lifted + later.lifted,
            remainder=later.remainder if later.lifted else self.remainder,
            blind_people=self.blind_people + later.blind_people,
        )


EMPTY = Account()
