from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from counter.cli import counter
from edge.runtime.resources import config_dir
from tests.integration.counter.clips import there_and_back, write_clip


def run(*arguments: str) -> Result:
    return CliRunner().invoke(counter, list(arguments))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clips") / "walk.avi", there_and_back, 20)


def test_replay_prints_json_in_its_last_line(clip: Path) -> None:
    result = run("replay", str(clip), "--line", "middle:320,500,320,20", "--zone", "all:0,0,640,0,640,512", "--json")

    document = json.loads(result.stdout.splitlines()[-1])
    assert result.exit_code == 0
    assert document["frames"] == 20
    assert list(document["lines"]) == ["middle"]
    assert list(document["zones"]) == ["all"]


def test_replay_tells_people_in_words(clip: Path) -> None:
    result = run("replay", str(clip), "--line", "middle:320,500,320,20", "--zone", "all:0,0,640,0,640,512")

    assert result.stdout.splitlines()[1:] == ["line middle: 0 in, 0 out", "zone all: 0.0 on average, 0 at most"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--line", "middle"),
        ("--line", "middle:1,2,3"),
        ("--line", "middle:1,2,1,2"),
        ("--line", "middle:1,2,x,4"),
        ("--line", ":1,2,3,4"),
        ("--zone", "all:1,2,3,4"),
        ("--fps", "-1"),
        ("--threads", "0"),
    ],
)
def test_wrong_options_are_usage_errors(clip: Path, arguments: tuple[str, str]) -> None:
    assert run("replay", str(clip), *arguments).exit_code == 2


OUTSIDE = "line a: a point lies outside the picture. The picture has 640x512 pixels."


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--line", "a:5000,5000,6000,6000"), OUTSIDE),
        (("--line", "a:nan,10,100,10"), "line a: a point is not a usable number."),
        (("--line", "a:10,10,11,11"), "line a: it needs two points that lie apart."),
        (("--zone", "b:0,0,100,100,100,0,0,100"), "zone b: its sides cross each other."),
        (("--zone", "b:0,0,9,9,9,0", "--mask", "c:900,0,990,0,990,90"), "mask 1: it lies outside the picture."),
        (("--zone", "b:0,0,9,9,9,0", "--ignore", "c:0,0,2,0,2,2"), "ignored area 1: it is too small."),
    ],
)
def test_what_does_not_fit_the_clip_is_refused_instead_of_counting_nobody(
    clip: Path, arguments: tuple[str, ...], says: str
) -> None:
    refused = run("replay", str(clip), *arguments, "--json")

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert says in refused.stderr


def test_an_audit_refuses_a_line_outside_the_picture(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "truth.json").write_text('{"lines": {"a": [{"t": 1, "dir": "in"}]}}', "utf-8")

    refused = run("audit", str(clip), "--truth", str(tmp_path / "truth.json"), "--line", "a:5000,5000,6000,6000")

    assert refused.exit_code == 1
    assert OUTSIDE in refused.stderr


def test_a_missing_clip_or_model_is_told_in_one_line(clip: Path, tmp_path: Path) -> None:
    missing = run("replay", str(tmp_path / "none.avi"), "--line", "a:1,2,3,4")
    unknown = run("replay", str(clip), "--line", "a:1,2,3,4", "--model", "other")

    assert (missing.exit_code, missing.stderr) == (1, f"Error: {tmp_path / 'none.avi'}: missing\n")
    assert unknown.exit_code == 1
    assert "no model 'other'" in unknown.stderr


def test_check_config_accepts_the_example_and_refuses_junk(tmp_path: Path) -> None:
    (tmp_path / "junk.toml").write_text("group = 3", "utf-8")

    good = run("check-config", str(config_dir() / "programs" / "counter.example.toml"))
    bad = run("check-config", str(tmp_path / "junk.toml"))

    assert (good.exit_code, bad.exit_code) == (0, 1)
    assert "junk.toml" in bad.stderr


def test_run_refuses_a_wrong_configuration_as_usage_error(tmp_path: Path) -> None:
    (tmp_path / "junk.toml").write_text("group = 3", "utf-8")

    assert run("run", "--config", str(tmp_path / "junk.toml")).exit_code == 2


def test_convert_model_refuses_what_is_no_graph(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"weightsManifest": []}', "utf-8")

    result = run("convert-model", str(tmp_path / "other.json"), str(tmp_path / "out.onnx"))

    assert result.exit_code == 1
    assert "no TensorFlow.js graph model" in result.stderr


def test_tracks_counts_recorded_walks_and_tells_a_bad_line(tmp_path: Path) -> None:
    frames = [[k, k / 10, [[1, 10.0 * k, 300.0, 10.0 * k + 70, 500.0, 0.9]]] for k in range(1, 60)]
    walk = {"name": "walk", "kind": "any", "line": [[300, 600], [300, 100]], "frames": frames}
    (tmp_path / "good.jsonl").write_text(json.dumps(walk) + "\n\n", "utf-8")
    (tmp_path / "bad.jsonl").write_text(json.dumps(walk) + '\n{"name": 3}\n', "utf-8")

    good, bad = run("tracks", str(tmp_path / "good.jsonl")), run("tracks", str(tmp_path / "bad.jsonl"))

    result = json.loads(good.stdout)
    assert result["name"] == "walk"
    assert [direction for _, direction in result["events"]] == ["in"]
    assert result["events"][0][0] == pytest.approx(2.65, abs=0.1)
    assert bad.exit_code == 1
    assert "bad.jsonl: line 2:" in bad.stderr


def test_check_config_names_the_clip_that_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "counter.toml"
    file.write_text('group = "hall"\n[cameras.door]\nkind = "file"\npath = "none.avi"\n')

    refused = run("check-config", str(file))

    assert refused.exit_code == 1
    assert f"{file}: cameras.door.path: there is no clip {tmp_path / 'none.avi'}" in refused.stderr


def test_replay_without_a_line_and_a_zone_ends_at_once() -> None:
    refused = run("replay", "none.avi")

    assert refused.exit_code == 2
    assert "nothing to count" in refused.stderr
