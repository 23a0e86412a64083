"""Fixtures that every test may use; each lives in a module of ``tests/fixtures``."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite("tests.fixtures")
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # for tests that load onnxruntime themselves

from tests.fixtures.broker import broker, new_broker  # noqa: E402
from tests.fixtures.browser import browser, browser_flags, chromium_page, new_page  # noqa: E402
from tests.fixtures.citizen_oidc import provider  # noqa: E402
from tests.fixtures.clamd import clamd  # noqa: E402
from tests.fixtures.clocks import manual_clock  # noqa: E402
from tests.fixtures.golden import OPTION, golden  # noqa: E402
from tests.fixtures.letters import every_rung  # noqa: E402
from tests.fixtures.office import make_office, office  # noqa: E402
from tests.fixtures.postgres import new_postgres, postgres  # noqa: E402
from tests.fixtures.processes import free_port  # noqa: E402
from tests.fixtures.waiting import wait_until_fixture  # noqa: E402

__all__ = [
    "broker",
    "browser",
    "browser_flags",
    "chromium_page",
    "clamd",
    "every_rung",
    "free_port",
    "golden",
    "make_office",
    "manual_clock",
    "new_broker",
    "new_page",
    "new_postgres",
    "office",
    "postgres",
    "provider",
    "wait_until_fixture",
]

settings.register_profile(  # the machine is shared: how long a draw takes says nothing about the code
    "office", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("office")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--golden-update``."""
    parser.addoption(OPTION, action="store_true", help="write the golden files again instead of comparing")
