"""From what somebody wrote to what they mean: a service, a day, an hour, a code, yes or no."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from edge.domain.assistant.lexicon import Lexicon, likeness, plain, words_of
from edge.domain.assistant.world import Topic

SURE, MAYBE = 0.7, 0.35  # of the weight of the best service's words
LEAD = 0.25  # by which the best must be ahead of the second
_DATE = re.compile(r"\b(\d{1,2})\s*[/.-]\s*(\d{1,2})(?:\s*[/.-]\s*(\d{2,4}))?\b")
_DAY_OF = re.compile(r"\b(\d{1,2})(?:\s+(?:de|d|of))?\s+([^\W\d_]+)")
_TIME = re.compile(r"\b([01]?\d|2[0-3])\s*(?:[:.h]\s*([0-5]\d))?\b")
_EASTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_CODE = re.compile(r"\b(\d[\s-]?){5}\d\b")
_SMALL = 3  # a shorter word says nothing about a service
_ARTICLE = re.compile("^(?:ال|وال|بال|لل)(?=[\u0600-\u06ff]{3})")  # people leave it out or put it in
MORNING, AFTERNOON = "morning", "afternoon"
NOON = 14  # o'clock: before lunch is morning here


@dataclass(frozen=True, slots=True)
class Hint:
    """What a sentence says about when and how, beside the service that it names."""

    day: date | None = None
    part: str = ""
    mode: str = ""


def services_in(text: str, topics: Sequence[Topic], literal: Callable[[str], bool] = lambda _: False) -> list[Topic]:
    """Return the services that *text* may mean, the likeliest first: one when it is sure, up to three to choose from.

    A word counts as much as few services have it ("family" tells more than "certificate"): inverse frequency. A
    *literal* word means a service only as it is written: no other word is like it.
    """
    said = [_bare(word) for word in words_of(text) if len(word) >= _SMALL]
    vocabularies = [_vocabulary(topic) for topic in topics]
    spread = Counter(word for vocabulary in vocabularies for word in vocabulary)
    strict = {word for word in said if literal(word)}

    def alike(word: str, known: str) -> float:
        return float(word == known) if word in strict else likeness(word, known)

    scored = []
    for topic, vocabulary in zip(topics, vocabularies, strict=True):
        score = sum(max((alike(w, known) / spread[known] for known in vocabulary), default=0.0) for w in said)
        scored.append((score, topic))
    ranked = sorted((pair for pair in scored if pair[0] >= MAYBE), key=lambda pair: -pair[0])
    if ranked and ranked[0][0] >= SURE and (len(ranked) == 1 or ranked[0][0] - ranked[1][0] >= LEAD):
        return [ranked[0][1]]
    return [topic for _, topic in ranked[:3]]


def hint_in(text: str, today: date, lexicon: Lexicon) -> Hint:
    """Return the day, its part and the modality that *text* names."""
    part = lexicon.first(text, (MORNING, AFTERNOON))
    return Hint(day_in(text, today, lexicon), part, lexicon.first(text, ("video", "presencial")))


def day_in(text: str, today: date, lexicon: Lexicon) -> date | None:
    """Return the day that *text* names: today, a weekday, 24/11, 24 de noviembre. A day without a year is to come."""
    found = _date_in(text, today, lexicon)
    if found:
        return found
    text = lexicon.cut(text, MORNING)  # "por la mañana" is no "mañana"
    ahead = lexicon.first(text, ["day_after_tomorrow", "today", "tomorrow"])
    if ahead:
        return today + timedelta(days={"today": 0, "tomorrow": 1, "day_after_tomorrow": 2}[ahead])
    weekday = lexicon.first(text, [f"weekday_{n}" for n in range(7)])
    if weekday:
        return today + timedelta(days=(int(weekday.removeprefix("weekday_")) - today.weekday() - 1) % 7 + 1)
    return None


def in_part(hours: Sequence[datetime], part: str) -> list[datetime]:
    """Return those of the local *hours* that are in a *part* of the day; all of them for ""."""
    return [at for at in hours if not part or (at.hour < NOON) is (part == MORNING)]


def _date_in(text: str, today: date, lexicon: Lexicon) -> date | None:
    wanted = plain(text).translate(_EASTERN)
    if found := _DATE.search(wanted):
        return _coming(int(found[1]), int(found[2]), found[3], today)
    for number, word in _DAY_OF.findall(wanted):
        month = lexicon.first(word, [f"month_{n}" for n in range(1, 13)])
        if month:
            return _coming(int(number), int(month.removeprefix("month_")), "", today)
    return None


def hour_in(text: str, hours: Sequence[datetime]) -> list[datetime]:
    """Return which of the local *hours* the text means: that time, or all of that hour; "5" is also 17."""
    found = _TIME.search(plain(text).translate(_EASTERN))
    if found is None:
        return []
    hour, minute = int(found[1]), found[2]
    if minute is not None:
        wanted = time(hour, int(minute))
        return [at for at in hours if at.time() in (wanted, time((hour + 12) % 24, wanted.minute))][:1]
    same = [at for at in hours if at.hour == hour]
    return same or [at for at in hours if at.hour == hour + 12]


def code_in(text: str) -> str:
    """Return the six digits in *text*, "" for none."""
    found = _CODE.search(text.translate(_EASTERN))
    return re.sub(r"\D", "", found[0]) if found else ""


def number_in(text: str) -> int:
    """Return the number that is all of *text*, 0 otherwise: an option by its place."""
    digits = text.strip().rstrip(".)").translate(_EASTERN)
    return int(digits) if digits.isdecimal() and len(digits) <= 2 else 0


def _vocabulary(topic: Topic) -> frozenset[str]:
    texts = (*topic.names.values(), *topic.words)
    return frozenset(_bare(word) for text in texts for word in words_of(text) if len(word) >= _SMALL)


def _bare(word: str) -> str:
    return _ARTICLE.sub("", word)


def _coming(day: int, month: int, year: str, today: date) -> date | None:
    try:
        if year:
            return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
        this_year = date(today.year, month, day)
        return this_year if this_year >= today else date(today.year + 1, month, day)
    except ValueError:
        return None
