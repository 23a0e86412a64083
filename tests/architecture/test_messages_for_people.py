from __future__ import annotations

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
