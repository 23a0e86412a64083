from __future__ import annotations

from pathlib import Path

import msgspec

from counter.config import load
from edge.contracts.cameras import CameraShapes, LineShape
from edge.contracts.shapes import digest

CONFIG = """
group = "hall"
[cameras.door]
kind = "v4l2"
path = "/dev/video0"
drawn_on = [640, 480]
masks = [[[0, 0], [10, 0], [10, 10]]]
[cameras.door.lines.main]
points = [[10, 20], [30, 40.5]]
flip = true
door = false
[cameras.door.zones.hall]
points = [[0, 0], [9, 0], [9, 9]]
"""


def test_shapes_say_what_the_configuration_draws(tmp_path: Path) -> None:
    (tmp_path / "counter.toml").write_text(CONFIG, "utf-8")
    section = load(tmp_path / "counter.toml").cameras["door"]

    shapes = section.shapes("door")

    assert (shapes.camera, shapes.drawn_on, shapes.masks) == ("door", (640, 480), [[(0, 0), (10, 0), (10, 10)]])
    assert shapes.lines == [LineShape(name="main", points=((10, 20), (30, 40.5)), door=False, flip=True)]
    assert shapes.zones[0].points == [(0, 0), (9, 0), (9, 9)]


def test_the_digest_is_of_the_shapes_wherever_they_come_from() -> None:
    drawn = CameraShapes(camera="door", lines=[LineShape(name="main", points=((1, 2), (3, 4)))])
    sent = msgspec.json.decode(msgspec.json.encode(drawn), type=CameraShapes)
    moved = CameraShapes(camera="door", lines=[LineShape(name="main", points=((1, 2), (3, 5)))])

    assert digest([drawn]) == digest([sent])
    assert digest([drawn]) != digest([moved])
    assert digest([]) == "4f53cda18c2baa0c"  # SHA-256 of "[]"
    assert len(digest([drawn])) == 16
