"""A Bot API server on the loopback: it speaks what the documentation says, and can be slow, wrong, limited or gone.

https://core.telegram.org/bots/api: getUpdates (offset confirms what is before it), sendMessage, answerCallbackQuery.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "123456:SECRET-canary-token"


@dataclass
class BotApi:
    """What the server knows; tests write updates and read what the bot sent."""

    url: str = ""
    updates: list[dict[str, Any]] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)  # offsets
    trouble: list[tuple[int, bytes]] = field(default_factory=list)  # answers given instead, first to last
    blocked: set[str] = field(default_factory=set)
    hold: threading.Event | None = None  # answers wait for it
    stumbles: list[str] = field(default_factory=list)  # words: once each, a message with them meets an error

    def write(self, text: str, *, chat: int = 42, language: str = "es", kind: str = "private") -> None:
        """Somebody writes to the bot."""
        person = {"id": chat, "is_bot": False, "first_name": "Canary", "last_name": "Person", "language_code": language}
        message = {"message_id": 1, "from": person, "chat": {"id": chat, "type": kind}, "date": 0, "text": text}
        self._add({"message": message})

    def tap(self, data: str, *, chat: int = 42) -> None:
        """Somebody taps a button."""
        person = {"id": chat, "is_bot": False, "first_name": "Canary"}
        message = {"message_id": 1, "chat": {"id": chat, "type": "private"}, "date": 0}
        tap = {"id": f"tap-{len(self.updates)}", "from": person, "message": message, "data": data}
        self._add({"callback_query": tap})

    def add(self, update: dict[str, Any]) -> None:
        """Anything else comes."""
        self._add(update)

    def buttons(self, n: int = -1) -> list[str]:
        """Return what the buttons of a message send back."""
        rows = self.sent[n].get("reply_markup", {}).get("inline_keyboard", [])
        return [button["callback_data"] for row in rows for button in row]

    def _add(self, update: dict[str, Any]) -> None:
        self.updates.append({"update_id": 100 + len(self.updates), **update})

    def answer(self, method: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Return status and answer of one method."""
        if method == "getUpdates":
            offset = int(body["offset"])
            self.asked.append(offset)
            return 200, {"ok": True, "result": [u for u in self.updates if u["update_id"] >= offset]}
        if method == "sendMessage":
            if (words := next((words for words in self.stumbles if words in body["text"]), None)) is not None:
                self.stumbles.remove(words)
                return 500, {"ok": False, "error_code": 500, "description": "Internal Server Error"}
            if body["chat_id"] in self.blocked:
                return 403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}
            self.sent.append(body)
            return 200, {"ok": True, "result": {"message_id": len(self.sent)}}
        if method == "answerCallbackQuery":
            self.acknowledged.append(str(body["callback_query_id"]))
            return 200, {"ok": True, "result": True}
        return 404, {"ok": False, "error_code": 404, "description": "Not Found"}


@contextmanager
def bot_api() -> Iterator[BotApi]:
    """Serve a Bot API on a free port of the loopback."""
    api = BotApi()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            token, _, method = self.path.removeprefix("/bot").partition("/")
            if api.hold is not None:
                api.hold.wait(10)
            if api.trouble:
                status, data = api.trouble.pop(0)
            elif token != TOKEN:
                status, data = 401, b'{"ok":false,"error_code":401,"description":"Unauthorized"}'
            else:
                status, answer = api.answer(method, body)
                data = json.dumps(answer).encode()
            with suppress(OSError):  # whoever asked may have given up
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
