"""Two ways of working, side by side: by office, or week about in one office. Every figure says under which one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

BASE = "base"  # an office that tries nothing out


class VariantBy(StrEnum):
    """What decides."""

    OFFICE = "office"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Variants:
    """From *first* on the office works as *names*: always the first of them, or a week each in turn from Monday."""

    by: VariantBy = VariantBy.OFFICE
    names: tuple[str, ...] = (BASE,)
    first: date = date.min


def variant_of(day: date, variants: Variants) -> str:
    """Return the variant of *day*; ``base`` before the first day of a plan."""
    if day < variants.first or not variants.names:
        return BASE
    if variants.by is VariantBy.OFFICE:
        return variants.names[0]
    return variants.names[(_monday(day) - _monday(variants.first)) // 7 % len(variants.names)]


def _monday(day: date) -> int:
    return day.toordinal() - day.weekday()
