"""Says announcements one after the other on a thread of its own: chime first, the voice is made while it sounds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from edge.runtime import log as logs
from edge.runtime.voice import Voice, VoiceError
from kiosk.presenters.announcements import Announcement, AnnouncementQueue, Line
from kiosk.sound.chime import chime_wav
from kiosk.sound.player import Player

log = logs.get(__name__)

STOP_TIMEOUT_S = 3.0
VOICE_TIMEOUT_S = 10.0
IDLE_WAIT_S = 600.0


class Announcer:
    """Speaks what it is told, in order, as long as *player* can be heard.

    *on_heard* is told, on the announcer's thread, whether the last chime could be heard whenever that changes.
    """

    def __init__(
        self,
        player: Player,
        voice: Voice | None,
        folder: Path,
        *,
        volume: float = 0.6,
        on_heard: Callable[[bool], None] | None = None,
    ) -> None:
        self._player, self._voice, self._on_heard = player, voice, on_heard
        self._chime = folder / "chime.wave"
        folder.mkdir(parents=True, exist_ok=True)
        self._chime.write_bytes(chime_wav(volume))
        self._queue = AnnouncementQueue()
        self._changed = threading.Condition()
        self._is_stopping = False
        self._was_heard: bool | None = None
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="voice")
        self._thread = threading.Thread(target=self._run, name="announcer", daemon=True)

    def start(self) -> None:
        """Begin to listen for announcements."""
        self._thread.start()

    def say(self, announcement: Announcement) -> None:
        """Say *announcement* when its turn comes; safe from any thread, returns at once."""
        with self._changed:
            self._queue.push(announcement)
            self._changed.notify()

    def stop(self) -> None:
        """Break off and end the thread."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify()
        self._player.stop()
        self._thread.join(STOP_TIMEOUT_S)
        self._maker.shutdown(wait=False, cancel_futures=True)

    # --- announcer's thread -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        while (announcement := self._next()) is not None:
            self._say(announcement)

    def _next(self) -> Announcement | None:
        with self._changed:
            while not self._changed.wait_for(lambda: self._is_stopping or len(self._queue), IDLE_WAIT_S):
                pass
            return None if self._is_stopping else self._queue.pop()

    def _say(self, announcement: Announcement) -> None:
        was_silent = self._was_heard is False
        made = [] if was_silent else self._make(announcement)
        self._note(is_heard=self._player.play(self._chime))
        if not self._was_heard:
            return
        for line, future in zip(announcement.lines, made or self._make(announcement), strict=False):
            self._speak(line, future)

    def _make(self, announcement: Announcement) -> list[Future[Path]]:
        voice = self._voice
        return [self._maker.submit(voice.wav, line.language, line.text) for line in announcement.lines] if voice else []

    def _speak(self, line: Line, future: Future[Path]) -> None:
        try:
            file = future.result(VOICE_TIMEOUT_S)
        except (VoiceError, TimeoutError) as exc:
            log.warning("voice_failed", language=line.language, error=str(exc))
            return
        self._player.play(file)

    def _note(self, *, is_heard: bool) -> None:
        if is_heard == self._was_heard or self._is_stopping:
            return
        self._was_heard = is_heard
        if is_heard:
            log.info("sound_ok")
        else:
            log.warning("no_sound")
        if self._on_heard is not None:
            self._on_heard(is_heard)
