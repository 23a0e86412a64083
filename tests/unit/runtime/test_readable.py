"""What citizens read is easy: INFLESZ of 65 or more in Spanish, at most 15 words a sentence in Catalan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from edge.runtime.i18n import Messages
from edge.runtime.resources import config_dir
from tests.readability import inflesz, sentences, syllables

MESSAGES = Messages.load(config_dir() / "messages")
EASY, LONGEST = 65.0, 15
SUBJECTS = (
    "portal",
    "booking",
    "notices",
    "ticket",
    "posters",
    "survey",
    "assistant",
    "documents",
    "problems",
    "papers",
)
OTHERS = ("booking.staff.", "notices.staff.", "papers.assist.", "assistant.words.")  # for staff, or no text


def told(language: str, subject: str) -> Mapping[str, str]:
    texts = MESSAGES.section(language, subject)
    return {key: text for key, text in texts.items() if not f"{subject}.{key}".startswith(OTHERS)}


def running(texts: Mapping[str, str]) -> list[str]:
    """Return the texts that are sentences, not labels: a figure of single words says nothing."""
    return [text for text in texts.values() if text.rstrip().endswith((".", "?", "!"))]


def too_long(texts: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    for key, text in texts.items():
        yield from ((key, len(words)) for words in sentences(text) if len(words) > LONGEST)


@pytest.mark.parametrize("subject", [subject for subject in SUBJECTS if subject != "ticket"])  # labels only
def test_spanish_is_quite_easy(subject: str) -> None:
    texts = running(told("es", subject))

    assert texts
    assert inflesz(texts) >= EASY


@pytest.mark.parametrize("subject", SUBJECTS)
def test_catalan_sentences_are_short(subject: str) -> None:
    texts = told("ca", subject)

    assert texts
    assert list(too_long(texts)) == []


@pytest.mark.parametrize(
    ("word", "count"),
    [("sol", 1), ("turno", 2), ("ciudad", 2), ("oficina", 4), ("día", 2), ("leer", 2), ("guerra", 2), ("hoy", 1),
     ("y", 1), ("agüero", 3), ("queja", 2), ("trámite", 3), ("país", 2), ("videollamada", 6)],
)  # fmt: skip
def test_syllables_are_counted_as_they_are_spoken(word: str, count: int) -> None:
    assert syllables(word) == count


def test_the_figure_falls_with_long_words_and_long_sentences() -> None:
    easy = ["Pida su turno. Espere en la sala. Le llamamos por la pantalla."]
    hard = [
        "La administración procederá a la tramitación del procedimiento correspondiente de conformidad con lo"
        " establecido en la normativa reguladora vigente, aplicable a las solicitudes presentadas telemáticamente."
    ]

    assert inflesz(easy) > 80
    assert inflesz(hard) < 20
