"""Scripted citizens and agents: they use the same pages and routes as real ones, one HTTP client each."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx

from edge.demo.stage import Person
from edge.runtime import log as logs

log = logs.get(__name__)

# What the scripted desks 1 to 3 serve.
SERVICES = ("registro", "registro", "certificado", "certificado", "familia_numerosa", "tasas")
LANGUAGES = ("es",) * 8 + ("en", "ca")
VISITOR_PACES = 10  # a real person who tries the demo is called like all others and has time to see it
OUTCOMES = ("resolved", "resolved", "resolved", "information", "partly")


@dataclass
class Tally:
    """What the scripted people have seen with their own eyes."""

    issued: int = 0
    called: int = 0
    completed: int = 0
    refused: int = 0
    stumbles: int = 0  # requests that failed because a program was away
    codes: set[str] = field(default_factory=set)


class People:
    """All scripted people of one demo; *pace_s* is a citizen's usual thought, *look* reads the code in the hall."""

    def __init__(
        self, url: str, staff: list[Person], *, pace_s: float, chance: random.Random, look: Callable[[], str]
    ) -> None:
        self._passwords: dict[str, str] = {}  # by the token of a session
        self._url, self._staff, self._pace_s, self._chance, self._look = url, staff, pace_s, chance, look
        self.tally = Tally()
        self._going_home = asyncio.Event()

    async def act(self, stop: asyncio.Event) -> None:
        """Play until *stop*: newcomers stop first, then the desks finish whom they serve and close."""
        agents = [p for p in self._staff if p.role == "agent"]
        helpers = [p for p in self._staff if p.role == "helper"]
        async with asyncio.TaskGroup() as group:
            for number, person in enumerate(agents, 1):
                group.create_task(self._again(lambda p=person, n=number: self._agent(p, str(n))))  # type: ignore[misc]
            for person in helpers:
                group.create_task(self._again(lambda p=person: self._helper(p)))  # type: ignore[misc]
            group.create_task(self._again(self._street))
            await stop.wait()
            self._going_home.set()

    async def _again(self, play: Callable[[], Awaitable[None]]) -> None:
        """Play on after a stumble: a restarted office is no reason to go home."""
        while not self._going_home.is_set():
            try:
                await play()
            except (httpx.HTTPError, KeyError, ValueError) as exc:
                self.tally.stumbles += 1
                log.info("stumbled", error=type(exc).__name__)
                await self._pause(0.5)

    async def _street(self) -> None:
        """Let people come, a few quickly at first so that the hall looks like a hall."""
        early = 8 - len(self.tally.codes)
        while not self._going_home.is_set():
            await self._phone()
            early -= 1
            await self._pause(0.3 if early > 0 else self._chance.uniform(0.5, 1.5) * self._pace_s)

    async def _phone(self) -> None:
        """One citizen with a phone reads the code of the hall display and takes a turn."""
        language = self._chance.choice(LANGUAGES)
        async with self._client(language) as client:
            wish = {"service": self._chance.choice(SERVICES), "code": self._look()}
            answer = await client.post("/api/v1/turns", json=wish)
            if answer.status_code == 409:
                self.tally.refused += 1
                return
            turn = answer.raise_for_status().json()
            self._seen(turn["code"])
            if self._chance.random() < 0.04:
                await client.delete("/api/v1/turns/mine")

    async def _agent(self, person: Person, desk: str) -> None:
        """One agent: open the desk, call, serve, finish, until it is time to go."""
        async with self._client("es") as client:
            csrf = await self._log_in(client, person)
            await self._do(client, desk, "open", csrf)
            await self._leave_over(client, desk, csrf)
            while not self._going_home.is_set():
                await self._attend(client, desk, csrf)
            await self._do(client, desk, "close", csrf)

    async def _leave_over(self, client: httpx.AsyncClient, desk: str, csrf: str) -> None:
        """Finish with a person who is still at the desk from before a restart."""
        current = (await client.get(f"/api/v1/desks/{desk}")).raise_for_status().json()["current"]
        if current is not None and current["state"] == "called":
            await self._do(client, desk, "start", csrf)
        if current is not None:
            await self._finish(client, desk, csrf)

    async def _attend(self, client: httpx.AsyncClient, desk: str, csrf: str) -> None:
        answer = await self._do(client, desk, "next", csrf)
        if answer.status_code != 200:
            await self._pause(0.4 * self._pace_s)
            return
        self.tally.called += 1
        scripted = answer.json()["code"] in self.tally.codes
        await self._pause((0.5 if scripted else VISITOR_PACES) * self._pace_s)
        if scripted and self._chance.random() < 0.06:
            await self._do(client, desk, "miss", csrf)
            return
        await self._do(client, desk, "start", csrf)
        await self._pause(self._chance.uniform(0.8, 2.2) * self._pace_s)
        if self._chance.random() < 0.05:
            moved = await self._do(client, desk, "transfer", csrf, service="certificado")
            if moved.status_code == 200:
                return
        await self._finish(client, desk, csrf)

    async def _finish(self, client: httpx.AsyncClient, desk: str, csrf: str) -> None:
        body = {"outcome": self._chance.choice(OUTCOMES), "procedures": self._chance.choice((1, 1, 2, 3))}
        if (await self._do(client, desk, "finish", csrf, **body)).status_code == 200:
            self.tally.completed += 1

    async def _helper(self, person: Person) -> None:
        """The helper at the door prints tickets for people without a phone."""
        async with self._client("es") as client:
            csrf = await self._log_in(client, person)
            while not self._going_home.is_set():
                await self._pause(self._chance.uniform(2, 5) * self._pace_s)
                wish = {"service": self._chance.choice(SERVICES), "language": "es", "paper": True}
                answer = await self._post(client, "/api/v1/helper/turns", csrf, wish)
                if answer.status_code == 201:
                    self._seen(answer.json()["turn"]["code"])

    async def _log_in(self, client: httpx.AsyncClient, person: Person) -> str:
        await client.post("/login", data={"login": person.login, "password": person.password})
        session = (await client.get("/api/v1/session")).raise_for_status().json()
        self._passwords[csrf := str(session["csrf"])] = person.password
        return csrf

    async def _post(self, client: httpx.AsyncClient, path: str, csrf: str, body: object) -> httpx.Response:
        """Send what staff do; a page that has locked meanwhile (at another pace of the clock) is opened first."""
        headers = {"X-CSRF-Token": csrf}
        answer = await client.post(path, json=body, headers=headers)
        if answer.status_code == 423:
            await client.post("/unlock", data={"csrf": csrf, "password": self._passwords[csrf]})
            answer = await client.post(path, json=body, headers=headers)
        return answer

    async def _do(self, client: httpx.AsyncClient, desk: str, action: str, csrf: str, **body: object) -> httpx.Response:
        answer = await self._post(client, f"/api/v1/desks/{desk}/{action}", csrf, body)
        if answer.status_code in (401, 403) or answer.status_code >= 500:
            answer.raise_for_status()
        return answer

    def _seen(self, code: str) -> None:
        self.tally.issued += code not in self.tally.codes
        self.tally.codes.add(code)

    def _client(self, language: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self._url, timeout=10, headers={"Accept-Language": language})

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._going_home.wait()
        except TimeoutError:
            return
