"""What a messenger needs from the machine's configuration."""

from __future__ import annotations

from typing import Annotated

import msgspec

from edge.runtime.config import Section


class TelegramSection(Section, frozen=True, kw_only=True):
    """A bot of the office at Telegram. Its token is a secret and stands in a file of its own."""

    token_file: str
    url: str = "https://api.telegram.org"  # or a Bot API server of one's own
    poll_s: float = 25.0  # how long the provider holds a question open
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=30)] = 10.0  # of every other question


class ChannelsSection(Section, frozen=True, kw_only=True):
    """Messengers through which people reach the assistant; none unless named."""

    notices: bool = True  # who takes a turn or an appointment in a chat is told there, see docs/notices.md
    telegram: TelegramSection | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Return the messengers that are set up."""
        return ("telegram",) if self.telegram is not None else ()
