"""Hostile files meet the child process: refused with a reason, in bounded time and memory, with nothing to reach."""

from __future__ import annotations

import io
import json
import resource
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pypdfium2
import pytest
from PIL import Image

from edge.adapters.sanitise import child
from edge.adapters.sanitise.redraw import Limits, Redrawer
from edge.domain.contents import active_parts, is_mixed, kind_of
from edge.domain.documents import DocumentKind
from tests.fixtures import papers

ROOT = Path(__file__).parents[3]
HOSTILE = papers.hostile()


def redraw(data: bytes, limits: Limits | None = None) -> object:
    kind = kind_of(data)
    assert kind is not None
    if is_mixed(data, kind):
        return "mixed"
    return Redrawer(limits).redraw(kind, data)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_its_reason(name: str) -> None:
    data, reason = HOSTILE[name]

    assert redraw(data) == reason


@pytest.mark.parametrize(
    ("data", "format_"),
    [(papers.jpeg(), "jpeg"), (papers.png(), "png"), (papers.heic(), "jpeg"), (papers.pdf(3), "pdf")],
    ids=["jpeg", "png", "heic", "pdf"],
)
def test_an_honest_file_comes_back_as_a_drawing(data: bytes, format_: str) -> None:
    drawing, facts = Redrawer().redraw(kind_of(data) or DocumentKind.PDF, data)

    assert str(facts.kind) == format_
    assert facts.bytes == len(drawing)
    assert facts.pages == (3 if format_ == "pdf" else 1)


def test_a_pdf_that_acts_becomes_pictures_of_its_pages() -> None:
    drawing, _ = Redrawer().redraw(DocumentKind.PDF, papers.pdf_that_acts())
    page = pypdfium2.PdfDocument(drawing)[0]
    seen = page.render(scale=1).to_pil().convert("L")

    assert active_parts(papers.pdf_that_acts())
    assert active_parts(drawing) == set()
    assert page.get_size() == (595, 842)
    assert page.get_textpage().count_chars() == 0
    assert seen.crop((70, 110, 190, 150)).getextrema()[0] < 100  # the word is still there
    picture = next(iter(page.get_objects()))
    assert picture.get_px_size()[0] / (595 / 72) >= 199  # dots an inch at true size


def test_a_photo_is_upright_and_without_what_the_phone_wrote_into_it() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x8825] = 6, "CANARY-PHONE", {1: "N", 2: (40.0, 25.0, 1.0)}
    photo = papers.encoded(papers.letter(800, 600), "JPEG", exif=exif, comment=b"CANARY-COMMENT")

    drawing, _ = Redrawer().redraw(DocumentKind.JPEG, photo)

    again = Image.open(io.BytesIO(drawing))
    assert b"CANARY" in photo
    assert b"CANARY" not in drawing
    assert again.size == (600, 800)
    assert not again.getexif()
    assert "comment" not in again.info


def test_a_photo_with_a_second_picture_keeps_the_first() -> None:
    photo = papers.encoded(papers.letter(), "MPO", save_all=True, append_images=[papers.letter(400, 300, "red")])

    drawing, facts = Redrawer().redraw(DocumentKind.JPEG, photo)

    assert Image.open(io.BytesIO(drawing)).size == (800, 1100)
    assert facts.pages == 1


def test_what_is_see_through_lies_on_white() -> None:
    glass = Image.new("RGBA", (100, 100), (0, 0, 0, 0))

    drawing, _ = Redrawer().redraw(DocumentKind.PNG, papers.encoded(glass, "PNG"))

    assert Image.open(io.BytesIO(drawing)).getpixel((50, 50)) == (255, 255, 255)


def still_drawing() -> list[str]:
    """Return the children that still draw."""
    return [one.name() for one in psutil.Process().children() if "sanitise" in " ".join(one.cmdline())]


@pytest.mark.slow
def test_a_bomb_costs_bounded_memory_and_time() -> None:
    bomb = papers.pdf_bomb(200)
    peak, stop = [0], threading.Event()

    def watch() -> None:
        me = psutil.Process()
        while not stop.wait(0.02):
            for one in me.children(recursive=True):
                try:
                    peak[0] = max(peak[0], one.memory_info().rss)
                except psutil.NoSuchProcess:
                    continue

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.monotonic()
    outcome = Redrawer(Limits(memory=400_000_000, cpu_s=5, wall_s=30)).redraw(DocumentKind.PDF, bomb)
    took = time.monotonic() - began
    stop.set()
    watcher.join()

    assert len(bomb) < 1_000_000
    assert outcome == "too_heavy"
    assert 0 < peak[0] < 420_000_000
    assert took < 31
    assert still_drawing() == []


CONFINED = """
import sys; sys.path.insert(0, sys.argv[1])
import os, socket, json, threading
from edge.adapters.sanitise import child, confine
child._warm_up()
confine.limit(memory=900_000_000, cpu_s=20)
network = confine.leave_the_network()
confine.shut()
def tried(what):
    try:
        what()
        return "done"
    except BaseException as exc:
        return type(exc).__name__
out = {
    "read a file": tried(lambda: open("/etc/passwd").read()),
    "write a file": tried(lambda: open(sys.argv[2], "w").write("x")),
    "make a socket": tried(lambda: socket.socket()),
    "make a unix socket": tried(lambda: socket.socket(socket.AF_UNIX)),
    "start a program": tried(lambda: os.execv("/bin/true", ["true"])),
    "make a child": tried(lambda: os.fork()),
    "list a folder": tried(lambda: os.listdir("/")),
    "end another process": tried(lambda: os.kill(1, 0)),
    "use much memory": tried(lambda: bytearray(1_000_000_000)),
    "use a thread": tried(lambda: (t := threading.Thread(target=lambda: None), t.start(), t.join())),
}
os.write(1, json.dumps(out).encode())
"""


def test_the_child_can_reach_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-c", CONFINED, str(ROOT), str(tmp_path / "x")],
        capture_output=True,
        timeout=60,
        check=True,
    )
    tried = json.loads(done.stdout)

    assert tried.pop("use a thread") == "done"
    assert tried.pop("use much memory") == "MemoryError"
    assert set(tried.values()) == {"PermissionError"}
    assert not (tmp_path / "x").exists()


def fake_child(folder: Path, code: str) -> None:
    place = folder / "edge" / "adapters" / "sanitise"
    place.mkdir(parents=True, exist_ok=True)
    for one in (folder / "edge", folder / "edge" / "adapters", place):
        (one / "__init__.py").touch()
    (place / "child.py").write_text(f"def main():\n    {code}\n    return 0\n")


@pytest.mark.slow
def test_a_child_that_hangs_is_ended(tmp_path: Path) -> None:
    fake_child(tmp_path, "while True: pass")
    began = time.monotonic()

    outcome = Redrawer(Limits(wall_s=0.8), root=tmp_path).redraw(DocumentKind.PDF, papers.pdf())

    assert outcome == "too_heavy"
    assert time.monotonic() - began < 20


@pytest.mark.slow
def test_a_child_that_answers_without_end_is_ended(tmp_path: Path) -> None:
    fake_child(tmp_path, "import os; [os.write(1, b'x' * 65536) for _ in iter(int, 1)]")

    outcome = Redrawer(Limits(wall_s=60, bytes=5_000_000), root=tmp_path).redraw(DocumentKind.PDF, papers.pdf())

    assert isinstance(outcome, str)


def test_a_child_that_answers_nonsense_or_nothing_is_a_refusal(tmp_path: Path) -> None:
    answers = {
        "nothing": "import os; os._exit(0)",
        "nonsense": 'import os; os.write(1, b\'{"format": "pdf", "pages": 1}\\nMZ\' + b\'x\' * 999)',
        "a word of its own": 'import os; os.write(1, b\'{"refused": "<script>"}\\n\')',
        "a crash": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    }
    outcomes = {}
    for name, code in answers.items():
        fake_child(tmp_path, code)
        outcomes[name] = Redrawer(root=tmp_path).redraw(DocumentKind.PDF, papers.pdf())

    assert outcomes == dict.fromkeys(answers, "broken")


def test_the_drawing_rules_hold_without_the_process_too() -> None:
    facts = {"pages": 30, "pixels": 50_000_000, "most": 30_000_000}

    drawing, found = child.draw("pdf", papers.pdf(2), **facts)

    assert kind_of(drawing) is DocumentKind.PDF
    assert found == {"format": "pdf", "pages": 2}
    for name in ("pdf of 31 pages", "pdf with a password", "jpeg cut off", "heic cut off"):
        data, reason = HOSTILE[name]
        with pytest.raises(child.Refused, match=reason):
            child.draw(str(kind_of(data)), data, **facts)
    with pytest.raises(child.Refused, match="too_heavy"):
        child.draw("jpeg", papers.jpeg(), pages=1, pixels=50_000_000, most=10)


def test_this_process_itself_stays_free() -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 0
    socket.socket().close()
    assert any(Path("/").iterdir())
