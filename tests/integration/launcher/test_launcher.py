from __future__ import annotations

import os
import pty
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.processes import as_user

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """PROGRAMS = {
    "edge": ("edge.cli.office:edge", "The office."),
}


def main(prog_name):
    import sys

    print(prog_name, sys.argv[1:])
"""
SUDO_THAT_REFUSES = "#!/bin/sh\nexit 1\n"

pytestmark = pytest.mark.slow


class Checkout:
    """A small checkout: the real launcher, one program, and lists that name nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "edge" / "cli").mkdir(parents=True)
        (folder / "edge" / "__init__.py").touch()
        (folder / "edge" / "cli" / "__init__.py").write_text(PROGRAM)
        (folder / "requirements").mkdir()
        for name in ("apt-run.txt", "apt-test.txt", "run.txt", "dev.txt"):
            self.list(name, "# nothing\n")
        shutil.copy2(ROOT / "o360", folder / "o360")

    def list(self, name: str, text: str) -> None:
        (self.folder / "requirements" / name).write_text(text)

    def command(self, *arguments: str, user: str | None = None) -> list[str]:
        changed = ["setpriv", *as_user(user)] if user else []
        return [*changed, str(self.folder / "o360"), *arguments]

    def run(self, *arguments: str, path: str = "", user: str | None = None) -> subprocess.CompletedProcess[str]:
        env = {"PATH": path + os.defpath, "HOME": str(self.folder), "PIP_NO_INDEX": "1"}
        command = self.command(*arguments, user=user)
        return subprocess.run(
            command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=100
        )

    @property
    def stamps(self) -> set[str]:
        folder = self.folder / ".venv" / "o360"
        return {file.name for file in folder.iterdir()} if folder.is_dir() else set()


@pytest.fixture
def checkout() -> Iterator[Checkout]:
    folder = Path(tempfile.mkdtemp(prefix="o360-launcher-"))
    yield Checkout(folder / "checkout")
    shutil.rmtree(folder)


def test_the_first_use_installs_and_the_next_is_quick_and_silent(checkout: Checkout) -> None:
    first = checkout.run("edge", "run", "--json")
    began = time.monotonic()
    second = checkout.run("edge", "run", "--json")
    took_s = time.monotonic() - began

    assert (first.returncode, first.stdout) == (0, "./o360 ['edge', 'run', '--json']\n")
    assert "making .venv" in first.stderr
    assert (second.stdout, second.stderr) == (first.stdout, "")
    assert took_s < 5.0
    assert checkout.stamps == {"apt-run", "python-run"}


def test_help_installs_nothing(checkout: Checkout) -> None:
    shown = checkout.run("--help")

    assert shown.returncode == 0
    assert "  edge      The office." in shown.stdout
    assert not (checkout.folder / ".venv").exists()


def test_a_changed_list_is_installed_again(checkout: Checkout) -> None:
    checkout.run("edge")
    checkout.list("run.txt", "# something else\n")

    again = checkout.run("edge")

    assert "requirements/run.txt" in again.stderr
    assert checkout.run("edge").stderr == ""


def test_a_failed_installation_is_told_and_tried_again(checkout: Checkout) -> None:
    checkout.list("run.txt", "surely-not-there==1.0 --hash=sha256:" + "0" * 64 + "\n")

    failed = checkout.run("edge")
    stamps = checkout.stamps
    checkout.list("run.txt", "# nothing\n")
    repaired = checkout.run("edge")

    assert failed.returncode == 1
    assert "pip could not install" in failed.stderr
    assert stamps == {"unfinished"}
    assert repaired.returncode == 0
    assert "making .venv" in repaired.stderr  # whatever the interrupted one left is not trusted


def test_a_checkout_that_was_moved_makes_a_new_environment(checkout: Checkout) -> None:
    checkout.run("edge")
    checkout.folder = checkout.folder.rename(checkout.folder.with_name("moved"))

    moved = checkout.run("edge")

    assert moved.returncode == 0
    assert "making .venv" in moved.stderr
    assert str(checkout.folder) in (checkout.folder / ".venv" / "bin" / "pip").read_text()


def test_two_launches_at_once_install_once(checkout: Checkout) -> None:
    both = [
        subprocess.Popen(
            checkout.command("edge"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]

    told = [process.communicate(timeout=100) for process in both]

    assert [process.returncode for process in both] == [0, 0]
    assert sum("making .venv" in stderr for _, stderr in told) == 1
    assert sum("waiting for another set-up" in stderr for _, stderr in told) == 1


def test_without_root_it_names_the_packages_and_goes_on(checkout: Checkout) -> None:
    checkout.list("apt-run.txt", "bash\nno-such-package-here\nold-name | other-name\n")
    refusing = checkout.folder / "bin"
    refusing.mkdir()
    (refusing / "sudo").write_text(SUDO_THAT_REFUSES)
    (refusing / "sudo").chmod(0o755)
    user = "nobody" if os.geteuid() == 0 else None
    for folder in (checkout.folder.parent, checkout.folder):
        folder.chmod(0o777)

    done = checkout.run("edge", path=f"{refusing}:", user=user)

    assert done.returncode == 0, done.stderr
    assert "cannot install without root or sudo: no-such-package-here, old-name | other-name; what" in done.stderr
    assert checkout.stamps == {"python-run"}


@pytest.mark.parametrize(("answer", "code", "told"), [("n", 1, "nothing was installed"), ("y", 0, "set-up done")])
def test_at_a_terminal_it_asks_once(checkout: Checkout, answer: str, code: int, told: str) -> None:
    terminal, other_end = pty.openpty()
    env = {"PATH": os.defpath, "HOME": str(checkout.folder), "PIP_NO_INDEX": "1"}
    process = subprocess.Popen(checkout.command("edge"), env=env, stdin=other_end, stdout=other_end, stderr=other_end)
    os.close(other_end)
    os.write(terminal, f"{answer}\n".encode())

    shown = b"".join(iter(lambda: read_terminal(terminal), b"")).decode()
    os.close(terminal)

    assert process.wait(60) == code
    assert shown.count("go ahead? [y/N]") == 1
    assert told in shown


def read_terminal(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # the other end was closed
        return b""


def test_a_python_that_is_missing_is_named(checkout: Checkout) -> None:
    env = {"PATH": os.defpath, "O360_PYTHON": str(checkout.folder / "python3.9")}

    done = subprocess.run(checkout.command("edge"), env=env, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 1
    assert "no Python at" in done.stderr
