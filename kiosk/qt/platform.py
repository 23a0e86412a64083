"""What Qt is told before it starts: by environment, because it reads nothing else so early."""

from __future__ import annotations

import ctypes
import os
from collections.abc import MutableMapping

M_MMAP_THRESHOLD = -3  # of malloc.h
LARGE_BYTES = 1 << 20
DEFAULTS = {
    "QT_QUICK_BACKEND": "software",  # GL without a GPU costs ten times the CPU
    "QSG_RENDER_LOOP": "basic",
    "QT_WAYLAND_DISABLE_WINDOWDECORATION": "1",
    "QT_ENABLE_HIGHDPI_SCALING": "0",  # sizes come from the window; modules of a QR stay whole pixels
    "QT_ACCESSIBILITY": "1",
}


def prepare(platform: str = "", environ: MutableMapping[str, str] = os.environ) -> None:
    """Set what is not set yet; without *platform*, a machine without X and Wayland paints off screen."""
    for name, value in DEFAULTS.items():
        environ.setdefault(name, value)
    if platform:
        environ["QT_QPA_PLATFORM"] = platform
    elif not environ.get("DISPLAY") and not environ.get("WAYLAND_DISPLAY"):
        environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def return_large_blocks() -> bool:
    """Let memory of 1 MB and more go back to the system when it is freed; return whether this C library can.

    glibc raises its own limit to the size of the first picture that is freed, and keeps the next ones in its heap.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and mallopt(M_MMAP_THRESHOLD, LARGE_BYTES) == 1
