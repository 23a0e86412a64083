from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from counter.domain.health import CameraHealth, Verdict, worst

F32 = NDArray[np.float32]
RNG = np.random.default_rng(3)


def good() -> F32:
    return (np.tile(np.linspace(30, 220, 80), (64, 1)) + RNG.normal(0, 1, (64, 80))).astype(np.float32)


def furnished(*, shift: int = 0, light: float = 1.0) -> F32:
    room = np.kron(np.random.default_rng(9).uniform(30, 200, (8, 10)), np.ones((8, 8)))
    return (light * np.roll(room, shift, axis=1) + RNG.normal(0, 1, (64, 80))).astype(np.float32)


def flat(level: float) -> F32:
    return (level + RNG.normal(0, 1, (64, 80))).astype(np.float32)


def after(health: CameraHealth, pictures: list[F32], *, begin: float = 0.0, fps: float = 8.0) -> Verdict:
    at = begin
    for k, picture in enumerate(pictures):
        at = begin + k / fps
        health.frame(at, picture)
    return health.verdict(at)


def test_a_camera_that_was_never_there_is_unknown() -> None:
    assert CameraHealth(5.0).verdict(100.0) == Verdict("unknown", "missing")


def test_a_good_picture_is_ok() -> None:
    assert after(CameraHealth(5.0), [good() for _ in range(200)]) == Verdict("ok")


@pytest.mark.parametrize(
    ("picture", "reason"),
    [(flat(5), "dark"), (flat(250), "glare"), (flat(90), "covered")],
    ids=["dark", "glare", "lid"],
)
def test_a_blind_camera_is_invalid_within_seconds(picture: F32, reason: str) -> None:
    health = CameraHealth(5.0)
    after(health, [good() for _ in range(40)])

    noisy = [picture + RNG.normal(0, 0.5, picture.shape).astype(np.float32) for _ in range(80)]

    assert after(health, noisy, begin=5.0) == Verdict("invalid", reason)


def test_a_lamp_that_flickers_once_blames_nobody() -> None:
    health = CameraHealth(5.0)
    after(health, [good() for _ in range(40)])

    assert after(health, [flat(5) for _ in range(16)], begin=5.0) == Verdict("ok")


def test_it_forgives_only_after_a_while() -> None:
    health = CameraHealth(5.0)
    after(health, [flat(5) for _ in range(80)])

    assert after(health, [good() for _ in range(40)], begin=10.0).reason == "dark"
    assert after(health, [good() for _ in range(80)], begin=15.0) == Verdict("ok")


def test_a_picture_that_never_changes_is_frozen() -> None:
    assert after(CameraHealth(5.0), [good()] * 100) == Verdict("invalid", "frozen")


def test_a_camera_that_stops_is_frozen_after_five_seconds() -> None:
    health = CameraHealth(5.0)
    after(health, [good() for _ in range(40)])

    assert health.verdict(9.0).reason == ""
    assert health.verdict(10.1) == Verdict("invalid", "frozen")


def test_a_camera_that_was_turned_is_invalid_within_half_a_minute_and_good_again_when_turned_back() -> None:
    health = CameraHealth(5.0)
    after(health, [furnished() for _ in range(200)])

    turned = after(health, [furnished(shift=5) for _ in range(160)], begin=25.0)
    back = after(health, [furnished() for _ in range(100)], begin=45.0)

    assert turned == Verdict("invalid", "moved")
    assert back == Verdict("ok")


def test_a_camera_that_was_moved_on_purpose_learns_its_new_view() -> None:
    health = CameraHealth(5.0)
    after(health, [furnished() for _ in range(200)])
    moved = after(health, [furnished(shift=5) for _ in range(160)], begin=25.0)

    health.learn_anew()
    at_once = health.verdict(44.9)
    later = after(health, [furnished(shift=5) for _ in range(300)], begin=45.0)
    moved_again = after(health, [furnished() for _ in range(160)], begin=83.0)

    assert moved == moved_again == Verdict("invalid", "moved")
    assert (at_once, later) == (Verdict("ok"), Verdict("ok"))


def test_a_covered_camera_stays_covered_whatever_is_drawn() -> None:
    health = CameraHealth(5.0)
    after(health, [good() for _ in range(40)])
    after(health, [flat(90) for _ in range(100)], begin=5.0)

    health.learn_anew()

    assert health.verdict(17.4) == Verdict("invalid", "covered")


def test_less_light_is_no_movement() -> None:
    health = CameraHealth(5.0)
    after(health, [furnished() for _ in range(200)])

    assert after(health, [furnished(light=0.4) for _ in range(200)], begin=25.0) == Verdict("ok")


def test_too_few_pictures_are_slow() -> None:
    assert after(CameraHealth(5.0), [good() for _ in range(40)], fps=2.0) == Verdict("degraded", "slow")


def test_a_camera_that_went_away_is_invalid_not_quiet() -> None:
    health = CameraHealth(5.0)
    after(health, [good() for _ in range(40)])

    health.lost("missing")

    assert health.verdict(5.0) == Verdict("invalid", "missing")


def test_the_worst_counts() -> None:
    verdicts = [Verdict("ok"), Verdict("invalid", "dark"), Verdict("degraded", "slow")]

    assert worst(verdicts) == Verdict("invalid", "dark")
    assert worst([]) == Verdict("unknown", "missing")
