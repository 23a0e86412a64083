"""Which routes can mean a path at all: the router looks through a few instead of the whole table.

Starlette tries one route after another, and the office has hundreds: for the last ones that was a tenth of the time of
a request. Routes are kept by the beginning of their path; the order among those of one beginning stays.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute, Route, Router
from starlette.types import Receive, Scope, Send

_API = ("api", "v1")


class Switch(Router):
    """A ``Router`` over *routes* that answers exactly as the plain one does."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        super().__init__(routes=routes)
        keys = {_key(route.path) for route in routes if isinstance(route, Route)}
        self._parts = {key: Router([r for r in routes if _may_mean(r, key)]) for key in keys if "{" not in key}

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand *scope* to the routes with its beginning, or to all when none begins like it."""
        part = self._parts.get(_key(scope["path"])) if scope["type"] == "http" else None
        if part is None:
            await super().app(scope, receive, send)
            return
        scope.setdefault("router", self)
        await part.app(scope, receive, send)


def _key(path: str) -> str:
    """Return the first part of *path*, of the API's paths the first one that differs."""
    parts = path.split("/", 4)[1:]
    return parts[2] + "@api" if tuple(parts[:2]) == _API and len(parts) > 2 else parts[0] if parts else ""


def _may_mean(route: BaseRoute, key: str) -> bool:
    if not isinstance(route, Route):
        return True
    own = _key(route.path)
    return own == key or "{" in own
