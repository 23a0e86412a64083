"""How a row of the table is written: who may ask, then what for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from edge.adapters.http.endpoint import Access, Endpoint, Handler, Kind
from edge.runtime.weblogin import Role

Body = type[msgspec.Struct] | None


@dataclass(frozen=True, slots=True)
class Who:
    """Those who may ask; *says_no*: how the JSON API refuses everybody else."""

    access: Access = Access.ANYONE
    roles: frozenset[Role] = frozenset()
    says_no: tuple[int, ...] = ()

    # pages; a browser without a session is sent to the log-in, so that no row says so

    def page(self, path: str, handler: Handler, summary: str, **rest: Any) -> Endpoint:
        """Return the row of a page, or of a file that a page links to."""
        return self._row("GET", path, handler, summary, Kind.PAGE, **rest)

    def live(self, path: str, handler: Handler, summary: str, **rest: Any) -> Endpoint:
        """Return the row of a live stream of a page."""
        return self._row("GET", path, handler, summary, Kind.STREAM, **rest)

    def form(self, path: str, handler: Handler, body: Body, summary: str, **rest: Any) -> Endpoint:
        """Return the row of what a form of a page sends."""
        return self._row("POST", path, handler, summary, Kind.PAGE, body=body, **rest)

    # the JSON API

    def get(self, path: str, handler: Handler, summary: str, answer: Any, **rest: Any) -> Endpoint:
        """Return the row of something to be read."""
        return self._json("GET", path, handler, summary, answer=answer, **rest)

    def post(self, path: str, handler: Handler, body: Body, summary: str, answer: Any, **rest: Any) -> Endpoint:
        """Return the row of something to be done."""
        return self._json("POST", path, handler, summary, body=body, answer=answer, **rest)

    def put(self, path: str, handler: Handler, body: Body, summary: str, answer: Any, **rest: Any) -> Endpoint:
        """Return the row of something to be replaced; without *body* the bytes are not JSON."""
        return self._json("PUT", path, handler, summary, body=body, answer=answer, **rest)

    def delete(self, path: str, handler: Handler, summary: str, answer: Any, **rest: Any) -> Endpoint:
        """Return the row of something to be taken away."""
        return self._json("DELETE", path, handler, summary, answer=answer, **rest)

    def _json(
        self, method: str, path: str, handler: Handler, summary: str, *, refuses: tuple[int, ...] = (), **rest: Any
    ) -> Endpoint:
        no = tuple(sorted({*self.says_no, *refuses}))
        return self._row(method, path, handler, summary, Kind.JSON, refuses=no, **rest)

    def _row(
        self,
        method: str,
        path: str,
        handler: Handler,
        summary: str,
        kind: Kind,
        *,
        refuses: tuple[int, ...] = (),
        **rest: Any,
    ) -> Endpoint:
        return Endpoint(
            method=method,
            path=path,
            handler=handler,
            summary=summary,
            kind=kind,
            access=self.access,
            roles=self.roles,
            problems=refuses,
            **rest,
        )


def staff(*roles: Role) -> Who:
    """Return whoever is logged in with one of *roles*; without any, whoever is logged in."""
    return Who(Access.STAFF, frozenset(roles), says_no=(401, 403, 423))


def says(act: Callable[..., Any]) -> str:
    """Return the summary of a row whose handler is made from *act*: its first line."""
    return (act.__doc__ or "").rstrip(".")


ANYONE = Who()
DEVICE = Who(Access.DEVICE, says_no=(401,))
STAFF = staff()
AT_DESK = staff(Role.AGENT, Role.MANAGER)
AT_DOOR = staff(Role.HELPER, Role.MANAGER)
FRONT = staff(Role.AGENT, Role.HELPER, Role.MANAGER)
MANAGING = staff(Role.MANAGER)
TECHNICAL = staff(Role.TECHNICIAN, Role.MANAGER)
INSTALLS = staff(Role.TECHNICIAN)
