"""The words by which people say what they mean, of all languages together, and how text is compared with them.

People mix languages, forget accents and mistype: everything is compared without case and accents, and a long word may
differ in a letter or in its ending. Nothing is learned and nothing is guessed beyond that: what is not understood is
asked again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

LONGEST_TEXT = 500  # characters that are looked at
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_SAME_STEM, _SAME_WORD = 5, 0.84  # letters in common at the beginning; ratio of Ratcliff and Obershelp


def plain(text: str) -> str:
    """Return *text* as it is compared: no case, no accents, no vowel marks, no control characters."""
    spread = unicodedata.normalize("NFKD", text[:LONGEST_TEXT].casefold())
    return "".join(c for c in spread if not unicodedata.combining(c) and (c.isprintable() or c.isspace()))


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of *text* as they are compared."""
    return tuple(_WORD.findall(plain(text)))


@lru_cache(maxsize=4096)
def likeness(said: str, known: str) -> float:
    """Return how far two words are the same: 1, a little less for another ending or a slip, else 0."""
    if said == known:
        return 1.0
    if is_form_of(said, known):
        return 0.85
    is_slip = min(len(said), len(known)) >= _SAME_STEM and _may_be_alike(said, known)
    return 0.7 if is_slip and SequenceMatcher(None, said, known).ratio() >= _SAME_WORD else 0.0


def is_form_of(said: str, known: str) -> bool:
    """Whether two words are the same, at most with another ending."""
    if said == known:
        return True
    shorter = min(len(said), len(known))
    if shorter < _SAME_STEM or said[:_SAME_STEM] != known[:_SAME_STEM]:
        return False
    return said[: shorter - 2] == known[: shorter - 2]


def _may_be_alike(said: str, known: str) -> bool:
    """Whether the ratio can be large enough at all: a bound that costs a hundredth of the ratio itself."""
    there, here = set(said), set(known)
    common = min(len(said) - len(there - here), len(known) - len(here - there))
    return 2 * common >= _SAME_WORD * (len(said) + len(known))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Concept -> its words and phrases, by language."""

    phrases: Mapping[str, Mapping[str, tuple[str, ...]]]  # language -> concept -> phrases

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages that it knows."""
        return tuple(self.phrases)

    def first(self, text: str, among: Iterable[str]) -> str:
        """Return the first of the concepts *among* that *text* means, "" for none."""
        said = words_of(text)
        return next((c for c in among if any(self._has(said, phrase) for phrase in self._of(c))), "")

    def without(self, text: str, concept: str) -> str:
        """Return the words of *text* that are none of *concept*: "what documents for ...?" names no document."""
        known = {word for phrase in self._of(concept) for word in words_of(phrase)}
        return " ".join(word for word in words_of(text) if word not in known)

    def cut(self, text: str, concept: str) -> str:
        """Return *text* without the phrases of *concept*: "mañana por la mañana" keeps one "mañana"."""
        said = list(words_of(text))
        for wanted in sorted((words_of(phrase) for phrase in self._of(concept)), key=len, reverse=True):
            for n in range(len(said) - len(wanted), -1, -1):
                if wanted and tuple(said[n : n + len(wanted)]) == wanted:
                    del said[n : n + len(wanted)]
        return " ".join(said)

    def only(self, text: str, concepts: Iterable[str]) -> bool:
        """Whether every word of *text* belongs to one of the *concepts*."""
        known = {word for concept in concepts for phrase in self._of(concept) for word in words_of(phrase)}
        said = words_of(text)
        return bool(said) and known.issuperset(said)

    def near(self, word: str, concept: str) -> bool:
        """Whether *word* is one of the words of *concept*, or like one."""
        known = {one for phrase in self._of(concept) for one in words_of(phrase)}
        return any(likeness(word, one) > 0 for one in known)

    def language_of(self, text: str, offered: Iterable[str], present: str) -> str:
        """Return in which of the languages *offered* the text is written; the *present* one when nothing tells."""
        languages = list(offered)
        if _ARABIC.search(text) and "ar" in languages:
            return "ar"
        said = set(words_of(text))
        score = {language: len(said & self._vocabulary(language)) for language in languages}
        best = max(languages, key=lambda language: (score[language], language == present), default=present)
        return best if score.get(best, 0) > score.get(present, 0) else present

    def _of(self, concept: str) -> Iterable[str]:
        for table in self.phrases.values():
            yield from table.get(concept, ())

    def _vocabulary(self, language: str) -> set[str]:
        return {word for phrase in self.phrases.get(language, {}).get("language", ()) for word in words_of(phrase)}

    @staticmethod
    def _has(said: tuple[str, ...], phrase: str) -> bool:
        """Whether the words of *phrase* follow each other in what was *said*."""
        wanted = words_of(phrase)
        size = len(wanted)
        return size > 0 and any(
            all(is_form_of(a, b) for a, b in zip(said[n : n + size], wanted, strict=True))
            for n in range(len(said) - size + 1)
        )
