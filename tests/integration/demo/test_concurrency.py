"""Sixteen clients at once over HTTP: no number twice, nobody called twice."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event
from typing import Any

import httpx
import pytest

from edge.demo.stage import Person, Stage
from tests.fixtures.waiting import wait_until

pytestmark = pytest.mark.slow

CITIZENS, AGENTS, TURNS = 13, 3, 8


class Client:
    """One browser of a person; ``again`` opens another one with the same session."""

    def __init__(self, url: str, cookies: httpx.Cookies, csrf: str) -> None:
        self._url, self._csrf = url, csrf
        self._http = httpx.Client(base_url=url, timeout=30, cookies=cookies)

    @classmethod
    def log_in(cls, stage: Stage, person: Person) -> Client:
        with httpx.Client(base_url=stage.office_url, timeout=30) as http:
            http.post("/login", data={"login": person.login, "password": person.password})
            csrf = http.get("/api/v1/session").raise_for_status().json()["csrf"]
            return cls(stage.office_url, http.cookies, csrf)

    def again(self) -> Client:
        return Client(self._url, self._http.cookies, self._csrf)

    def post(self, path: str, **body: object) -> httpx.Response:
        return self._http.post(f"/api/v1/{path}", json=body, headers={"X-CSRF-Token": self._csrf})

    def put(self, path: str, **body: object) -> httpx.Response:
        return self._http.put(f"/api/v1/{path}", json=body, headers={"X-CSRF-Token": self._csrf})

    def get(self, path: str) -> httpx.Response:
        return self._http.get(f"/api/v1/{path}").raise_for_status()

    def close(self) -> None:
        self._http.close()


def taken(client: Client, wish: dict[str, object]) -> dict[str, Any] | None:
    """Return the turn, or None while the wait is longer than the office lets people wait."""
    answer = client.post("helper/turns", **wish)
    if answer.status_code == 409 and answer.json()["code"] in ("wait_too_long", "not_calling"):
        return None
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def test_sixteen_clients_at_once(stage: Stage) -> None:
    stage.start_brokers()
    stage.start_centre()
    stage.start_office()
    stage.employ()
    helper = next(p for p in stage.staff if p.role == "helper")
    agents = [p for p in stage.staff if p.role == "agent"]
    door = Client.log_in(stage, helper)
    desks = [Client.log_in(stage, person) for person in agents]
    for number, client in enumerate(desks, 1):
        client.post(f"desks/{number}/open").raise_for_status()

    def citizen(_: int) -> list[str]:
        wish = {"service": "registro", "language": "es", "paper": False}
        with closing(door.again()) as client:
            answers = [wait_until(lambda: taken(client, wish), 60, "a turn") for _ in range(TURNS)]
        return [answer["turn"]["code"] for answer in answers]

    def agent(number: int) -> list[str]:
        client, called, until = desks[number - 1], [], time.monotonic() + 60
        while time.monotonic() < until:
            all_came = issued.is_set()  # asked before the call: nobody can come between
            answer = client.post(f"desks/{number}/next")
            if all_came and answer.status_code != 200:
                break
            if answer.status_code == 200:
                called.append(answer.json()["code"])
                client.post(f"desks/{number}/start").raise_for_status()
                client.post(f"desks/{number}/finish", outcome="resolved", procedures=1).raise_for_status()
        return called

    issued = Event()
    with ThreadPoolExecutor(CITIZENS + AGENTS) as pool:
        issuing = [pool.submit(citizen, n) for n in range(CITIZENS)]
        calling = [pool.submit(agent, n + 1) for n in range(AGENTS)]
        codes = [code for work in issuing for code in work.result(60)]
        issued.set()
        called = [turn for work in calling for turn in work.result(60)]

    for client in (door, *desks):
        client.close()

    assert len(codes) == CITIZENS * TURNS
    assert [code for code, times in Counter(codes).items() if times > 1] == []
    assert [turn for turn, times in Counter(called).items() if times > 1] == []
    assert sorted(called) == sorted(codes)
