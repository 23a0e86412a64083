"""Checks documents beside the pages: two at a time, a bounded number waiting, each drawn in a process of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from edge.adapters.http.vault import DocumentVault
from edge.adapters.sanitise import sealing
from edge.adapters.sanitise.clamd import Clamd, NoScanner
from edge.adapters.sanitise.redraw import Redrawer
from edge.domain.documents import MAX_BYTES, Document
from edge.domain.errors import Unavailable
from edge.services.documents import DocumentService, Place
from edge.services.inspection import Inspection

AT_ONCE = 2
WAITING = 10
FOLDER = "documents"


class Inspector:
    """Implements ``adapters.http.site.Inspect``."""

    def __init__(
        self, *, documents: DocumentService, vault: DocumentVault, clamd: str, write: Callable[..., Any]
    ) -> None:
        scanner = Clamd(clamd) if clamd else NoScanner()
        self._redrawer = Redrawer()
        self._inspection = Inspection(documents, vault, scanner, self._redrawer, write)
        self._threads = ThreadPoolExecutor(AT_ONCE, "inspector")
        self._open = 0

    def must_have_time(self) -> None:
        """Raise ``Unavailable`` (``documents_busy``) when too many are being checked already."""
        if self._open >= AT_ONCE + WAITING:
            raise Unavailable("too many documents are being checked", code="documents_busy")

    async def __call__(self, document: Document, place: Place, /) -> Document:
        """Take *document* from received to clean or refused."""
        self._open += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._inspection.inspect, document, place)
        finally:
            self._open -= 1

    def stop(self) -> None:
        """End; what is waiting stays unchecked and is refused later as interrupted."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._redrawer.stop()


def document_vault(spool: Path) -> DocumentVault:
    """Return the vault beside the devices' files."""
    return DocumentVault(
        spool / FOLDER, limit=MAX_BYTES, sealed=sealing.sealed, seal=sealing.seal, unseal=sealing.unseal
    )
