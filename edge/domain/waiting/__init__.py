"""How long somebody will wait: a quick forecast, and the calling rules played forward many times over learned laws."""

from edge.domain.waiting.estimate import Estimate, estimate
from edge.domain.waiting.forecast import OpenDesk, ServiceTime, forecast

__all__ = ["Estimate", "OpenDesk", "ServiceTime", "estimate", "forecast"]
