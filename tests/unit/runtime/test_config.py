from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import pytest

from edge.runtime.config import ConfigError, Section, load_config

Name = Annotated[str, msgspec.Meta(pattern="^[a-z]+$", extra={"says": "a lower-case name"})]
Code = Annotated[str, msgspec.Meta(pattern="^[0-9]{3}$")]


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
    kind: Literal["hall", "door"] = "hall"
    people: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    code: Code = "123"
    size: tuple[int, int] | None = None
    day: date | None = None
    days: list[Literal["mon", "tue"]] = []
    camera: dict[Name, Rtsp | Usb] = {}
    limits: dict[str, int] = {}
    hours: list[Hours] = []


WRONG = [
    ("titel = 'x'", "titel", "unknown key; is it 'title'?"),
    ("title = 3", "title", 'must be a text in "quotes", not a whole number'),
    ("[camera.door]\nkind = 'rtsp'\nurl = 7", "camera.door.url", 'must be a text in "quotes", not a whole number'),
    ("[camera.door]\nkind = 'rtsp'\nurl = ''\ndevise = ''", "camera.door.devise", "unknown key"),
    ("[camera.door]\nkind = 'ip'", "camera.door.kind", "'ip' is unknown: one of rtsp, usb"),
    ("[camera.door]\nurl = ''", "camera.door", "'kind' is missing"),
    ("[camera.door]\nkind = 'usb'", "camera.door", "'device' is missing"),
    (
        "[camera.door]\nkind='rtsp'\nurl=''\n[camera.door.lines.in]\nfrom_px='a'",
        "camera.door.lines.in.from_px",
        "must be a whole number",
    ),
    ("[camera.Door]\nkind = 'usb'\ndevice = ''", "camera.Door", "must be a lower-case name, not 'Door'"),
    ("[limits]\npeople = 'many'", "limits.people", 'must be a whole number, not a text in "quotes"'),
    (
        "[[hours]]\nopens = '9'\n[[hours]]\nopens = 9",
        "hours[1].opens",
        'must be a text in "quotes", not a whole number',
    ),
    ("kind = 'roof'", "kind", "'roof' is unknown: one of hall, door"),
    ("kind = 3", "kind", "3 is unknown: one of hall, door"),
    ("days = ['mon', 'sun']", "days[1]", "'sun' is unknown: one of mon, tue"),
    ("people = 0", "people", "must be 1 or more"),
    ("people = 101", "people", "must be 100 or less"),
    ("code = 'x'", "code", "must look like ^[0-9]{3}$"),
    ("size = [1]", "size", "must be a list of 2, not of 1"),
    ("day = '24 December'", "day", "must be a day as 2026-12-24"),
    ("camera = 3", "camera", "must be a table, not a whole number"),
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
