"""The corporate log-in in the configuration: what cannot work does not start."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.bootstrap.config import build_login, load
from edge.runtime.config import ConfigError
from edge.services.staff import OFFICE_ROLES

WORKS = """
office = "carretas4"
database = "office.db"
[login]
issuer = "https://id.example.org/realms/town"
client_id = "office"
label = "Ayuntamiento"
[login.roles]
desk = "agent"
"""


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "edge.toml"
    file.write_text(text)
    return file


def test_every_role_of_the_office_can_come_from_a_group(tmp_path: Path) -> None:
    groups = "".join(f'{role}-group = "{role}"\n' for role in sorted(OFFICE_ROLES))
    section = load(written(tmp_path, WORKS + groups)).login

    assert section is not None
    assert set(section.roles.values()) >= OFFICE_ROLES


def test_a_log_in_that_works_is_built(tmp_path: Path) -> None:
    section = load(written(tmp_path, WORKS)).login

    assert section is not None
    assert build_login(section, "https://office.example").label == "Ayuntamiento"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("https://id", "http://id"), "https"),
        (('client_id = "office"', 'client_id = "office"\nscopes = ["profile"]'), "openid"),
        (('client_id = "office"', 'client_id = "office"\nclient_secret_file = "/nowhere"'), "/nowhere"),
        (('desk = "agent"', 'desk = "operator"'), "roles"),
        (('label = "Ayuntamiento"', 'label = "Ayuntamiento"\nsurprise = 1'), "surprise"),
    ],
)
def test_a_log_in_that_cannot_work_is_told_before_the_start(tmp_path: Path, change: tuple[str, str], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        load(written(tmp_path, WORKS.replace(*change)))
