"""What somebody saw, read from a file: JSON as our tools write it, or CSV as a spreadsheet or a stopwatch gives it.

JSON: ``{"lines": {NAME: [{"t": 12.5, "dir": "in"}, ...]}}``, or ``"frame": 88`` instead of ``"t"`` with ``"fps": 7``
at the top. ``first_frame`` and ``last_frame``, or ``from_s`` and ``until_s``, say which part of the clip was watched.
CSV: columns ``t``, ``line`` and ``dir`` in any order, with ``,`` or ``;`` between them; ``t`` in seconds (``12.5`` or
``12,5``), ``1:02.5`` or ``0:01:02``.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from counter.audit.errors import TruthError
from counter.audit.metrics import Crossing
from edge.contracts.cameras import Direction

LARGEST = 5_000_000  # bytes of a file
MOST = 4096  # crossings

_WAYS: Mapping[str, Direction] = {"in": "in", "i": "in", "entra": "in", "out": "out", "o": "out", "sale": "out"}
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d{1,2}(?:[.,]\d+)?)")
_TOP = {"lines", "fps", "first_frame", "last_frame", "from_s", "until_s"}


@dataclass(frozen=True, slots=True)
class Truth:
    """Crossings in seconds of the clip, the lines that were watched, and from when until when (None: to its end)."""

    lines: list[str]
    crossings: list[Crossing]
    from_s: float = 0.0
    until_s: float | None = None
    fps: float = 0.0  # with which frames became seconds; 0 when the file speaks of seconds


def read_truth(file: Path) -> Truth:
    """Read *file*, by its ending; raise ``TruthError`` with the line or the place of what is wrong."""
    try:
        data = file.read_bytes()
    except OSError as exc:
        raise TruthError(f"{file}: cannot be read: {exc.strerror}") from exc
    if len(data) > LARGEST:
        raise TruthError(f"{file}: larger than {LARGEST // 1_000_000} MB: that is no list of crossings")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise TruthError(f"{file}: not UTF-8 text (byte {exc.start})") from exc
    try:
        truth = _from_json(text) if file.suffix.lower() == ".json" else _from_csv(text)
        _sound(truth)
    except TruthError as exc:
        raise TruthError(f"{file}: {exc}") from exc
    return truth


def _sound(truth: Truth) -> None:
    if len(truth.crossings) > MOST:
        raise TruthError(f"more than {MOST} crossings: divide the clip")
    end = math.inf if truth.until_s is None else truth.until_s
    if not 0 <= truth.from_s < end:
        raise TruthError("the part that was watched ends before it begins")
    for one in truth.crossings:
        if not truth.from_s <= one.t <= end:
            raise TruthError(f"line {one.line}: {one.t:g} s is outside the part that was watched")


# --- JSON -----------------------------------------------------------------------------------------------------------


def _from_json(text: str) -> Truth:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as exc:
        raise TruthError(f"line {exc.lineno}: no JSON: {exc.msg}") from exc
    except RecursionError as exc:
        raise TruthError("no list of crossings: too deep") from exc
    if not isinstance(document, dict) or not isinstance(document.get("lines"), dict):
        raise TruthError('not {"lines": {NAME: [{"t": seconds, "dir": "in"}]}}')
    if odd := sorted(set(document) - _TOP):
        raise TruthError(f"unknown key {odd[0]!r}; there may be {', '.join(sorted(_TOP))}")
    fps = _number(document, "fps", "fps") if "fps" in document else 0.0
    if "fps" in document and not 0.1 <= fps <= 240:
        raise TruthError("fps: must be 0.1 to 240")
    crossings = [
        _crossing(name, f"lines.{name}[{number}]", entry, fps)
        for name, entries in document["lines"].items()
        for number, entry in enumerate(_entries(name, entries))
    ]
    start, end = _watched(document, fps)
    return Truth(list(document["lines"]), crossings, start, end, fps)


def _entries(name: str, entries: object) -> list[object]:
    if not isinstance(entries, list):
        raise TruthError(f"lines.{name}: is no list")
    return entries


def _crossing(line: str, place: str, entry: object, fps: float) -> Crossing:
    if not isinstance(entry, dict) or set(entry) not in ({"t", "dir"}, {"frame", "dir"}):
        raise TruthError(f'{place}: not {{"t": seconds, "dir": "in"}} or {{"frame": number, "dir": "in"}}')
    if "t" in entry:
        t = _number(entry, "t", place)
    elif not fps:
        raise TruthError(f'{place}: frames need "fps" at the top of the file')
    else:
        t = _number(entry, "frame", place) / fps
    if t < 0:
        raise TruthError(f"{place}: before the clip begins")
    return Crossing(line, _way(entry["dir"], place), t)


def _watched(document: Mapping[str, Any], fps: float) -> tuple[float, float | None]:
    frames = {"first_frame", "last_frame"} & set(document)
    if frames and not fps:
        raise TruthError(f'{min(frames)}: frames need "fps" at the top of the file')
    if frames and {"from_s", "until_s"} & set(document):
        raise TruthError("says in frames and in seconds what was watched")
    if frames:
        last = _number(document, "last_frame", "last_frame") / fps if "last_frame" in document else None
        return (_number(document, "first_frame", "first_frame") / fps if "first_frame" in document else 0.0), last
    end = _number(document, "until_s", "until_s") if "until_s" in document else None
    return (_number(document, "from_s", "from_s") if "from_s" in document else 0.0), end


def _number(table: Mapping[str, Any], key: str, place: str) -> float:
    value = table[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TruthError(f"{place}: {key} is no number")
    return float(value)


# --- CSV ------------------------------------------------------------------------------------------------------------


def _from_csv(text: str) -> Truth:
    first = next((row for row in text.splitlines() if row.strip() and not row.startswith("#")), "")
    separator = next((c for c in ";\t" if c in first), ",")
    crossings: list[Crossing] = []
    columns: list[str] = []
    rows = csv.reader(text.splitlines(), delimiter=separator)
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if not any(cells) or cells[0].startswith("#"):
                continue
            if not columns:
                columns = _header(cells, rows.line_num)
            else:
                crossings.append(_from_row(dict(zip(columns, cells, strict=False)), rows.line_num))
    except csv.Error as exc:
        raise TruthError(f"line {rows.line_num}: {exc}") from exc
    if not columns:
        raise TruthError("is empty: the first line says t,line,dir")
    return Truth(list(dict.fromkeys(one.line for one in crossings)), crossings)


def _header(cells: list[str], number: int) -> list[str]:
    columns = [cell.lower() for cell in cells]
    if not {"t", "line", "dir"} <= set(columns):
        raise TruthError(f"line {number}: the first line must name the columns t, line and dir")
    return columns


def _from_row(row: Mapping[str, str], number: int) -> Crossing:
    place = f"line {number}"
    if not row.get("line"):
        raise TruthError(f"{place}: no line of the picture is named")
    return Crossing(row["line"], _way(row.get("dir", ""), place), _seconds(row.get("t", ""), place))


def _seconds(text: str, place: str) -> float:
    if clock := _CLOCK.fullmatch(text):
        hours, minutes, seconds = clock.groups()
        return int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds.replace(",", "."))
    try:
        t = float(text.replace(",", "."))
    except ValueError:
        t = math.nan
    if not (math.isfinite(t) and t >= 0):
        raise TruthError(f"{place}: {text!r} is no time: seconds (12.5) or a clock (1:02.5)")
    return t


def _way(word: object, place: str) -> Direction:
    way = _WAYS.get(word.lower()) if isinstance(word, str) else None
    if way is None:
        raise TruthError(f"{place}: {word!r} is no direction: in or out")
    return way
