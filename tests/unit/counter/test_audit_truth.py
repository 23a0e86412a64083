from __future__ import annotations

from pathlib import Path

import pytest

from counter.audit.errors import TruthError
from counter.audit.metrics import Crossing
from counter.audit.truth import read_truth


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


def test_json_in_seconds(tmp_path: Path) -> None:
    file = written(tmp_path, "t.json", '{"lines": {"door": [{"t": 1.5, "dir": "in"}], "back": []}, "until_s": 60}')

    truth = read_truth(file)

    assert truth.lines == ["door", "back"]
    assert truth.crossings == [Crossing("door", "in", 1.5)]
    assert (truth.from_s, truth.until_s, truth.fps) == (0.0, 60.0, 0.0)


def test_json_in_frames_of_a_part_of_the_clip(tmp_path: Path) -> None:
    text = '{"fps": 5, "first_frame": 10, "last_frame": 50, "lines": {"door": [{"frame": 20, "dir": "out"}]}}'

    truth = read_truth(written(tmp_path, "t.json", text))

    assert truth.crossings == [Crossing("door", "out", 4.0)]
    assert (truth.from_s, truth.until_s, truth.fps) == (2.0, 10.0, 5.0)


@pytest.mark.parametrize(
    "text",
    [
        "t,line,dir\n62.5,door,in\n125,door,out\n",
        "\ufeffT;Line;Dir\r\n62,5;door;IN\r\n\r\n2:05;door;sale\r\n",
        "# by hand\nline\tdir\tt\ndoor\tentra\t1:02.5\ndoor\tout\t0:02:05\n",
        't,line,dir,note\n"62,5",door,i,"a child, running"\n125.0,door,o,\n',
    ],
)
def test_a_table_as_spreadsheets_and_people_write_it(tmp_path: Path, text: str) -> None:
    truth = read_truth(written(tmp_path, "t.csv", text))

    assert truth.crossings == [Crossing("door", "in", 62.5), Crossing("door", "out", 125.0)]
    assert truth.lines == ["door"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: no JSON"),
        ('{\n"lines":\n}', "line 3: no JSON"),
        ("[" * 100_000, "too deep"),
        ("[]", 'not {"lines"'),
        ('{"lines": []}', 'not {"lines"'),
        ('{"lines": {}, "fpss": 7}', "unknown key 'fpss'"),
        ('{"lines": {"a": 3}}', "lines.a: is no list"),
        ('{"lines": {"a": [{"t": 1, "dir": "in"}, {"t": 1}]}}', "lines.a[1]: not"),
        ('{"lines": {"a": [{"t": 1, "dir": "up"}]}}', "lines.a[0]: 'up' is no direction"),
        ('{"lines": {"a": [{"t": "1", "dir": "in"}]}}', "lines.a[0]: t is no number"),
        ('{"lines": {"a": [{"t": true, "dir": "in"}]}}', "lines.a[0]: t is no number"),
        ('{"lines": {"a": [{"t": NaN, "dir": "in"}]}}', "lines.a[0]: t is no number"),
        ('{"lines": {"a": [{"t": -1, "dir": "in"}]}}', "lines.a[0]: before the clip begins"),
        ('{"lines": {"a": [{"frame": 1, "dir": "in"}]}}', 'frames need "fps"'),
        ('{"lines": {}, "first_frame": 1}', 'first_frame: frames need "fps"'),
        ('{"lines": {}, "fps": 0}', "fps: must be"),
        ('{"lines": {}, "fps": 7, "first_frame": 9, "until_s": 3}', "in frames and in seconds"),
        ('{"lines": {}, "from_s": 9, "until_s": 3}', "ends before it begins"),
        ('{"lines": {"a": [{"t": 9, "dir": "in"}]}, "until_s": 3}', "line a: 9 s is outside"),
    ],
)
def test_wrong_json_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    file = written(tmp_path, "t.json", text)

    with pytest.raises(TruthError, match=r"t\.json: ") as error:
        read_truth(file)

    assert said in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("a,b,c\n", "line 1: the first line must name the columns"),
        ("t,line,dir\n1,door,in\nx,door,in\n", "line 3: 'x' is no time"),
        ("t,line,dir\n\n-1,door,in\n", "line 3: '-1' is no time"),
        ("t,line,dir\nnan,door,in\n", "line 2: 'nan' is no time"),
        ("t,line,dir\n1,,in\n", "line 2: no line of the picture"),
        ("t,line,dir\n1,door\n", "line 2: '' is no direction"),
        ("t,line,dir\n1,door,left\n", "line 2: 'left' is no direction"),
        ("t,line,dir\n" + "1,door,in\n" * 4097, "more than 4096 crossings"),
    ],
)
def test_a_wrong_table_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    file = written(tmp_path, "t.csv", text)

    with pytest.raises(TruthError) as error:
        read_truth(file)

    assert said in str(error.value)


def test_a_file_that_is_no_text_or_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\xff\xfe")

    with pytest.raises(TruthError, match="not UTF-8"):
        read_truth(tmp_path / "picture.csv")
    with pytest.raises(TruthError, match="cannot be read"):
        read_truth(tmp_path / "none.csv")
