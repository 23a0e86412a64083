"""Load for HTTP servers on the loopback: a fixed number of requests over kept connections, nothing but sockets."""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx


@dataclass(frozen=True, slots=True)
class Load:
    """What one round of load gave: the time of every answer in ms, and answers per second."""

    times_ms: list[float]
    per_s: float


def post(url: str, body: bytes, headers: Mapping[str, str], *, clients: int, each: int) -> Load:
    """Let *clients* post *body* to *url*, *each* so many times; raise ``RuntimeError`` for an answer that is no 2xx."""
    place = urlsplit(url)

    def client(_: int) -> list[float]:
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
        times = []
        for _ in range(each):
            begun = time.perf_counter()
            connection.request("POST", place.path, body, dict(headers))
            answer = connection.getresponse()
            answer.read()
            times.append((time.perf_counter() - begun) * 1000)
            if not 200 <= answer.status < 300:
                raise RuntimeError(f"{url} answers {answer.status}")
        connection.close()
        return times

    begun = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        times = [took for work in [pool.submit(client, n) for n in range(clients)] for took in work.result()]
    return Load(times, len(times) / (time.perf_counter() - begun))


def answers(url: str) -> bool:
    """Whether somebody answers there with 200."""
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False
