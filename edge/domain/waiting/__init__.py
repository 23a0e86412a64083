"""How long somebody will wait: a quick forecast, and the calling rules played forward many times over learned laws."""

from edge.domain.waiting.estimate import Estimate, estimate
from edge.domain.waiting.forecast import Called, OpenDesk, ServiceTime, forecast

__all__ = ["Called", "Estimate", "OpenDesk", "ServiceTime", "estimate", "forecast"]
