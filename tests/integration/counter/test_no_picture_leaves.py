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
    strace, folder = processes.require("strace", "strace"), tmp_path_factory.mktemp("trace")
    trace, told = folder / "calls", folder / "result.json"
    counter = ["counter", "replay", str(vtest_clip()), "--line", "a:500,60,500,415", "--zone", "z:0,0,768,0,768,576"]
    program = [sys.executable, "-c", "from edge.cli import main; main()", *counter, "--json"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COV")}  # whose measuring writes files
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    del environment["ORT_DISABLE_TELEMETRY"]  # the product has to switch it off itself
    with told.open("wb") as out:
        traced = f"trace={SENDING},{OPENING},{CONNECTING}"
        subprocess.run(
            [strace, "-f", "--seccomp-bpf", "-s", "300", "-e", traced, "-o", str(trace), *program],
            stdout=out, check=True, timeout=100, cwd=ROOT, env=environment,
        )  # fmt: skip
    assert json.loads(told.read_text("utf-8").splitlines()[-1])["frames"] == 795
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
    assert not any(call["name"].startswith(("mknod", "link", "rename")) for call in calls)


@pytest.mark.slow
def test_no_network_is_touched(calls: list[re.Match[str]]) -> None:
    reached = [call["rest"] for call in calls if call["name"] in CONNECTING.split(",")]

    assert [row for row in reached if "AF_UNIX" not in row] == []


@pytest.mark.slow
def test_the_only_shared_memory_has_no_name_in_any_folder(calls: list[re.Match[str]]) -> None:
    made = [call["rest"] for call in calls if call["name"] == "memfd_create"]

    assert made == ['"frames", MFD_CLOEXEC']
