from __future__ import annotations

from pathlib import Path

import pytest

from edge.runtime.config import ConfigError
from edge.runtime.i18n import Messages, is_right_to_left, isolated


@pytest.fixture
def messages(tmp_path: Path) -> Messages:
    write(tmp_path, "es", "board", "[call]\nturn = 'Turno {code}'\ndesk = 'Puesto {desk}'\n")
    write(tmp_path, "ca", "board", "[call]\nturn = 'Torn {code}'\n")
    write(tmp_path, "es", "portal", "title = 'Mi turno'\n")
    return Messages.load(tmp_path)


def write(folder: Path, language: str, part: str, text: str) -> None:
    (folder / language).mkdir(exist_ok=True)
    (folder / language / f"{part}.toml").write_text(text, "utf-8")


def test_a_text_is_found_by_language_part_and_table(messages: Messages) -> None:
    assert messages.text("ca", "board.call.turn", code="A012") == "Torn A012"


def test_a_text_that_a_language_lacks_comes_in_spanish(messages: Messages) -> None:
    assert messages.text("ca", "board.call.desk", desk="3") == "Puesto 3"
    assert messages.text("fr", "portal.title") == "Mi turno"


def test_a_key_that_nobody_has_is_a_mistake(messages: Messages) -> None:
    with pytest.raises(KeyError, match=r"board\.call\.nobody"):
        messages.text("es", "board.call.nobody")


def test_a_section_is_complete_in_every_language(messages: Messages) -> None:
    assert messages.section("ca", "board.call") == {"turn": "Torn {code}", "desk": "Puesto {desk}"}


def test_the_languages_are_those_with_a_catalogue(messages: Messages) -> None:
    assert messages.languages == ["ca", "es"]
    assert messages.keys("ca") == {"board.call.turn"}


@pytest.mark.parametrize(
    ("wanted", "expected"), [(["ca-ES", "es"], "ca"), (["fr", "EN-gb"], "en"), (["fr"], "es"), ([], "es")]
)
def test_the_first_wanted_language_that_is_offered_wins(messages: Messages, wanted: list[str], expected: str) -> None:
    assert messages.best(wanted, ["es", "ca", "en"]) == expected


def test_without_an_offer_the_language_is_spanish(messages: Messages) -> None:
    assert messages.best(["ca"], []) == "es"


def test_arabic_is_written_from_right_to_left() -> None:
    assert is_right_to_left("ar")
    assert not is_right_to_left("ca")


@pytest.mark.parametrize("text", ["n = 3", "list = ['a']", "n = "])
def test_a_wrong_catalogue_is_named(tmp_path: Path, text: str) -> None:
    write(tmp_path, "es", "board", text)

    with pytest.raises(ConfigError, match=r"es/board\.toml: "):
        Messages.load(tmp_path)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("7K2Q-9XFA", "\u20687K2Q-9XFA\u2069"),
        ("2026-11-16", "\u20682026-11-16\u2069"),
        ("3 - Registro", "\u20683 - Registro\u2069"),
        (12, 12),
        ("", ""),
        ("https://office.example/c/x", "https://office.example/c/x"),
        ("\u2068A012\u2069", "\u2068A012\u2069"),
    ],
)
def test_codes_and_names_keep_their_order_in_arabic(value: object, shown: object) -> None:
    assert isolated(value) == shown
