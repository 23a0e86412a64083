"""The report of an audit as one HTML file: opens from a disk, prints, loads nothing, holds nothing of a picture."""

from __future__ import annotations

from html import escape

from edge.contracts.cameras import AuditReport
from edge.runtime import audit_view
from edge.runtime.design import load_tokens, to_css
from edge.runtime.i18n import Messages, is_right_to_left
from edge.runtime.resources import config_dir

_STYLE = """
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 76rem; padding: var(--space-5) var(--space-4);
  background: var(--color-bg); color: var(--color-text);
  font: var(--font-weight-regular) var(--font-size-md) / var(--line-height-normal) var(--font-family);
}
header { margin-block-end: var(--space-4); }
h1 { margin: 0; font-size: var(--font-size-xl); line-height: var(--line-height-tight); }
header p { margin: 0; color: var(--color-text-muted); }
:focus-visible { outline: 3px solid var(--color-focus); outline-offset: 2px; }
@media print { body { max-width: none; padding: 0; background: none; } }
"""


def page(report: AuditReport, texts: Messages, language: str) -> str:
    """Return *report* as a whole HTML document in *language*."""

    def say(key: str, /, **values: object) -> str:
        return texts.text(language, key, **values)

    style = to_css(load_tokens()) + _STYLE + (config_dir() / "design" / "audit.css").read_text("utf-8")
    when = f"{report.started_at:%Y-%m-%d %H:%M} UTC"
    title = escape(say("audits.title_of", camera=report.camera))
    direction = "rtl" if is_right_to_left(language) else "ltr"
    return (
        f'<!doctype html>\n<html lang="{language}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"<header><h1>{title}</h1><p>{escape(when)}</p></header>\n"
        f"<main>{audit_view.body(report, say, language=language, when=when)}</main>\n</body>\n</html>\n"
    )
