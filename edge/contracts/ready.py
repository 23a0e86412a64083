"""Types that several threads read into at once: what msgspec knows of a type is put together once, by one thread.

msgspec fills its notes on a class when it first meets it, and another thread that meets it meanwhile finds them half
written: the whole process dies of it (a segmentation fault, seen with 0.22). Whoever reads into a type says so here.
"""

from __future__ import annotations

import threading
from typing import TypeVar

import msgspec

K = TypeVar("K")

_lock = threading.Lock()
_known: set[object] = set()


def ready(kind: K) -> K:
    """Return *kind*, a type that ``msgspec`` may be asked to read into from now on, with all that it is made of."""
    if kind not in _known:
        with _lock:
            msgspec.json.Decoder(kind)
            _known.add(kind)
    return kind
