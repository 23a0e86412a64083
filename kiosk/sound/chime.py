"""The chime as a WAV file: two soft falling tones, made by code so that there is no sample to license."""

from __future__ import annotations

import io
import math
import sys
import wave
from array import array

RATE_HZ = 22050
TONES = ((659.26, 0.0, 0.55), (523.25, 0.28, 0.75))  # frequency in Hz (E5, C5), start and length in s
ATTACK_S = 0.012
PARTIALS = ((1.0, 1.0), (2.0, 0.28), (3.0, 0.08))  # multiple of the frequency, share


def chime_wav(volume: float = 0.6) -> bytes:
    """Return about one second of sound, mono, 16 bit; *volume* is the peak from 0 to 1."""
    total_s = max(start + length for _, start, length in TONES)
    samples = [0.0] * int(total_s * RATE_HZ)
    for frequency, start, length in TONES:
        _add_tone(samples, frequency, int(start * RATE_HZ), int(length * RATE_HZ))
    peak = max(map(abs, samples))
    pcm = array("h", (round(32767 * volume * sample / peak) for sample in samples))
    if sys.byteorder == "big":
        pcm.byteswap()
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(pcm.tobytes())
    return out.getvalue()


def _add_tone(samples: list[float], frequency: float, start: int, length: int) -> None:
    for i in range(length):
        time_s = i / RATE_HZ
        fade = min(1.0, time_s / ATTACK_S) * (1 - i / length) ** 2
        phase = 2 * math.pi * frequency * time_s
        samples[start + i] += fade * sum(share * math.sin(multiple * phase) for multiple, share in PARTIALS)
