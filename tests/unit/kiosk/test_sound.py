"""The chime and the voice: real WAV files with sound in them, played one after the other by real programs."""

from __future__ import annotations

import math
import os
import time
import wave
from array import array
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from edge.runtime.voice import Voice, VoiceError
from kiosk.presenters.announcements import Announcement, Line
from kiosk.sound.announcer import Announcer
from kiosk.sound.chime import chime_wav
from kiosk.sound.player import CommandPlayer, FirstThatWorks, find_player
from tests.fixtures.processes import require

Wait = Callable[..., object]


def samples(file: Path) -> tuple[float, array[int]]:
    """Return the length in seconds and the samples of a mono 16 bit WAV file."""
    with wave.open(str(file)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        data = array("h", sound.readframes(sound.getnframes()))
        return len(data) / sound.getframerate(), data


def loudness(data: array[int]) -> float:
    return math.sqrt(sum(value * value for value in data) / len(data)) / 32768


def scribe(folder: Path) -> CommandPlayer:
    """Return a player that notes in ``heard`` when each file begins and ends."""
    script = (
        f'echo "begin $(basename "$1")" >> {folder}/heard; sleep 0.02; echo "end $(basename "$1")" >> {folder}/heard'
    )
    return CommandPlayer(["sh", "-c", script, "player"])


@pytest.fixture
def voice(tmp_path: Path) -> Voice:
    require("espeak-ng", "espeak-ng")
    return Voice(tmp_path / "voice")


def test_the_chime_is_a_second_of_sound_at_the_asked_volume(tmp_path: Path) -> None:
    file = tmp_path / "chime.wav"
    file.write_bytes(chime_wav(0.5))

    length_s, data = samples(file)

    assert 0.8 < length_s < 1.5
    assert max(map(abs, data)) == pytest.approx(0.5 * 32767, abs=2)
    assert abs(data[0]) < 300
    assert abs(data[-1]) < 300


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "Turno A 0 1 2, puesto 3."),
        ("ca", "Torn A 0 1 2, taula 3."),
        ("en", "Turn A 0 1 2, desk 3."),
        ("ar", "الدور A 0 1 2، الشباك 3."),
    ],
)
def test_every_language_has_a_voice_with_sound_in_it(voice: Voice, language: str, text: str) -> None:
    length_s, data = samples(voice.wav(language, text))

    assert length_s > 1.0
    assert loudness(data) > 0.01


def test_a_voice_is_ready_within_300_ms_and_at_once_when_it_was_said_before(voice: Voice) -> None:
    made_s = []
    for number in range(5):  # the quickest counts: the machine is shared
        started = time.monotonic()
        first = voice.wav("es", f"Turno B 0 4 {number}, puesto 12.")
        made_s.append(time.monotonic() - started)
    written = first.stat().st_ino

    again = voice.wav("es", "Turno B 0 4 4, puesto 12.")

    assert min(made_s) < 0.3
    assert (again, again.stat().st_ino) == (first, written)


def test_the_cache_is_bounded_and_keeps_the_newest(tmp_path: Path) -> None:
    require("espeak-ng", "espeak-ng")
    voice = Voice(tmp_path, max_bytes=200_000)

    files = [voice.wav("es", f"Turno A 0 1 {number}.") for number in range(8)]

    kept = list(tmp_path.glob("*.wav"))
    assert sum(file.stat().st_size for file in kept) <= 200_000
    assert files[-1] in kept
    assert files[0] not in kept
    assert list(tmp_path.glob("tmp*")) == []


def test_a_voice_that_does_not_exist_is_an_error_and_leaves_nothing(voice: Voice, tmp_path: Path) -> None:
    with pytest.raises(VoiceError):
        voice.wav("xx", "hola")
    with pytest.raises(VoiceError, match="no-such-espeak"):
        Voice(tmp_path / "other", program="no-such-espeak").wav("es", "hola")

    assert list((tmp_path / "voice").iterdir()) == []


def test_text_that_looks_like_an_option_is_only_text(voice: Voice) -> None:
    assert samples(voice.wav("es", "--version"))[0] > 0.3


@pytest.mark.parametrize("command", [["false"], ["no-such-player"], []])
def test_a_player_that_fails_is_not_heard(command: list[str], tmp_path: Path) -> None:
    player = CommandPlayer(command) if command else FirstThatWorks([])

    assert player.play(tmp_path / "x.wav") is False


def test_the_first_player_that_works_is_kept(tmp_path: Path) -> None:
    counter = CommandPlayer(["sh", "-c", f"echo tried >> {tmp_path}/tried; exit 1"])
    player = FirstThatWorks([counter, CommandPlayer(["true"])])

    assert [player.play(tmp_path / "x.wav") for _ in range(3)] == [True, True, True]
    assert (tmp_path / "tried").read_text().count("tried") == 1


def test_a_stopped_player_breaks_off_and_stays_silent(tmp_path: Path, wait_until: Wait) -> None:
    player = CommandPlayer(["sh", "-c", f"touch {tmp_path}/on; exec sleep 60"])
    announcer = Announcer(player, None, tmp_path)
    announcer.start()
    announcer.say(Announcement("a", False, ()))
    wait_until((tmp_path / "on").exists, 5.0, "the chime")

    started = time.monotonic()
    announcer.stop()

    assert time.monotonic() - started < 10.0
    assert player.play(tmp_path / "x.wav") is False


def test_sound_really_goes_through_the_system_player(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    aplay = require("aplay", "alsa-utils")
    out = tmp_path / "out.raw"
    (tmp_path / ".asoundrc").write_text(
        f'pcm.!default {{ type file; slave.pcm "null"; file "{out}"; format "raw" }}\n', "utf-8"
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    chime = tmp_path / "chime.wav"
    chime.write_bytes(chime_wav())

    assert find_player([aplay, "-q"]).play(chime)

    assert loudness(array("h", out.read_bytes()[: out.stat().st_size // 2 * 2])) > 0.01


def test_announcements_are_said_one_after_the_other_chime_first(voice: Voice, tmp_path: Path, wait_until: Wait) -> None:
    announcer = Announcer(scribe(tmp_path), voice, tmp_path)
    announcer.start()
    for name in ("a", "b"):
        announcer.say(Announcement(name, False, (Line("es", f"{name} uno"), Line("ca", f"{name} dos"))))
    heard = tmp_path / "heard"

    wait_until(lambda: heard.exists() and heard.read_text().count("end") == 6, 20.0, "six files played")
    announcer.stop()

    lines = heard.read_text().splitlines()
    assert [line.split()[0] for line in lines] == ["begin", "end"] * 6
    assert [line for line in lines if "chime" in line] == [lines[0], lines[1], lines[6], lines[7]]


def test_without_sound_it_says_so_once_and_goes_on(voice: Voice, tmp_path: Path, wait_until: Wait) -> None:
    told: list[bool] = []
    switch = tmp_path / "switch"
    player = CommandPlayer(["sh", "-c", f"test -e {switch} && echo played >> {tmp_path}/played", "player"])
    announcer = Announcer(player, voice, tmp_path, on_heard=told.append)
    announcer.start()
    for name in ("a", "b"):
        announcer.say(Announcement(name, False, (Line("es", name),)))
    wait_until(lambda: told == [False], 5.0, "the missing sound told")

    switch.touch()
    announcer.say(Announcement("c", False, (Line("es", "c"),)))
    wait_until(lambda: told == [False, True], 5.0, "the sound that is back told")
    wait_until(lambda: (tmp_path / "played").read_text().count("played") >= 2, 5.0, "chime and voice")
    announcer.stop()

    assert told == [False, True]


def test_a_language_without_a_voice_does_not_silence_the_others(voice: Voice, tmp_path: Path, wait_until: Wait) -> None:
    announcer = Announcer(scribe(tmp_path), voice, tmp_path)
    announcer.start()
    announcer.say(Announcement("a", False, (Line("xx", "uno"), Line("es", "dos"))))
    heard = tmp_path / "heard"

    wait_until(lambda: heard.exists() and heard.read_text().count("end") == 2, 10.0, "chime and one voice")
    announcer.stop()


def test_nothing_is_left_running_after_the_end(tmp_path: Path, wait_until: Wait) -> None:
    announcer = Announcer(CommandPlayer(["true"]), None, tmp_path)
    announcer.start()
    announcer.stop()

    wait_until(lambda: "announcer" not in set(_threads()), 5.0)


def _threads() -> Iterator[str]:
    for task in Path(f"/proc/{os.getpid()}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # it may end between the list and the look
            yield (task / "comm").read_text().strip()
