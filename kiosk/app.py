"""The display program: configuration in, window, feed and voice together, until SIGTERM."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QSize, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from edge.contracts.devices import DeviceState
from edge.runtime import log as logs
from edge.runtime import notify
from edge.runtime.clock import Clock
from edge.runtime.design import Tokens, load_tokens, with_brand
from edge.runtime.i18n import Messages
from edge.runtime.release import program_version
from edge.runtime.resources import config_dir
from edge.runtime.voice import Voice
from kiosk.config import DisplayConfig, Sound
from kiosk.net.feed import BoardFeed
from kiosk.presenters.announcements import Announcement
from kiosk.presenters.board import BoardPresenter
from kiosk.presenters.legibility import pixel_pitch_mm, readable_m
from kiosk.presenters.view import BoardView
from kiosk.qt.ending import EndsOnSignals
from kiosk.qt.model import BoardModel
from kiosk.qt.platform import return_large_blocks
from kiosk.qt.theme import load_fonts, qml_theme
from kiosk.qt.window import BoardWindow, Screenshots
from kiosk.sound.announcer import Announcer
from kiosk.sound.player import find_player

log = logs.get(__name__)

TICK_MS = 500


class _Wakes(QObject):
    """Carries a wake-up from another thread to the window's thread."""

    news = Signal()
    end = Signal()
    sound = Signal(bool)


class DisplayApp:
    """One display; ``run`` returns when it was asked to end."""

    def __init__(self, config: DisplayConfig, *, clock: Clock, screenshot: Path | None = None) -> None:
        return_large_blocks()
        self._config, self._clock = config, clock
        tokens = load_tokens()
        self._tokens = with_brand(tokens, config.brand) if config.brand else tokens
        self._qt = QGuiApplication.instance() or QGuiApplication(["o360-display"])
        self._wakes = _Wakes()
        self._wakes.news.connect(self._take)
        self._wakes.end.connect(self._qt.quit)
        self._wakes.sound.connect(self._heard)
        self._presenter = _presenter(config, self._tokens)
        self._model = BoardModel(config.variant, self._next_view())
        self._unpainted: list[str] = []  # new calls that are in the model and not yet on the screen
        self._has_sound: bool | None = None
        self._calls_shown = 0
        self._is_ready = False
        self._readable_m = 0.0
        self._window = self._new_window()
        self._screenshots = Screenshots(self._window, screenshot) if screenshot else None
        self._feed = BoardFeed(
            config.broker, config.name, clock=clock, wake=self._wakes.news.emit, version=program_version()
        )
        self._announcer = _announcer(config.sound, self._wakes.sound.emit)
        self._tick = QTimer()
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._on_tick)

    @property
    def window(self) -> BoardWindow:
        """Return the window, for tests that look at it."""
        return self._window

    @property
    def feed(self) -> BoardFeed:
        """Return where the display hears the office."""
        return self._feed

    @property
    def view(self) -> BoardView:
        """Return the picture that is shown now."""
        return self._model.current

    @property
    def calls_shown(self) -> int:
        """Return how many new calls have been painted."""
        return self._calls_shown

    def run(self) -> int:
        """Show the display until SIGTERM or SIGINT; return the exit status."""
        with EndsOnSignals(self._qt.quit):
            self.start()
            self._qt.exec()
            self.stop()
        return 0

    def end(self) -> None:
        """Let ``run`` return; safe from any thread."""
        self._wakes.end.emit()

    def start(self) -> None:
        """Show the window and begin to listen."""
        self._window.show()
        if self._announcer is not None:
            self._announcer.start()
        self._feed.start()
        self._tick.start()

    def stop(self) -> None:
        """Leave in order."""
        notify.stopping()
        self._tick.stop()
        self._feed.stop()
        if self._announcer is not None:
            self._announcer.stop()
        self._window.close()
        log.info("display_stopped", display=self._config.name)

    # --- window's thread --------------------------------------------------------------------------------------------

    def _take(self) -> None:
        arrival, identify = self._feed.take()
        now, mono = self._clock.now(), time.monotonic()
        if identify is not None:
            self._presenter.identify(identify, mono=mono)
        if arrival is not None:
            announcements = self._presenter.accept(arrival.snapshot, now=now, mono=mono, is_live=arrival.is_live)
            for announcement in announcements:
                self._announce(announcement)
        self._refresh()

    def _announce(self, announcement: Announcement) -> None:
        if not announcement.is_recall:
            self._unpainted.append(announcement.call_id)
        if self._announcer is not None:
            self._announcer.say(announcement)
        log.info("call_announced", call=announcement.call_id, recall=announcement.is_recall)

    def _on_tick(self) -> None:
        self._refresh()
        self._report()
        notify.alive()

    def _refresh(self) -> None:
        if self._model.show(self._next_view()):
            self._request_screenshot()

    def _request_screenshot(self) -> None:
        if self._screenshots is not None:
            self._screenshots.request()

    def _next_view(self) -> BoardView:
        return self._presenter.view(now=self._clock.now(), mono=time.monotonic())

    def _on_frame(self) -> None:
        if not self._is_ready:
            self._is_ready = True
            notify.ready(f"display {self._config.name}")
            log.info("display_ready", display=self._config.name, platform=QGuiApplication.platformName())
            self._request_screenshot()
        if self._unpainted:
            self._report_shown()

    def _report_shown(self) -> None:
        now = self._clock.now()
        for call_id in self._unpainted:
            if (shown := self._presenter.shown(call_id, now)) is not None:
                self._feed.publish_shown(shown)
                log.info("call_shown", call=call_id, latency_ms=shown.latency_ms)
        self._calls_shown += len(self._unpainted)
        self._unpainted.clear()
        self._measure()

    def _measure(self) -> None:
        screen, size = self._config.screen, self._window.view.size()
        pitch_mm = pixel_pitch_mm(screen.diagonal_in, size.width(), size.height())
        readable = readable_m(min(self._window.figure_sizes()), pitch_mm, self._tokens.type.cap_height)
        if abs(readable - self._readable_m) < 0.05:
            return
        self._readable_m = readable
        if readable < screen.distance_m:
            log.warning("text_too_small", readable_m=round(readable, 1), distance_m=screen.distance_m)

    def _heard(self, has_sound: bool) -> None:  # noqa: FBT001
        self._has_sound = has_sound

    def _report(self) -> None:
        facts: dict[str, str] = {"variant": self._config.variant}
        if self._readable_m:
            facts["readable_m"] = f"{self._readable_m:.1f}"
        if self._has_sound is not None:
            facts["sound"] = "yes" if self._has_sound else "no"
        self._feed.report(*_state(self._model.current, has_sound=self._has_sound), facts)

    # --- parts ------------------------------------------------------------------------------------------------------

    def _new_window(self) -> BoardWindow:
        config = self._config
        theme = qml_theme(self._tokens, config.theme, text_scale=config.text_scale, motion=config.motion)
        is_full = config.screen.fullscreen and QGuiApplication.platformName() != "offscreen"
        size = None if is_full else QSize(config.screen.width_px, config.screen.height_px)
        QGuiApplication.setFont(load_fonts(config_dir() / "fonts", self._tokens.type.family))
        return BoardWindow(self._model, theme, size=size, on_frame=self._on_frame)


def _state(view: BoardView, *, has_sound: bool | None) -> tuple[DeviceState, str]:
    if view.mode == "waiting":
        return "unknown", "no_office"
    if view.strip == "stale":
        return "degraded", "stale"
    return ("degraded", "no_sound") if has_sound is False else ("ok", "")


def _presenter(config: DisplayConfig, tokens: Tokens) -> BoardPresenter:
    return BoardPresenter(
        Messages.load(config_dir() / "messages"),
        display=config.name,
        languages=config.languages,
        zone=config.zone,
        highlight_s=tokens.duration_ms["highlight"] / 1000,
        page_s=tokens.duration_ms["turn-page"] / 1000,
    )


def _announcer(sound: Sound, on_heard: Callable[[bool], None]) -> Announcer | None:
    if not sound.enabled:
        return None
    folder = _cache_dir(sound.cache_dir)
    voice = Voice(
        folder / "voice",
        voices=sound.voices,
        speed_wpm=sound.speed_wpm,
        volume=sound.voice_volume,
        max_bytes=sound.cache_mb * 1_000_000,
    )
    player = find_player(sound.player)
    return Announcer(player, voice if sound.voice else None, folder, volume=sound.chime_volume, on_heard=on_heard)


def _cache_dir(configured: str) -> Path:
    if folder := configured or os.environ.get("CACHE_DIRECTORY", ""):
        return Path(folder)
    home = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(home) if home else Path.home() / ".cache") / "o360-display"
