"""Commands beside an office: every refusal is one sentence, and an account can log in."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from edge.cli.central import central
from edge.cli.office import edge

PASSWORD = "una frase larga"
ADD = ("staff", "add", "ana", "--name", "Ana", "--role", "agent", "--password-file", "-")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "edge.toml"
    file.write_text(f'office = "carretas4"\ndatabase = "{tmp_path / "office.db"}"\n', "utf-8")
    return file


def run(config: Path, *words: str, given: str = "") -> Result:
    return CliRunner().invoke(edge, [*words, "--config", str(config)], input=given)


def test_an_account_is_made_and_listed(config: Path) -> None:
    made = run(config, *ADD, given=PASSWORD)

    assert (made.exit_code, made.output) == (0, "ana: agent\n")
    assert run(config, "staff", "list").output == "ana\tagent\n"


def test_a_login_that_is_taken_is_told_in_a_sentence(config: Path) -> None:
    run(config, *ADD, given=PASSWORD)

    again = run(config, *ADD, given=PASSWORD)

    assert (again.exit_code, again.stderr) == (1, "Error: this login is taken: choose another one\n")


def test_a_short_password_is_told_in_a_sentence(config: Path) -> None:
    refused = run(config, *ADD, given="corta")

    assert (refused.exit_code, refused.stderr) == (
        1,
        "Error: the password is too short: at least 10 characters\n",
    )


@pytest.mark.parametrize("program", [edge, central])
@pytest.mark.parametrize("login", ["ana perez", " ana", "a\tb", "", "x" * 65])
def test_a_login_has_no_blanks_and_some_length(config: Path, program: object, login: str) -> None:
    role = "agent" if program is edge else "viewer"
    words = ["staff", "add", login, "--name", "Ana", "--role", role, "--password-file", "-", "--config", str(config)]

    refused = CliRunner().invoke(edge if program is edge else central, words, input=PASSWORD)

    assert refused.exit_code == 2
    assert "a login has" in refused.stderr


def test_without_a_terminal_the_password_is_asked_of_a_file(config: Path) -> None:
    refused = run(config, *ADD[:-2])

    assert refused.exit_code == 2
    assert "give --password-file FILE, or - for stdin" in refused.stderr
    assert "Warning" not in refused.output


def test_a_contact_that_is_none_is_told_in_a_sentence(config: Path) -> None:
    refused = run(config, "forget", "ana")

    assert (refused.exit_code, refused.stderr) == (1, "Error: this is neither a phone number nor an e-mail address\n")


@pytest.mark.parametrize("words", [ADD, ("staff", "list"), ("forget", "600111222")])
def test_a_damaged_database_is_told_in_one_sentence(config: Path, words: tuple[str, ...]) -> None:
    (config.parent / "office.db").write_bytes(b"no database at all " * 100)

    refused = run(config, *words, given=PASSWORD)

    assert refused.exit_code == 1
    assert refused.stderr.startswith(f"Error: {config.parent / 'office.db'}: ")
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize("words", [ADD, ("staff", "list"), ("forget", "600111222")])
def test_a_wrong_configuration_is_told_in_one_sentence(config: Path, words: tuple[str, ...]) -> None:
    config.write_text("office = 3\n", "utf-8")

    refused = run(config, *words, given=PASSWORD)

    assert (refused.exit_code, refused.stderr) == (
        1,
        f'Error: {config}: office: must be a text in "quotes", not a whole number\n',
    )


@pytest.mark.parametrize("words", [ADD, ("staff", "list"), ("forget", "600111222"), ("audit", "verify")])
def test_a_database_without_a_folder_is_told_as_file_and_key(config: Path, words: tuple[str, ...]) -> None:
    config.write_text('office = "carretas4"\ndatabase = "/dev/null/office.db"\n', "utf-8")

    refused = run(config, *words, given=PASSWORD)

    assert (refused.exit_code, refused.stderr) == (
        1,
        f"Error: {config}: database: /dev/null: no such folder; make it for the office's user\n",
    )
