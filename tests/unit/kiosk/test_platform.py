"""What Qt is told before it starts."""

from __future__ import annotations

from kiosk.qt.platform import prepare


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
