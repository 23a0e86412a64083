"""Draws that stay the same for the same person from one refresh to the next, and spread evenly over all runs.

Each person's draw of one kind is a permutation of the strata 0..n-1 of n runs (Latin hypercube sampling, McKay et al.
1979), chosen by the person's id: common random numbers, so that what people are told does not flicker. The *seed* of
the office chooses the permutations.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log
from random import Random
from statistics import NormalDist
from zlib import crc32

_POOL = 211  # permutations that are kept; two persons share one only by accident
_NORMAL = NormalDist()


class Chance:
    """*runs* draws for each person and kind."""

    def __init__(self, seed: int, runs: int) -> None:
        chosen = Random(seed)  # noqa: S311 - no secret
        self.runs = runs
        self._pool = [chosen.sample(range(runs), runs) for _ in range(_POOL)]
        self.levels = [(n + 0.5) / runs for n in range(runs)]
        self._z = [_NORMAL.inv_cdf(level) for level in self.levels]
        self._exponential = [-log(1 - level) for level in self.levels]

    def strata(self, name: str, kind: str) -> Sequence[int]:
        """Return the stratum of each run."""
        return self._pool[crc32(f"{kind}/{name}".encode()) % _POOL]

    def uniform(self, name: str, kind: str) -> list[float]:
        """Return numbers between 0 and 1."""
        levels = self.levels
        return [levels[n] for n in self.strata(name, kind)]

    def normal(self, name: str, kind: str) -> list[float]:
        """Return standard normal numbers."""
        z = self._z
        return [z[n] for n in self.strata(name, kind)]

    def exponential(self, name: str, kind: str) -> list[float]:
        """Return exponential numbers of mean 1."""
        table = self._exponential
        return [table[n] for n in self.strata(name, kind)]

    def lognormal_table(self, mu: float, sigma: float) -> list[float]:
        """Return one value for each stratum, in order."""
        return [exp(mu + sigma * z) for z in self._z]


def remaining(level: float, passed: float, mu: float, sigma: float) -> float:
    """Return the rest of a log-normal time of which *passed* is over, at *level* of what is left of the law."""
    if passed <= 0:
        return exp(mu + sigma * _NORMAL.inv_cdf(level))
    before = _NORMAL.cdf((log(passed) - mu) / sigma)
    if before > 0.9995:  # longer than the law knows: then half as long again, give or take
        return passed * 0.5 * -log(1 - level)
    return max(0.0, exp(mu + sigma * _NORMAL.inv_cdf(before + (1 - before) * level)) - passed)
