"""The text for Prometheus, read back by a parser of our own that knows only the published format."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.adapters.http.exposition import Exposition, states
from tests.fakes.prometheus import parse


@given(
    value=st.text(st.characters(blacklist_categories=["Cs"])), about=st.text(st.characters(blacklist_categories=["Cs"]))
)
def test_any_label_and_help_comes_back_as_it_was(value: str, about: str) -> None:
    out = Exposition()
    out.family("o360_x", "gauge", about, [({"a": value, "b": "2"}, 1)])

    family = parse(out.text())["o360_x"]

    assert (family.kind, family.about) == ("gauge", about)
    assert family.samples == {(("a", value), ("b", "2")): 1.0}


@given(st.floats(allow_nan=False) | st.integers(-(10**18), 10**18))
def test_any_number_comes_back(number: float) -> None:
    out = Exposition()
    out.one("o360_x", "", number)

    assert parse(out.text())["o360_x"].samples[()] == float(number)


def test_a_family_is_told_once_and_only_with_samples() -> None:
    out = Exposition()
    out.one("o360_a", "nothing", None)
    out.family("o360_b", "counter", "two", [({"way": "in"}, 1), ({"way": "out"}, float("nan"))])

    assert out.text().splitlines() == [
        "# HELP o360_b two",
        "# TYPE o360_b counter",
        'o360_b{way="in"} 1',
        'o360_b{way="out"} NaN',
    ]
    for name in ("o360_b", "o360-c", "", "1x", "o360_d\n"):
        with pytest.raises(ValueError, match="name"):
            out.one(name, "", 1)
    with pytest.raises(ValueError, match="label"):
        out.family("o360_e", "gauge", "", [({"bad-label": "x"}, 1)])


def test_one_state_holds() -> None:
    assert states("level", {"a": "1"}, "full", ("free", "full")) == [
        ({"a": "1", "level": "free"}, 0.0),
        ({"a": "1", "level": "full"}, 1.0),
    ]
