"""Writes what the code says about messages and configuration into ``docs/`` and ``config/schemas/``.

``./o360 docs`` writes, ``./o360 docs --check`` compares.
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import re
import sys
import typing
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec

import edge.contracts
from edge.adapters.http import openapi
from edge.contracts import asyncapi, wire
from edge.domain.retention import RULES
from tests.architecture import diagrams

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = {
    "architecture.md": ("states",),
    "configuration.md": ("programs", "documents"),
    "http.md": ("routes",),
    "mqtt.md": ("topics", "messages"),
    "reports.md": ("retention",),
}
PROGRAMS = {
    "edge": "edge.bootstrap.config:EdgeConfig",
    "central": "edge.central.config:CentralConfig",
    "counter": "counter.config:CounterSettings",
    "display": "kiosk.config:DisplayConfig",
    "bridge": "firmware_bridge.config:BridgeConfig",
}
SCHEMAS = ROOT / "config" / "schemas"

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

_BLOCK = "<!-- generated: {name} (./o360 docs) -->\n{text}<!-- end of generated: {name} -->"
_FIELD = re.compile(
    r"^    (?P<name>\w+): (?P<type>(?!ClassVar)[^=#]+?)(?: = (?P<default>[^#]+?))?(?:\s+# (?P<why>.*))?$", re.MULTILINE
)
_LITERAL = re.compile(r"Literal\[(.*)\]", re.DOTALL)


def messages() -> dict[str, type[msgspec.Struct]]:
    """Return every wire type of the contracts by name, in the order of modules and lines."""
    return {name: kind for name, kind in _structs().items() if issubclass(kind, wire.Message)}


def documents() -> dict[str, type[msgspec.Struct]]:
    """Return every part of a configuration document of the contracts by name: unknown keys are refused."""
    return {name: kind for name, kind in _structs().items() if kind.__struct_config__.forbid_unknown_fields}


def topic_table() -> str:
    """Return the table of all topics."""
    lines = ["| Topic | What | `edge.contracts.topics` |", "|---|---|---|"]
    lines += [f"| `{topic.address}` | {_plain(topic.text)} | `{topic.name}` |" for topic in asyncapi.every_topic()]
    return "\n".join(lines) + "\n"


def message_tables() -> str:
    """Return one section for every message: what it is and its fields."""
    return "\n".join(_section(kind) for kind in messages().values())


def document_tables() -> str:
    """Return one section for every part of an office's documents."""
    return "\n".join(_section(kind) for kind in documents().values())


def programs() -> dict[str, type[msgspec.Struct]]:
    """Return the boot configuration of every program by the name of its example file."""
    found = {}
    for name, place in PROGRAMS.items():
        module, _, attribute = place.partition(":")
        found[name] = getattr(importlib.import_module(module), attribute)
    return found


def program_tables() -> str:
    """Return one part for every program with its sections; a section that several share comes once, at the first."""
    text, seen = [], set[type[msgspec.Struct]]()
    for name, root in programs().items():
        text.append(f"### {name}\n\n`config/programs/{name}.example.toml`\n")
        sections = [kind for kind in _parts_of(root) if kind not in seen]
        seen |= set(sections)
        text += [_section(kind).replace("### ", "#### ", 1) for kind in sections]
    return "\n".join(text)


def retention_table() -> str:
    """Return the list of what is kept for how long."""
    lines = ["| what | kept | since | why |", "|---|---|---|---|"]
    for rule in RULES:
        time = f"{rule.keeps // DAY} days" if rule.keeps > 2 * DAY else f"{rule.keeps // HOUR} hours"
        kept = ", ".join([*([time] if rule.keeps else ["until then"]), *(["at once"] if rule.soon else [])])
        lines.append(f"| `{rule.what}` | {kept} | {rule.since} | {rule.law} |")
    return "\n".join(lines) + "\n"


def schemas() -> dict[str, str]:
    """Return the JSON Schemas by file name: buses, messages, documents of an office, the file of every program."""
    return {
        "messages.json": _schema("Messages: a reader ignores fields that it does not know", messages()),
        "asyncapi.json": json.dumps(asyncapi.document(), indent=2, ensure_ascii=False) + "\n",
        "documents.json": _schema("Documents of an office: an unknown key is refused", documents()),
    } | {
        f"{name}.json": _schema(f"Configuration of {name}: an unknown key is refused", {kind.__name__: kind}, kind)
        for name, kind in programs().items()
    }


def page(name: str, old: str) -> str:
    """Return *old*, the page *name*, with its generated parts written again."""
    makers = {
        "topics": topic_table,
        "messages": message_tables,
        "programs": program_tables,
        "documents": document_tables,
        "routes": openapi.tables,
        "states": diagrams.states,
        "retention": retention_table,
    }
    for part in PAGES[name]:
        old = _replaced(old, part, makers[part]())
    return old


def outdated() -> Iterator[Path]:
    """Yield the files that are not what the contracts say."""
    for name in PAGES:
        old = (DOCS / name).read_text("utf-8")
        if page(name, old) != old:
            yield DOCS / name
    for name, text in schemas().items():
        file = SCHEMAS / name
        if not file.exists() or file.read_text("utf-8") != text:
            yield file


def main(arguments: list[str]) -> int:
    """Write or compare; return the exit code."""
    if arguments == ["--check"]:
        old = [str(path.relative_to(ROOT)) for path in outdated()]
        print("\n".join(f"{path}: not current, run ./o360 docs" for path in old) or "generated documents are current")
        return 1 if old else 0
    for name in PAGES:
        (DOCS / name).write_text(page(name, (DOCS / name).read_text("utf-8")), "utf-8")
    SCHEMAS.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (SCHEMAS / name).write_text(text, "utf-8")
    return 0


def _structs() -> dict[str, type[msgspec.Struct]]:
    found: dict[str, type[msgspec.Struct]] = {}
    for info in sorted(pkgutil.iter_modules(edge.contracts.__path__), key=lambda info: info.name):
        module = importlib.import_module(f"edge.contracts.{info.name}")
        kinds = [kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]
        found |= {kind.__name__: kind for kind in kinds if kind.__module__ == module.__name__}
    del found[wire.Message.__name__]
    return found


def _parts_of(kind: type[msgspec.Struct]) -> list[type[msgspec.Struct]]:
    found = [kind]
    for hint in typing.get_type_hints(kind).values():
        for part in _structs_in(hint):
            found += [one for one in _parts_of(part) if one not in found]
    return found


def _structs_in(hint: object) -> list[type[msgspec.Struct]]:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return [hint]
    return [kind for argument in typing.get_args(hint) for kind in _structs_in(argument)]


def _schema(title: str, kinds: dict[str, type[msgspec.Struct]], root: type[msgspec.Struct] | None = None) -> str:
    _, defs = msgspec.json.schema_components(kinds.values(), ref_template="#/$defs/{name}")
    for kind in defs.values():
        if "description" in kind:
            kind["description"] = inspect.cleandoc(kind["description"])  # Python 3.13 does so itself
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
    if root is not None:
        head["$ref"] = f"#/$defs/{root.__name__}"
    return json.dumps({**head, "$defs": dict(sorted(defs.items()))}, indent=2, ensure_ascii=False) + "\n"


def _section(kind: type[msgspec.Struct]) -> str:
    lines = [
        f"### {kind.__name__}",
        "",
        _plain(inspect.getdoc(kind) or ""),
        "",
        "| Field | Type | Meaning |",
        "|---|---|---|",
    ]
    if tag := kind.__struct_config__.tag:
        lines.append(f"| `{kind.__struct_config__.tag_field}` | always | `{tag}` |")
    for field in _FIELD.finditer(inspect.getsource(kind)):
        optional = "" if field["default"] is None else f"; default `{field['default']}`"
        lines.append(f"| `{field['name']}` | `{_type(field['type'])}`{optional} | {field['why'] or ''} |")
    return "\n".join(lines).replace(" |  |", " | |") + "\n"


def _type(text: str) -> str:
    return _LITERAL.sub(r"\1", text).replace("|", "\\|")


def _plain(docstring: str) -> str:
    return " ".join(docstring.split()).replace("``", "`").replace("|", "\\|")


def _replaced(old: str, name: str, text: str) -> str:
    start = re.escape(f"<!-- generated: {name} ")
    end = re.escape(f"<!-- end of generated: {name} -->")
    new, count = re.subn(f"{start}.*?{end}", lambda _: _BLOCK.format(name=name, text=text), old, flags=re.DOTALL)
    if count != 1:
        raise ValueError(f"there is no single part {name!r}")
    return new


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
