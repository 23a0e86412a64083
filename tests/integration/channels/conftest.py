"""A messenger of the office against a server on the loopback that speaks the Bot API; tests do its rounds by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edge.adapters.channels import open_channel
from edge.adapters.channels.messenger import Messenger
from edge.adapters.channels.settings import TelegramSection
from edge.bootstrap.office import OfficeParts
from edge.runtime.clock import ManualClock
from tests.fakes.telegram import TOKEN, BotApi, bot_api
from tests.fixtures.letters import able


@pytest.fixture
def api() -> Iterator[BotApi]:
    with bot_api() as served:
        yield served


def write(run: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    return run(*args, **kwargs)


def open_telegram(api: BotApi, folder: Path, token: str = TOKEN) -> Any:
    (folder / "token").write_text(f"{token}\n")
    return open_channel("telegram", TelegramSection(token_file=str(folder / "token"), url=api.url, poll_s=0.1))


def messenger_of(
    api: BotApi, office: OfficeParts, clock: ManualClock, folder: Path, write: Callable[..., Any]
) -> Messenger:
    return Messenger(
        open_telegram(api, folder),
        able(office).assistant,
        office.conversations,
        write,
        languages=lambda: office.office.languages,
        monotonic=clock.monotonic,
        tell=lambda _: None,
    )


@pytest.fixture
def messenger(api: BotApi, office: OfficeParts, manual_clock: ManualClock, tmp_path: Path) -> Messenger:
    return messenger_of(api, office, manual_clock, tmp_path, write)


def turn_over(messenger: Messenger) -> None:
    messenger.receive()
    messenger.deliver()
