"""How a camera's faults look on real pictures: each is noticed within half a minute, and light is no fault."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from counter.domain.health import CameraHealth, Verdict
from counter.domain.motion import cells
from counter.sources import fitted
from tests.integration.counter.clips import vtest_frames

FPS, GOOD_S, NOTICED_S = 10, 20, 30
Change = Callable[[np.ndarray], np.ndarray]
RNG = np.random.default_rng(4)


@pytest.fixture(scope="module")
def film() -> list[np.ndarray]:
    """Return fifty seconds of the street as the counter gets it."""
    return [np.asarray(cv2.resize(f, fitted((768, 576), (448, 256)), interpolation=cv2.INTER_AREA)) for f in frames()]


def frames() -> list[np.ndarray]:
    return list(vtest_frames((GOOD_S + NOTICED_S) * FPS))


def noisy(picture: np.ndarray) -> np.ndarray:
    return np.clip(picture + RNG.normal(0, 1.5, picture.shape), 0, 255).astype(np.uint8)


def turned(picture: np.ndarray) -> np.ndarray:
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 12, 1.0)
    return np.asarray(cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REFLECT))


def half_covered(picture: np.ndarray) -> np.ndarray:
    hand = np.full_like(picture, 90)
    hand[:, picture.shape[1] * 4 // 5 :] = picture[:, picture.shape[1] * 4 // 5 :]
    return noisy(hand)


FAULTS: dict[str, tuple[Change, Verdict]] = {
    "covered": (lambda p: noisy(np.full_like(p, 40)), Verdict("invalid", "covered")),
    "hand": (half_covered, Verdict("invalid", "moved")),
    "dark": (lambda p: noisy(p // 30), Verdict("invalid", "dark")),
    "glare": (lambda p: noisy(np.full_like(p, 252)), Verdict("invalid", "glare")),
    "shifted": (lambda p: np.roll(p, 60, axis=1), Verdict("invalid", "moved")),
    "turned": (turned, Verdict("invalid", "moved")),
}
LIGHT: dict[str, Change] = {
    "lights on": lambda p: np.clip(p * 1.5 + 20, 0, 255).astype(np.uint8),
    "lights off": lambda p: np.clip(p * 0.35, 0, 255).astype(np.uint8),
    "evening": lambda p: np.clip(p * (0.7, 0.8, 1.1), 0, 255).astype(np.uint8),
    "nothing": lambda p: p,
}


def verdicts(film: list[np.ndarray], change: Change) -> list[Verdict]:
    """Return the verdict of each picture after *change* began, behind a good start."""
    health, told = CameraHealth(5.0), []
    for k, picture in enumerate(film):
        seen = picture if k < GOOD_S * FPS else change(picture)
        health.frame(k / FPS, cells(np.ascontiguousarray(seen)))
        verdict = health.verdict(k / FPS)
        if k < GOOD_S * FPS:
            assert verdict.health == "ok", verdict
        else:
            told.append(verdict)
    return told


@pytest.mark.slow
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_noticed_within_half_a_minute(film: list[np.ndarray], name: str) -> None:
    change, expected = FAULTS[name]

    assert verdicts(film, change)[-1] == expected


@pytest.mark.slow
@pytest.mark.parametrize("pixels", [3, 6])
def test_a_lens_out_of_focus_is_noticed_and_at_worst_taken_for_another_view(
    film: list[np.ndarray], pixels: int
) -> None:
    told = verdicts(film, lambda p: np.asarray(cv2.GaussianBlur(p, (0, 0), pixels)))

    assert told[-1].reason in {"defocused", "moved"}
    assert Verdict("degraded", "defocused") in told


@pytest.mark.slow
def test_a_camera_that_repeats_its_picture_is_frozen(film: list[np.ndarray]) -> None:
    still = film[GOOD_S * FPS]

    assert verdicts(film, lambda _: still)[-1] == Verdict("invalid", "frozen")


@pytest.mark.slow
@pytest.mark.parametrize("name", LIGHT)
def test_light_raises_no_alarm(film: list[np.ndarray], name: str) -> None:
    assert {verdict.health for verdict in verdicts(film, LIGHT[name])} == {"ok"}
