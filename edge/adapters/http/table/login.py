"""The rows of sessions: the log-in of staff and its end."""

from __future__ import annotations

from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import login
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.shapes.login import LogIn, SessionNow
from edge.adapters.http.table.rows import ANYONE, STAFF

PAGES: tuple[Endpoint, ...] = (
    ANYONE.page("/login", login.form, "Log-in of staff", query=("next",)),
    ANYONE.form("/login", login.log_in, LogIn, "Open a session", refuses=(400, 401, 429)),
    STAFF.form("/logout", login.log_out, Nothing, "End the session"),
    STAFF.page("/staff", login.landing, "To the page of one's role"),
)

API: tuple[Endpoint, ...] = (
    STAFF.get("/api/v1/session", login.session_now, "Who is logged in; keeps the session alive", SessionNow),
)
