"""Reads the text exposition format of Prometheus 0.0.4 and refuses what the format does not allow."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
Key = tuple[tuple[str, str], ...]


@dataclass
class Family:
    """One family."""

    kind: str = ""
    about: str = ""
    samples: dict[Key, float] = field(default_factory=dict)


def parse(text: str) -> dict[str, Family]:
    """Return the families of *text*; raise ``ValueError`` for anything that is not the format."""
    if text and not text.endswith("\n"):
        raise ValueError("the last line does not end")
    families: dict[str, Family] = {}
    for line in text.split("\n")[:-1]:
        if line.startswith("# HELP "):
            name, _, about = line.removeprefix("# HELP ").partition(" ")
            if name in families:
                raise ValueError(f"{name} twice")
            families[name] = Family(about=_plain(about, quotes=False))
        elif line.startswith("# TYPE "):
            name, _, kind = line.removeprefix("# TYPE ").partition(" ")
            if kind not in {"gauge", "counter"} or families[name].samples or families[name].kind:
                raise ValueError(line)
            families[name].kind = kind
        else:
            _sample(families, line)
    return families


def _sample(families: dict[str, Family], line: str) -> None:
    match = _NAME.match(line)
    if match is None or match[0] not in families:
        raise ValueError(f"no family: {line}")
    rest, labels = line[match.end() :], []
    if rest.startswith("{"):
        rest = rest[1:]
        while not rest.startswith("}"):
            label, rest = rest.split('="', 1)
            if not _NAME.fullmatch(label):
                raise ValueError(f"bad label {label!r}")
            end = _closing(rest)
            labels.append((label, _plain(rest[:end], quotes=True)))
            rest = rest[end + 1 :].removeprefix(",")
        rest = rest[1:]
    if not rest.startswith(" "):
        raise ValueError(f"no value: {line}")
    key = tuple(labels)
    if key in families[match[0]].samples:
        raise ValueError(f"told twice: {line}")
    families[match[0]].samples[key] = float(rest[1:])


def _closing(text: str) -> int:
    at = 0
    while text[at] != '"':
        at += 2 if text[at] == "\\" else 1
    return at


def _plain(text: str, *, quotes: bool) -> str:
    found, at = [], 0
    known = {"\\": "\\", "n": "\n"} | ({'"': '"'} if quotes else {})
    while at < len(text):
        if text[at] == "\\":
            found.append(known[text[at + 1]])
            at += 2
        else:
            found.append(text[at])
            at += 1
    return "".join(found)
