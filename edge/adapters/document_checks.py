"""What no type can refuse in an office's documents: hours, days and desks that cannot be meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date, time
from itertools import pairwise

from edge.contracts.office import (
    Catalogue,
    DeskEntry,
    Holidays,
    HoursEntry,
    OfficeDocument,
    PrivacyEntry,
    SeasonEntry,
    SpecialDay,
    Weekday,
)

LATEST_NIGHT = time(6)  # an office that "closes before it opens" is open past midnight until then, or it is a mistake
_DAY_MIN = 24 * 60
_WEEK_MIN = 7 * _DAY_MIN
_WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Flaw(ValueError):
    """A document says what cannot be meant: *where* is the key, *why* a sentence for the person who wrote it."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where, self.why = where, why


def check_office(document: OfficeDocument) -> None:
    """Raise ``Flaw`` for the first thing in *document* that cannot be meant."""
    if not document.languages:
        raise Flaw("languages", "an office speaks one language at least")
    if twice := _twice(document.languages):
        raise Flaw("languages", f"{twice!r} is there twice")
    if not document.hours:
        raise Flaw("hours", "an office has opening hours: [[hours]] with days, opens and closes")
    _check_hours("hours", document.hours)
    _check_seasons(document.season)
    _check_special(document.special)
    _check_desks(document.desk)
    if document.privacy is not None:
        _check_privacy(document.privacy)


def check_catalogue(catalogue: Catalogue) -> None:
    """Raise ``Flaw`` for a service that two ids mean, or a sensitive one whose id says more than its names do.

    The id stands in addresses, forms and the history of a citizen's browser, so it may only use words of the names.
    """
    known = dict.fromkeys(catalogue.service, "")
    for name, service in catalogue.service.items():
        told = {word for text in service.names.values() for word in _letters(text)}
        if service.neutral and (telling := set(name.split("_")) - told):
            raise Flaw(f"service.{name}", f"{min(telling)!r} is seen in addresses, and no name of the service says it")
        for former in service.formerly:
            if former in known:
                raise Flaw(f"service.{name}.formerly", f"{former!r} is already an id of {known[former] or former!r}")
            known[former] = name


def check_holidays(table: Holidays) -> None:
    """Raise ``Flaw`` for a day of *table* that no calendar has."""
    for day in table.yearly:
        _day_of_year(f"yearly.{day}", day)
    for text in table.dates:
        try:
            date.fromisoformat(text)
        except ValueError:
            raise Flaw(f"dates.{text}", "is no day; a day is written as 2026-12-24") from None


def _letters(text: str) -> list[str]:
    """Return the words of a name as an id spells them: no case, no accents."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"[a-z0-9]+", "".join(c for c in spread if not unicodedata.combining(c)))


def _check_hours(where: str, rows: Sequence[HoursEntry]) -> None:
    spans = sorted(span for place, row in enumerate(rows) for span in _spans(f"{where}[{place}]", row))
    for begin, end, key, text in spans[:1]:  # Sunday's night meets Monday
        spans.append((begin + _WEEK_MIN, end + _WEEK_MIN, key, text))
    for (_, end, _, first), (begin, _, key, second) in pairwise(spans):
        if begin < end:
            raise Flaw(f"{key}.days", f"{second} overlaps with {first}")


def _spans(where: str, row: HoursEntry) -> Iterator[tuple[int, int, str, str]]:
    """Yield (begin, end, key, words) of each day of *row*, in minutes of the week."""
    if not row.days:
        raise Flaw(f"{where}.days", "names no day")
    if twice := _twice(row.days):
        raise Flaw(f"{where}.days", f"{twice!r} is there twice")
    if row.opens == row.closes:
        raise Flaw(f"{where}.closes", f"opens and closes at {row.opens}, which is never; leave the row out")
    length = _length_min(where, row)
    for day in row.days:
        begin = _WEEK.index(day) * _DAY_MIN + _minutes(row.opens)
        yield begin, begin + length, where, f"{day} {row.opens}-{row.closes}"


def _length_min(where: str, row: HoursEntry | SpecialDay) -> int:
    if row.closes < row.opens and time.fromisoformat(row.closes) > LATEST_NIGHT:
        raise Flaw(f"{where}.closes", f"closes at {row.closes}, before it opens at {row.opens}")
    return (_minutes(row.closes) - _minutes(row.opens)) % _DAY_MIN


def _check_seasons(seasons: Sequence[SeasonEntry]) -> None:
    held: dict[tuple[int, int], int] = {}
    for place, season in enumerate(seasons):
        first = _day_of_year(f"season[{place}].first", season.first)
        last = _day_of_year(f"season[{place}].last", season.last)
        _check_hours(f"season[{place}].hours", season.hours)
        for day in _days_between(first, last):
            if day in held:
                raise Flaw(f"season[{place}].first", f"{day[0]:02}-{day[1]:02} is already in season[{held[day]}]")
            held[day] = place


def _days_between(first: tuple[int, int], last: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the days of the year from *first* to *last*, both included, over New Year when *last* is earlier."""
    year = [(day.month, day.day) for day in map(date.fromordinal, range(*_LEAP_YEAR))]
    return [day for day in year if (first <= day <= last if first <= last else day >= first or day <= last)]


_LEAP_YEAR = (date(2024, 1, 1).toordinal(), date(2025, 1, 1).toordinal())


def _check_special(days: Sequence[SpecialDay]) -> None:
    for place, day in enumerate(days):
        _length_min(f"special[{place}]", day)
        if place and day.date == days[place - 1].date:
            raise Flaw(f"special[{place}].date", f"{day.date} is there twice")
        if place and day.date < days[place - 1].date:
            raise Flaw(f"special[{place}].date", f"{day.date} is before the day above it; write them in order")


def _check_desks(desks: dict[str, DeskEntry]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for name, desk in desks.items():
        if not desk.queues:
            raise Flaw(f"desk.{name}.queues", "serves no queue")
        if twice := _twice(desk.queues):
            raise Flaw(f"desk.{name}.queues", f"{twice!r} is there twice")
        if not desk.label.strip():
            raise Flaw(f"desk.{name}.label", "is empty: people have to find the desk")
        key = (desk.label.strip(), desk.zone.strip())
        if key in seen:
            raise Flaw(f"desk.{name}.label", f"desk {seen[key]!r} has the label {desk.label!r} in the same zone")
        seen[key] = name


def _check_privacy(privacy: PrivacyEntry) -> None:
    """Refuse gaps that would be gaps on the poster of the entrance."""
    for key in ("controller", "address", "email", "dpo"):
        if not getattr(privacy, key).strip():
            raise Flaw(f"privacy.{key}", "is empty: the poster names it")
    for key in ("purpose", "basis"):
        texts = getattr(privacy, key)
        if not texts.get("es", "").strip():
            raise Flaw(f"privacy.{key}", "needs a text in Spanish at least: the poster and the record say it")
    if not privacy.camera:
        raise Flaw("privacy.camera", "names no camera; an office that counts nobody leaves [privacy] out")
    if twice := _twice([f"{camera.group}/{camera.camera}" for camera in privacy.camera]):
        raise Flaw("privacy.camera", f"{twice} is there twice")


def _day_of_year(where: str, text: str) -> tuple[int, int]:
    month, day = map(int, text.split("-"))
    try:
        date(2024, month, day)
    except ValueError:
        raise Flaw(where, f"{text} is no day of the year") from None
    return month, day


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


def _twice(names: Sequence[str]) -> str:
    return next((name for place, name in enumerate(names) if name in names[:place]), "")
