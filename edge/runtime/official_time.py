"""How far this machine's clock can be off, as the kernel says that NTP keeps it (adjtimex(2), Linux)."""

from __future__ import annotations

import ctypes

_UNSYNCHRONISED = 0x0040
_ERROR = 5  # TIME_ERROR: nothing keeps the clock


class _Timex(ctypes.Structure):
    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


def clock_error_ms() -> int | None:
    """Return the most that the clock can be off, in milliseconds, rounded up; None when nothing keeps it."""
    try:
        call = ctypes.CDLL(None).adjtimex
    except (OSError, AttributeError):
        return None
    told = _Timex()
    if call(ctypes.byref(told)) in (-1, _ERROR) or told.status & _UNSYNCHRONISED:
        return None
    return int(-(-told.maxerror // 1000))
