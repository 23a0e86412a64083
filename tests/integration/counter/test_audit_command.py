from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from playwright.sync_api import Page

from counter.cli import counter
from edge.contracts.cameras import AuditReport
from edge.contracts.wire import decode
from tests.fixtures.browser import NewPage, assert_accessible, fits
from tests.integration.counter.clips import there_and_back, vtest_clip, write_clip

LINE = "right:640,215,640,440"
GOOD = {"fps": 7, "first_frame": 401, "last_frame": 560, "lines": {"right": [{"frame": 441, "dir": "in"}]}}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(counter, ["audit", *map(str, arguments)])


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clips") / "walk.avi", there_and_back, 20)


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    file = tmp_path / "truth.json"
    file.write_text(json.dumps(GOOD), "utf-8")
    return file


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the report of the sample clip, in which one mark is wrong."""
    folder = tmp_path_factory.mktemp("audit")
    marks = [{"frame": frame, "dir": way} for frame, way in ((441, "in"), (479, "in"), (600, "out"))]
    truth = {"fps": 10, "first_frame": 401, "last_frame": 795, "lines": {"right": marks, "lawn": []}}
    (folder / "truth.json").write_text(json.dumps(truth), "utf-8")
    lines = ["--line", LINE, "--line", "lawn:250,340,250,545"]
    done = run(vtest_clip(), "--truth", folder / "truth.json", *lines, "--out", folder / "out", "--bin", 10)
    assert done.exit_code == 0, done.stderr
    assert re.search(r"^all +both +3 ", done.stdout, re.MULTILINE)
    assert "95 %:" in done.stdout
    return folder / "out"


@pytest.mark.slow
def test_the_report_holds_figures_hashes_and_no_place_of_this_machine(written: Path) -> None:
    raw = (written / "report.json").read_bytes()
    page = (written / "report.html").read_text("utf-8")

    report = decode(raw, AuditReport)
    assert (report.kind, report.tolerance_s, report.bin_s) == ("clip", 1.0, 10.0)
    assert len(report.id) == len(report.model_sha256) == 64
    assert report.rows[0].truth == 3
    assert sorted(one.name for one in written.iterdir()) == ["report.html", "report.json"]
    for text in (raw.decode(), page):
        assert str(written.parent) not in text
        assert "vtest" not in text
        assert "data:image" not in text
        assert "http" not in text.replace("http-equiv", "")


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "light"), (1280, "dark")])
def test_the_page_opens_from_a_disk_and_everybody_can_read_it(
    new_page: NewPage, written: Path, width: int, scheme: str
) -> None:
    page: Page = new_page(width=width, height=900, color_scheme=scheme)
    page.goto((written / "report.html").as_uri())

    assert_accessible(page)
    assert fits(page)
    assert page.locator("svg.plot").count() == 1 + 2 * 3
    assert page.locator("svg.plot title").first.text_content() == "Every crossing"
    assert page.locator("svg .missed").count() > 0
    drawn = page.locator("svg .counted-line").last.evaluate("e => getComputedStyle(e).stroke")
    assert drawn not in ("none", "rgb(0, 0, 0)")


def test_json_is_the_last_line_and_a_low_f1_fails(tmp_path: Path, short: Path) -> None:
    (tmp_path / "truth.csv").write_text("t,line,dir\n1.5,right,in\n", "utf-8")

    done = run(short, "--truth", tmp_path / "truth.csv", "--line", LINE, "--json", "--require-f1", "0.9")

    report = json.loads(done.stdout.splitlines()[-1])
    assert done.exit_code == 1
    assert report["rows"][0]["missed"] == 1
    assert "F1 is 0.000, below 0.9" in done.stderr


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lines": {"left": []}}, "the truth speaks of line 'left'; the lines are right"),
        ({"lines": {"right": [{"frame": 3, "dir": "up"}]}}, "lines.right[0]: 'up' is no direction"),
        ({"fpss": 3}, "unknown key 'fpss'"),
    ],
)
def test_a_wrong_truth_is_told_before_the_clip_is_counted(tmp_path: Path, change: dict[str, object], said: str) -> None:
    (tmp_path / "truth.json").write_text(json.dumps(GOOD | change), "utf-8")

    done = run(tmp_path / "no.avi", "--truth", tmp_path / "truth.json", "--line", LINE)

    assert done.exit_code == 1
    assert said in done.stderr
    assert "Traceback" not in done.output


def test_a_missing_clip_or_truth_is_told_in_one_line(tmp_path: Path, truth: Path) -> None:
    no_clip = run(tmp_path / "no.avi", "--truth", truth, "--line", LINE)
    no_truth = run(vtest_clip(), "--truth", tmp_path / "no.csv", "--line", LINE)

    assert (no_clip.exit_code, no_clip.stderr) == (1, f"Error: {tmp_path / 'no.avi'}: missing\n")
    assert no_truth.exit_code == 1
    assert "no.csv: cannot be read" in no_truth.stderr


def test_a_truth_of_a_longer_clip_is_refused(tmp_path: Path, short: Path) -> None:
    (tmp_path / "truth.csv").write_text("t,line,dir\n500,right,in\n", "utf-8")

    done = run(short, "--truth", tmp_path / "truth.csv", "--line", LINE, "--fps", "40")

    assert done.exit_code == 1
    assert "the clip lasts 0.5 s (20 frames at 40 a second)" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give the lines either"),
        (("--line", LINE, "--config", "counter.toml"), "give the lines either"),
        (("--line", "Right:1,2,3,4"), "a name is made of"),
        (("--line", LINE, "--fps", "9"), "--fps says 9"),
        (("--line", LINE, "--model", "other"), "no model 'other'"),
        (("--config", "none.toml"), "none.toml"),
        (("--line", LINE, "--bin", "0"), "--bin"),
        (("--line", LINE, "--tolerance", "-1"), "--tolerance"),
    ],
)
def test_wrong_options_are_told(truth: Path, arguments: tuple[str, ...], said: str) -> None:
    done = run(vtest_clip(), "--truth", truth, *arguments)

    assert done.exit_code in (1, 2)
    assert said in done.stderr


def test_a_configuration_must_know_the_camera(tmp_path: Path, truth: Path) -> None:
    camera = '[cameras.{0}]\nkind = "v4l2"\npath = "/dev/video0"\n'
    line = "[cameras.a.lines.right]\npoints = [[640, 215], [640, 440]]\n"
    file = tmp_path / "counter.toml"
    file.write_text('group = "g"\n' + camera.format("a") + line + camera.format("b"), "utf-8")

    which = run(vtest_clip(), "--truth", truth, "--config", file)
    wrong = run(vtest_clip(), "--truth", truth, "--config", file, "--camera", "c")
    empty = run(vtest_clip(), "--truth", truth, "--config", file, "--camera", "b")

    assert "which --camera: a, b?" in which.stderr
    assert "no camera 'c'; there is a, b" in wrong.stderr
    assert "camera b has no lines" in empty.stderr
    assert {which.exit_code, wrong.exit_code, empty.exit_code} == {1}


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, short: Path) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    (tmp_path / "truth.csv").write_text("t,line,dir\n", "utf-8")

    done = run(short, "--truth", tmp_path / "truth.csv", "--line", LINE, "--out", tmp_path / "file" / "out")

    assert done.exit_code == 1
    assert "cannot be written" in done.stderr
