"""The display speaks all its languages completely."""

from __future__ import annotations

import string

import pytest

from tests.unit.kiosk.boards import MESSAGES

BOARD = {language: MESSAGES.section(language, "board") for language in ("es", "ca", "en", "ar")}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", ["ca", "en", "ar"])
def test_every_text_of_the_board_is_there_in_every_language(language: str) -> None:
    spanish = {key for key in MESSAGES.keys("es") if key.startswith("board.")}

    assert {key for key in MESSAGES.keys(language) if key.startswith("board.")} == spanish


@pytest.mark.parametrize("language", ["ca", "en", "ar"])
def test_every_language_uses_the_same_values(language: str) -> None:
    assert {key: fields(text) for key, text in BOARD[language].items()} == {
        key: fields(text) for key, text in BOARD["es"].items()
    }
