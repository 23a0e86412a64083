"""Notices into the chat of a messenger, by the same channel through which the assistant talks there.

A Bot API knows no message again. Who answers by a button names the notice; a letter in doubt goes out again, because it
costs nothing and losing a call is worse.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from edge.adapters.channels.messenger import ChannelAway, ChatGone
from edge.adapters.notify.registry import Chat, Setup
from edge.domain.errors import OfficeError, Unavailable
from edge.runtime.config import Section
from edge.services.notifiers import Gone, Letter, Notifier, Receipt, Refused, TryLater


class Options(Section, frozen=True, kw_only=True):
    """Options of notices in chats: none, the channel has its own under ``[channels]``."""


class MessengerNotices:
    """Sends each letter as one message, with what can be answered as buttons."""

    def __init__(self, chats: Mapping[str, Chat]) -> None:
        self._chats = chats

    def send(self, letter: Letter) -> Receipt:
        """See ``services.notifiers.Notifier``."""
        channel, _, address = letter.to.partition(":")
        if (chat := self._chats.get(channel)) is None:
            raise Refused("no_such_messenger")
        try:
            chat.send(address, letter.text, letter.answers)
        except ChannelAway as away:
            after = timedelta(seconds=away.retry_after_s) if away.retry_after_s else None
            raise TryLater(away.code, after=after) from None  # what is behind it may name the chat
        except Unavailable as busy:  # the office itself
            raise TryLater(busy.code) from None
        except ChatGone as gone:
            raise Gone(gone.code) from None
        except OfficeError as error:
            raise Refused(error.code) from None
        return Receipt()


def build(setup: Setup) -> Notifier:
    """Return the notifier; raise ``ConfigError``."""
    setup.read(Options)
    return MessengerNotices(setup.world.chats)
