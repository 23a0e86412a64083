"""``o360 central simulate`` and ``verify``: a stand-in for the centre, and what an office or a centre has to do."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.central import published
from edge.central.commands import BadKey, Signer
from edge.central.conformity import Check, Script
from edge.central.deposit_conformity import DepositScript
from edge.central.standin import StandIn
from edge.central.standin_documents import CannotListen, DocumentsStandIn
from edge.central.standin_talk import Talk
from edge.runtime.clock import SystemClock
from edge.runtime.ids import new_token, new_ulid
from edge.runtime.mqtt import Broker

BROKEN_OFF = 130  # exit status of a command that somebody ended, as shells have it


@click.command()
@click.argument("office")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address of the broker.")
@click.option("--port", default=1883, show_default=True, help="Port of the broker.")
@click.option("--username", default="", help="Name at the broker; the password is read from --password-file.")
@click.option("--password-file", default="", type=click.Path(dir_okay=False), help="File with the broker's password.")
@click.option("--key", "key_file", required=True, type=click.Path(path_type=Path), help="Key that the office trusts.")
@click.option("--answer-s", default=10.0, show_default=True, help="How long an answer may take.")
@click.option("--stay", is_flag=True, help="Stay after the checks: show what comes, take short commands, until Ctrl-C.")
@click.option("--documents-port", type=click.IntRange(0, 65535), help="Take documents too, on this port of localhost.")
@click.option(
    "--documents-token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The office's token for documents; without it one is made and printed.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on the last line.")
def simulate(  # noqa: PLR0917 - the options of a command
    office: str,
    host: str,
    port: int,
    username: str,
    password_file: str,
    key_file: Path,
    answer_s: float,
    stay: bool,
    documents_port: int | None,
    documents_token_file: Path | None,
    as_json: bool,
) -> None:
    """Stand in for the centre and try OFFICE out over real MQTT.

    Books from five channels, repeats, reorders, leases, goes away and returns, forges; prints what the office answered
    and whether it kept the contract of docs/agenda.md. What was booked is cancelled again, also after Ctrl-C. Ends with
    1 when the contract was not kept.

    With --stay it then goes on as a centre: prints what the office says as it says it, and takes commands (help lists
    them). With --documents-port it also takes documents, as docs/documents.md has it; they go when it ends.
    """
    try:
        signer = Signer.load(key_file)
    except BadKey as exc:
        raise click.ClickException(str(exc)) from exc
    clock, told = SystemClock(), _News()
    broker = Broker(host=host, port=port, username=username, password_file=password_file)
    centre = StandIn(broker, signer, now=clock.now, new_id=new_ulid, tell=told)
    if not centre.start():
        raise click.ClickException(f"no broker at {host}:{port}")
    script = Script(
        centre, office, now=clock.now, new_token=new_token, stranger=Signer(Ed25519PrivateKey.generate()),
        answer_s=answer_s,
    )  # fmt: skip
    with ExitStack() as stack:
        stack.callback(centre.stop)
        stack.enter_context(_ends_in_a_sentence(script))
        click.echo(f"standing in for the centre at {host}:{port}, for {office}; Ctrl-C ends it")
        if documents_port is not None:
            stack.enter_context(_documents(office, documents_port, documents_token_file, told))
        checks = _shown(script.play())
        if stay:
            _stay(Talk(centre, office, now=clock.now, answer_s=answer_s), told)
    _judge(checks, {"office": office, "rows": dict(centre.heard(office).rows)}, as_json=as_json)


@click.command()
@click.argument("url")
@click.option("--documents", is_flag=True, help="URL is a centre: try out how it takes documents from offices.")
@click.option("--office", default="", help="With --documents: the office that the token belongs to.")
@click.option(
    "--token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="With --documents: file with the office's token.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on the last line.")
def verify(url: str, documents: bool, office: str, token_file: Path | None, as_json: bool) -> None:
    """Try out the booking of the office at URL.

    By its own OpenAPI document: holds a slot, gives it back, and checks every answer against its published schema. Ends
    with 1 when one differs.

    With --documents URL is a centre, of any make: hands in a made-up submission in every way that a network has, whole,
    in pieces, twice, cut off and changed on the way (docs/documents.md).
    """
    if documents and not (office and token_file):
        raise click.UsageError("--documents needs --office and --token-file")
    try:
        if documents and token_file:
            token = token_file.read_text("utf-8").strip()
            checks = _shown(DepositScript(url, office, token, now=SystemClock().now, new_id=new_ulid).play())
        else:
            checks = _shown(published.play(published.Client(url)))
    except published.Unreachable as exc:
        raise click.ClickException(str(exc)) from exc
    _judge(checks, {"url": url}, as_json=as_json)


class _News:
    """Prints what is heard, once somebody looks; safe from any thread."""

    def __init__(self) -> None:
        self.shown = False
        self._lock = threading.Lock()

    def __call__(self, line: str) -> None:
        if self.shown:
            with self._lock:
                click.echo(f"  < {line}")


@contextmanager
def _ends_in_a_sentence(script: Script) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the command in order: what was booked is given back.

    Both are asked for: whoever starts it in the background has it begin with SIGINT ignored.
    """
    before = {number: signal.signal(number, _interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except KeyboardInterrupt:
        click.echo("\nending: giving back what was booked...")
        left = script.give_back()
        click.echo(f"ended; {left} appointments were cancelled")
        raise SystemExit(BROKEN_OFF) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def _documents(office: str, port: int, token_file: Path | None, told: _News) -> Iterator[None]:
    token = token_file.read_text("utf-8").strip() if token_file else new_token()
    heard = lambda method, path, status: told(f"{method} {path}: {status}")  # noqa: E731
    try:
        with DocumentsStandIn(office, token, port=port, heard=heard) as taken:
            click.echo(f"taking documents at {taken.url}{'' if token_file else f' with the token {token}'}")
            yield
    except CannotListen as exc:
        raise click.ClickException(str(exc)) from exc


def _stay(talk: Talk, told: _News) -> None:
    """Print what comes and carry out what is typed, until Ctrl-C, ``quit`` or, without a person, SIGTERM."""
    click.echo("\nnow standing in. What the office says is shown as it comes; type help for what can be done here.")
    told.shown = True
    try:
        for line in sys.stdin:
            if line.strip() == "quit":
                break
            if line.strip():
                for said in talk.do(line):
                    click.echo(said)
        else:
            threading.Event().wait()  # nobody types: until Ctrl-C or SIGTERM
    except KeyboardInterrupt:
        click.echo()
    told.shown = False
    click.echo(f"ended; {talk.give_back()} appointments were cancelled")


def _shown(checks: Iterable[Check]) -> list[Check]:
    """Print each check as it is done."""
    done = []
    for check in checks:
        done.append(check)
        click.echo(f"{'ok  ' if check.ok else 'FAIL'}  {check.name:<40} {check.told}")
    return done


def _judge(checks: list[Check], facts: dict[str, Any], *, as_json: bool) -> None:
    """Say in a sentence how it went, and end with 1 unless all is well."""
    failed = [check for check in checks if not check.ok]
    passed = bool(checks) and not failed
    click.echo(f"{len(checks) - len(failed)} of {len(checks)} checks passed" + ("" if passed else ": not kept"))
    if as_json:
        rows = [{"name": check.name, "ok": check.ok, "told": check.told} for check in checks]
        click.echo(json.dumps({**facts, "passed": passed, "checks": rows}))
    if not passed:
        sys.exit(1)
