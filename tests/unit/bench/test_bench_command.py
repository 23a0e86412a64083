from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from tests.bench.__main__ import bench, names


def test_the_machinery_is_no_bench(tmp_path: Path) -> None:
    for file in ("kit.py", "__main__.py", "__init__.py", "office.py", "counting.py"):
        (tmp_path / file).touch()

    assert names(tmp_path) == ["counting", "office"]


def test_an_unknown_bench_is_a_usage_error() -> None:
    result = CliRunner().invoke(bench, ["nothing-like-this"])

    assert result.exit_code == 2
    assert "no bench 'nothing-like-this'" in result.output


def test_the_list_names_every_bench() -> None:
    result = CliRunner().invoke(bench, ["--list"])

    assert result.exit_code == 0
    assert [line.split()[0] for line in result.output.splitlines()] == names()
