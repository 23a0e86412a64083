"""How cameras are set up and how well they count (schema 1): shapes, the pixelated view of a set-up, audits, heat.

Points are [x, y] in pixels of the picture size ``drawn_on``; [0, 0] is the upper left corner. Nothing here tells one
person from another: feet have no numbers, passages no tracks.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from edge.contracts.wire import Count, Message, Name, Word

Point = tuple[float, float]
Direction = Literal["in", "out"]
Size = tuple[Annotated[int, msgspec.Meta(ge=1, le=16384)], Annotated[int, msgspec.Meta(ge=1, le=16384)]]
Label = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern="^[a-z0-9][a-z0-9_-]*$")]  # of a line, a zone
Polygon = Annotated[list[Point], msgspec.Meta(min_length=3, max_length=64)]


class LineShape(Message, frozen=True, kw_only=True):
    """A counting line. "in" is from the left of first → second to its right, as seen; *flip* turns that round."""

    name: Label
    points: tuple[Point, Point]
    door: bool = True  # counts for the occupancy of the office
    staff: bool = False  # only staff pass here: counted apart from visitors
    flip: bool = False


class ZoneShape(Message, frozen=True, kw_only=True):
    """An area in which people are counted; a *queue* also tells its length and wait."""

    name: Label
    points: Polygon
    queue: bool = False


class CameraShapes(Message, frozen=True, kw_only=True):
    """What is counted in the picture of one camera."""

    camera: Name
    drawn_on: Size | None = None  # None: the camera's own picture size
    lines: Annotated[list[LineShape], msgspec.Meta(max_length=32)] = []
    zones: Annotated[list[ZoneShape], msgspec.Meta(max_length=32)] = []
    masks: Annotated[list[Polygon], msgspec.Meta(max_length=32)] = []  # blacked out before anything else sees them
    ignored: Annotated[list[Polygon], msgspec.Meta(max_length=32)] = []  # whose feet stand here is nobody (a poster)
    view: Count = 0  # raised by the office when a technician says that the camera was moved: as it looks now is right


class CounterLayout(Message, frozen=True, kw_only=True):
    """What the edge wants counted by one group, retained: the newest version of its row."""

    schema: int = 1
    group: Name
    version: Count
    digest: Name  # ``edge.contracts.shapes.digest`` of *cameras*
    at: datetime
    cameras: Annotated[list[CameraShapes], msgspec.Meta(max_length=32)]


class LayoutUsed(Message, frozen=True, kw_only=True):
    """What a counter really counts, retained: its own file's shapes (version 0) or those of a ``CounterLayout``."""

    schema: int = 1
    group: Name
    epoch: Name
    version: Count
    digest: Name
    at: datetime
    cameras: Annotated[list[CameraShapes], msgspec.Meta(max_length=32)]
    refused: Count = 0  # the version that could not be used, 0 when there is none...
    problem: Annotated[str, msgspec.Meta(max_length=200)] = ""  # ...and why, for a technician


class SetupView(Message, frozen=True, kw_only=True):
    """Let a technician see one camera, pixelated, for *lasts_s* more seconds; said again while the page is open."""

    schema: int = 1
    group: Name
    session: Name  # random, of this set-up session
    camera: Name
    lasts_s: Annotated[float, msgspec.Meta(ge=0, le=60)]  # 0 ends it


class Foot(Message, frozen=True, kw_only=True):
    """Where somebody stands now, without a number."""

    x: float
    y: float
    height: float


class PassageSeen(Message, frozen=True, kw_only=True):
    """One line crossing of a set-up session or an audit."""

    line: Label
    direction: Direction
    at: datetime


class SetupFrame(Message, frozen=True, kw_only=True):
    """One pixelated picture, sent by HTTP to the edge, which keeps only the newest and only in memory."""

    schema: int = 1
    session: Name
    camera: Name
    at: datetime
    size: Size  # the picture in whose pixels *feet* are told
    columns: Annotated[int, msgspec.Meta(ge=1, le=96)]
    rows: Annotated[int, msgspec.Meta(ge=1, le=96)]
    cells: Annotated[bytes, msgspec.Meta(max_length=96 * 96 * 3)]  # RGB of each cell, rows from above; base64 in JSON
    feet: Annotated[list[Foot], msgspec.Meta(max_length=128)] = []
    passages: Annotated[list[PassageSeen], msgspec.Meta(max_length=64)] = []  # the newest of this session, oldest first
    zones: dict[str, int] = {}


class AuditSession(Message, frozen=True, kw_only=True):
    """A live audit of one camera begins or ends: what is counted in between is compared with the marks.

    A counter ends it by itself 10 minutes after the last mark and 60 minutes after its beginning. Without a beginning
    (the counter was started again meanwhile) the first mark begins it.
    """

    schema: int = 1
    group: Name
    session: Name  # random
    camera: Name
    state: Literal["begin", "end"]
    at: datetime


class AuditMark(Message, frozen=True, kw_only=True):
    """What somebody who watches the door has seen; *undo* takes the newest equal mark back."""

    schema: int = 1
    group: Name
    session: Name
    camera: Name
    line: Label
    direction: Direction
    at: datetime
    undo: bool = False
    seq: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 0  # from 1; told twice it is one mark


class AuditRow(Message, frozen=True, kw_only=True):
    """One line and direction, one line ("both"), or all together (*line* empty), against the truth.

    *wape* is the sum of |counted - truth| over the bins, each line and direction for itself, and *bias* is
    counted - truth; both are parts of the truth (of one crossing where there was none). *geh* is
    √(2 (m - c)² / (m + c)) on hourly flows. Wilson's 95 % interval is that of the part of all crossings (matched,
    missed and extra) that were matched, told as F1 = 2 p / (1 + p). Precision, recall and F1 of nothing are 1.
    """

    line: Annotated[str, msgspec.Meta(max_length=64, pattern="^([a-z0-9][a-z0-9_-]*)?$")]
    direction: Literal["in", "out", "both"]
    truth: Count
    counted: Count
    matched: Count
    missed: Count
    extra: Count
    precision: float
    recall: float
    f1: float
    wape: float
    bias: float
    geh: float
    f1_low: float
    f1_high: float


class AuditBin(Message, frozen=True, kw_only=True):
    """One stretch of time of one line."""

    line: Label
    start_s: float
    truth_in: Count
    truth_out: Count
    counted_in: Count
    counted_out: Count


class AuditEvent(Message, frozen=True, kw_only=True, omit_defaults=True):
    """One crossing: seen and counted, missed (never counted) or extra (never seen). Seconds since the beginning."""

    line: Label
    direction: Direction
    seen_s: float | None = None
    counted_s: float | None = None


class AuditReport(Message, frozen=True, kw_only=True):
    """How well a camera counted, with what: configuration and model by their hashes. No picture, no track."""

    schema: int = 1
    id: Name  # the session, or the SHA-256 of a clip
    kind: Literal["clip", "live"]
    group: Name
    camera: Name
    started_at: datetime
    seconds: float  # that were judged
    coverage_s: float  # of them the camera saw
    tolerance_s: float
    bin_s: float
    layout: Name  # digest of what was counted
    model: Word
    model_sha256: Name
    version: Annotated[str, msgspec.Meta(max_length=64)]
    rows: Annotated[list[AuditRow], msgspec.Meta(min_length=1, max_length=128)]  # all together first
    bins: Annotated[list[AuditBin], msgspec.Meta(max_length=8192)]
    events: Annotated[list[AuditEvent], msgspec.Meta(max_length=8192)] = []
    delay_ms: float = 0.0  # median of counted - seen; marks of a live audit are moved by it before they are matched
    ended: Word = ""  # of a live audit: "asked", "idle", "too_long", "full", "stopped", "changed" (other lines)

    @property
    def record(self) -> str:
        """Return by which name the edge says that it has kept this."""
        return f"audit/{self.id}"


class CameraHeat(Message, frozen=True, kw_only=True):
    """Where people stood: seconds of presence a cell, halved every hour; cells of half a metre or more."""

    camera: Name
    size: Size
    columns: Annotated[int, msgspec.Meta(ge=1, le=96)]
    rows: Annotated[int, msgspec.Meta(ge=1, le=96)]
    cells: Annotated[list[Count], msgspec.Meta(max_length=96 * 96)]  # rows from above


class HeatMap(Message, frozen=True, kw_only=True):
    """The heat of all cameras of one group, retained."""

    schema: int = 1
    group: Name
    epoch: Name
    at: datetime
    cameras: Annotated[list[CameraHeat], msgspec.Meta(max_length=32)]
