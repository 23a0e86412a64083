"""Keeps pictures out of core dumps: of the counter and of its readers, which share the memory that holds them."""

from __future__ import annotations

import ctypes
import resource

PR_SET_DUMPABLE = 4


def leave_no_dump() -> None:
    """Forbid core dumps, and debuggers of the same user, for this process."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0)
