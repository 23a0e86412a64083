"""The ticket as it comes out: its text to the letter, its code readable from the dots."""

from __future__ import annotations

import pytest
import zxingcpp
from PIL import Image, ImageChops

from edge.contracts.jobs import PrintTicket, TicketLine
from edge.runtime import resources
from firmware_bridge import paper
from firmware_bridge.cli import sample_ticket
from firmware_bridge.tickets import cleaned, to_text
from tests.fixtures.golden import Golden

FONTS = paper.find_fonts(resources.config_dir() / "fonts")
LANGUAGES = ["es", "ca", "en", "ar"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_of_the_sample_ticket(language: str, golden: Golden) -> None:
    golden.check_text(f"ticket-{language}.txt", to_text(cleaned(sample_ticket(language))))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_code_reads_back_from_the_paper(language: str) -> None:
    ticket = cleaned(sample_ticket(language))

    [code] = zxingcpp.read_barcodes(paper.render(ticket, FONTS).convert("L"))

    assert code.text == ticket.qr


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_paper_is_80_mm_with_nothing_in_the_margins(language: str) -> None:
    picture = paper.render(cleaned(sample_ticket(language)), FONTS)

    left, top, right, _ = ink(picture)
    assert (picture.mode, picture.width) == ("1", paper.PAPER_PX)
    assert left >= paper.MARGIN_PX - 2
    assert right <= paper.PAPER_PX - paper.MARGIN_PX + 2
    assert top >= paper.MARGIN_PX


@pytest.mark.parametrize(
    "text", ["A012", "Z999", "W" * 12, "palabra " * 20, "x" * 200, "شهادة السكن A012 " * 6, "العربية" * 25, "a b"]
)
@pytest.mark.parametrize("size", ["small", "normal", "large", "huge"])
def test_any_text_stays_inside_the_paper(text: str, size: str) -> None:
    for right_to_left in (False, True):
        line = TicketLine(text=text.strip()[:200], size=size)  # type: ignore[arg-type]
        ticket = PrintTicket(language="ar", lines=[line], right_to_left=right_to_left)

        left, _, right, _ = ink(paper.render(cleaned(ticket), FONTS))

        assert left >= paper.MARGIN_PX - 4
        assert right <= paper.PAPER_PX - paper.MARGIN_PX + 4


def test_the_turn_code_is_huge() -> None:
    code = PrintTicket(language="es", lines=[TicketLine(text="A012", size="huge")])

    left, top, right, bottom = ink(paper.render(cleaned(code), FONTS))

    assert right - left > 0.9 * paper.PRINT_PX
    assert (bottom - top) / paper.DOTS_PER_MM > 18  # mm


@pytest.mark.parametrize(
    ("text", "in_order"),
    [
        ("مكتب Carretas 4", ["Carretas 4", " ", "مكتب"]),
        ("اختبار · 23/11/2026 · 09:04", ["09:04", " · ", "23/11/2026", " · ", "اختبار"]),
        ("أمامكم: 6 أشخاص", ["أشخاص", " ", "6", " ", ":", "أمامكم"]),
    ],
)
def test_numbers_and_latin_words_stand_where_arabic_readers_expect_them(text: str, in_order: list[str]) -> None:
    chain = FONTS.chain(bold=False, px=34)

    runs = paper.visual_runs(text, chain, right_to_left=True)

    shown = " ".join("".join(run.text.strip() for run in runs).split())
    assert shown.replace(" ", "") == "".join(in_order).replace(" ", "")


def test_letters_of_our_languages_have_glyphs() -> None:
    chain = FONTS.chain(bold=True, px=34)

    missing = [
        c for c in "ÀÈÒÁÉÍÓÚÜÑÇàèòáéíóúïüñç·€«»¿¡ŀشهادةدوركم٠١٢" if not any(paper.has_glyph(f, c) for f in chain)
    ]

    assert missing == []


def ink(picture: Image.Image) -> tuple[int, int, int, int]:
    box = ImageChops.invert(picture.convert("L")).getbbox()
    assert box is not None
    return box
