"""How a text travels as SMS: what fits the 7-bit alphabet, and how many parts are billed (3GPP TS 23.038, 23.040)."""

from __future__ import annotations

import unicodedata

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€")  # two places each
_PLAIN = {"·": ".", "’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ", "ç": "c"}


def narrow(text: str) -> str:
    """Return *text* in the 7-bit alphabet where leaving accents off is all it takes, else as it is.

    One accent outside the alphabet would more than halve what a part holds: "está" becomes "esta", Arabic stays.
    """
    plain = "".join(_narrow(char) for char in text)
    return plain if _septets(plain) is not None else text


def parts(text: str) -> int:
    """Return how many parts *text* is billed as."""
    septets = _septets(text)
    if septets is not None:
        return 1 if septets <= 160 else -(-septets // 153)
    units = len(text.encode("utf-16-be")) // 2
    return 1 if units <= 70 else -(-units // 67)


def _narrow(char: str) -> str:
    if char in _BASIC or char in _EXTENDED:
        return char
    if char in _PLAIN:
        return _PLAIN[char]
    base = unicodedata.normalize("NFD", char)[0]
    return base if base in _BASIC else char


def _septets(text: str) -> int | None:
    if not all(char in _BASIC or char in _EXTENDED for char in text):
        return None
    return sum(2 if char in _EXTENDED else 1 for char in text)
