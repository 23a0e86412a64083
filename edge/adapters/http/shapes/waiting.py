"""Waiting times as open data, and how good they were."""

from __future__ import annotations

from datetime import datetime

from edge.contracts.wire import Message


class ServiceWait(Message, frozen=True, kw_only=True):
    """One service now. *wait_min*: three of four people wait less; low and high hold eight of ten. Absent: no desk."""

    service: str
    name: str
    queue: str
    waiting: int
    wait_min: int | None = None
    wait_low_min: int | None = None
    wait_high_min: int | None = None
    admitted: bool


class OfficeWaits(Message, frozen=True, kw_only=True):
    """All services of one office at one moment."""

    office: str
    title: str
    at: datetime
    open: bool
    services: list[ServiceWait]


class HourWait(Message, frozen=True, kw_only=True):
    """Waits of walk-ins who came in one hour of the week; *median_min* and *p90_min* are upper ends of 5 minutes."""

    weekday: int  # 0 = Monday
    hour: int
    turns: int
    median_min: int
    p90_min: int


class WaitPattern(Message, frozen=True, kw_only=True):
    """The usual week of one office. Hours with fewer than five turns are left out."""

    office: str
    weeks: int
    hours: list[HourWait]


class Accuracy(Message, frozen=True, kw_only=True):
    """How good told waits were. Minutes; *bias_min* below zero: people waited longer than the middle of the band."""

    turns: int
    mean_error_min: float
    bias_min: float
    covered: float  # share of calls inside the band; 0.8 is meant
    waited_longer: float  # share that waited over five minutes longer than announced


class HourAccuracy(Accuracy, frozen=True, kw_only=True):
    """The same for those who were told within one hour."""

    hour: datetime


class AccuracyReport(Message, frozen=True, kw_only=True):
    """Accuracy between two moments; *overall* is absent where no call has come."""

    start: datetime
    end: datetime
    overall: Accuracy | None = None
    hours: list[HourAccuracy]
