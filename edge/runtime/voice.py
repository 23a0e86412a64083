"""Speech as WAV files by espeak-ng, kept in a bounded cache: most calls of a day were said before."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

TIMEOUT_S = 5.0
DEFAULT_VOICES: Mapping[str, str] = {"es": "es", "ca": "ca", "en": "en-gb", "ar": "ar"}


class VoiceError(Exception):
    """The voice could not be made: espeak-ng is missing, failed or took too long. Saying it again may help."""


class Voice:
    """Makes and keeps one WAV file for each (language, text)."""

    def __init__(
        self,
        folder: Path,
        *,
        voices: Mapping[str, str] = DEFAULT_VOICES,
        speed_wpm: int = 140,
        volume: float = 1.0,
        max_bytes: int = 32_000_000,
        program: str = "espeak-ng",
    ) -> None:
        self._folder, self._voices, self._speed_wpm = folder, {**DEFAULT_VOICES, **voices}, speed_wpm
        self._amplitude = round(100 * volume)
        self._max_bytes, self._program = max_bytes, program
        folder.mkdir(parents=True, exist_ok=True)

    def wav(self, language: str, text: str) -> Path:
        """Return the file that says *text*; raise ``VoiceError`` when it cannot be made."""
        voice = self._voices.get(language, language)
        key = f"{self._program}|{voice}|{self._speed_wpm}|{self._amplitude}|{text}"
        file = self._folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.wav"
        if file.exists():
            file.touch()
            return file
        self._make(voice, text, file)
        self._trim(keep=file)
        return file

    def _make(self, voice: str, text: str, file: Path) -> None:
        with tempfile.TemporaryDirectory(dir=self._folder) as scratch:
            made = Path(scratch) / "voice.wav"
            options = ["-v", voice, "-s", str(self._speed_wpm), "-a", str(self._amplitude), "-w", str(made)]
            try:
                done = subprocess.run(
                    [self._program, *options, "--", text], capture_output=True, timeout=TIMEOUT_S, check=False
                )
            except (OSError, subprocess.TimeoutExpired) as exc:
                raise VoiceError(f"{self._program}: {exc}") from exc
            if done.returncode != 0 or not made.exists():
                raise VoiceError(f"{self._program}: {done.stderr.decode('utf-8', 'replace').strip()}")
            made.replace(file)

    def _trim(self, keep: Path) -> None:
        files = sorted(((f.stat().st_mtime, f.stat().st_size, f) for f in self._folder.glob("*.wav")), reverse=True)
        total = 0
        for _, size, file in files:
            total += size
            if total > self._max_bytes and file != keep:
                file.unlink(missing_ok=True)
