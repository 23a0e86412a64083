"""The centre's configuration and its texts."""

from __future__ import annotations

from pathlib import Path

import pytest
from openapi_spec_validator import validate

from edge.central.api import PUBLISHED
from edge.central.config import read_config
from edge.central.openapi import document
from edge.central.store import BadStore, Store
from edge.runtime.config import ConfigError
from edge.runtime.i18n import Messages
from edge.runtime.resources import config_dir

BASE = '[database]\nurl = "sqlite:///x.db"\n'


def test_the_example_can_be_read() -> None:
    config = read_config(config_dir() / "programs" / "central.example.toml")

    assert config.database.url.startswith("sqlite:")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("heartbeat_s = 0.1\n" + BASE, "heartbeat_s"),
        ('shards = ["g"]\n' + BASE, "shards"),
        ('zone = "Mars/Base"\n' + BASE, "zone"),
        (BASE + "[http]\nidle_minutes = 0\n", "http.idle_minutes"),
        (BASE + "[http]\nprot = 1\n", "http.prot"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, key: str) -> None:
    file = tmp_path / "central.toml"
    file.write_text(text)

    with pytest.raises(ConfigError) as caught:
        read_config(file)
    assert caught.value.key == key


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://x/y", "sqlite://"])
def test_only_databases_that_fit_are_taken(url: str) -> None:
    with pytest.raises(BadStore):
        Store(url)


def test_every_language_has_every_text() -> None:
    messages = Messages.load(config_dir() / "messages")
    keys = [{key for key in messages.keys(code) if key.startswith("central.")} for code in ("es", "ca", "en")]

    assert keys[0] == keys[1] == keys[2]


def test_the_interface_is_described_by_a_valid_document() -> None:
    validate(document(PUBLISHED))
