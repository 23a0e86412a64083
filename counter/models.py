"""The models that may run: listed in ``models/manifest.toml`` with their hash, and refused when a file differs."""

from __future__ import annotations

import hashlib
from pathlib import Path

from counter.detectors import DETECTORS
from edge.runtime.config import ConfigError, Section, from_tables, read_toml

MANIFEST = "manifest.toml"


class ModelError(Exception):
    """The model is missing or is not the file that was approved; a person has to put the right one there."""


class Origin(Section, frozen=True, kw_only=True):
    """Where the weights come from."""

    package: str
    sha256: str
    files: dict[str, str]  # path in the package → SHA-256
    made_by: str


class Card(Section, frozen=True, kw_only=True):
    """What a model is for, what it is not for, and how well it works."""

    purpose: str
    not_for: str
    trained_on: str
    figures: list[str]
    limits: list[str]


class Model(Section, frozen=True, kw_only=True):
    """One approved model."""

    file: str
    sha256: str
    kind: str
    classes: list[str]
    licences: list[str]
    origin: Origin
    card: Card


class Manifest(Section, frozen=True, kw_only=True):
    """All approved models by name."""

    model: dict[str, Model]


def approved_model(folder: Path, name: str) -> tuple[Model, Path]:
    """Return the model *name* of *folder* and its file, after checking the file's hash.

    Raises ``ModelError`` when it is not listed, absent, different, of an unknown kind or finds more than people.
    """
    try:
        manifest = from_tables(folder / MANIFEST, read_toml(folder / MANIFEST), Manifest)
    except ConfigError as exc:
        raise ModelError(str(exc)) from exc
    model = manifest.model.get(name)
    if model is None:
        raise ModelError(f"{folder / MANIFEST}: no model {name!r}; there is {', '.join(sorted(manifest.model))}")
    if model.kind not in DETECTORS:
        raise ModelError(f"{folder / MANIFEST}: {name}: no detector of kind {model.kind!r}")
    if model.classes != ["person"]:
        raise ModelError(f"{folder / MANIFEST}: {name}: only models that find nothing but people may run")
    file = folder / model.file
    try:
        found = hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as exc:
        raise ModelError(f"{file}: cannot be read: {exc.strerror}") from exc
    if found != model.sha256:
        raise ModelError(f"{file}: SHA-256 is {found}, the manifest says {model.sha256}: not the approved model")
    return model, file
