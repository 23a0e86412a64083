"""Fixtures that every test may use; each lives in a module of ``tests/fixtures``."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.fixtures")

from tests.fixtures.broker import broker, new_broker  # noqa: E402
from tests.fixtures.clocks import manual_clock  # noqa: E402
from tests.fixtures.processes import free_port  # noqa: E402
from tests.fixtures.waiting import wait_until_fixture  # noqa: E402

__all__ = ["broker", "free_port", "manual_clock", "new_broker", "wait_until_fixture"]
