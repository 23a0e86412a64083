"""Types are put together by one thread, whoever asks first."""

from __future__ import annotations

import subprocess
import sys

# Each round makes a new type that four threads read into at the same moment. Without ``ready`` the process dies.
ROUNDS = """
import dataclasses, sys, threading
import msgspec
from edge.contracts.ready import ready

sys.setswitchinterval(1e-6)
small = {f"f{n}": n for n in range(12)}
data = msgspec.json.encode({f"g{n}": {"a": small} for n in range(6)})

def new(n):
    inner = dataclasses.make_dataclass(f"Inner{n}", [(name, int) for name in small], frozen=True)
    return dataclasses.make_dataclass(f"Outer{n}", [(f"g{k}", dict[str, inner]) for k in range(6)], frozen=True)

def read(kind, gate):
    gate.wait(20)
    msgspec.json.decode(data, type=ready(kind))

for n in range(100):
    kind, gate = new(n), threading.Barrier(4)
    threads = [threading.Thread(target=read, args=(kind, gate)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print("read")
"""


def test_many_threads_may_meet_a_type_at_once() -> None:
    done = subprocess.run([sys.executable, "-c", ROUNDS], capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stdout) == (0, "read\n"), done.stderr
