"""Messengers by name: a new one is one file and one line here."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

from edge.adapters.channels.messenger import MessageChannel

CHANNELS: Mapping[str, str] = MappingProxyType({"telegram": "edge.adapters.channels.telegram:Telegram"})


def open_channel(name: str, settings: Any) -> MessageChannel:
    """Return the channel *name*, made from its *settings*; raise ``KeyError`` for an unknown one."""
    module, _, made = CHANNELS[name].partition(":")
    channel: MessageChannel = getattr(import_module(module), made)(settings)
    return channel
