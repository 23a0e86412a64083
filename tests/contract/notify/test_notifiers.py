"""What every notifier promises, over every line of the registry and the fake."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from edge.adapters.channels import open_channel
from edge.adapters.channels.settings import TelegramSection
from edge.adapters.notify import NOTIFIERS
from edge.adapters.notify.registry import NotifierSection, World, build
from edge.domain.errors import NotFound
from edge.domain.jobs import Job, JobState
from edge.domain.notices import NoticeKind
from edge.runtime.clock import ManualClock
from edge.runtime.config import ConfigError
from edge.services.notifiers import Gone, Letter, Notifier, NotifierError, Refused, TryLater
from tests.fakes.notify import MemoryNotifier
from tests.fakes.telegram import TOKEN, bot_api
from tests.fixtures.clocks import MONDAY_MORNING as NOW
from tests.fixtures.processes import unused_port
from tests.fixtures.providers import Browser, Reply, WebServer, mail_server

LIMIT_S = 0.5


def nothing() -> None:
    """Leave the far end as it is."""


@dataclass
class Bench:
    """A notifier and the far end of it; an empty *hang* where there is nothing that could."""

    notifier: Notifier
    to: str
    keys: Callable[[], list[str]]  # by what the far end knows each letter
    texts: Callable[[], str]
    fail: Callable[[], None]
    refuse: Callable[[], None]
    hang: Callable[[], None] | None = None
    away: Notifier | None = None  # the same with nobody at the far end
    answer: Callable[[tuple[int, bytes]], None] = lambda _: None  # what the far end says next

    def letter(self, name: str = "01M7ZX0000000000000000000A") -> Letter:
        return Letter(
            id=name,
            kind=NoticeKind.CALLED,
            to=self.to,
            title="Turno A012: es su turno",
            text="Puesto 3",
            language="es",
            useful_until=NOW + timedelta(minutes=5),
            sender="OFICINA360",
            answers=((f"seen:{name}", "Visto"), ("cancel", "Anular")),
        )


@dataclass
class Modems:
    """Jobs of a modem that ends each at once as *state*."""

    state: JobState = JobState.DONE
    reason: str = ""
    gone: bool = False
    jobs: dict[str, Job] = field(default_factory=dict)

    def queue(self, letter: Letter) -> None:
        if self.gone:
            raise NotFound(code="no_device")
        made = Job(letter.id, "modem", "{}", NOW, letter.useful_until, state=self.state, reason=self.reason)
        self.jobs.setdefault(letter.id, made)

    def find(self, notice_id: str) -> Job:
        return self.jobs[notice_id]


class Stage:
    """Makes a bench for each kind."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack, self._folder = stack, folder

    def build(self, kind: str, options: dict[str, Any], jobs: Modems | None = None) -> Notifier:
        world = World(Path("edge.toml"), ManualClock(NOW), "https://office.example", b"k" * 32, jobs or Modems())
        return build("sms", NotifierSection(kind=kind, options=options), world)

    def memory(self) -> Bench:
        made = MemoryNotifier()
        return Bench(
            made,
            "+34600000001",
            lambda: list(made.letters),
            lambda: str([letter.text for letter in made.letters.values()]),
            lambda: made.errors.append(TryLater("busy")),
            lambda: made.errors.append(Refused("never")),
        )

    def console(self) -> Bench:
        made = self.build("console", {})
        sent: list[str] = []

        class Noted:
            def send(self, letter: Letter) -> Any:
                sent.append(letter.id)
                return made.send(letter)

        return Bench(Noted(), "+34600000001", lambda: sent, lambda: "Puesto 3", nothing, nothing)

    def bridge_job(self) -> Bench:
        jobs = Modems()

        def fail() -> None:
            jobs.gone = True

        def refuse() -> None:
            jobs.state, jobs.reason = JobState.FAILED, "network_refused"

        def hang() -> None:
            jobs.state = JobState.RUNNING

        made = self.build("bridge_job", {"wait_s": LIMIT_S}, jobs)
        return Bench(made, "+34600000001", lambda: list(jobs.jobs), lambda: "Puesto 3", fail, refuse, hang)

    def messenger(self) -> Bench:
        api = self._stack.enter_context(bot_api())
        release = threading.Event()
        self._stack.callback(release.set)
        (self._folder / "token").write_text(TOKEN)

        def over(url: str) -> Notifier:
            section = TelegramSection(token_file=str(self._folder / "token"), url=url, timeout_s=LIMIT_S)
            world = World(Path("edge.toml"), ManualClock(NOW), "https://office.example", b"k" * 32)
            world = replace(world, chats={"telegram": open_channel("telegram", section)})
            return build("chat", NotifierSection(kind="messenger"), world)

        def known() -> list[str]:
            tapped = [name for n in range(len(api.sent)) for name in api.buttons(n)]
            return [name.removeprefix("seen:") for name in tapped if name.startswith("seen:")]

        return Bench(
            over(api.url),
            "telegram:987654321",
            known,
            lambda: str([message["text"] for message in api.sent]),
            fail=lambda: api.trouble.append((429, b'{"ok":false,"error_code":429,"parameters":{"retry_after":7}}')),
            refuse=lambda: api.blocked.add("987654321"),
            hang=lambda: setattr(api, "hold", release),
            away=over(f"http://127.0.0.1:{unused_port()}"),
            answer=api.trouble.append,
        )

    def sms_http(self) -> Bench:
        server = self._stack.enter_context(WebServer())
        options = {"timeout_s": LIMIT_S, "field": "status", "equals": ["queued"]}
        return self._web(
            self.build("sms_http", {"url": f"{server.url}/send", **options}),
            self.build("sms_http", {"url": f"http://127.0.0.1:{unused_port()}/send", **options}),
            server,
            to="+34600000001",
            keys=lambda: [heard.json()["id"] for heard in server.heard],
            texts=lambda: str([heard.json()["text"] for heard in server.heard]),
        )

    def web_push(self) -> Bench:
        server = self._stack.enter_context(WebServer(Reply(201, b"")))
        browser = Browser(server)
        return self._web(
            self.build("web_push", {"services": [server.url], "timeout_s": LIMIT_S}),
            None,
            server,
            to=browser.subscription(),
            keys=lambda: [message["id"] for message in browser.messages()],
            texts=lambda: str([message["body"] for message in browser.messages()]),
        )

    def smtp(self) -> Bench:
        box = self._stack.enter_context(mail_server(self._folder))
        (self._folder / "password").write_text("secret\n")
        options = {
            "host": "127.0.0.1",
            "sender": "Oficina 360 <avisos@offices.example>",
            "username": "edge",
            "password_file": str(self._folder / "password"),
            "ca_file": str(box.ca_file),
            "timeout_s": LIMIT_S,
        }

        def say(text: str) -> Callable[[], None]:
            return lambda: setattr(box, "answer", text)

        def ids() -> list[str]:
            mails = [bytes(mail.content or b"").decode() for mail in box.mails]
            return [mail.partition("Message-ID: <")[2].partition("@office.example>")[0] for mail in mails]

        return Bench(
            self.build("smtp", {**options, "port": box.port}),
            "ana@correo.example.es",
            ids,
            lambda: str([bytes(mail.content or b"") for mail in box.mails]),
            say("451 try again later"),
            say("554 no"),
            away=self.build("smtp", {**options, "port": unused_port()}),
        )

    def _web(self, made: Notifier, away: Notifier | None, server: WebServer, **facts: Any) -> Bench:
        release = threading.Event()
        self._stack.callback(release.set)
        return Bench(
            made,
            fail=lambda: server.replies.append(Reply(503, b"", {"Retry-After": "7"})),
            refuse=lambda: server.replies.append(Reply(400, b"")),
            hang=lambda: server.replies.append(Reply(hold=release)),
            away=away,
            **facts,
        )


KINDS = [*sorted(NOTIFIERS), "memory"]
NEVER_FAIL = {"console"}


@pytest.fixture(params=KINDS)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    with ExitStack() as stack:
        made: Bench = getattr(Stage(stack, tmp_path), request.param)()
        yield made


@pytest.fixture(params=[kind for kind in KINDS if kind not in NEVER_FAIL])
def frail(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    with ExitStack() as stack:
        made: Bench = getattr(Stage(stack, tmp_path), request.param)()
        yield made


def test_a_letter_arrives_with_its_text(bench: Bench) -> None:
    receipt = bench.notifier.send(bench.letter())

    assert receipt.delivered is False
    assert bench.keys() == [bench.letter().id]
    assert "Puesto 3" in bench.texts()


def test_the_far_end_can_know_a_repeated_letter_again(bench: Bench) -> None:
    for _ in range(2):
        bench.notifier.send(bench.letter())

    assert set(bench.keys()) == {bench.letter().id}


def test_a_failure_of_today_is_tried_later(frail: Bench) -> None:
    frail.fail()

    with pytest.raises(TryLater) as raised:
        frail.notifier.send(frail.letter())

    assert raised.value.reason


def test_what_will_never_be_taken_is_refused(frail: Bench) -> None:
    frail.refuse()

    with pytest.raises(Refused):
        frail.notifier.send(frail.letter())


def test_no_error_names_the_address(frail: Bench) -> None:
    frail.refuse()

    with pytest.raises(NotifierError) as raised:
        frail.notifier.send(frail.letter())

    assert frail.to not in f"{raised.value!r} {raised.value}"


def test_a_far_end_that_hangs_takes_no_longer_than_its_limit(tmp_path: Path) -> None:
    with ExitStack() as stack:
        stage = Stage(stack, tmp_path)
        for bench in (stage.sms_http(), stage.web_push(), stage.bridge_job(), stage.messenger()):
            assert bench.hang
            bench.hang()
            began = time.monotonic()

            with pytest.raises(NotifierError):
                bench.notifier.send(bench.letter())

            assert time.monotonic() - began < 4 * LIMIT_S


def test_a_far_end_that_is_not_there_is_tried_later(tmp_path: Path) -> None:
    with ExitStack() as stack:
        stage = Stage(stack, tmp_path)
        for bench in (stage.sms_http(), stage.smtp(), stage.messenger()):
            assert bench.away
            with pytest.raises(TryLater):
                bench.away.send(bench.letter())


@pytest.mark.parametrize("kind", sorted(NOTIFIERS))
def test_an_unknown_option_names_rung_and_key(kind: str) -> None:
    world = World(Path("edge.toml"), ManualClock(NOW), "https://office.example", b"k" * 32)

    with pytest.raises(ConfigError, match=r"notify\.sms\.options"):
        build("sms", NotifierSection(kind=kind, options={"papper": 1}), world)


def test_a_kind_that_there_is_not_is_told_with_those_that_there_are() -> None:
    world = World(Path("edge.toml"), ManualClock(NOW), "https://office.example", b"k" * 32)

    with pytest.raises(ConfigError, match=r"notify\.mail\.kind.*pigeon.*smtp"):
        build("mail", NotifierSection(kind="pigeon"), world)


def test_the_registry_imports_no_notifier_before_it_is_asked() -> None:
    code = "import sys, edge.adapters.notify.registry; sys.exit('smtplib' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=30).returncode == 0


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((403, b'{"ok":false,"description":"Forbidden: bot was blocked by the user"}'), Gone),
        ((400, b'{"ok":false,"description":"Bad Request: chat not found"}'), Gone),
        ((400, b'{"ok":false,"description":"Bad Request: message is too long"}'), Refused),
        ((401, b'{"ok":false,"description":"Unauthorized"}'), TryLater),
        ((500, b"<html>"), TryLater),
        ((502, b""), TryLater),
    ],
)
def test_a_messenger_says_whether_the_chat_is_gone_or_only_the_provider(
    tmp_path: Path, answer: tuple[int, bytes], error: type[NotifierError]
) -> None:
    with ExitStack() as stack:
        bench = Stage(stack, tmp_path).messenger()
        bench.answer(answer)

        with pytest.raises(NotifierError) as raised:
            bench.notifier.send(bench.letter())

    assert type(raised.value) is error


def test_a_messenger_is_asked_again_when_it_wants_to_be(tmp_path: Path) -> None:
    with ExitStack() as stack:
        bench = Stage(stack, tmp_path).messenger()
        bench.fail()

        with pytest.raises(TryLater) as raised:
            bench.notifier.send(bench.letter())

    assert raised.value.after == timedelta(seconds=7)


def test_a_chat_of_a_messenger_that_is_not_set_up_any_more_is_left_to_the_next_rung(tmp_path: Path) -> None:
    with ExitStack() as stack:
        bench = replace(Stage(stack, tmp_path).messenger(), to="pigeon:1")

        with pytest.raises(Refused) as raised:
            bench.notifier.send(bench.letter())

    assert raised.value.reason == "no_such_messenger"


def test_the_console_keeps_whole_letters_in_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    file = tmp_path / "messages.txt"
    with ExitStack() as stack:
        stage = Stage(stack, tmp_path)
        letter = stage.memory().letter()

        for _ in range(2):
            stage.build("console", {"file": str(file)}).send(letter)

    assert file.read_text().count(f"[called by sms] {letter.title}\n{letter.text}\n") == 2
    assert file.stat().st_mode & 0o077 == 0
