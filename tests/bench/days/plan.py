"""What will happen on one day, drawn from one seed: REQUIREMENTS' realistic day with everything that goes wrong.

The office and its estimators never see this: they see turns, calls and desks as the log tells them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from random import Random

HOURS = range(8, 20)
OPENS_S, CLOSES_S = 8 * 3600, 20 * 3600
SERVICES = ("registro", "certificado", "informacion", "familia_numerosa", "tasas", "quejas", "uniones_de_hecho")
BOOKED_MIX = (0.34, 0.30, 0.08, 0.13, 0.07, 0.03, 0.05)
WALK_IN_MIX = (0.40, 0.22, 0.20, 0.06, 0.07, 0.03, 0.02)
MINUTES = {  # mean and standard deviation of a service
    "registro": (9, 5),
    "certificado": (8, 3),
    "informacion": (6, 4),
    "familia_numerosa": (16, 8),
    "tasas": (7, 4),
    "quejas": (14, 8),
    "uniones_de_hecho": (25, 8),
}
WALK_IN_PROFILE = (4, 9, 13, 15, 14, 11, 7, 5, 7, 7, 5, 3)  # percent by hour from 8
DESKS_BY_HOUR = (4, 6, 7, 7, 7, 6, 4, 4, 4, 5, 4, 3)  # the default and one more: absences and ways come on top here
OPENED_IN_ORDER = ("1", "2", "3", "4", "5", "6", "7")  # the first ones serve every queue


@dataclass(frozen=True, slots=True)
class Truth:
    """What the world is like. Nobody tells an estimator."""

    visits: tuple[float, float] = (255.0, 40.0)  # of a day: mean and standard deviation, kept within 160 to 420
    booked_share: float = 0.60
    no_show: float = 0.12
    punctual_min: tuple[float, float] = (-7.0, 7.0)
    patience_min: float = 50.0
    silent: float = 0.5  # of those who go: without a word
    away_at_once: float = 0.02  # called in vain even at once
    transfer: float = 0.04
    way_min: tuple[float, float] = (0.6, 0.3)
    between_min: tuple[float, float] = (0.35, 0.3)
    vain_min: float = 1.8
    pauses: int = 3  # unannounced, an hour each: the agent says "pause"
    vanished: int = 1  # and an hour of an agent who stays logged in
    absent_min: float = 60.0
    day_sigma: float = 0.10  # service times of a whole day
    slow_share: float = 0.35  # of days with some hours of a slow system
    slow: float = 1.35
    odd_share: float = 0.2  # of days whose walk-ins come at other hours and for other things
    more_walk_ins: float = 0.0


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may come."""

    at_s: float  # arrival
    service: str
    slot_s: float | None
    patience_s: float
    silent: bool
    away_at_once: bool
    time_z: float  # of the service time
    moves_to: str  # service that follows by a transfer
    again_z: float


@dataclass(frozen=True, slots=True)
class Absence:
    """Nobody at a desk."""

    desk: str
    start_s: float
    end_s: float
    said: bool


@dataclass(frozen=True, slots=True)
class Day:
    """Everything that will happen."""

    people: tuple[Person, ...]
    booked: tuple[tuple[float, str], ...]  # every appointment of the day, who comes or not
    shifts: dict[str, tuple[tuple[float, float], ...]]
    absences: tuple[Absence, ...]
    factor: float
    slow_from_s: float
    slow_until_s: float
    slow: float
    truth: Truth
    chance: Random = field(compare=False)

    def service_s(self, service: str, z: float, at_s: float) -> float:
        """Return how long *service* takes when it begins at *at_s*."""
        mean, deviation = MINUTES[service]
        variance = math.log(1 + (deviation / mean) ** 2)
        slow = self.slow if self.slow_from_s <= at_s < self.slow_until_s else 1.0
        return 60 * mean * math.exp(math.sqrt(variance) * z - variance / 2) * self.factor * slow

    def short_s(self, law: tuple[float, float]) -> float:
        """Return one way or one breath between two people."""
        mean, deviation = law
        variance = math.log(1 + (deviation / mean) ** 2)
        return 60 * mean * math.exp(self.chance.gauss(0, math.sqrt(variance)) - variance / 2)


def draw(seed: int, truth: Truth) -> Day:
    """Return the day of *seed*."""
    chance = Random(seed)
    shifts = _shifts()
    visits = min(420.0, max(160.0, chance.gauss(*truth.visits)))
    booked = _booked(chance, visits * truth.booked_share)
    odd = chance.random() < truth.odd_share
    people = [
        *_appointments(chance, truth, booked),
        *_walk_ins(chance, truth, visits * (1 - truth.booked_share), odd=odd),
    ]
    slow = chance.random() < truth.slow_share
    start = chance.uniform(9, 16) * 3600
    hours, factor = chance.uniform(1.5, 3.5), math.exp(chance.gauss(0, truth.day_sigma))
    return Day(
        people=tuple(sorted(people, key=lambda person: person.at_s)),
        booked=tuple(booked),
        shifts=shifts,
        absences=tuple(_absences(chance, truth, shifts)),
        factor=factor,
        slow_from_s=start,
        slow_until_s=start + hours * 3600,
        slow=truth.slow if slow else 1.0,
        truth=truth,
        chance=Random(seed + 1_000_003),
    )


def rush(truth: Truth) -> Truth:
    """Return the same world on a day on which three hundred people more come without an appointment."""
    return replace(truth, more_walk_ins=300.0)


def _shifts() -> dict[str, tuple[tuple[float, float], ...]]:
    found: dict[str, list[tuple[float, float]]] = {}
    for hour, number in zip(HOURS, DESKS_BY_HOUR, strict=True):
        for desk in OPENED_IN_ORDER[:number]:
            rows = found.setdefault(desk, [])
            if rows and rows[-1][1] == hour * 3600:
                rows[-1] = (rows[-1][0], (hour + 1) * 3600)
            else:
                rows.append((hour * 3600, (hour + 1) * 3600))
    return {desk: _with_break(tuple(rows), number) for number, (desk, rows) in enumerate(found.items())}


def _with_break(rows: tuple[tuple[float, float], ...], number: int) -> tuple[tuple[float, float], ...]:
    """Return one desk's shift with half an hour's break in every four hours or more, one desk after the other."""
    found: list[tuple[float, float]] = []
    for start, end in rows:
        hours = (end - start) / 3600
        for part in range(max(1, round(hours / 5)) if hours >= 4 else 0):
            pause = start + (end - start) * (part + 0.5) / max(1, round(hours / 5)) + 1800 * (number % 4 - 1.5)
            found.append((start if not part else found.pop()[0], pause))
            found.append((pause + 1800, end))
        if hours < 4:
            found.append((start, end))
    return tuple(found)


def _booked(chance: Random, wanted: float) -> list[tuple[float, str]]:
    """Return slots on the grid of ten minutes: as long as the service usually takes, at most 85 % of the open desks."""
    by_hour = zip(HOURS, DESKS_BY_HOUR, strict=True)
    room = {hour * 3600 + 600 * n: 0.85 * desks for hour, desks in by_hour for n in range(6)}
    found: list[tuple[float, str]] = []
    for service in chance.choices(SERVICES, BOOKED_MIX, k=round(wanted)):
        length = -(-MINUTES[service][0] // 10)
        starts = [at for at in room if all(room.get(at + 600 * n, 0.0) >= 1 for n in range(length))]
        if starts:
            slot = chance.choice(starts)
            found.append((float(slot), service))
            for n in range(length):
                room[slot + 600 * n] -= 1
    return sorted(found)


def _appointments(chance: Random, truth: Truth, booked: list[tuple[float, str]]) -> list[Person]:
    found = []
    for slot, service in booked:
        offset = min(25.0, max(-30.0, chance.gauss(*truth.punctual_min)))
        person = _person(chance, truth, max(OPENS_S, slot + 60 * offset), service, slot)
        if chance.random() >= truth.no_show:
            found.append(person)
    return found


def _walk_ins(chance: Random, truth: Truth, usual: float, *, odd: bool) -> list[Person]:
    profile = list(WALK_IN_PROFILE)
    mix = list(WALK_IN_MIX)
    if odd:
        shift = chance.choice((-1, 1))
        profile = profile[-shift:] + profile[:-shift]
        mix = [share * chance.uniform(0.5, 1.8) for share in mix]
    expected = usual + truth.more_walk_ins
    found = []
    for hour, share in zip(HOURS, profile, strict=True):
        rate = expected * share / sum(profile) / 3600
        at = hour * 3600 + chance.expovariate(rate)
        while at < (hour + 1) * 3600:
            found.append(_person(chance, truth, at, chance.choices(SERVICES, mix)[0], None))
            at += chance.expovariate(rate)
    return found


def _person(chance: Random, truth: Truth, at: float, service: str, slot: float | None) -> Person:
    moves = chance.random() < truth.transfer
    return Person(
        at_s=at,
        service=service,
        slot_s=slot,
        patience_s=60 * chance.expovariate(1 / truth.patience_min) if slot is None else math.inf,
        silent=chance.random() < truth.silent,
        away_at_once=chance.random() < truth.away_at_once,
        time_z=chance.gauss(0, 1),
        moves_to=chance.choices(SERVICES, WALK_IN_MIX)[0] if moves else "",
        again_z=chance.gauss(0, 1),
    )


def _absences(chance: Random, truth: Truth, shifts: dict[str, tuple[tuple[float, float], ...]]) -> list[Absence]:
    found = []
    for number in range(truth.pauses + truth.vanished):
        desk = chance.choice(sorted(shifts))
        start, end = chance.choice(shifts[desk])
        begins = chance.uniform(start, max(start, end - 1800))
        found.append(Absence(desk, begins, begins + 60 * truth.absent_min, said=number < truth.pauses))
    return found
