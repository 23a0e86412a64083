"""The rows of what monitors ask."""

from __future__ import annotations

from typing import Any

from edge.adapters.http import exposition
from edge.adapters.http.routes import api, metrics
from edge.adapters.http.table.rows import ANYONE

HEALTH = ANYONE.get(
    "/health",
    api.health,
    "How well the office is, for monitors: `status`, and the details for its own machine, devices and staff",
    dict[str, Any],
    refuses=(503,),
)
METRICS = ANYONE.get(
    "/metrics",
    metrics.metrics,
    "Figures for Prometheus; details for its own machine, devices and staff",
    str,
    media=exposition.MEDIA_TYPE,
)
