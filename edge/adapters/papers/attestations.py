"""The papers that the pages hand out: attendance certificate and receipt as PDF/A, posters and signs to print."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from edge.adapters.papers.posters import door_sheet, poster_sheet, qr
from edge.adapters.papers.typeset import typeset
from edge.domain.certificates import Attested
from edge.domain.documents import Document
from edge.domain.office import Office
from edge.domain.posters import Poster
from edge.domain.submissions import Receipt
from edge.runtime.design import load_tokens, with_brand
from edge.runtime.i18n import Messages, decimal
from edge.services.settings import Settings


class Attestations:
    """Implements ``services.ports.PaperMaker``."""

    def __init__(self, settings: Callable[[], Settings], office: Callable[[], Office], texts: Messages) -> None:
        self._settings, self._office, self._texts = settings, office, texts

    def certificate(self, attested: Attested, language: str) -> bytes:
        """Return the attendance certificate; raise ``Unavailable`` (``no_paper``)."""
        one = attested.certificate
        facts = [("name", attested.name)] if attested.name else []
        facts += [("day", self._day(one.arrived_at, language)), ("arrived", self._time(one.arrived_at))]
        left = self._time(one.left_at) if one.left_at else self._say(language, "certificate.still_here")
        facts += [("left", left), ("made", self._moment(one.made_at, language))]
        return self._set(
            language,
            "certificate",
            at=one.made_at,
            facts=[(self._say(language, f"certificate.{key}"), value) for key, value in facts],
            notes=[self._say(language, "certificate.note")],
            code=attested.code,
        )

    def poster(self, poster: Poster, *, size: str, language: str, easy: bool, at: datetime) -> bytes:
        """Return a poster to hang up; raise ``Unavailable`` (``no_paper``)."""
        url = self._office().public_url
        sheet = poster_sheet(self._settings(), self._texts, poster, url=url, size=size, language=language, easy=easy)
        return typeset(sheet.template, sheet.data, at=at)

    def door(self, *, size: str, at: datetime) -> bytes:
        """Return the signs of the door; raise ``Unavailable`` (``no_paper``)."""
        sheet = door_sheet(self._settings(), self._texts, size=size)
        return typeset(sheet.template, sheet.data, at=at)

    def receipt(self, receipt: Receipt, documents: Iterable[Document], language: str) -> bytes:
        """Return the receipt of a submission, or the slip that is none; raise ``Unavailable`` (``no_paper``)."""
        kind = "receipt" if receipt.online else "slip"
        facts = [
            ("number", receipt.number),
            ("at", self._moment(receipt.at, language, seconds=True)),
            ("clock", self._clock(receipt, language)),
            ("method", self._say(language, f"receipt.by_{receipt.method}", provider=receipt.provider)),
        ]
        rows = [
            [str(n), self._document(document, language), document.sha256]
            for n, document in enumerate(documents, start=1)
        ]
        return self._set(
            language,
            kind,
            at=receipt.at,
            facts=[(self._say(language, f"receipt.{key}"), value) for key, value in facts],
            notes=[self._say(language, "receipt.note")]
            + ([] if receipt.online else [self._say(language, "slip.note")]),
            rows=rows,
            head=["", self._say(language, "receipt.document"), self._say(language, "receipt.hash")],
            warning="" if receipt.online else self._say(language, "slip.warning"),
        )

    def _set(
        self,
        language: str,
        kind: str,
        *,
        at: datetime,
        facts: list[tuple[str, str]],
        notes: list[str],
        code: str = "",
        rows: list[list[str]] | None = None,
        head: list[str] | None = None,
        warning: str = "",
    ) -> bytes:
        document, url = self._settings().office, self._office().public_url
        tokens = load_tokens()
        place = f"{url}/v/{code}" if code else ""
        data: dict[str, Any] = {
            "language": language,
            "colours": dict(with_brand(tokens, document.brand).colours("light")),
            "office": document.title,
            "address": document.address,
            "title": self._say(language, f"{kind}.title"),
            "intro": self._say(language, f"{kind}.intro"),
            "warning": warning,
            "facts": [{"label": label, "value": value} for label, value in facts],
            "list": self._say(language, "receipt.list"),
            "head": head or [],
            "rows": rows or [],
            "notes": notes,
            "code": code,
            "qr": qr(place) if place else "",
            "check": self._say(language, "certificate.check"),
            "check_at": f"{url.partition('//')[2]}/v",
        }
        return typeset("paper.typ", data, at=at, archival=True)

    def _document(self, document: Document, language: str) -> str:
        pages = self._texts.text(language, "documents.pages.one")
        if document.pages != 1:
            pages = self._texts.text(language, "documents.pages.many", n=document.pages)
        size = f"{decimal(document.bytes / 1000, 0, language)} kB"
        return f"{str(document.format or document.kind).upper()} · {pages} · {size}"

    def _clock(self, receipt: Receipt, language: str) -> str:
        if receipt.offset_ms is None:
            return self._say(language, "receipt.clock_unknown")
        return self._say(language, "receipt.clock_within", ms=receipt.offset_ms)

    def _say(self, language: str, key: str, **values: object) -> str:
        return self._texts.text(language, f"papers.{key}", **values)

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self._office().calendar.zone)

    def _time(self, at: datetime) -> str:
        return f"{self._local(at):%H:%M}"

    def _day(self, at: datetime, language: str) -> str:
        there = self._local(at)
        weekday = self._texts.text(language, f"portal.weekday.{there.weekday()}")
        return f"{weekday}, {there.day}/{there.month}/{there.year}"

    def _moment(self, at: datetime, language: str, *, seconds: bool = False) -> str:
        there = self._local(at)
        clock = f"{there:%H:%M:%S} ({there:%Z}, UTC{there:%z})" if seconds else f"{there:%H:%M}"
        return self._say(language, "at_time", day=self._day(at, language), time=clock)
