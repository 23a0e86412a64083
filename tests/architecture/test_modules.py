from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE_FOLDERS = {"edge", "counter", "kiosk", "firmware_bridge", "tests"}
PLACES = {
    *CODE_FOLDERS,
    *("models", "systemd", "ansible", "config", "docs", "requirements", ".ci"),
    *("pyproject.toml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "NOTICE", "o360", ".gitignore"),
}
REGISTRY = re.compile(
    r"https?://[^\s\"')]*(?:pypi|pythonhosted|registry\.npmjs|/simple/|artifact)[^\s\"')]*", re.IGNORECASE
)
MACHINE = re.compile(r"(?<![\w./{$])/(?:work|tmp|home|root)/[\w.-]+")
CATCH_ALL_NAMES = {"utils.py", "helpers.py", "common.py", "const.py", "misc.py"}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, timeout=30).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def texts(files: list[Path]) -> list[tuple[str, str]]:
    own = [file for file in files if "vendor" not in file.parts and file.stat().st_size < 2_000_000]
    found = []
    for file in own:
        try:
            found.append((str(file.relative_to(ROOT)), file.read_text("utf-8")))
        except UnicodeDecodeError:
            continue
    return found


@pytest.fixture(scope="module")
def files() -> list[Path]:
    return tracked()


def test_no_module_is_longer_than_500_lines(files: list[Path]) -> None:
    code = [file for file in files if file.suffix in {".py", ".js", ".qml"} and "vendor" not in file.parts]

    assert [str(file) for file in code if len(file.read_text("utf-8").splitlines()) > 500] == []


def test_no_module_is_a_drawer_for_everything(files: list[Path]) -> None:
    assert [str(file) for file in files if file.name in CATCH_ALL_NAMES] == []


def test_every_module_says_what_it_holds(files: list[Path]) -> None:
    code = [f for f in files if f.suffix == ".py" and not f.name.startswith("test_") and f.name != "conftest.py"]

    assert [str(file) for file in code if not file.read_text("utf-8").lstrip().startswith('"""')] == []


def test_the_top_level_holds_the_agreed_folders_only(files: list[Path]) -> None:
    assert {file.relative_to(ROOT).parts[0] for file in files} <= PLACES


def test_nothing_names_a_registry_or_a_path_of_one_machine(files: list[Path]) -> None:
    found = [
        f"{name}: {match[0]}"
        for name, text in texts(files)
        for pattern in (REGISTRY, MACHINE)
        for match in pattern.finditer(text)
        if not name.startswith("tests/architecture/test_modules")
    ]

    assert found == []


def test_locked_requirements_are_all_hashed(files: list[Path]) -> None:
    for name in ("run.txt", "dev.txt"):
        entries = (ROOT / "requirements" / name).read_text("utf-8").replace("\\\n", " ").splitlines()

        assert [entry for entry in entries if entry and "--hash=sha256:" not in entry] == []


def test_nothing_is_left_to_do_in_the_code(files: list[Path]) -> None:
    words = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
    code = [file for file in files if file.suffix in {".py", ".js", ".qml", ".toml", ".service", ".yml"}]

    assert [name for name, text in texts(code) if words.search(text) and "test_modules" not in name] == []


def test_no_test_is_skipped_or_patches_our_own_code(files: list[Path]) -> None:
    banned = re.compile(r"pytest\.(?:skip|mark\.skip|mark\.xfail|importorskip)|unittest\.mock|time\.sleep\(")
    tests = [file for file in files if file.name.startswith(("test_", "conftest")) and file.suffix == ".py"]

    assert [name for name, text in texts(tests) if banned.search(text) and "test_modules" not in name] == []


def test_signals_are_heard_in_few_places_and_by_no_handler_with_a_lock(files: list[Path]) -> None:
    code = [(name, text) for name, text in texts(files) if name.endswith(".py") and not name.startswith("tests/")]
    handlers = {name for name, text in code if "signal.signal(" in text}

    assert handlers <= {
        "edge/runtime/signals.py",
        "edge/bootstrap/estimator.py",  # ignores one
        "edge/central/app.py",  # does nothing: uvicorn ends it
        "edge/cli/tryout.py",  # raises
        "kiosk/qt/ending.py",  # does nothing: the event loop reads the wake-up socket
    }


def test_types_that_are_read_into_are_put_together_by_one_thread(files: list[Path]) -> None:
    reads = re.compile(
        r"msgspec\.(?:json\.decode\([^\n]*type=|convert\((?:[^,(){}]|\([^()]*\)|\{[^{}]*\})+, )(?!ready\()"
    )
    found = [
        f"{path}: {line.strip()}"
        for path, text in texts(files)
        if path.endswith(".py") and not path.startswith("tests/")
        for line in text.splitlines()
        if reads.search(line)
    ]

    assert found == []
