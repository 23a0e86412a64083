"""What changed on the wall since a page last looked; computed once a second for all open pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from edge.central.pages import Pages
from edge.central.wall import OfficeView, Wall


@dataclass(frozen=True, slots=True)
class Changes:
    """HTML fragments for one page; *version* is where to go on."""

    version: int
    rows: dict[str, str]
    summary: str


class LiveFeed:
    """Runs on the event loop; not thread-safe."""

    def __init__(self, wall: Wall, pages: Pages, monotonic: Callable[[], float], every_s: float = 1.0) -> None:
        self._wall, self._pages, self._monotonic, self._every_s = wall, pages, monotonic, every_s
        self._at = -1e9
        self._version = 0
        self._views: dict[str, OfficeView] = {}
        self._prints: dict[str, bytes] = {}
        self._versions: dict[str, int] = {}
        self._html: dict[tuple[str, str], tuple[int, str]] = {}
        self._summaries: dict[str, tuple[int, str]] = {}

    def views(self) -> list[OfficeView]:
        """Return all offices as they were within the last second."""
        self._look()
        return list(self._views.values())

    def since(self, version: int, language: str) -> Changes:
        """Return what changed after *version* (0: everything)."""
        self._look()
        changed = [office for office, at in self._versions.items() if at > version]
        rows = {office: self._row(language, office) for office in changed}
        return Changes(self._version, rows, self._summary(language) if changed else "")

    def _look(self) -> None:
        now = self._monotonic()
        if now - self._at < self._every_s:
            return
        self._at = now
        views = self._wall.views(now)
        self._views = {view.office: view for view in views}
        for view in views:
            mark = _fingerprint(view, now)
            if self._prints.get(view.office) != mark:
                self._prints[view.office] = mark
                self._version += 1
                self._versions[view.office] = self._version

    def _row(self, language: str, office: str) -> str:
        version, html = self._html.get((language, office), (-1, ""))
        if version != self._versions[office]:
            html = self._pages.row(language, self._views[office])
            self._html[language, office] = (self._versions[office], html)
        return html

    def _summary(self, language: str) -> str:
        version, html = self._summaries.get(language, (-1, ""))
        if version != self._version:
            html = self._pages.summary(language, list(self._views.values()))
            self._summaries[language] = (self._version, html)
        return html


def _fingerprint(view: OfficeView, now: float) -> bytes:
    """Bytes that stay the same while only time passes."""
    heard = None if view.heard_age_s is None else round(now - view.heard_age_s, 1)
    said = None if view.live_age_s is None else round(now - view.live_age_s, 1)
    return msgspec.json.encode(msgspec.structs.replace(view, heard_age_s=heard, live_age_s=said))
