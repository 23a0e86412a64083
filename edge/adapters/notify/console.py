"""Notices as lines of the log, for development and drills: what is told and over what, never to whom."""

from __future__ import annotations

import sys
from pathlib import Path

from edge.adapters.notify.registry import Setup
from edge.runtime import log as logs
from edge.runtime.config import Section
from edge.services.notifiers import Letter, Notifier, Receipt

log = logs.get(__name__)


class Options(Section, frozen=True, kw_only=True):
    """How much is written."""

    words: bool = False  # development: codes and links as well, on standard error
    file: str = ""  # development: codes and links as well, at the end of this file, which only its owner reads


class Console:
    """Writes each letter into the log without its address, its link and, for an appointment, its text."""

    def __init__(self, rung: str, options: Options) -> None:
        self._rung, self._options = rung, options

    def send(self, letter: Letter) -> Receipt:
        """See ``services.notifiers.Notifier``."""
        text = letter.title if letter.kind.startswith("appointment_") else letter.text
        log.info("notice", notice=letter.id, rung=self._rung, kind=str(letter.kind), text=text)
        if self._options.words:
            print(self._whole(letter), file=sys.stderr, flush=True)  # noqa: T201
        if self._options.file:
            _append(Path(self._options.file), self._whole(letter))
        return Receipt()

    def _whole(self, letter: Letter) -> str:
        return f"[{letter.kind} by {self._rung}] {letter.title}\n{letter.text}\n"


def _append(file: Path, text: str) -> None:
    file.touch(0o600)
    with file.open("a", encoding="utf-8") as out:
        print(text, file=out)


def build(setup: Setup) -> Notifier:
    """Return the notifier."""
    return Console(setup.rung, setup.read(Options))
