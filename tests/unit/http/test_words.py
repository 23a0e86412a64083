from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.adapters.http.words import Words, minutes
from edge.domain.assistant.world import Due
from edge.domain.attention import REASONS
from edge.domain.grace import PRIORITIES
from edge.domain.waiting import Estimate
from edge.runtime.i18n import Messages
from edge.runtime.resources import config_dir
from edge.services.wording import call_hours

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TEXTS = Messages.load(config_dir() / "messages")


@pytest.fixture
def words() -> Words:
    return Words(TEXTS, "en", ZoneInfo("Europe/Madrid"))


def span(low: float, high: float) -> Estimate:
    middle, late = (low + high) / 2, high
    return Estimate(*(timedelta(minutes=m) for m in (middle, low, high, late)))


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0, 3, "less than 5 min"),
        (7, 12, "5 to 15 min"),
        (130, 175, "2 to 3 hours"),
        (10, 10, "10 to 15 min"),
        (0, 94, "less than 1 h 35 min"),
        (22, 95, "more than 20 min"),
        (130, 245, "more than 2 h"),
    ],
)
def test_a_wait_is_said_as_a_range_in_steps(words: Words, low: float, high: float, said: str) -> None:
    assert words.between(*minutes(span(low, high))) == said


def test_the_hours_of_the_call_are_on_the_offices_clock(words: Words) -> None:
    assert words.clock_range(span(10, 20), NOW) == "Between 09:10 and 09:20"


def test_without_an_open_desk_no_wait_is_promised(words: Words) -> None:
    assert (words.call_time(None, NOW, ahead=0), words.clock_range(None, NOW)) == ("", "")


def test_whoever_is_next_is_called_right_away_and_others_are_not(words: Words) -> None:
    wait = span(0, 8)

    assert words.call_time(wait, NOW, ahead=0) == words.offered(0, 10, waiting=0) == "right away"
    assert words.call_time(wait, NOW, ahead=1) == "Between 09:00 and 09:10"
    assert words.offered(0, 25, waiting=0) == "less than 25 min"


def test_hours_too_far_apart_to_plan_with_are_said_by_one_side(words: Words) -> None:
    assert words.clock_range(span(20, 95), NOW) == "From 09:20 on"
    assert words.clock_range(span(0, 95), NOW) == "Before 10:35"


@pytest.mark.parametrize(
    ("low", "high", "shown", "by"),
    [
        (3, 18, "Between 09:00 and 09:20", ""),
        (0, 94, "Before 10:35", ""),
        (20, 95, "From 09:20 on", "Count on it being before 10:35"),
    ],
)
def test_one_limit_is_said_once(words: Words, low: float, high: float, shown: str, by: str) -> None:
    wait = span(low, high)

    assert words.call_time(wait, NOW, ahead=4) == shown
    assert words.announced(wait, NOW, ahead=4) == by


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(hours=2), "today at 11:00"),
        (timedelta(days=1), "tomorrow at 09:00"),
        (timedelta(days=4), "Friday 27/11 at 09:00"),
    ],
)
def test_moments_are_said_as_people_say_them(words: Words, ahead: timedelta, said: str) -> None:
    assert words.when(NOW + ahead, NOW) == said


@pytest.mark.parametrize(
    ("count", "said"), [(0, "Nobody is ahead of you"), (1, "1 person ahead of you"), (7, "7 people ahead of you")]
)
def test_people_are_counted_in_words(words: Words, count: int, said: str) -> None:
    assert words.people(count) == said


@given(st.lists(st.integers(0, 40_000), min_size=3, max_size=3).map(sorted))
def test_the_range_that_is_shown_holds_the_estimate(seconds: list[int]) -> None:
    low_s, expected_s, high_s = (timedelta(seconds=value) for value in seconds)
    wait = Estimate(expected=expected_s, low=low_s, high=high_s, announced=high_s)

    low, high = minutes(wait)

    assert timedelta(minutes=low) <= wait.low <= wait.high <= timedelta(minutes=high)
    assert low < high
    assert low % 5 == high % 5 == 0


def test_who_asked_for_more_time_is_told_no_earlier_hour_than_before(words: Words) -> None:
    later = NOW + timedelta(minutes=10)

    assert words.call_time(span(32, 150), NOW, ahead=6, not_before=later) == "From 09:30 on"
    assert words.call_time(span(2, 8), NOW, ahead=0, not_before=later) == "Between 09:10 and 09:15"
    assert words.announced(span(32, 70), NOW, ahead=6, not_before=NOW + timedelta(minutes=35)) == ""
    assert words.announced(span(32, 150), NOW, ahead=6, not_before=later) == "Count on it being before 11:30"
    assert words.call_time(None, NOW, ahead=0, not_before=later) == ""


@pytest.mark.parametrize("language", ["es", "ca", "en", "ar"])
def test_every_reason_for_an_order_of_calling_has_words(language: str) -> None:
    words = Words(TEXTS, language, ZoneInfo("Europe/Madrid"))

    said = [words.override(reason) for reason in (*PRIORITIES, *REASONS)]

    assert not set(said) & {*PRIORITIES, *REASONS}
    assert words.override("something new") == "something new"


@given(
    low=st.floats(0, 200),
    width=st.floats(0, 200),
    ahead=st.integers(0, 3),
    pause=st.none() | st.floats(1, 30),
)
def test_the_assistant_tells_the_hours_that_the_page_tells(
    low: float, width: float, ahead: int, pause: float | None
) -> None:
    words, estimate = Words(TEXTS, "en", ZoneInfo("Europe/Madrid")), span(low, low + width)
    until = None if pause is None else NOW + timedelta(minutes=pause)

    due, start, end = call_hours(estimate, NOW, ahead=ahead, not_before=until)

    told = {
        Due.SOON: words.say("portal.wait.soon"),
        Due.BETWEEN: words.say("portal.wait.clock", start=words.time(start), end=words.time(end)),
        Due.FROM: words.say("portal.wait.from", start=words.time(start)),
        Due.BEFORE: words.say("portal.wait.before", end=words.time(end)),
    }
    assert words.call_time(estimate, NOW, ahead=ahead, not_before=until) == told[due]
    assert call_hours(None, NOW, ahead=ahead)[0] is Due.UNKNOWN
