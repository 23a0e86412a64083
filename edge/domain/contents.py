"""What a file is, by its first and last bytes alone: its kind, a second file inside it, parts that would act.

Kinds: ISO 32000 (PDF), ITU-T T.81 (JPEG), ISO/IEC 15948 (PNG), ISO/IEC 23008-12 (HEIC). Nothing is parsed here: that
happens in a process of its own.
"""

from __future__ import annotations

from edge.domain.documents import DocumentKind

PDF_HEAD = 1024  # readers take a PDF whose header stands within so many bytes
_ZIP_END, _ZIP_END_LENGTH, _ZIP_COMMENT = b"PK\x05\x06", 22, 65_535
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})
_PAGES = (b"<!doctype html", b"<html", b"<script", b"<?php", b"<svg")
_ACTIVE = {
    "javascript": (b"/JavaScript", b"/JS ", b"/JS(", b"/JS<"),
    "launch": (b"/Launch",),
    "embedded": (b"/EmbeddedFile",),
    "opens": (b"/OpenAction", b"/AA "),
    "media": (b"/RichMedia", b"/Movie", b"/Sound", b"/3D "),
    "form": (b"/XFA", b"/SubmitForm"),
}


def kind_of(data: bytes) -> DocumentKind | None:
    """Return what *data* is; None for anything that is not taken."""
    if data.startswith(b"%PDF-"):
        return DocumentKind.PDF
    if data.startswith(b"\xff\xd8\xff"):
        return DocumentKind.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return DocumentKind.PNG
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return DocumentKind.HEIC
    return None


def is_mixed(data: bytes, kind: DocumentKind) -> bool:
    """Whether another program would take *data* for something else: a PDF, an archive or a page inside a picture."""
    head = data[:PDF_HEAD]
    hidden_pdf = kind is not DocumentKind.PDF and b"%PDF-" in head
    hidden_page = kind is not DocumentKind.PDF and any(mark in head.lower() for mark in _PAGES)
    return hidden_pdf or hidden_page or _ends_as_archive(data)


def active_parts(data: bytes) -> set[str]:
    """Return which parts of a PDF would act when it is opened, as far as they stand there uncompressed.

    They are gone from the drawing in any case: this is what the person at the desk is told.
    """
    return {name for name, marks in _ACTIVE.items() if any(mark in data for mark in marks)}


def _ends_as_archive(data: bytes) -> bool:
    """Whether the end of *data* is the end of a ZIP archive, whose comment must reach exactly to the last byte."""
    at = data.rfind(_ZIP_END, max(0, len(data) - _ZIP_END_LENGTH - _ZIP_COMMENT))
    if at < 0 or at + _ZIP_END_LENGTH > len(data):
        return False
    comment = int.from_bytes(data[at + 20 : at + 22], "little")
    return at + _ZIP_END_LENGTH + comment == len(data)
