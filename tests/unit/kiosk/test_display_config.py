"""The configuration of a display: the example starts, mistakes are told by key."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.runtime.config import ConfigError, load_config
from edge.runtime.mqtt import Broker
from edge.runtime.resources import config_dir
from kiosk.config import DisplayConfig, Screen, Sound, check

EXAMPLE = config_dir() / "programs" / "display.example.toml"


def test_the_example_is_a_configuration_of_nothing_but_defaults() -> None:
    config = load_config(EXAMPLE, DisplayConfig)
    check(EXAMPLE, config)

    broker = Broker(username="display-hall", password_file="/etc/o360/display-hall.password")
    assert config == DisplayConfig(name="hall", sound=Sound(voices={"en": "en-gb"}), broker=broker)
    assert config.screen == Screen()


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('name = "Hall 1"', "name"),
        ('name = "h"\ntext_scale = 2.0', "text_scale"),
        ('name = "h"\nbrand = "red"', "brand"),
        ('name = "h"\nlanguages = []', "languages"),
        ('name = "h"\nzone = "Madrid"', "zone"),
        ('name = "h"\nvariant = "window"', "variant"),
        ('name = "h"\nscreen.diagonal_in = 0.0', "screen.diagonal_in"),
        ('name = "h"\nsound.chime_volume = 3.0', "sound.chime_volume"),
        ('name = "h"\nsound.volume = 3.0', "sound.volume"),
    ],
)
def test_a_wrong_value_is_refused_with_its_key(tmp_path: Path, line: str, key: str) -> None:
    file = tmp_path / "display.toml"
    file.write_text(line, "utf-8")

    with pytest.raises(ConfigError) as refused:
        check(file, load_config(file, DisplayConfig))

    assert refused.value.key == key
