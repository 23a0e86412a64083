"""What people read of an audit: words, figures, plots; escaped, in every language."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from edge.contracts.cameras import AuditBin, AuditEvent, AuditReport
from edge.runtime import audit_view, plots
from edge.runtime.i18n import Messages
from edge.runtime.resources import config_dir
from tests.fakes.audits import report, row

TEXTS = Messages.load(config_dir() / "messages")


def say(key: str, /, **values: object) -> str:
    return TEXTS.text("en", key, **values)


def drawn(found: AuditReport) -> list[str]:
    return [
        plots.timeline(found, say),
        plots.curve(found, "main", "in", say),
        plots.curve(found, "main", "out", say),
        plots.bars(found, "main", say),
    ]


def test_plots_are_sound_svg_with_title_and_words() -> None:
    for svg in drawn(report()):
        root = ET.fromstring(svg)
        names = (root.attrib["aria-labelledby"]).split()
        assert [child.attrib["id"] for child in root[:2]] == names
        assert all(child.text for child in root[:2])
        assert "style" not in svg


def test_a_mark_of_each_kind_has_its_own_shape() -> None:
    timeline = plots.timeline(report(), say)

    assert [timeline.count(f'class="{name}"') for name in ("right", "missed", "extra")] == [9, 1, 1]
    assert "1:40 Missed" in timeline


def test_an_audit_without_crossings_can_be_drawn() -> None:
    empty = report(
        rows=[row("", "both", 0, 0, 0), row("main", "both", 0, 0, 0), row("main", "in", 0, 0, 0)],
        bins=[],
        events=[],
        seconds=0.0,
    )

    assert all(svg.startswith("<svg") for svg in drawn(empty))
    assert audit_view.sentence(empty.rows[0], say) == "Nobody crossed, and 0 crossings were counted"


def test_a_crossing_of_a_line_without_a_row_is_left_out() -> None:
    odd = AuditEvent(line="roof", direction="in", seen_s=3.0)

    assert plots.timeline(report(events=[odd]), say).count("<circle") == 0


def test_many_bins_are_drawn_together() -> None:
    bins = [
        AuditBin(line="main", start_s=60.0 * n, truth_in=1, truth_out=0, counted_in=1, counted_out=0)
        for n in range(500)
    ]

    svg = plots.bars(report(bins=bins, seconds=30_000.0), "main", say)

    assert svg.count('class="seen-bar"') <= plots.MOST_BARS
    assert "11:00" in svg  # the span of a bar: eleven minutes


@pytest.mark.parametrize("language", ["es", "ca", "en", "ar"])
def test_the_body_speaks_every_language_and_escapes(language: str) -> None:
    odd = report(rows=[*report().rows, row("<b>&", "both", 1, 1, 1)], version="<script>")

    def words(key: str, /, **values: object) -> str:
        return TEXTS.text(language, key, **values)

    body = audit_view.body(odd, words, language=language, when="<now>")

    root = ET.fromstring(body)
    assert "<script>" not in body
    assert len(root.findall(".//tr")) == 1 + len(odd.rows)


def spoken(found: AuditReport) -> str:
    def words(key: str, /, **values: object) -> str:
        return TEXTS.text("es", key, **values)

    return audit_view.body(found, words, language="es", when="hoy")


def test_few_crossings_and_short_audits_say_so_and_longer_ones_do_not() -> None:
    short = spoken(report())
    long = spoken(report(seconds=900.0, rows=[row("", "both", 50, 50, 45)]))

    assert "Acertados 9 de 10 pasos" in short
    assert "pocos pasos para juzgar" in short
    assert "sin veredicto" in short
    assert "por debajo de 5" not in short.partition("<details")[0]
    assert "pocos pasos para juzgar" not in long
    assert "por debajo de 5 es bueno" in long
    assert "1,5" in long


@pytest.mark.parametrize(
    ("kind", "delay_ms", "words"),
    [
        ("live", -400.0, "Usted marcó 0,40 s después"),
        ("live", 250.0, "Usted marcó 0,25 s antes"),
        ("clip", 90.0, "Se contó 0,09 s después"),
        ("clip", -90.0, "Se contó 0,09 s antes"),
    ],
)
def test_before_and_after_are_words_and_no_sign(kind: str, delay_ms: float, words: str) -> None:
    assert words in spoken(report(kind=kind, delay_ms=delay_ms))


def test_figures_are_written_as_in_the_language() -> None:
    assert audit_view.percent(0.9688, "es") == "96,9\u00a0%"
    assert audit_view.percent(0.031, "en", sign=True) == "+3.1\u00a0%"
    assert audit_view.percent(-0.06, "en", sign=True) == "\u22126.0\u00a0%"
    assert plots.clock(3725) == "1:02:05"
