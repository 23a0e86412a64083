"""What a messenger needs from the machine's configuration."""

from __future__ import annotations

from edge.runtime.config import Section


class TelegramSection(Section, frozen=True, kw_only=True):
    """A bot of the office at Telegram. Its token is a secret and stands in a file of its own."""

    token_file: str
    url: str = "https://api.telegram.org"  # or a Bot API server of one's own
    poll_s: float = 25.0  # how long the provider holds a question open


class ChannelsSection(Section, frozen=True, kw_only=True):
    """Messengers through which people reach the assistant; none unless named."""

    telegram: TelegramSection | None = None
