"""The report of an audit as people read it: one piece of HTML for the pages of the office and for a file on a disk.

Its style is ``config/design/audit.css``; it holds no script, no style of its own and nothing of a picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from edge.contracts.cameras import AuditReport, AuditRow
from edge.runtime import plots
from edge.runtime.i18n import decimal
from edge.runtime.plots import Say

_MEASURES = ("f1", "wape", "bias", "geh")
_ENOUGH = 50  # crossings: with fewer, chance says more than the camera does
_GEH_S = 900.0  # GEH is of hourly flows: of less than a quarter of an hour it says nothing


def body(report: AuditReport, say: Say, *, language: str, when: str) -> str:
    """Return everything below the heading; *when* is the date of the audit in words."""
    lines = [row.line for row in report.rows if row.line and row.direction == "both"]
    parts = [
        _summary(report, say, language),
        _table(report, say, language),
        _timeline(report, say),
        *(_line(report, line, say) for line in lines),
        _facts(report, say, language, when),
        _meaning(report, say, language),
    ]
    return f'<div class="audit">{"".join(parts)}</div>'


def sentence(total: AuditRow, say: Say) -> str:
    """Return in one sentence how many of the crossings were counted."""
    if total.truth == 0:
        return say("audits.sum.nobody", extra=total.extra)
    return say("audits.sum.counted", matched=total.matched, truth=total.truth)


def mistakes(total: AuditRow, say: Say) -> str:
    """Return in one sentence what was missed, and what was counted that nobody did."""
    if total.missed + total.extra == 0:
        return say("audits.sum.clean")
    return say("audits.sum.mistakes", missed=total.missed, extra=total.extra)


def number(value: float, digits: int, language: str) -> str:
    """Return *value* with the decimal and the minus sign of print."""
    return decimal(value, digits, language).replace("-", "\u2212")


def percent(part: float, language: str, *, sign: bool = False) -> str:
    """Return a part of one as ``96.9 %``; *sign* also tells a plus."""
    plus = "+" if sign and part > 0 else ""
    return f"{plus}{number(100 * part, 1, language)}\u00a0%"


# --- parts ----------------------------------------------------------------------------------------------------------


def _summary(report: AuditReport, say: Say, language: str) -> str:
    total = report.rows[0]
    low, high = percent(total.f1_low, language), percent(total.f1_high, language)
    few = f'<p class="few">{escape(say("audits.sum.few"))}</p>' if total.truth < _ENOUGH else ""
    figures = [
        ("F1", percent(total.f1, language), say("audits.sum.interval", low=low, high=high)),
        (say("audits.head.wape"), percent(total.wape, language), say("audits.sum.wape")),
        (say("audits.head.bias"), percent(total.bias, language, sign=True), say("audits.sum.bias")),
        (
            say("audits.head.geh"),
            _geh(total, report, language),
            say(f"audits.sum.{'geh' if _has_geh(report) else 'geh_short'}"),
        ),
    ]
    cells = "".join(
        f"<div><dt>{escape(name)}</dt><dd><bdi>{escape(value)}</bdi><small>{escape(why)}</small></dd></div>"
        for name, value, why in figures
    )
    return (
        f'<section class="audit-card audit-sum"><p class="big">{escape(sentence(total, say))}</p>'
        f'<p class="what">{escape(mistakes(total, say))}</p>{few}<dl class="audit-figures">{cells}</dl></section>'
    )


def _has_geh(report: AuditReport) -> bool:
    return report.seconds >= _GEH_S


def _geh(row: AuditRow, report: AuditReport, language: str) -> str:
    return number(row.geh, 1, language) if _has_geh(report) else "–"


def _delay(report: AuditReport, say: Say, language: str) -> str:
    """Return in words how much later or earlier than the marks the crossings were counted."""
    which = "later" if report.delay_ms >= 0 else "sooner"
    return say(f"audits.delay.{report.kind}_{which}", seconds=number(abs(report.delay_ms) / 1000, 2, language))


def _table(report: AuditReport, say: Say, language: str) -> str:
    names = ("line", "way", "seen", "counted", "missed", "extra", *_MEASURES)
    head = "".join(f'<th scope="col">{escape(say(f"audits.head.{name}"))}</th>' for name in names)
    rows = "".join(_row(row, report, say, language) for row in report.rows)
    title = escape(say("audits.table"))
    return (
        f'<section class="audit-card"><h2>{title}</h2><div class="audit-table" role="region" tabindex="0"'
        f' aria-label="{title}"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></section>'
    )


def _row(row: AuditRow, report: AuditReport, say: Say, language: str) -> str:
    name = f"<bdi>{escape(row.line)}</bdi>" if row.line else escape(say("audits.all"))
    cells = [
        say(f"audits.way.{row.direction}"),
        *(str(n) for n in (row.truth, row.counted, row.missed, row.extra)),
        percent(row.f1, language),
        percent(row.wape, language),
        percent(row.bias, language, sign=True),
        _geh(row, report, language),
    ]
    kind = ' class="is-both"' if row.direction == "both" else ""
    values = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr{kind}><th scope="row">{name}</th>{values}</tr>'


def _timeline(report: AuditReport, say: Say) -> str:
    title = escape(say("audits.plot.timeline"))
    return (
        f'<section class="audit-card"><h2>{title}</h2>{plots.key(("right", "missed", "extra"), say)}'
        f'<div class="timeline" role="region" tabindex="0" aria-label="{title}">{plots.timeline(report, say)}</div>'
        "</section>"
    )


def _line(report: AuditReport, line: str, say: Say) -> str:
    drawn = [
        (say("audits.way.in"), plots.curve(report, line, "in", say)),
        (say("audits.way.out"), plots.curve(report, line, "out", say)),
        (say("audits.plot.bars_caption"), plots.bars(report, line, say)),
    ]
    figures = "".join(f"<figure><figcaption>{escape(name)}</figcaption>{svg}</figure>" for name, svg in drawn)
    return (
        f'<section class="audit-card"><h2>{escape(say("audits.line"))} <bdi>{escape(line)}</bdi></h2>'
        f'{plots.key(("seen", "counted"), say)}<div class="plots">{figures}</div></section>'
    )


def _facts(report: AuditReport, say: Say, language: str, when: str) -> str:
    rows = "".join(
        f"<div><dt>{escape(say(f'audits.fact.{name}'))}</dt><dd><bdi>{escape(value)}</bdi></dd></div>"
        for name, value in _known(report, say, language, when)
    )
    title = escape(say("audits.facts"))
    return f'<section class="audit-card"><h2>{title}</h2><dl class="audit-facts">{rows}</dl></section>'


def _known(report: AuditReport, say: Say, language: str, when: str) -> Iterator[tuple[str, str]]:
    yield "camera", f"{report.group}/{report.camera}"
    yield "when", when
    yield "kind", say(f"audits.kind.{report.kind}")
    yield "watched", plots.clock(report.seconds)
    yield "coverage", percent(min(report.coverage_s / max(report.seconds, 1e-9), 1.0), language)
    yield "tolerance", f"±{number(report.tolerance_s, 1, language)} s"
    yield "bin", plots.clock(report.bin_s)
    yield "delay", _delay(report, say, language)
    if report.ended:
        yield "ended", say(f"audits.ended.{report.ended}")
    yield "layout", report.layout
    yield "model", report.model
    yield "model_sha256", report.model_sha256
    yield "version", report.version
    yield f"id_{report.kind}", report.id


def _meaning(report: AuditReport, say: Say, language: str) -> str:
    tolerance = number(report.tolerance_s, 1, language)
    terms = "".join(
        f"<dt>{escape(say(f'audits.head.{name}'))}</dt>"
        f"<dd>{escape(say(f'audits.meaning.{name}', tolerance=tolerance))}</dd>"
        for name in _MEASURES
    )
    return (
        f'<details class="audit-card audit-meaning"><summary>{escape(say("audits.meaning.heading"))}</summary>'
        f"<dl>{terms}</dl></details>"
    )
