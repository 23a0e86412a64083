from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import pytest

from edge.runtime.config import ConfigError, Section, load_config

Name = Annotated[str, msgspec.Meta(pattern="^[a-z]+$")]


class Line(Section, frozen=True, kw_only=True):
    from_px: int


class Rtsp(Section, frozen=True, kw_only=True, tag="rtsp", tag_field="kind"):
    url: str
    lines: dict[str, Line] = {}


class Usb(Section, frozen=True, kw_only=True, tag="usb", tag_field="kind"):
    device: str


class Hours(Section, frozen=True, kw_only=True):
    opens: str


class Office(Section, frozen=True, kw_only=True):
    title: str = ""
    camera: dict[Name, Rtsp | Usb] = {}
    limits: dict[str, int] = {}
    hours: list[Hours] = []


WRONG = [
    ("titel = 'x'", "titel", "unknown field"),
    ("title = 3", "title", "Expected `str`, got `int`"),
    ("[camera.door]\nkind = 'rtsp'\nurl = 7", "camera.door.url", "Expected `str`, got `int`"),
    ("[camera.door]\nkind = 'rtsp'\nurl = ''\ndevise = ''", "camera.door.devise", "unknown field"),
    ("[camera.door]\nkind = 'ip'", "camera.door.kind", "Invalid value 'ip'"),
    ("[camera.door]\nurl = ''", "camera.door", "missing required field `kind`"),
    ("[camera.door]\nkind = 'usb'", "camera.door", "missing required field `device`"),
    (
        "[camera.door]\nkind='rtsp'\nurl=''\n[camera.door.lines.in]\nfrom_px='a'",
        "camera.door.lines.in.from_px",
        "`int`",
    ),
    ("[camera.Door]\nkind = 'usb'\ndevice = ''", "camera.Door", "matching regex '^[a-z]+$'"),
    ("[limits]\npeople = 'many'", "limits.people", "Expected `int`, got `str`"),
    ("[[hours]]\nopens = '9'\n[[hours]]\nopens = 9", "hours[1].opens", "Expected `str`, got `int`"),
    ("camera = 3", "camera", "Expected `object`, got `int`"),
]


@pytest.mark.parametrize(("text", "key", "reason"), WRONG)
def test_a_wrong_file_is_told_as_file_key_and_reason(tmp_path: Path, text: str, key: str, reason: str) -> None:
    file = tmp_path / "office.toml"
    file.write_text(text)

    with pytest.raises(ConfigError) as caught:
        load_config(file, Office)

    assert caught.value.key == key
    assert reason in caught.value.reason
    assert str(caught.value) == f"{file}: {key}: {caught.value.reason}"


def test_a_right_file_becomes_values(tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    file.write_text("title = 'Carretas'\n[camera.door]\nkind = 'usb'\ndevice = '/dev/video0'\n")

    assert load_config(file, Office) == Office(title="Carretas", camera={"door": Usb(device="/dev/video0")})


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"office\.toml: no such file"):
        load_config(tmp_path / "office.toml", Office)


def test_a_folder_and_text_that_is_no_utf8_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b"title = '\xf1'")

    for file in (tmp_path, tmp_path / "latin.toml"):
        with pytest.raises(ConfigError, match="cannot be read"):
            load_config(file, Office)


def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_text("title = 'x'\ntitle = = 3")

    with pytest.raises(ConfigError, match=r"is not TOML: .*line 2"):
        load_config(tmp_path / "office.toml", Office)
