"""Ways out for notices: one file each. Adding one is its file, with ``build(setup)``, and its line here."""

from __future__ import annotations

from collections.abc import Mapping

NOTIFIERS: Mapping[str, str] = {
    "bridge_job": "edge.adapters.notify.bridge_job:build",
    "console": "edge.adapters.notify.console:build",
    "messenger": "edge.adapters.notify.messenger:build",
    "sms_http": "edge.adapters.notify.sms_http:build",
    "smtp": "edge.adapters.notify.smtp:build",
    "web_push": "edge.adapters.notify.web_push:build",
}
