from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from counter.models import MANIFEST, ModelError, approved_model
from edge.runtime.resources import models_dir

NAME = "person_nanodet_g"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(models_dir(), tmp_path / "models")
    return tmp_path / "models"


def change(folder: Path, old: str, new: str) -> None:
    text = (folder / MANIFEST).read_text("utf-8")
    assert old in text
    (folder / MANIFEST).write_text(text.replace(old, new), "utf-8")


def test_the_shipped_model_is_the_approved_one() -> None:
    model, file = approved_model(models_dir(), NAME)

    assert model.classes == ["person"]
    assert file.is_file()
    assert model.licences
    assert all((models_dir() / licence).is_file() for licence in model.licences)


def test_a_changed_file_is_refused(folder: Path) -> None:
    data = bytearray((folder / f"{NAME}.onnx").read_bytes())
    data[-1] ^= 1
    (folder / f"{NAME}.onnx").write_bytes(data)

    with pytest.raises(ModelError, match="not the approved model"):
        approved_model(folder, NAME)


def test_a_missing_file_is_refused(folder: Path) -> None:
    (folder / f"{NAME}.onnx").unlink()

    with pytest.raises(ModelError, match="No such file"):
        approved_model(folder, NAME)


def test_a_model_that_finds_more_than_people_is_refused(folder: Path) -> None:
    change(folder, 'classes = ["person"]', 'classes = ["person", "face"]')

    with pytest.raises(ModelError, match="nothing but people"):
        approved_model(folder, NAME)


def test_an_unknown_detector_is_refused(folder: Path) -> None:
    change(folder, 'kind = "nanodet_g"', 'kind = "other"')

    with pytest.raises(ModelError, match="no detector of kind"):
        approved_model(folder, NAME)


def test_an_unlisted_model_is_refused_with_what_there_is(folder: Path) -> None:
    with pytest.raises(ModelError, match=f"there is {NAME}"):
        approved_model(folder, "other")


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such file"):
        approved_model(tmp_path, NAME)
