from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.runtime.config import ConfigError, Section, from_tables, load_config


class Line(Section, frozen=True, kw_only=True):
    door: bool
    points: list[int]


class Rtsp(Section, frozen=True, kw_only=True, tag="rtsp", tag_field="kind"):
    url: str
    lines: dict[str, Line] = {}


class Usb(Section, frozen=True, kw_only=True, tag="usb", tag_field="kind"):
    device: str
    fps: float = 10.0


class Counter(Section, frozen=True, kw_only=True):
    group: str = "hall"
    cameras: dict[str, Rtsp | Usb] = {}
    limits: dict[str, int] = {}
    first: Line | None = None


WORDS = ["group", "cameras", "limits", "first", "kind", "url", "lines", "door", "points", "rtsp", "usb"]
words = st.sampled_from(WORDS)
leaves = st.one_of(st.booleans(), st.integers(-5, 5), st.floats(allow_nan=False), words, st.text(max_size=5))
names = words | st.text(max_size=4)
tables = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4), max_leaves=25
)
file = Path("counter.toml")


def refusal(junk: dict[str, Any]) -> ConfigError | None:
    try:
        read = from_tables(file, junk, Counter)
    except ConfigError as wrong:
        return wrong
    assert msgspec.convert(msgspec.to_builtins(read), Counter) == read
    return None


@given(st.dictionaries(words, tables, max_size=4))
def test_junk_is_read_or_refused_with_a_key_that_is_in_the_file(junk: dict[str, Any]) -> None:
    wrong = refusal(junk)

    assert wrong is None or wrong.key.split(".")[0].split("[")[0] in junk


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_with_the_name_of_the_file(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    place = tmp_path_factory.getbasetemp() / "junk.toml"
    place.write_bytes(data)

    with contextlib.suppress(ConfigError):
        load_config(place, Counter)


@given(st.dictionaries(st.from_regex(r"\A[a-z]{1,8}\Z"), st.integers(0, 9), min_size=1), st.data())
def test_the_one_wrong_item_of_a_named_table_is_found(limits: dict[str, Any], data: st.DataObject) -> None:
    wrong_name = data.draw(st.sampled_from(sorted(limits)))
    limits[wrong_name] = "many"

    with pytest.raises(ConfigError) as caught:
        from_tables(file, {"limits": limits}, Counter)

    assert caught.value.key == f"limits.{wrong_name}"
