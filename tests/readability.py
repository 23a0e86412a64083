"""How easy a text reads: INFLESZ for Spanish (Szigriszt-Pazos 1993, scale of Barrio-Cantalejo 2008), sentence lengths.

INFLESZ = 206.835 - 62.3 x syllables / words - words / sentences; from 65 on a text is "quite easy". A sentence ends
with a full stop, a question mark, an exclamation mark or a line; a colon ends none, so that the figure is never
flattered. A placeholder stands for one word of three syllables.
"""

from __future__ import annotations

import re
from itertools import pairwise

_PLACEHOLDER = re.compile(r"\{[^}]*\}")
_END = re.compile(r"[.?!…\n]+")
_WORD = re.compile(r"[^\W_]+(?:['’·-][^\W_]+)*")
_VOWELS = re.compile("[aeiouáéíóúü]+")
_STRONG, _BREAKS = frozenset("aeoáéó"), frozenset("íú")


def sentences(text: str) -> list[list[str]]:
    """Return the words of each sentence of *text*."""
    filled = _PLACEHOLDER.sub("palabra", text)
    return [words for part in _END.split(filled) if (words := _WORD.findall(part))]


def syllables(word: str) -> int:
    """Return how many syllables a Spanish *word* has: vowels in a row are one, but for a hiatus."""
    plain = re.sub(r"([qg])u(?=[eiéí])", r"\1", word.lower())
    plain = re.sub(r"y$", "i", plain)
    return max(1, sum(1 + _hiatuses(vowels) for vowels in _VOWELS.findall(plain)))


def inflesz(texts: list[str]) -> float:
    """Return the INFLESZ of *texts* together."""
    found = [words for text in texts for words in sentences(text)]
    count = sum(map(len, found))
    spoken = sum(syllables(word) for words in found for word in words)
    return 206.835 - 62.3 * spoken / count - count / len(found)


def _hiatuses(vowels: str) -> int:
    return sum((a in _STRONG and b in _STRONG) or a in _BREAKS or b in _BREAKS for a, b in pairwise(vowels))
