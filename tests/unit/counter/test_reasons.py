"""Whatever a camera may say of why it gives no picture is said to people in their language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import counter.sources
from edge.runtime.i18n import Messages
from edge.runtime.resources import config_dir

WORD = re.compile(r"""(?:SourceLost\(|ReaderEnded\(|give_up\(now, |_open\(target, |word=)"(\w+)\"""")
CODE = "\n".join(file.read_text("utf-8") for file in Path(counter.sources.__file__).parent.glob("*.py"))
OTHERS = {
    "refused",
    "not_allowed",
    "no_stream",
    "no_answer",
    "frozen",
    "ended",
    "slow",
    "dark",
    "glare",
    "covered",
    "moved",
    "defocused",
    "layout",
    "no_model",
    "failed",
}


@pytest.mark.parametrize("reason", sorted({*WORD.findall(CODE), *OTHERS}))
def test_a_reason_has_words_in_every_language(reason: str) -> None:
    texts = Messages.load(config_dir() / "messages")

    assert len({texts.text(language, f"devices.reason.{reason}") for language in texts.languages}) == 4
