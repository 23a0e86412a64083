from __future__ import annotations

import re
import string

import pytest

from edge.runtime.i18n import Messages
from edge.runtime.resources import config_dir

LANGUAGES = ("es", "ca", "en")


@pytest.fixture(scope="module")
def catalogues() -> Messages:
    return Messages.load(config_dir() / "messages")


def placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_spanish_catalan_and_english_have_the_same_keys(catalogues: Messages, language: str) -> None:
    assert catalogues.keys(language) ^ catalogues.keys("es") == set()


def test_a_further_language_has_no_key_that_spanish_lacks(catalogues: Messages) -> None:
    further = set(catalogues.languages) - set(LANGUAGES)

    assert {language: catalogues.keys(language) - catalogues.keys("es") for language in further} == {
        language: set() for language in further
    }


def test_every_translation_takes_the_same_values(catalogues: Messages) -> None:
    different = [
        f"{language}: {key}"
        for language in catalogues.languages
        for key in sorted(catalogues.keys(language))
        if placeholders(catalogues.text(language, key)) != placeholders(catalogues.text("es", key))
    ]

    assert different == []


def test_no_text_is_empty(catalogues: Messages) -> None:
    empty = [
        f"{language}: {key}"
        for language in catalogues.languages
        for key in sorted(catalogues.keys(language))
        if not catalogues.text(language, key).strip()
    ]

    assert empty == []


# Words by which a language would address people in two ways, or call one thing by two names.
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("es", r"\b(tú|tus|tienes|puedes|quieres|ventanilla|mostrador)\b"),
        ("ca", r"\b(vostè|vosaltres|[Tt]riï|[Ee]scrigui|[Tt]regui|[Dd]isculpi|taulell|eixirà)\b|[Ll]loc \{desk"),
        ("ar", "المكتب \\{desk|المكتب \\{label|\u0627\u064b|زيارتك\\b|إجابتك\\b|[٠-٩]"),
        ("en", r"\bcounter \{desk|\bhe\b|\bshe\b|\d %"),
    ],
)
def test_people_are_addressed_in_one_way_and_things_have_one_name(
    catalogues: Messages, language: str, words: str
) -> None:
    found = [
        key
        for key in sorted(catalogues.keys(language))
        if not key.startswith("assistant.words.") and re.search(words, catalogues.text(language, key))
    ]

    assert found == []
