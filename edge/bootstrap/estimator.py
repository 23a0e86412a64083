"""The process that makes estimates: reads scenes from its parent, answers with results, ends with its parent.

Run as ``python -m edge.bootstrap.estimator``. It opens nothing and knows nothing but rules.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import struct
import sys
from typing import IO, Any

from edge.domain.waiting.chance import Chance
from edge.domain.waiting.simulation import simulate

RUNS = 60
LENGTH = struct.Struct(">I")
_NICE = 5  # pages and writes come first


def main() -> None:
    """Answer until the parent goes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the parent's to handle
    with contextlib.suppress(OSError):
        os.nice(_NICE)
    chance = Chance(int(sys.argv[1]), RUNS)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while (asked := receive(source)) is not None:
        booked = {turn.id for turn in asked.scene.waiting if turn.due_at is not None}
        send(sink, asked.calibration.corrected(simulate(asked.scene, asked.laws, chance), booked))


def send(sink: IO[bytes], value: object) -> None:
    """Write *value* as one frame."""
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    sink.write(LENGTH.pack(len(data)) + data)
    sink.flush()


def receive(source: IO[bytes]) -> Any:
    """Return the next value, None at the end. Only ever between the office and its own child."""
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    data = source.read(LENGTH.unpack(head)[0])
    return pickle.loads(data)  # noqa: S301 - both ends are this program


if __name__ == "__main__":
    main()
