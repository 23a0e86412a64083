"""The environment of the open peers, made when first needed, and one run of them."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

from tests.bench.counters.material import FRAMES, ROOT, Scene

HOME = ROOT / ".venv-peers"
LIST = ROOT / "requirements" / "peers.txt"
TIMEOUT_S = 1800


def python() -> Path:
    """Return the interpreter of the peers; make their environment when it is missing or of another list."""
    program, stamp = HOME / "bin" / "python", HOME / "list.txt"
    wanted = LIST.read_text("utf-8")
    if not stamp.is_file() or stamp.read_text("utf-8") != wanted:
        sys.stderr.write("making .venv-peers (about 800 MB, once)\n")
        venv.create(HOME, clear=True, with_pip=True)
        install = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            str(LIST),
        ]
        subprocess.run([str(program), *install], check=True, timeout=TIMEOUT_S, stdout=subprocess.DEVNULL)
        stamp.write_text(wanted, "utf-8")
    return program


def run(scene: Scene, model: Path, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Return results and CPU of every recipe on *scene*: one run for a documented one, several for a fitted one."""
    lines = folder / "lines.json"
    lines.write_text(json.dumps({name: list(points) for name, points in scene.lines.items()}), "utf-8")
    program = Path(__file__).with_name("peers.py")
    command = [str(python()), str(program), str(scene.clip), str(model), str(lines), str(FRAMES + 12)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
    if done.returncode != 0:
        raise SystemExit(f"the peers failed: {done.stderr.strip()[-800:]}")
    found: dict[str, list[dict[str, Any]]] = json.loads(done.stdout.splitlines()[-1])
    return found
