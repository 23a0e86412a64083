"""How well the counter counts the sample clip, against what people saw: each commit has to keep it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from counter.cli import counter
from edge.contracts.cameras import AuditReport, AuditRow
from edge.contracts.wire import decode
from tests.integration.counter.clips import vtest_clip

HERE = Path(__file__).parent
BAR_AT_7, BAR_AT_10 = 0.95, 0.98  # measured 0.969 (three missed at the lamp post) and 1.000


@pytest.fixture(scope="module", params=[7, 10])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AuditReport:
    folder = tmp_path_factory.mktemp("truth")
    truth = (HERE / "vtest_truth.json").read_text("utf-8").replace('"fps": 7', f'"fps": {request.param}')
    (folder / "truth.json").write_text(truth, "utf-8")
    lines = ["--config", str(HERE / "vtest_counter.toml"), "--bin", "20", "--json"]
    done = CliRunner().invoke(counter, ["audit", str(vtest_clip()), "--truth", str(folder / "truth.json"), *lines])
    assert done.exit_code == 0, done.stderr
    return decode(done.stdout.splitlines()[-1].encode(), AuditReport)


def row(report: AuditReport, line: str) -> AuditRow:
    return next(one for one in report.rows if one.line == line and one.direction == "both")


@pytest.mark.slow
def test_the_sample_clip_is_counted_well(report: AuditReport) -> None:
    total = report.rows[0]
    bar = BAR_AT_7 if report.seconds > 50 else BAR_AT_10

    assert total.truth == 50
    assert total.f1 >= bar, [(e.line, e.direction, e.seen_s, e.counted_s) for e in report.events]
    assert total.extra <= 1
    assert total.wape <= 0.08
    assert abs(report.delay_ms) < 200


@pytest.mark.slow
def test_no_line_but_the_hidden_one_is_counted_badly(report: AuditReport) -> None:
    assert [name for name in ("west", "yard", "right", "lawn") if row(report, name).f1 < 0.92] == []
    assert row(report, "lamp").recall >= 0.7
