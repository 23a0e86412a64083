"""Journeys saved by video, from nothing but which visits belong together."""

from __future__ import annotations

from datetime import timedelta

import pytest

from edge.domain.cases import FOLLOWED_BY, CaseVisit, saved
from tests.fixtures.clocks import MONDAY_MORNING as NOW

END = NOW + timedelta(hours=12)
VIDEO = CaseVisit("v", "t", "video", NOW)


def came(after: timedelta, token: str = "t") -> CaseVisit:
    return CaseVisit("p", token, "presencial", NOW + after)


def test_a_video_visit_that_nobody_had_to_follow_saved_a_journey() -> None:
    assert saved([VIDEO], NOW, END) == (1, 1)


@pytest.mark.parametrize(
    ("visit", "journeys"),
    [
        (came(timedelta(minutes=1)), 0),
        (came(FOLLOWED_BY), 0),
        (came(FOLLOWED_BY + timedelta(seconds=1)), 1),
        (came(-timedelta(minutes=1)), 1),  # came before: that journey could not be saved
        (came(timedelta(days=1), token="other"), 1),
        (CaseVisit("v2", "t", "video", NOW + timedelta(days=1)), 1),
    ],
)
def test_only_a_later_visit_of_the_same_case_undoes_it(visit: CaseVisit, journeys: int) -> None:
    assert saved([VIDEO, visit], NOW, END) == (1, journeys)


def test_somebody_with_two_addresses_is_counted_once() -> None:
    both = [VIDEO, CaseVisit("v", "u", "video", NOW)]

    assert saved(both, NOW, END) == (1, 1)
    assert saved([*both, came(timedelta(days=1), token="u")], NOW, END) == (1, 0)


def test_visits_of_other_days_are_not_of_this_one() -> None:
    assert saved([CaseVisit("v", "t", "video", END)], NOW, END) == (0, 0)
