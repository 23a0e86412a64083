"""What Qt is told before it starts."""

from __future__ import annotations

from pathlib import Path

from kiosk.qt.platform import prepare, return_large_blocks


def test_a_machine_without_a_screen_paints_off_screen_by_software() -> None:
    environ: dict[str, str] = {}
    prepare(environ=environ)

    assert environ["QT_QPA_PLATFORM"] == "offscreen"
    assert environ["QT_QUICK_BACKEND"] == "software"


def test_what_is_set_already_stays() -> None:
    environ = {"DISPLAY": ":0", "QT_QUICK_BACKEND": "rhi"}
    prepare(environ=environ)

    assert environ["QT_QUICK_BACKEND"] == "rhi"
    assert "QT_QPA_PLATFORM" not in environ


def test_a_chosen_platform_wins() -> None:
    environ = {"DISPLAY": ":0"}
    prepare("linuxfb", environ)

    assert environ["QT_QPA_PLATFORM"] == "linuxfb"


def test_memory_of_large_pictures_goes_back_to_the_system() -> None:
    assert return_large_blocks()

    before = _resident_bytes()
    pictures = [bytearray(4_000_000) for _ in range(4)]
    pictures.clear()

    assert _resident_bytes() - before < 4_000_000


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
