"""The console's pages: Jinja templates with the texts of one language; a live row is the row of the page."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
from markupsafe import Markup

from edge.central.presence import Presence
from edge.central.wall import OfficeView
from edge.runtime.i18n import Messages

LANGUAGES = {"es": "Español", "ca": "Català", "en": "English"}
THEMES = ("system", "light", "dark")

_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


class Pages:
    """Renders templates of ``edge/central/templates``."""

    def __init__(self, messages: Messages, *, title: str, zone: str, now: Callable[[], datetime]) -> None:
        self._messages, self._title, self._zone, self._now = messages, title, ZoneInfo(zone), now
        loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
        self._jinja = jinja2.Environment(
            loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )

    def language(self, wanted: list[str]) -> str:
        """Return the best language for *wanted*, e.g. from a cookie and Accept-Language."""
        return self._messages.best(wanted, LANGUAGES)

    def text(self, language: str, key: str, **values: object) -> str:
        """Return one text of the part ``central``."""
        return self._messages.text(language, f"central.{key}", **values)

    def say(self, language: str, key: str, /, **values: object) -> str:
        """Return one text of any part of the catalogues."""
        return self._messages.text(language, key, **values)

    def render(self, template: str, language: str, **values: Any) -> str:
        """Return the page or fragment *template*."""
        return self._jinja.get_template(template).render(
            t=partial(self.text, language),
            age=partial(self.age, language),
            age_tag=partial(self._age_tag, language),
            clock=self._clock,
            number=_number,
            language=language,
            languages=LANGUAGES,
            title=self._title,
            **values,
        )

    def row(self, language: str, view: OfficeView) -> str:
        """Return one office of the table."""
        return self.render("row.html", language, v=view)

    def summary(self, language: str, views: list[OfficeView]) -> str:
        """Return the strip of totals."""
        return self.render("summary.html", language, s=summary(views))

    def age(self, language: str, seconds: float) -> str:
        """Return a duration for people: one unit, e.g. ``12 s`` or ``3 h``."""
        size, unit = next(((s, u) for s, u in _UNITS if seconds >= s), (1, "s"))
        return self.text(language, f"unit.{unit}", n=math.floor(max(0.0, seconds) / size))

    def _age_tag(self, language: str, seconds: float, key: str) -> Markup:
        template = self.text(language, key)
        shown = template.format(age=self.age(language, seconds))
        return Markup('<span class="age" data-age="{}" data-text="{}">{}</span>').format(
            round(seconds, 1), template, shown
        )

    def _clock(self, at: datetime) -> str:
        local, today = at.astimezone(self._zone), self._now().astimezone(self._zone).date()
        return local.strftime("%H:%M:%S" if local.date() == today else "%d/%m %H:%M:%S")


def summary(views: list[OfficeView]) -> Mapping[str, Any]:
    """Return the totals over all offices; figures of offices that are not there are left out."""
    there = [v for v in views if v.presence in {Presence.ONLINE, Presence.DRAINING}]
    longest = max(there, key=lambda v: v.longest_wait_s, default=None)
    return {
        "total": len(views),
        "there": len(there),
        "waiting": sum(v.waiting for v in there),
        "longest": longest if longest is not None and longest.longest_wait_s > 0 else None,
        "backlog": sum(v.backlog for v in views),
        "attention": sum(bool(v.attention) for v in views),
    }


def _number(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")
