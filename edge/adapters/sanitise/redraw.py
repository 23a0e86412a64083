"""Starts the child that draws a stranger's file anew, waits for a bounded time, and believes it only so far.

Whatever the child does - hang, crash, answer nonsense, answer without end - is a refusal with a reason.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from edge.domain.contents import kind_of
from edge.domain.documents import REASONS, DocumentKind, Drawing
from edge.runtime import log as logs

_ROOT = Path(__file__).resolve().parents[3]  # where the child finds its own modules
_START = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from edge.adapters.sanitise.child import main; sys.exit(main())"
)
_PASSED_ON = ("PATH", "LANG", "LD_LIBRARY_PATH")
_LINE = 4096

log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost."""

    memory: int = 1_000_000_000  # bytes of address space
    cpu_s: int = 40
    wall_s: float = 90.0
    pages: int = 30
    pixels: int = 50_000_000
    bytes: int = 30_000_000  # of the drawing


class NotDrawn(Exception):
    """The file was refused; the argument is a word of ``REASONS``."""


class Redrawer:
    """Implements ``services.ports.Redraw``."""

    def __init__(self, limits: Limits | None = None, *, root: Path = _ROOT) -> None:
        self._limits, self._root = limits or Limits(), str(root)
        self._running: set[subprocess.Popen[bytes]] = set()

    def stop(self) -> None:
        """End the children that are drawing now: the program ends."""
        for child in tuple(self._running):
            child.kill()

    def redraw(self, kind: DocumentKind, data: bytes) -> tuple[bytes, Drawing] | str:
        """Return the drawing of *data* and its facts, or the reason why there is none."""
        try:
            drawing, facts = self._ask(kind, data)
        except NotDrawn as refused:
            return str(refused)
        made, pages = kind_of(drawing), facts.get("pages")
        if made is None or str(made) != facts.get("format") or not isinstance(pages, int):
            return "broken"
        return drawing, Drawing(made, pages, len(drawing), hashlib.sha256(drawing).hexdigest())

    def _ask(self, kind: DocumentKind, data: bytes) -> tuple[bytes, dict[str, object]]:
        limits = self._limits
        wanted = {"memory": limits.memory, "cpu_s": limits.cpu_s, "pages": limits.pages}
        wanted |= {"pixels": limits.pixels, "bytes": limits.bytes}
        child = subprocess.Popen(
            [sys.executable, "-I", "-c", _START, self._root, str(kind), json.dumps(wanted)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what a library says about a file may quote it
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            cwd="/",
        )
        late = threading.Timer(limits.wall_s, child.kill)
        late.start()
        self._running.add(child)
        try:
            answer = _talk(child, data, limits.bytes + _LINE)
        finally:
            timed_out = not late.is_alive()
            late.cancel()
            child.kill()
            code = child.wait()
            self._running.discard(child)
        return _read(answer, code, timed_out=timed_out)


def _talk(child: subprocess.Popen[bytes], data: bytes, most: int) -> bytes:
    assert child.stdin is not None and child.stdout is not None  # noqa: S101, PT018 - both are pipes
    with child.stdin, child.stdout:
        with contextlib.suppress(BrokenPipeError):  # it ended before it had read everything: its answer tells
            child.stdin.write(data)
            child.stdin.close()
        return child.stdout.read(most + 1)


def _read(answer: bytes, code: int, *, timed_out: bool) -> tuple[bytes, dict[str, object]]:
    line, found, drawing = answer.partition(b"\n")
    if not found or len(line) > _LINE:
        log.warning("document_not_drawn", exit=code, timed_out=timed_out)
        raise NotDrawn("too_heavy" if timed_out or code in _KILLED else "broken")
    facts = json.loads(line)
    if refused := facts.get("refused"):
        raise NotDrawn(refused if refused in REASONS else "broken")
    return drawing, facts


_KILLED = (-6, -9, -24)  # out of memory inside a library; by us; by the limit of computing time
