"""The messengers of an office at work: for each one thread that listens and one that sends."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress

from edge.adapters.channels import open_channel
from edge.adapters.channels.messenger import ChannelAway, ChatGone, MessageChannel, Messenger
from edge.adapters.channels.settings import ChannelsSection
from edge.bootstrap.office import OfficeParts
from edge.bootstrap.work import Work
from edge.domain.errors import OfficeError
from edge.runtime import log as logs
from edge.runtime.supervise import keep_going
from edge.services.transcripts import Line, Who

log = logs.get(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 120.0
IDLE_S = 30.0  # the sender looks again so often without being woken


class Messengers:
    """All channels of the configuration; an office without any starts no thread. *tell* wakes live pages."""

    def __init__(
        self, section: ChannelsSection, parts: OfficeParts, work: Work, *, tell: Callable[[Iterable[str]], None]
    ) -> None:
        self._loops: dict[str, _Loops] = {}
        self.chats: dict[str, NoticeChat] = {}  # where notices go
        if section.telegram is None:
            return
        channel = open_channel("telegram", section.telegram)
        messenger = Messenger(
            channel,
            parts.assistant,
            parts.conversations,
            work.carry_out,
            languages=lambda: parts.office.languages,
            monotonic=parts.clock.monotonic,
            tell=lambda talk: tell({f"talk:{talk}", "talks"}),
        )
        self._loops[messenger.name] = _Loops(messenger)
        self.chats[messenger.name] = NoticeChat(channel, parts, work, tell=tell)

    def start(self) -> None:
        """Begin to listen and to send."""
        for loops in self._loops.values():
            loops.start()

    def stop(self) -> None:
        """End; whoever listens ends with its present question."""
        for loops in self._loops.values():
            loops.stop()

    def post(self, channel: str, talk: str, line: Line) -> None:
        """Send *line* to the person of a conversation."""
        if (loops := self._loops.get(channel)) is not None:
            loops.messenger.post(talk, line)
            loops.wake()

    def undelivered(self, talk: str) -> frozenset[int]:
        """Return the numbers of the lines of a conversation that could not be delivered."""
        rows = (row for loops in self._loops.values() for row in tuple(loops.messenger.undelivered))
        return frozenset(n for name, n in rows if name == talk)

    def health(self) -> dict[str, str]:
        """Return how each channel is: ok or away."""
        return {name: loops.state for name, loops in self._loops.items()}


class NoticeChat:
    """One channel for notices: what went out stands in the conversation, and a chat that is gone ends it."""

    def __init__(
        self, channel: MessageChannel, parts: OfficeParts, work: Work, *, tell: Callable[[Iterable[str]], None]
    ) -> None:
        self._channel, self._parts, self._work, self._tell = channel, parts, work, tell

    def send(self, address: str, text: str, options: tuple[tuple[str, str], ...]) -> None:
        """Send one notice; raise as ``MessageChannel.send`` does."""
        talk = self._parts.conversations.of_key(self._channel.name, address)
        try:
            self._channel.send(address, text, options)
        except ChatGone:
            if talk is not None:
                with suppress(OfficeError):  # busy: the next line of the conversation finds it out as well
                    self._work.carry_out(self._parts.conversations.end, talk.id, actor="system")
            raise
        if talk is not None:
            self._parts.transcripts.add(talk.id, Who.OFFICE, text, at=self._parts.clock.now(), options=options)
            self._tell({f"talk:{talk.id}", "talks"})


class _Loops:
    """Two threads of one channel; what fails waits longer each time, at most two minutes."""

    def __init__(self, messenger: Messenger) -> None:
        self.messenger, self.state = messenger, "ok"
        self._stopping, self._news = threading.Event(), threading.Event()
        self._threads = [
            threading.Thread(target=self._listen, name=f"{messenger.name}-in", daemon=True),
            threading.Thread(target=self._send, name=f"{messenger.name}-out", daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._news.set()
        self._threads[1].join(5)  # the one that listens is in a question of many seconds and dies with the process

    def wake(self) -> None:
        self._news.set()

    def _listen(self) -> None:
        pause = FIRST_PAUSE_S
        while not self._stopping.is_set():
            is_sound = False
            with keep_going(f"{self.messenger.name}-in"):
                pause, is_sound = self._attempt(self.messenger.receive, pause), True
            self._news.set()
            if not is_sound:  # a mistake of ours: not in a tight loop
                self._stopping.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE_S)

    def _send(self) -> None:
        pause = FIRST_PAUSE_S
        while not self._stopping.is_set():
            self._news.clear()
            with keep_going(f"{self.messenger.name}-out"):
                pause = self._attempt(self.messenger.deliver, pause)
            self._news.wait(IDLE_S if pause == FIRST_PAUSE_S else 0)

    def _attempt(self, work: Callable[[], int], pause: float) -> float:
        """Do one round and return how long to wait after the next failure; a failure waits here."""
        try:
            work()
        except ChannelAway as away:
            if self.state == "ok":
                log.warning("channel_away", channel=self.messenger.name, reason=str(away))
            self.state = "away"
            wait = max(away.retry_after_s, pause) * random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries
            self._stopping.wait(min(wait, LONGEST_PAUSE_S))
            return min(pause * 2, LONGEST_PAUSE_S)
        except OfficeError as error:  # somebody else was first, or the database is busy: the same again in a moment
            log.warning("channel_stumbled", channel=self.messenger.name, reason=error.code)
            self._stopping.wait(pause)
            return min(pause * 2, LONGEST_PAUSE_S)
        if self.state == "away":
            log.info("channel_back", channel=self.messenger.name)
        self.state = "ok"
        return FIRST_PAUSE_S
