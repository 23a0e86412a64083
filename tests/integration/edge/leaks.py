"""Marked personal data, and the ears and eyes that look for it: topics, log lines, tables, addresses, answers."""

from __future__ import annotations

import base64
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import httpx

from edge.runtime.clock import ManualClock
from edge.runtime.mqtt import Broker, MqttSession
from tests.fixtures.waiting import wait_until

MARK = "canary7f3a"
DIGITS = "77382914"  # in telephone and identity numbers, where no word fits
PHONE = f"+34 6{DIGITS}"  # as people write it
MAIL = f"{MARK}@example.org"
ID_NUMBER = f"{DIGITS}X"
NAME = f"Núria {MARK} Ferrer"
LINKS = re.compile(r"""(?:href|src|action|content|poster|data-[a-z]+)="([^"]*)\"""")


def hidden(text: bytes | str) -> bool:
    """Whether *text* holds marked data: plain, in capitals, percent-encoded, or in base 64."""
    data = text.encode() if isinstance(text, str) else text
    data = data + unquote(data.decode("utf-8", "replace")).encode()
    if zipfile.is_zipfile(BytesIO(data)):
        with zipfile.ZipFile(BytesIO(data)) as archive:
            data += b"".join(archive.read(name) for name in archive.namelist())
    marks = (MARK.encode(), DIGITS.encode())
    coded = [base64.b64encode(b"x" * pad + mark)[4:-4] for pad in range(3) for mark in marks]
    return any(mark in data.lower() for mark in marks) or any(form in data for form in coded if len(form) > 5)


class Ear:
    """Hears everything on one broker."""

    def __init__(self, broker: Broker) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.session = MqttSession(broker, "ear", on_message=self._note, subscriptions=[("#", 1)])
        self.session.start()
        assert self.session.wait_connected(5)

    def _note(self, topic: str, payload: bytes, _: bool) -> None:
        self.heard.append((topic, payload))

    def leaks(self) -> list[str]:
        """Return the topics and payloads with marked data."""
        return [f"{topic} {body!r}" for topic, body in self.heard if hidden(topic) or hidden(body)]

    def wait(self, part: str, what: bytes = b"") -> None:
        """Wait until something came on a topic with *part* in its name."""
        wait_until(lambda: any(part in topic and what in body for topic, body in list(self.heard)), 15, part)


@dataclass
class Trail:
    """Where browsers were: every address that they asked for, and every one that an answer led them to."""

    clock: ManualClock
    asked: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)  # that answers lead to
    unguarded: list[str] = field(default_factory=list)  # pages that would tell other sites where somebody was
    _browsers: list[httpx.Client] = field(default_factory=list)

    def browser(self, port: int, language: str = "es") -> httpx.Client:
        """Return a browser whose way is written down; between two requests some seconds pass."""
        made = httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            timeout=60,
            headers={"accept-language": language},
            event_hooks={"request": [self._ask], "response": [self._answer]},
        )
        self._browsers.append(made)
        return made

    def close(self) -> None:
        """Close every browser."""
        for browser in self._browsers:
            browser.close()

    def forgive(self, part: str) -> None:
        """Leave out the one address with *part* that others have sent a browser to."""
        theirs = [place for place in self.asked if part in place]
        assert len(theirs) == 1
        self.asked.remove(theirs[0])

    def _ask(self, request: httpx.Request) -> None:
        self.clock.move(7)
        self.asked.append(str(request.url))

    def _answer(self, response: httpx.Response) -> None:
        response.read()
        headers = response.headers
        self.places += [headers.get(name, "") for name in ("location", "refresh", "link", "content-disposition")]
        self.places += headers.get_list("set-cookie")
        if headers.get("content-type", "").startswith("text/html"):
            self.places += LINKS.findall(response.text)
            if headers.get("referrer-policy") not in ("same-origin", "no-referrer"):
                self.unguarded.append(str(response.url))

    def leaks(self) -> list[str]:
        """Return the addresses with marked data."""
        return [place for place in (*self.asked, *self.places) if hidden(place)]


def tables_with(connection: sqlite3.Connection) -> set[str]:
    """Return the names of the tables with marked data in any row."""
    names = [row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")]
    return {name for name in names if any(hidden(_text(row)) for row in connection.execute(f'select * from "{name}"'))}


def _text(row: Any) -> bytes:
    return b"|".join(cell if isinstance(cell, bytes) else str(cell).encode() for cell in row)


def without_parameters(table: Any) -> Iterator[str]:
    """Yield every address of *table* that is read and needs nothing but itself."""
    for row in table:
        if row.method == "GET" and "{" not in row.path and row.kind.value != "stream":
            yield row.path
