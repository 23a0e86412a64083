"""Proof by the system calls of a whole replay: nothing as large as a picture is ever written, sent or put in a file."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures import processes
from tests.fixtures.broker import Mosquitto
from tests.fixtures.waiting import wait_until
from tests.integration.counter.clips import vtest_clip

ROOT = Path(__file__).resolve().parents[3]
SENDING = "write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,sendmmsg,sendfile,splice,vmsplice,copy_file_range"
CONNECTING = "connect,bind,listen"
OPENING = "open,openat,openat2,creat,memfd_create,mknod,mknodat,link,linkat,rename,renameat,renameat2"
SMALLEST_PICTURE = 32 * 24  # bytes: a thumbnail in which a face could still be known has more
CALL = re.compile(r"^(?P<pid>\d+) +(?P<name>\w+)\((?P<rest>.*)\) += (?P<result>-?\d+)")
HARMLESS = ("/dev/null", "/dev/pts/", "/dev/tty", "/proc/self/")


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> list[re.Match[str]]:
    """Replay the whole clip under strace; return every call that writes or opens, with its result."""
    folder = tmp_path_factory.mktemp("trace")
    trace, told = folder / "calls", folder / "result.json"
    lines = ["--line", "a:500,60,500,415", "--zone", "z:0,0,768,0,768,576", "--json"]
    with told.open("wb") as out:
        command = traced(trace, "replay", str(vtest_clip()), *lines)
        subprocess.run(command, stdout=out, check=True, timeout=100, cwd=ROOT, env=environment())
    assert json.loads(told.read_text("utf-8").splitlines()[-1])["frames"] == 795
    return read(trace)


def traced(trace: Path, *words: str, shown: int = 300) -> list[str]:
    """Return the command that runs ``o360 counter`` and notes its calls in *trace*, *shown* bytes of each text."""
    strace, calls = processes.require("strace", "strace"), f"trace={SENDING},{OPENING},{CONNECTING}"
    program = [sys.executable, "-c", "from edge.cli import main; main()", "counter", *words]
    return [strace, "-f", "--seccomp-bpf", "-s", str(shown), "-e", calls, "-o", str(trace), *program]


def environment() -> dict[str, str]:
    """Return the environment without what only tests have."""
    found = {k: v for k, v in os.environ.items() if not k.startswith("COV")}  # whose measuring writes files
    del found["ORT_DISABLE_TELEMETRY"]  # the product has to switch it off itself
    return found | {"PYTHONDONTWRITEBYTECODE": "1"}


def read(trace: Path) -> list[re.Match[str]]:
    return [found for row in trace.read_text("utf-8", "replace").splitlines() if (found := CALL.match(row))]


def written(calls: list[re.Match[str]]) -> list[tuple[str, int, int]]:
    """Return (pid, descriptor, bytes) of everything that went out, but for the result on standard output."""
    main = calls[0]["pid"]
    found = []
    for call in calls:
        if call["name"] in SENDING.split(",") and int(call["result"]) > 0:
            handle = call["rest"].partition(",")[0]
            if (call["pid"], handle) != (main, "1"):
                found.append((call["pid"], int(handle), int(call["result"])))
    return found


@pytest.mark.slow
def test_nothing_as_large_as_a_picture_is_written_or_sent(calls: list[re.Match[str]]) -> None:
    sizes = [size for _, _, size in written(calls)]

    assert len(sizes) > 795  # the reader's notes were seen, one a picture at least
    assert max(sizes) < SMALLEST_PICTURE


@pytest.mark.slow
def test_no_picture_is_put_together_from_small_pieces_in_a_file(calls: list[re.Match[str]]) -> None:
    opened = [
        call["rest"]
        for call in calls
        if call["name"].startswith(("open", "creat")) and re.search(r"O_WRONLY|O_RDWR|O_CREAT", call["rest"])
    ]
    names = [re.findall(r'"([^"]*)"', row)[0] for row in opened]

    assert [name for name in names if not name.startswith(HARMLESS)] == []
    assert calls
    assert not any(call["name"].startswith(("mknod", "link", "rename")) for call in calls)


@pytest.mark.slow
def test_no_network_is_touched(calls: list[re.Match[str]]) -> None:
    reached = [call["rest"] for call in calls if call["name"] in CONNECTING.split(",")]

    assert [row for row in reached if "AF_UNIX" not in row] == []


@pytest.mark.slow
def test_the_only_shared_memory_has_no_name_in_any_folder(calls: list[re.Match[str]]) -> None:
    made = [call["rest"] for call in calls if call["name"] == "memfd_create"]

    assert made == ['"frames", MFD_CLOEXEC']


@pytest.mark.slow
def test_a_counter_that_runs_says_words_and_numbers_to_its_broker_and_nothing_to_anybody_else(
    broker: Mosquitto, tmp_path: Path
) -> None:
    trace, file, outbox = tmp_path / "calls", tmp_path / "counter.toml", tmp_path / "outbox"
    file.write_text(
        f'group = "hall"\ninterval_s = 2\noutbox = "outbox"\nedge_url = "http://127.0.0.1:9"\n'
        f'[broker]\nhost = "127.0.0.1"\nport = {broker.port}\n'
        f'[cameras.door]\nkind = "file"\npath = "{vtest_clip()}"\n'
        "[cameras.door.lines.main]\npoints = [[500, 480], [500, 20]]\n",
        "utf-8",
    )
    with (tmp_path / "log").open("wb") as log:
        command = traced(trace, "run", "--config", str(file), shown=100_000)
        process = processes.spawn(command, output=log, cwd=ROOT, env=environment())
    try:
        wait_until(lambda: len(list(outbox.glob("*.record"))) >= 4, 60.0, "four intervals")  # that no office takes
    finally:
        processes.end(process)
    rows, calls = trace.read_text("utf-8", "replace"), read(trace)
    reached = re.findall(r"connect\(\d+, {sa_family=AF_INET6?, (.*?)}", rows)
    said = re.findall(r'sendto\(\d+, "((?:[^"\\]|\\.)*)"', rows)
    told = [text[text.index("{") :] for text in said if "office/v1" in text and "{" in text]
    pictures = len(re.findall(r'write\(1, "F', rows))  # the reader's notes
    opened = {name for call in calls if (name := created(call))}

    assert any(f"htons({broker.port})" in row for row in reached)
    assert reached
    assert all(
        "127.0.0.1" in row and "htons(9)" not in row for row in reached
    )  # nobody looks: the office hears nothing
    assert len(told) > 10
    for text in told:
        assert not re.search(r"\\[0-7x]", text), text  # words and numbers, no bytes...
        assert not re.search(r"[A-Za-z0-9+/]{120}", text), text  # ...nor bytes in letters
    assert 0 < sum(map(len, said)) < SMALLEST_PICTURE * pictures
    assert {Path(name).suffix for name in opened if not name.startswith(HARMLESS)} == {".part"}


def created(call: re.Match[str]) -> str:
    """Return the name of a file that *call* made or opened for writing."""
    is_open = call["name"].startswith(("open", "creat")) and int(call["result"]) >= 0
    if not is_open or not re.search(r"O_WRONLY|O_RDWR|O_CREAT", call["rest"]):
        return ""
    return str(re.findall(r'"([^"]*)"', call["rest"])[0])
