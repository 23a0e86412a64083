"""The rows of sessions: the log-in of staff, the lock of their pages, and the end."""

from __future__ import annotations

from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import login, oidc
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.shapes.login import LogIn, SessionNow, Unlock
from edge.adapters.http.table.rows import ANYONE, STAFF

PAGES: tuple[Endpoint, ...] = (
    ANYONE.page("/login", login.form, "Log-in of staff", query=("next",)),
    ANYONE.form("/login", login.log_in, LogIn, "Open a session", refuses=(400, 401, 429)),
    ANYONE.page("/login/oidc", oidc.begin, "To the corporate log-in", query=("next",), refuses=(404, 429, 503)),
    ANYONE.page("/login/oidc/back", oidc.back, "Back from the corporate log-in", refuses=(401, 404, 503)),
    STAFF.form("/logout", login.log_out, Nothing, "End the session", when_locked=True),
    STAFF.page("/lock", login.locked, "A locked page asks for the password", query=("next",), when_locked=True),
    STAFF.live("/lock/live", login.locked_live, "Where people are needed meanwhile", refuses=(503,), when_locked=True),
    STAFF.form("/lock", login.lock, Nothing, "Lock the page", when_locked=True),
    STAFF.form("/unlock", login.unlock, Unlock, "Open the page again", refuses=(401, 429), when_locked=True),
    STAFF.page("/staff", login.landing, "To the page of one's role"),
)

API: tuple[Endpoint, ...] = (
    STAFF.get("/api/v1/session", login.session_now, "Who is logged in", SessionNow, passive=True, when_locked=True),
    STAFF.post("/api/v1/session/stay", login.stay, Nothing, "Keep the page from locking", SessionNow),
)
