from __future__ import annotations

from pathlib import Path

import pytest

from counter.config import load
from counter.domain.line import Line
from counter.reading import reader_task
from edge.runtime.config import ConfigError
from edge.runtime.resources import config_dir

GOOD = """
group = "hall"
[cameras.door]
kind = "file"
path = "clip.avi"
[cameras.door.lines.middle]
points = [[10, 20], [30, 40]]
"""


class Detector:
    """Knows the sizes only."""

    within = (448, 256)


def write(folder: Path, text: str) -> Path:
    file = folder / "counter.toml"
    file.write_text(text, "utf-8")
    return file


def test_the_example_is_valid() -> None:
    settings = load(config_dir() / "programs" / "counter.example.toml")

    assert {camera.kind for camera in settings.cameras.values()} == {"rtsp", "v4l2", "file"}


def test_a_clip_is_looked_for_beside_the_configuration(tmp_path: Path) -> None:
    assert load(write(tmp_path, GOOD)).cameras["door"].path == str(tmp_path / "clip.avi")


def test_flip_turns_the_line_round(tmp_path: Path) -> None:
    line = load(write(tmp_path, GOOD + "flip = true\n")).cameras["door"].lines["middle"]

    assert line.line() == Line((30, 40), (10, 20))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('group = "hall"', 'group = "Hall 1"', "group: .*topic level"),
        ('group = "hall"', 'group = "hall"\nbroker = { port = 99999 }', "port must be 1 to 65535"),
        ('kind = "file"', 'kind = "rtsp"\nurl = "rtsp://me:secret@host/x"', "no user or password"),
        ("lines.middle]", 'lines."Puerta Norte"]', r"cameras\.door\.lines\.Puerta Norte: a name has small letters"),
        ('group = "hall"', 'group = "hall"\nthreads = 0', "threads"),
        ('group = "hall"', 'group = "hall"\nspeed = 1', "speed"),
        ('kind = "file"', 'kind = "webcam"', "cameras.door"),
        ('kind = "file"', 'kind = "rtsp"', "url"),
        *[
            ('kind = "file"', f'kind = "rtsp"\nurl = "{url}"', "rtsp://host:port")
            for url in ("rtsp://[::1/x", "rtsp:///stream", "rtsp://host:99999/x", "rtsp://host:0/x", "http://host/x")
        ],
        *[
            ('group = "hall"', f'group = "hall"\nedge_url = "{url}"', "edge_url")
            for url in ("https://office:99999", "http://[::1", "https://", "office:8360")
        ],
        ('path = "clip.avi"', "", "path"),
        ('path = "clip.avi"', 'path = "clip.avi"\nmax_fps = 0', "max_fps"),
        ('path = "clip.avi"', 'path = "clip.avi"\nmasks = [[[1, 2], [3, 4]]]', "mask"),
        ('path = "clip.avi"', 'path = "clip.avi"\npassword_file = "none"', "password_file"),
        ("[[10, 20], [30, 40]]", "[[10, 20], [10, 20]]", "two different points"),
        ("[[10, 20], [30, 40]]", "[[10, 20]]", "cameras.door"),
        ("[[10, 20], [30, 40]]", '[[10, "x"], [30, 40]]', "cameras.door"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        load(write(tmp_path, GOOD.replace(old, new)))


LINES = "".join(f"[cameras.%s.lines.l{k}]\npoints = [[0, 0], [100, {10 + k}]]\n" for k in range(26))
ZONES = "".join(f"[cameras.%s.zones.z{k}]\npoints = [[0, 0], [100, 0], [100, 100]]\n" for k in range(26))


@pytest.mark.parametrize(("cameras", "drawn"), [(33, ""), (5, LINES), (5, ZONES)], ids=["cameras", "lines", "zones"])
def test_more_than_the_office_can_be_told_is_refused(tmp_path: Path, cameras: int, drawn: str) -> None:
    names = [f"c{number}" for number in range(cameras)]
    sections = [
        f'[cameras.{name}]\nkind = "v4l2"\npath = "/dev/video0"\n' + drawn.replace("%s", name) for name in names
    ]

    with pytest.raises(ConfigError, match="32 cameras, and 128 lines and 128 zones"):
        load(write(tmp_path, 'group = "hall"\n' + "".join(sections)))
    load(write(tmp_path, 'group = "hall"\n' + "".join(sections[:4])))


@pytest.mark.parametrize("junk", ["", "group = ", "\0\1\2", '[cameras]\ndoor = 3\ngroup = "x"', 'group = "hall"'])
def test_junk_is_refused(tmp_path: Path, junk: str) -> None:
    with pytest.raises(ConfigError):
        load(write(tmp_path, junk))


def test_the_password_of_a_camera_comes_from_its_file_and_is_quoted(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("p@ss/word\n", "utf-8")
    camera = f"""
group = "hall"
[cameras.door]
kind = "rtsp"
url = "rtsp://camera.example:554/stream"
username = "counter"
password_file = "{tmp_path / "password"}"
"""

    task = reader_task(load(write(tmp_path, camera)).cameras["door"], Detector())  # type: ignore[arg-type]

    assert task.target == "rtsp://counter:p%40ss%2Fword@camera.example:554/stream"
