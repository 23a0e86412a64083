"""Telegram by its Bot API (https://core.telegram.org/bots/api): long polling in, messages with buttons out.

Owner of the API. The office dials out, so it needs no address that the provider can reach. The token is part of every
URL of the API: no URL and no error of the HTTP library is ever logged or shown.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from edge.adapters.channels.messenger import ChannelAway, ChatGone, Incoming, NotTaken
from edge.adapters.channels.settings import TelegramSection

LONGEST = 4096  # characters of a message
LONGEST_LABEL = 60
DATA_BYTES = 64  # of what a button sends back
HOURS_IN_A_ROW = 4
_NO_CHAT = "chat not found"  # stands in the description of a 400; every other 400 is about the message


class Telegram:
    """Implements ``messenger.MessageChannel``."""

    name = "telegram"

    def __init__(self, settings: TelegramSection) -> None:
        token = Path(settings.token_file).read_text().strip()
        self._poll_s = settings.poll_s
        self._sending = httpx.Timeout(settings.timeout_s, connect=min(5.0, settings.timeout_s))
        self._http = httpx.Client(base_url=f"{settings.url.rstrip('/')}/bot{token}/", timeout=self._sending)

    def receive(self, after: int) -> list[Incoming]:
        """Wait for messages later than the update *after*; what is no private chat is passed over."""
        wait = httpx.Timeout(self._poll_s + 10.0, connect=5.0)
        question = {"offset": after + 1, "timeout": self._poll_s, "allowed_updates": ["message", "callback_query"]}
        updates = self._ask("getUpdates", question, timeout=wait)
        if not isinstance(updates, list):
            raise ChannelAway("telegram: no list of updates")
        return [self._read(update) for update in updates]

    def send(self, address: str, text: str, options: tuple[tuple[str, str], ...]) -> None:
        """Send one message; what is longer than the API takes goes out in parts, the buttons under the last."""
        parts = _parts(text)
        for n, part in enumerate(parts):
            body: dict[str, Any] = {"chat_id": address, "text": part, "link_preview_options": {"is_disabled": True}}
            if n == len(parts) - 1 and options:
                body["reply_markup"] = {"inline_keyboard": _keyboard(options)}
            self._ask("sendMessage", body)

    def _read(self, update: Any) -> Incoming:
        """Return the message; of an update with nothing to answer only its number, so that it does not come again."""
        try:
            number = int(update["update_id"])
        except (KeyError, TypeError, ValueError):
            raise ChannelAway("telegram: an update without its number") from None
        try:
            if (tap := update.get("callback_query")) is not None:
                self._acknowledge(str(tap["id"]))
                who, chat, text, tapped = tap["from"], tap["message"]["chat"], str(tap.get("data", "")), True
            else:
                message = update["message"]
                who, chat, text, tapped = message["from"], message["chat"], str(message.get("text", "")), False
            if chat["type"] != "private" or who.get("is_bot"):
                return Incoming(number, "", "")
            language = str(who.get("language_code", ""))[:2]
            return Incoming(number, str(chat["id"]), text, tapped, language, fresh=text.startswith("/start"))
        except (AttributeError, KeyError, TypeError):
            return Incoming(number, "", "")

    def _acknowledge(self, tap: str) -> None:
        """Stop the waiting sign on the button; nothing depends on it."""
        try:
            self._ask("answerCallbackQuery", {"callback_query_id": tap})
        except (ChannelAway, ChatGone):
            return

    def _ask(self, method: str, body: dict[str, Any], *, timeout: httpx.Timeout | None = None) -> Any:
        try:
            response = self._http.post(method, json=body, timeout=timeout or self._sending)
            answer = response.json()
        except httpx.HTTPError as exc:
            raise ChannelAway(f"telegram: {type(exc).__name__}") from None  # the error names the URL with the token
        except ValueError:
            raise ChannelAway(f"telegram: {response.status_code} without JSON") from None
        if not isinstance(answer, dict):
            raise ChannelAway("telegram: no object")
        if answer.get("ok") is True:
            return answer.get("result")
        if method == "sendMessage" and response.status_code in (400, 403):
            no_chat = response.status_code == 403 or _NO_CHAT in str(answer.get("description", ""))
            raise ChatGone if no_chat else NotTaken  # blocked by the person; never there; or a mistake of ours
        wait = answer.get("parameters") or {}
        raise ChannelAway(f"telegram: {response.status_code}", retry_after_s=float(wait.get("retry_after", 0) or 0))


def _parts(text: str) -> list[str]:
    """Cut at the ends of lines."""
    parts = [""]
    for line in text.splitlines(keepends=True):
        for piece in (line[n : n + LONGEST] for n in range(0, len(line), LONGEST)):
            if len(parts[-1]) + len(piece) > LONGEST:
                parts.append("")
            parts[-1] += piece
    return [part.strip() for part in parts if part.strip()] or ["…"]


def _keyboard(options: tuple[tuple[str, str], ...]) -> list[list[dict[str, str]]]:
    """Return a button a row; hours beside each other."""
    rows: list[list[dict[str, str]]] = []
    before = ""
    for name, label in options:
        if len(name.encode()) > DATA_BYTES:
            continue
        button = {"text": label[:LONGEST_LABEL], "callback_data": name}
        kind = name.partition(":")[0]
        if kind == before == "hour" and len(rows[-1]) < HOURS_IN_A_ROW:
            rows[-1].append(button)
        else:
            rows.append([button])
        before = kind
    return rows
