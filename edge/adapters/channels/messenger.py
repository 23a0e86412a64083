"""Messengers: what comes in through one is answered by the assistant or a person, and what they say goes out.

A ``MessageChannel`` knows one provider. Incoming messages are taken once: how far the provider's queue was read is
stored with the answer. Outgoing lines wait in memory, bounded; one that could not be delivered in time is marked, so
that staff see it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from edge.domain.assistant.conversation import Conversation
from edge.domain.assistant.world import Act, Hold, Move, TakeTurn
from edge.domain.errors import BadInput, OfficeError, RuleViolation, Unavailable
from edge.runtime import log as logs
from edge.services.assistant import Assistant
from edge.services.conversations import ConversationService, check_text
from edge.services.errands import Said, Write
from edge.services.transcripts import Line, Who

log = logs.get(__name__)

WAITING = 300  # lines that wait to be sent; the oldest is given up first
USEFUL_S = 600.0  # how long a line is worth sending
PER_MINUTE = 20  # messages of one chat that are answered
TAKEN, TAKEN_IN_S = 12, 600.0  # turns and slots that one chat may take, as few as a phone from afar
TRIES = 3  # of one message; then it is passed over, so that it holds nobody up
CHATS = 2000  # whose pace is remembered


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message. *address*: how the provider names the chat, "" for nothing to answer; *text* "" for no text."""

    position: int
    address: str
    text: str
    tapped: bool = False
    language: str = ""
    fresh: bool = False  # the provider's "start": greet


class MessageChannel(Protocol):
    """One provider. Both raise ``ChannelAway`` when it does not answer, or answers nonsense.

    ``send`` also raises ``ChatGone`` and ``NotTaken``.
    """

    @property
    def name(self) -> str: ...
    def receive(self, after: int) -> list[Incoming]: ...
    def send(self, address: str, text: str, options: tuple[tuple[str, str], ...]) -> None: ...


class ChannelAway(Unavailable):
    """The provider cannot be reached; *retry_after_s* is its own wish, 0 when it has none."""

    code = "channel_away"

    def __init__(self, text: str = "", *, retry_after_s: float = 0.0) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


class ChatGone(OfficeError):
    """The person has blocked or left the chat: nothing more is sent there."""

    code = "chat_gone"


class NotTaken(OfficeError):
    """The provider refuses this one message, and always will."""

    code = "message_not_taken"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line on its way out."""

    talk: str
    line: Line
    until: float  # monotonic


class Pace:
    """At most *number* times in *within_s* for each chat; of many chats the stalest is forgotten."""

    def __init__(self, number: int, within_s: float) -> None:
        self._number, self._within_s = number, within_s
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def allows(self, address: str, now: float) -> bool:
        """Count one more time and return True, or return False for once too often."""
        times = self._times.setdefault(address, deque())
        self._times.move_to_end(address)
        while len(self._times) > CHATS:
            self._times.popitem(last=False)
        while times and times[0] < now - self._within_s:
            times.popleft()
        if len(times) >= self._number:
            return False
        times.append(now)
        return True


class Messenger:
    """One channel at work; ``receive`` and ``deliver`` are rounds of two threads."""

    def __init__(
        self,
        channel: MessageChannel,
        assistant: Assistant,
        conversations: ConversationService,
        write: Write,
        *,
        languages: Callable[[], tuple[str, ...]],
        monotonic: Callable[[], float],
        tell: Callable[[str], None],
    ) -> None:
        self._channel, self._assistant, self._conversations, self._write = channel, assistant, conversations, write
        self._languages, self._monotonic, self._tell = languages, monotonic, tell
        self._lock = threading.Lock()
        self._out: deque[Waiting] = deque()
        self._said, self._taken = Pace(PER_MINUTE, 60.0), Pace(TAKEN, TAKEN_IN_S)
        self._tried = -1, 0  # position of the message that was begun last, and how often
        self.undelivered: deque[tuple[str, int]] = deque(maxlen=WAITING)  # (conversation, line): the newest ones

    @property
    def name(self) -> str:
        """Return the name of the channel."""
        return self._channel.name

    def receive(self) -> int:
        """Take what has come and answer it; return how many. Raises ``ChannelAway``; what else fails comes again."""
        came = self._channel.receive(self._conversations.position(self.name))
        for message in came:
            self._try(message)
        return len(came)

    def post(self, talk: str, line: Line) -> None:
        """Send *line* to the person as soon as possible."""
        with self._lock:
            if len(self._out) >= WAITING:
                self._give_up(self._out.popleft())
            self._out.append(Waiting(talk, line, self._monotonic() + USEFUL_S))

    def deliver(self) -> int:
        """Send what waits, in order; return how many lines went out. Raises ``ChannelAway``: the rest waits on."""
        sent = 0
        while (waiting := self._next()) is not None:
            address = self._conversations.address(waiting.talk)
            if not address:
                self._done(waiting, delivered=False)
                continue
            try:
                self._channel.send(address, waiting.line.text, waiting.line.options)
            except ChatGone:
                self._write(self._conversations.end, waiting.talk, actor="system")
                self._done(waiting, delivered=False)
                continue
            except NotTaken:
                log.warning("message_not_taken", channel=self.name, line=waiting.line.n)
                self._done(waiting, delivered=False)
                continue
            self._done(waiting, delivered=True)
            sent += 1
        return sent

    def _try(self, message: Incoming) -> None:
        """Answer *message*; one that has failed too often is passed over. A busy database is no failure of it."""
        tried = self._tried[1] if self._tried[0] == message.position else 0
        if tried >= TRIES:
            self._pass_over(message)
            return
        self._tried = message.position, tried + 1
        try:
            self._answer(message)
        except Unavailable:
            self._tried = message.position, tried
            raise

    def _pass_over(self, message: Incoming) -> None:
        log.error("message_passed_over", channel=self.name, position=message.position)
        self._write(self._conversations.read_up_to, self.name, message.position)
        if message.address and (talk := self._conversations.of_key(self.name, message.address)) is not None:
            words = self._assistant.text(talk.language, "problems.error")
            self.post(talk.id, Line(0, Who.OFFICE, words, talk.heard_at))

    def _answer(self, message: Incoming) -> None:
        position = self.name, message.position
        if not message.address or not self._in_pace(message):  # no person, or a flood of one
            self._write(self._conversations.read_up_to, *position)
            return
        talk = self._conversations.of_key(self.name, message.address)
        if talk is None or message.fresh:
            self._begin(message, talk, position)
            return
        try:
            text = message.text if message.tapped else check_text(message.text)
        except BadInput as error:
            self._write(self._conversations.read_up_to, *position)
            self._refuse(talk, error)
            return
        said = Said(text, message.tapped, str(message.position), position=position, allow=self._limits(message))
        line = self._assistant.hear(talk, said, self._write)
        self._tell(talk.id)
        if line is not None:
            self.post(talk.id, line)

    def _begin(self, message: Incoming, talk: Conversation | None, position: tuple[str, int]) -> None:
        """Greet; of a first message that says something already, answer that too."""
        if talk is None:
            language = message.language if message.language in self._languages() else self._languages()[0]
            start = self._conversations.start
            talk = self._write(start, self.name, message.address, language=language, address=message.address)
        first = self._assistant.greet(talk, self._write, position=position)
        if message.fresh or message.tapped or not message.text.strip():
            self.post(talk.id, first)
            return
        self.post(talk.id, Line(first.n, first.who, first.text.split("\n\n")[0], first.at))
        talk = self._conversations.get(talk.id)
        try:
            text = check_text(message.text)
        except BadInput as error:
            self._refuse(talk, error)
            return
        said = Said(text, key=str(message.position), allow=self._limits(message))
        line = self._assistant.hear(talk, said, self._write)
        if line is not None:
            self.post(talk.id, line)

    def _refuse(self, talk: Conversation, error: BadInput) -> None:
        words = self._assistant.text(talk.language, "only_text" if error.code == "nothing_said" else "too_long")
        self.post(talk.id, Line(0, Who.OFFICE, words, talk.heard_at))

    def _in_pace(self, message: Incoming) -> bool:
        return self._said.allows(message.address, self._monotonic())

    def _limits(self, message: Incoming) -> Callable[[Act], None]:
        def allow(act: Act) -> None:
            may_flood = isinstance(act, TakeTurn | Hold | Move)
            if may_flood and not self._taken.allows(message.address, self._monotonic()):
                raise RuleViolation(code="too_many")

        return allow

    def _next(self) -> Waiting | None:
        with self._lock:
            while self._out and self._out[0].until < self._monotonic():
                self._give_up(self._out.popleft())
            return self._out[0] if self._out else None

    def _done(self, waiting: Waiting, *, delivered: bool) -> None:
        with self._lock:
            if self._out and self._out[0] is waiting:
                self._out.popleft()
            if not delivered:
                self._give_up(waiting)

    def _give_up(self, waiting: Waiting) -> None:
        self.undelivered.append((waiting.talk, waiting.line.n))
