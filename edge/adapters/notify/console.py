"""Notices as lines of the log, for development and drills: what is told and over what, never to whom."""

from __future__ import annotations

from edge.adapters.notify.registry import Setup
from edge.runtime import log as logs
from edge.runtime.config import Section
from edge.services.notifiers import Letter, Notifier, Receipt

log = logs.get(__name__)


class Options(Section, frozen=True, kw_only=True):
    """It has none."""


class Console:
    """Writes each letter into the log without its address, its link and, for a code, its text."""

    def __init__(self, rung: str) -> None:
        self._rung = rung

    def send(self, letter: Letter) -> Receipt:
        """See ``services.notifiers.Notifier``."""
        text = letter.title if letter.kind.startswith("appointment_") else letter.text
        log.info("notice", notice=letter.id, rung=self._rung, kind=str(letter.kind), text=text)
        return Receipt()


def build(setup: Setup) -> Notifier:
    """Return the notifier."""
    setup.read(Options)
    return Console(setup.rung)
