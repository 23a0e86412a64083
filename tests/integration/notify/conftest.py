from __future__ import annotations

from tests.integration.edge.conftest import run_office

__all__ = ["run_office"]
