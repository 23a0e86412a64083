"""The view of a set-up: while the edge says so, and only then, one camera's pixelated picture goes to the edge.

Without a fresh ``SetupView`` nothing is made and nothing is sent: permission is a few seconds long, never more than
``PERMIT_S``, and a session is over after ``SESSION_S`` whatever the edge says.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from counter.domain.line import Direction
from counter.pixelate import pixelate
from counter.sources import Frame
from edge.contracts.cameras import Foot, PassageSeen, SetupFrame, SetupView

PERMIT_S = 8.0
SESSION_S = 600.0
GAP_S = 0.5  # two pictures a second at most
PASSAGES = 64

F64 = NDArray[np.float64]


@dataclass
class _Session:
    name: str
    camera: str
    began: float
    until: float
    sent_at: float = float("-inf")
    passages: deque[PassageSeen] = field(default_factory=lambda: deque(maxlen=PASSAGES))


class SetupRoom:
    """Who may look at which camera now: one session for the group. *now* is monotonic seconds."""

    def __init__(self, offer: Callable[[SetupFrame], None], wall: Callable[[], datetime]) -> None:
        self._offer, self._wall = offer, wall
        self._session: _Session | None = None
        self._over = ""  # the session that ended last is not taken up again

    def hear(self, view: SetupView, now: float) -> None:
        """Take what the edge says: begin, go on or end."""
        session = self._session
        if view.lasts_s <= 0 or view.session == self._over:
            if session is not None and session.name == view.session:
                self._end(session)
            return
        until = now + min(view.lasts_s, PERMIT_S)
        if session is None or (session.name, session.camera) != (view.session, view.camera):
            self._session = _Session(view.session, view.camera, now, until)
        else:
            session.until = min(until, session.began + SESSION_S)

    def refused(self, session: str) -> None:
        """The edge does not know *session* any more."""
        if self._session is not None and self._session.name == session:
            self._end(self._session)

    def crossed(self, camera: str, line: str, direction: Direction, ago_s: float) -> None:
        """Note a crossing for whoever looks at *camera*."""
        if self._session is not None and self._session.camera == camera:
            at = self._wall() - timedelta(seconds=max(ago_s, 0.0))
            self._session.passages.append(PassageSeen(line=line, direction=direction, at=at))

    def wants(self, camera: str, now: float) -> bool:
        """Whether a picture of *camera* is due."""
        session = self._session
        if session is None or session.camera != camera:
            return False
        if now >= min(session.until, session.began + SESSION_S):
            if now >= session.began + SESSION_S:
                self._end(session)
            return False
        return now - session.sent_at >= GAP_S

    def show(self, frame: Frame, found: F64, feet: F64, zones: dict[str, int], *, coarse: bool, now: float) -> None:
        """Send a picture, after ``wants``; *found* are the boxes of people, *feet* x, y and height, in drawn pixels."""
        session = self._session
        if session is None:
            return
        session.sent_at = now
        width, height = frame.content
        scale = np.array([width / frame.size[0], height / frame.size[1]] * 2)
        cells = pixelate(frame.image[:height, :width], found[:, :4] * scale, coarse=coarse)
        self._offer(
            SetupFrame(
                session=session.name,
                camera=session.camera,
                at=self._wall(),
                size=frame.size,
                columns=cells.shape[1],
                rows=cells.shape[0],
                cells=cells.tobytes(),
                feet=[Foot(x=round(x, 1), y=round(y, 1), height=round(h, 1)) for x, y, h in feet.tolist()],
                passages=list(session.passages),
                zones=zones,
            )
        )

    def _end(self, session: _Session) -> None:
        self._over, self._session = session.name, None
