from __future__ import annotations

import inspect
import re

import pytest

from edge.contracts import asyncapi, topics
from edge.runtime.config import load_config
from tests.architecture import reference


def test_the_generated_documents_are_current() -> None:
    assert [str(path) for path in reference.outdated()] == [], "run ./o360 docs"


def test_every_topic_function_is_in_the_table() -> None:
    public = {
        name
        for name, function in vars(topics).items()
        if inspect.isfunction(function) and not name.startswith("_") and function.__annotations__.get("return") == "str"
    }
    helpers = {"level", "sender", "shard"}

    assert {topic.name for topic in asyncapi.every_topic()} == public - helpers


@pytest.mark.parametrize("topic", asyncapi.every_topic(), ids=lambda topic: topic.name)
def test_every_topic_names_a_message_that_exists(topic: asyncapi.Topic) -> None:
    named = re.findall(r"``([A-Z]\w+)``", topic.text)

    assert tuple(named) == topic.types
    assert named or topic.name in {"up_any", "down_any"}


def test_every_message_has_a_schema_and_a_section() -> None:
    page = (reference.DOCS / "mqtt.md").read_text("utf-8")

    assert [name for name in reference.messages() if f"### {name}\n" not in page] == []
    assert [name for name in reference.messages() if f'"{name}"' not in reference.schemas()["messages.json"]] == []


def test_every_program_has_a_schema_and_an_example_that_it_accepts() -> None:
    examples = reference.ROOT / "config" / "programs"

    for name, kind in reference.programs().items():
        assert load_config(examples / f"{name}.example.toml", kind)
        assert f'"$ref": "#/$defs/{kind.__name__}"' in reference.schemas()[f"{name}.json"]
