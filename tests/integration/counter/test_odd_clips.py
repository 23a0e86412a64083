"""Films as people bring them: held upside down, of changing rate, cut off, tiny, huge, grey."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from counter.sources import Frame, ReaderTask, fitted
from counter.sources.process import ReaderEnded, ReaderProcess

TICKS = 1000


def write(file: Path, pictures: Sequence[np.ndarray], stamps: Sequence[int], pixels: str = "yuv420p") -> Path:
    """Write an MPEG-4 film of *pictures* with time *stamps* in milliseconds."""
    with av.open(str(file), "w") as container:
        stream = container.add_stream("mpeg4", rate=10, options={"qscale": "2"})
        height, width = pictures[0].shape[:2]
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        stream.codec_context.time_base = Fraction(1, TICKS)
        for picture, stamp in zip(pictures, stamps, strict=True):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = stamp, Fraction(1, TICKS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return file


def half_bright(width: int = 160, height: int = 120) -> np.ndarray:
    """Return a picture whose upper half is bright."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[: height // 2] = 220
    return picture


def frames_of(file: Path, look: Callable[[Frame], object] = lambda frame: frame.t) -> list[object]:
    reader = ReaderProcess(ReaderTask(kind="file", target=str(file), within=(448, 256), every_frame=True))
    return list(_read(reader, look))


def _read(reader: ReaderProcess, look: Callable[[Frame], object]) -> Iterator[object]:
    with closing(reader):
        try:
            while (frame := reader.take(20.0)) is not None:
                yield look(frame)
                reader.give_back()
        except ReaderEnded as ended:
            if not ended.finished:
                raise


def turned(file: Path, matrix: tuple[int, int, int, int]) -> Path:
    """Make the MP4 *file* say that it is to be shown turned: the first four of nine numbers in its track header."""
    data = bytearray(file.read_bytes())
    at = data.index(b"tkhd") + 4 + 4 + 20 + 8 + 8  # version and flags, times and ids, reserved, layer and volume
    a, b, c, d = (value.to_bytes(4, "big", signed=True) for value in matrix)
    data[at : at + 8], data[at + 12 : at + 20] = a + b, c + d
    file.write_bytes(data)
    return file


ONE = 1 << 16


@pytest.mark.parametrize(
    ("matrix", "content", "bright"),
    [
        ((ONE, 0, 0, ONE), (344, 256), "top"),
        ((-ONE, 0, 0, -ONE), (344, 256), "bottom"),
        ((0, ONE, -ONE, 0), (256, 344), "right"),
        ((0, -ONE, ONE, 0), (256, 344), "left"),
    ],
)
def test_a_film_is_seen_as_it_was_held(tmp_path: Path, matrix: tuple, content: tuple, bright: str) -> None:
    file = turned(write(tmp_path / "held.mp4", [half_bright()] * 3, [0, 100, 200]), matrix)

    def side(frame: Frame) -> tuple[tuple[int, int], str]:
        width, height = frame.content
        image = frame.image[:height, :width].astype(float)
        parts = {
            "top": image[: height // 2], "bottom": image[height // 2 :],
            "left": image[:, : width // 2], "right": image[:, width // 2 :],
        }  # fmt: skip
        return frame.content, max(parts, key=lambda name: parts[name].mean())

    assert frames_of(file, side) == [(content, bright)] * 3


def test_times_of_a_film_of_changing_rate_are_its_own(tmp_path: Path) -> None:
    file = write(tmp_path / "phone.mp4", [half_bright()] * 4, [0, 40, 500, 600])

    times = frames_of(file)

    assert np.diff(np.array(times, float)) == pytest.approx([0.04, 0.46, 0.1], abs=0.002)


def test_a_film_that_was_cut_off_gives_what_it_has(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    pictures = [rng.integers(0, 256, (120, 160, 3)).astype(np.uint8) for _ in range(20)]
    whole = write(tmp_path / "whole.avi", pictures, range(0, 2000, 100))
    cut = tmp_path / "cut.avi"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])

    assert 5 <= len(frames_of(cut)) < 20


def test_a_grey_film_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "grey.avi"
    with av.open(str(file), "w") as container:
        stream = container.add_stream("ffv1", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "gray"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(half_bright()[:, :, 0].copy(), format="gray")))
        container.mux(stream.encode())

    (colours,) = frames_of(file, lambda frame: frame.image[10, 10].tolist())

    assert len(set(colours)) == 1
    assert colours[0] > 150


def test_a_huge_film_is_made_small_and_a_dot_is_refused(tmp_path: Path) -> None:
    huge = write(tmp_path / "huge.avi", [half_bright(7680, 4320)], [0])
    assert frames_of(huge, lambda frame: (frame.content, frame.size)) == [((448, 256), (7680, 4320))]

    dot = write(tmp_path / "dot.avi", [half_bright(2, 2)], [0])
    with pytest.raises(ReaderEnded, match="too_small"):
        frames_of(dot)


def test_a_film_whose_size_changes_goes_on_with_a_jump_in_the_pixels_of_its_beginning(tmp_path: Path) -> None:
    first = write(tmp_path / "a.mpg", [half_bright()] * 2, [0, 100])
    second = write(tmp_path / "b.mpg", [half_bright(320, 240)] * 2, [0, 100])
    both = tmp_path / "both.mpg"
    both.write_bytes(first.read_bytes() + second.read_bytes())

    seen = frames_of(both, lambda frame: (frame.size, frame.jump))

    assert seen[0] == ((160, 120), True)
    assert seen[1:].count(((160, 120), True)) == 1
    assert {size for size, _ in seen} == {(160, 120)}


@pytest.mark.parametrize(
    ("size", "content"),
    [((768, 576), (344, 256)), ((1920, 1080), (448, 256)), ((480, 640), (256, 344)), ((100, 100), (256, 256))],
)
def test_pictures_keep_their_shape(size: tuple[int, int], content: tuple[int, int]) -> None:
    assert fitted(size, (448, 256)) == content
    assert content[0] / content[1] == pytest.approx(size[0] / size[1], rel=0.02)
