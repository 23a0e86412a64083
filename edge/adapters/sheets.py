"""Workbooks for spreadsheets (XLSX): the one place that knows XlsxWriter.

Numbers are numbers with a format, percent are parts of one, and text that begins like a formula stays text.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | float | None
_FORMATS = {"count": "0", "min": "0.0", "s": "0", "percent": "0.0%", "h": "0.0", "mark": "0.00", "text": "@"}


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and the unit of what stands below it."""

    title: str
    unit: str = "text"
    width: int = 12


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name (at most 31 characters), columns and rows."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


def workbook(title: str, sheets: Sequence[Sheet]) -> bytes:
    """Return the file; the same sheets give the same bytes but for the time that the format wants."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"title": title, "company": "Oficina 360"})
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    formats = {unit: book.add_format({"num_format": form}) for unit, form in _FORMATS.items()}
    for sheet in sheets:
        page = book.add_worksheet(_name(sheet.name))
        page.freeze_panes(1, 1)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        for n, column in enumerate(sheet.columns):
            page.set_column(n, n, column.width)
            page.write_string(0, n, column.title, head)
        for number, row in enumerate(sheet.rows, 1):
            for n, (cell, column) in enumerate(zip(row, sheet.columns, strict=True)):
                if cell is None:
                    continue
                if isinstance(cell, str):
                    page.write_string(number, n, cell, formats["text"])
                else:
                    value = cell / 100 if column.unit == "percent" else cell
                    page.write_number(number, n, value, formats[column.unit])
    book.close()
    return buffer.getvalue()


def _name(name: str) -> str:
    return "".join(c for c in name if c not in "[]:*?/\\'")[:31] or "1"
