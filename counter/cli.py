"""``o360 counter``: run a counter, check its configuration, replay or audit a clip, make the model again."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import click

from counter.detectors import Detector, DetectorError, open_detector
from counter.domain.line import Line
from counter.models import Model, ModelError, approved_model
from counter.recorded import events, read_recordings
from counter.replay import ClipError, Replay, Scene, replay
from counter.sources import SourceLost
from edge.runtime.clock import SystemClock
from edge.runtime.command_line import checked_file, one_file, program_options, setup_logging
from edge.runtime.config import ConfigError
from edge.runtime.resources import models_dir

DEFAULT_MODEL = "person_nanodet_g"
Point = tuple[float, float]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def counter() -> None:
    """People counting from cameras; no image is stored, and none is sent but coarse cells while a camera is set up."""


def _named_points(text: str, least: int) -> tuple[str, list[Point]]:
    name, _, numbers = text.partition(":")
    try:
        values = [float(v) for v in numbers.split(",")]
    except ValueError:
        values = []
    if not name or len(values) < 2 * least or len(values) % 2:
        raise click.BadParameter(f"{text!r} is not NAME:x1,y1,x2,y2... with {least} points at least")
    return name, list(zip(values[::2], values[1::2], strict=True))


def _each_once(shapes: list[tuple[str, list[Point]]]) -> dict[str, list[Point]]:
    """Return the shapes by name; two of one name would count as one."""
    found: dict[str, list[Point]] = {}
    for name, points in shapes:
        if name in found:
            raise click.BadParameter(f"{name!r} is given twice")
        found[name] = points
    return found


def _lines(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> dict[str, Line]:
    shapes = _each_once([_named_points(text, 2) for text in texts])
    for name, points in shapes.items():
        if len(points) != 2 or points[0] == points[1]:
            raise click.BadParameter(f"{name!r}: a line has two different points")
    return {name: Line(points[0], points[1]) for name, points in shapes.items()}


def _zones(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> dict[str, list[Point]]:
    return _each_once([_named_points(text, 3) for text in texts])


def _approved(name: str) -> tuple[Model, Path]:
    try:
        return approved_model(models_dir(), name)
    except ModelError as exc:
        raise click.ClickException(str(exc)) from exc


def _detector(name: str, threads: int) -> Detector:
    model, file = _approved(name)
    try:
        return open_detector(model.kind, file, threads=threads)
    except DetectorError as exc:
        raise click.ClickException(str(exc)) from exc


@counter.command("replay")
@click.argument("clip", type=click.Path(path_type=Path))
@click.option("--line", "lines", multiple=True, callback=_lines, help="NAME:x1,y1,x2,y2 in pixels of the clip.")
@click.option("--zone", "zones", multiple=True, callback=_zones, help="NAME:x1,y1,x2,y2,x3,y3... a polygon.")
@click.option("--mask", "masks", multiple=True, callback=_zones, help="NAME:x1,y1,... a polygon that is blacked out.")
@click.option("--ignore", "ignored", multiple=True, callback=_zones, help="NAME:x1,y1,... who stands there is nobody.")
@click.option("--fps", type=click.FloatRange(min=0, max=240), default=0.0, help="Instead of what the clip says.")
@click.option("--model", default=DEFAULT_MODEL, show_default=True, help="A model of models/manifest.toml.")
@click.option("--threads", type=click.IntRange(1, 16), default=1, show_default=True, help="For the detector.")
@click.option("--every-frame", is_flag=True, help="Do without the motion gate.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, in the last line.")
def replay_command(
    *,
    clip: Path,
    lines: dict[str, Line],
    zones: dict[str, list[Point]],
    masks: dict[str, list[Point]],
    ignored: dict[str, list[Point]],
    fps: float,
    model: str,
    threads: int,
    every_frame: bool,
    as_json: bool,
) -> None:
    """Count the people in CLIP, every frame once.

    "in" is from the left of the line's first → second point to its right, as seen on the screen.
    """
    if not lines and not zones:
        raise click.UsageError("nothing to count: give a --line NAME:x1,y1,x2,y2 or a --zone NAME:x1,y1,x2,y2,x3,y3")
    detector = _detector(model, threads)
    scene = Scene(lines, zones, list(masks.values()), ignored=list(ignored.values()))
    progress = _Progress() if sys.stderr.isatty() else None
    try:
        result = replay(clip, detector, scene, fps=fps, every_frame=every_frame, progress=progress)
    except ClipError as exc:
        raise click.ClickException(f"{clip}: {exc}") from exc
    finally:
        if progress is not None:
            progress.done()
    document = result.document()
    if as_json:
        click.echo(json.dumps(document, separators=(",", ":")))
        return
    click.echo(f"{result.frames} frames, the detector looked at {result.looked}")
    for name, line in document["lines"].items():
        click.echo(f"line {name}: {line['in']} in, {line['out']} out")
    for name, zone in document["zones"].items():
        click.echo(f"zone {name}: {zone['mean']} on average, {zone['peak']} at most")


class _Progress:
    """One line at the terminal, rewritten twice a second at most."""

    def __init__(self) -> None:
        self._began = self._told = time.monotonic()

    def __call__(self, result: Replay) -> None:
        now = time.monotonic()
        if now - self._told >= 0.5:
            self._told = now
            crossings = sum(len(events) for events in result.events.values())
            rate = result.frames / (now - self._began)
            click.echo(f"\r{result.frames} frames, {rate:.0f}/s, {crossings} crossings ", err=True, nl=False)

    def done(self) -> None:
        click.echo("\r\033[K", err=True, nl=False)


@counter.command("audit")
@click.argument("clip", type=click.Path(path_type=Path))
@click.option("--truth", "truth_file", type=click.Path(path_type=Path), required=True, help="Who crossed: JSON or CSV.")
@click.option("--line", "lines", multiple=True, callback=_lines, help="NAME:x1,y1,x2,y2 in pixels of the clip.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Lines and masks of a counter's file.")
@click.option("--camera", default="", help="Which camera of --config, when it has several.")
@click.option("--fps", type=click.FloatRange(min=0, max=240), default=0.0, help="Instead of what truth or clip say.")
@click.option("--tolerance", type=click.FloatRange(0, 60), default=1.0, show_default=True, help="Seconds.")
@click.option("--bin", "bin_s", type=click.FloatRange(1, 86_400), default=60.0, show_default=True, help="Seconds.")
@click.option("--model", default="", help=f"Instead of what --config says, or {DEFAULT_MODEL}.")
@click.option("--threads", type=click.IntRange(1, 16), default=1, show_default=True, help="For the detector.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Write report.html and report.json there."
)
@click.option(
    "--lang", type=click.Choice(["es", "ca", "en", "ar"]), default="en", show_default=True, help="Of the page."
)
@click.option("--require-f1", type=click.FloatRange(0, 1), default=0.0, help="Fail when F1 is below.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON, in the last line.")
def audit_command(
    *,
    clip: Path,
    truth_file: Path,
    lines: dict[str, Line],
    config_file: Path | None,
    camera: str,
    fps: float,
    tolerance: float,
    bin_s: float,
    model: str,
    threads: int,
    out: Path | None,
    lang: str,
    require_f1: float,
    as_json: bool,
) -> None:
    """Compare what is counted in CLIP with what somebody saw.

    --truth is {"lines": {NAME: [{"t": seconds, "dir": "in"}]}}, or a table (CSV) with the columns t, line and dir.
    """
    from counter.audit import command
    from counter.audit.errors import AuditError
    from edge.contracts.wire import encode

    if bool(lines) == bool(config_file):
        raise click.UsageError("give the lines either by --line NAME:x1,y1,x2,y2 or by --config")
    progress = _Progress() if sys.stderr.isatty() else None
    try:
        wanted = command.of_config(config_file, camera) if config_file else command.of_lines(lines)
        audit = command.prepare(clip, truth_file, wanted, model=model, fps=fps, tolerance_s=tolerance, bin_s=bin_s)
        report = audit.run(_detector(audit.facts.model, threads), SystemClock().now(), progress=progress)
        if out is not None:
            command.write(report, out, lang)
    except AuditError as exc:
        raise click.ClickException(str(exc)) from exc
    except ClipError as exc:
        raise click.ClickException(f"{clip}: {exc}") from exc
    finally:
        if progress is not None:
            progress.done()
    click.echo(encode(report).decode() if as_json else command.table(report))
    if report.rows[0].f1 < require_f1:
        raise click.ClickException(f"F1 is {report.rows[0].f1:.3f}, below {require_f1:g}")


@counter.command("tracks")
@click.argument("recordings", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def tracks_command(recordings: Path) -> None:
    """Count over RECORDINGS of tracks.

    A recording is a line of JSON: "name"; "line", two points [[x, y], [x, y]]; "frames", a list of [number, seconds,
    boxes], where a box is [track, x1, y1, x2, y2, score] in pixels. Prints name and events, a line each.
    """
    try:
        for recording in read_recordings(recordings):
            click.echo(json.dumps({"name": recording.name, "events": events(recording)}, separators=(",", ":")))
    except ValueError as exc:
        raise click.ClickException(f"{recordings}: {exc}") from exc


@counter.command("convert-model")
@click.argument("graph", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
def convert_command(graph: Path, out: Path) -> None:
    """Make the person detector again.

    OUT is the .onnx file, GRAPH the published nanodet.json with its .bin beside it.
    """
    try:
        from counter.convert import ConversionError, convert

        click.echo(convert(graph, out))
    except ModuleNotFoundError as exc:
        raise click.ClickException(f"this needs the package {exc.name!r} (development group)") from exc
    except ConversionError as exc:
        raise click.ClickException(f"{graph}: {exc}") from exc


@counter.command("quantize-model")
@click.argument("clip", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
def quantize_command(clip: Path, out: Path) -> None:
    """Make the int8 variant of the detector again.

    OUT is the .onnx file; ranges are taken from pictures of the second half of CLIP.
    """
    _, file = _approved(DEFAULT_MODEL)
    try:
        from counter.quantize import quantize

        click.echo(quantize(file, clip, out))
    except ModuleNotFoundError as exc:
        raise click.ClickException(f"this needs the package {exc.name!r} (development group)") from exc
    except SourceLost as exc:
        raise click.ClickException(f"{clip}: {exc}") from exc


@counter.command("run")
@program_options
def run_command(config_file: Path, clock: object, log_level: str) -> None:
    """Count people before the cameras until SIGTERM."""
    from counter.app import run
    from counter.config import load

    setup_logging("counter", log_level)
    if not isinstance(clock, SystemClock):
        raise TypeError("the option --clock makes a SystemClock")
    try:
        run(load(config_file), clock)
    except ConfigError as exc:
        raise click.UsageError(str(exc)) from exc


@counter.command("check-config")
@checked_file
def check_config_command(config_file: Path | None) -> None:
    """Check a configuration; change nothing.

    The model and the clips that it names have to be there.
    """
    from counter.config import load

    file = one_file(config_file)
    try:
        settings = load(file)
    except ConfigError as exc:
        raise click.ClickException(str(exc)) from exc
    for name, camera in settings.cameras.items():
        if camera.kind == "file" and not Path(camera.path).is_file():
            raise click.ClickException(f"{file}: cameras.{name}.path: there is no clip {camera.path}")
    try:
        _detector(settings.model, 1)
    except click.ClickException as exc:
        raise click.ClickException(f"{file}: model: {exc.message}") from exc
    click.echo(f"{file}: ok, group {settings.group}, {len(settings.cameras)} cameras")
