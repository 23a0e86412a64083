"""What was counted, as others read it: rows for programs, CSV (RFC 4180), and FIWARE CrowdFlowObserved (NGSI-LD)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from edge.adapters.http.shapes.counts import CountRow
from edge.domain.counts import QUARTER, STEPS_MIN, PlaceKind, Tally, day_start
from edge.domain.errors import BadInput
from edge.domain.office import Office
from edge.services.counts import Row

CSV_TYPE = "text/csv; charset=utf-8; header=present"
UTF8_MARK, SHEET_TIME = "\ufeff", "%Y-%m-%d %H:%M"
LD_TYPE = "application/ld+json"
CONTEXT = "https://raw.githubusercontent.com/smart-data-models/dataModel.Transportation/master/context.jsonld"
COLUMNS = (
    *("start", "end", "place", "kind", "door", "staff", "in", "out", "coverage_s", "trusted_s", "health", "reason"),
    *("mean", "peak", "entered", "left", "mean_stay_s", "wait_s", "unsteady"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_YEARS = range(2000, 2100)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query asks for; *end* is not included."""

    start: datetime
    end: datetime
    step_min: int = STEPS_MIN[0]


def asked(start: str, end: str, step: str, *, today: date, zone: ZoneInfo) -> Asked:
    """Read a query; raise ``BadInput`` (``bad_range``, ``range_backwards``, ``bad_step``).

    A date is a whole day of the office, also as the end; a time without an offset is the office's own.
    """
    if step and (not step.isascii() or not step.isdigit() or int(step) not in STEPS_MIN):
        raise BadInput(f"step is one of {', '.join(map(str, STEPS_MIN))} minutes", code="bad_step")
    first = _moment(start or today.isoformat(), zone)
    last = _moment(end or start or today.isoformat(), zone, is_end=True)
    if last <= first and not end:
        last = first + timedelta(days=1)
    if last <= first:
        raise BadInput("the range ends before it begins", code="range_backwards")
    return Asked(first, last, int(step) if step else STEPS_MIN[0])


def rows(found: Iterable[Row], zone: ZoneInfo) -> list[CountRow]:
    """Return *found* for programs; a gap has no numbers."""
    return [_row(row, zone) for row in found]


def to_csv(found: Sequence[CountRow], *, sheet: bool = False) -> str:
    """Return *found* as CSV with a header; times carry their offset, a gap has empty fields.

    A *sheet* is what a spreadsheet set to Spanish or Catalan opens with a double click: semicolons, decimal commas,
    times of the office, and a mark that it is UTF-8.
    """
    text = io.StringIO(newline="")
    text.write(UTF8_MARK if sheet else "")
    writer = csv.writer(text, delimiter=";" if sheet else ",")  # CRLF and quotes as RFC 4180 wants them
    writer.writerow(COLUMNS)
    for row in found:
        facts = {
            **{name: getattr(row, name) for name in COLUMNS if name not in ("in", "out", "start", "end")},
            "in": row.people_in,
            "out": row.people_out,
            "start": row.start.strftime(SHEET_TIME) if sheet else row.start.isoformat(),
            "end": row.end.strftime(SHEET_TIME) if sheet else row.end.isoformat(),
        }
        cells = [cell(facts[name]) for name in COLUMNS]
        writer.writerow([_comma(cell) for cell in cells] if sheet else cells)
    return text.getvalue()


def fiware(found: Iterable[tuple[Tally, bool]], office: Office, *, plain: bool) -> list[dict[str, Any]]:
    """Return one ``CrowdFlowObserved`` for each quarter, normalised, or *plain* as key and value.

    Its ``occupancy`` is a part of the time in [0, 1], not people, and is left out.
    """
    return [_entity(tally, office, full=full, plain=plain) for tally, full in found]


def _row(row: Row, zone: ZoneInfo) -> CountRow:
    tally, place = row.tally, row.place
    counted = not tally.is_gap
    is_line, is_zone = counted and place.kind is PlaceKind.LINE, counted and place.kind is PlaceKind.ZONE
    return CountRow(
        start=row.start.astimezone(zone),
        end=row.end.astimezone(zone),
        place=place.name,
        kind=place.kind.value,
        door=place.door,
        staff=place.staff,
        people_in=tally.people_in if is_line else None,
        people_out=tally.people_out if is_line else None,
        coverage_s=round(tally.coverage_s, 1),
        trusted_s=round(tally.trusted_s, 1),
        health=tally.health,  # type: ignore[arg-type]
        reason=tally.reason if tally.records else "missing",
        mean=_rounded(tally.mean, 2) if is_zone else None,
        peak=tally.peak if is_zone else None,
        entered=tally.entered if is_zone else None,
        left=tally.left if is_zone else None,
        mean_stay_s=_rounded(tally.mean_dwell_s, 1) if is_zone else None,
        wait_s=_rounded(tally.wait_s, 1) if is_zone and place.queue else None,
        unsteady=tally.unsteady if is_zone and place.queue else None,
    )


def _entity(tally: Tally, office: Office, *, full: bool, plain: bool) -> dict[str, Any]:
    begin, end = _stamp(tally.start), _stamp(tally.start + QUARTER)
    people = tally.people_in + tally.people_out
    facts: dict[str, Any] = {
        "name": office.title,
        "source": office.public_url,
        "dateObserved": f"{begin}/{end}",
        "peopleCount": people,
        "peopleCountTowards": tally.people_in,
        "peopleCountAway": tally.people_out,
        "congested": full,
    }
    if people:
        facts["averageHeadwayTime"] = round(tally.trusted_s / people, 1)
    times = {"dateObservedFrom": begin, "dateObservedTo": end}
    head = {"id": f"urn:ngsi-ld:CrowdFlowObserved:{office.id}:{begin}", "type": "CrowdFlowObserved"}
    if plain:
        return {**head, **facts, **times, "@context": [CONTEXT]}
    properties: dict[str, Any] = {name: {"type": "Property", "value": value} for name, value in facts.items()}
    for name, at in times.items():
        properties[name] = {"type": "Property", "value": {"@type": "DateTime", "@value": at}}
    return {**head, **properties, "@context": [CONTEXT]}


def _moment(text: str, zone: ZoneInfo, *, is_end: bool = False) -> datetime:
    try:
        if len(text) == len("2026-11-16"):
            day = date.fromisoformat(text)
            at = day_start(day + timedelta(days=is_end), zone)
        else:
            at = datetime.fromisoformat(text.replace(" ", "+"))  # a plus sign that was not escaped
            at = at if at.tzinfo else at.replace(tzinfo=zone)
        at = at.astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        raise BadInput(str(exc), code="bad_range") from exc
    if at.year not in _YEARS:
        raise BadInput("not a year of this office", code="bad_range")
    return at


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def cell(value: object) -> object:
    """Return *value* as a field; what a spreadsheet would take for a formula is marked as text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _comma(cell: object) -> object:
    return str(cell).replace(".", ",") if isinstance(cell, float) else cell
