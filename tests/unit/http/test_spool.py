from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from edge.adapters.http.spool import Spool
from edge.domain.errors import BadInput, Unavailable


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def broken() -> AsyncIterator[bytes]:
    yield b"half"
    raise BadInput(code="broken_off")


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def aged(path: Path, hours: float) -> None:
    at = time.time() - hours * 3600
    os.utime(path, (at, at))


async def test_a_file_is_there_only_when_it_is_complete(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")

    with pytest.raises(BadInput):
        await spool.receive("a", broken())
    received = await spool.receive("b", pieces(b"on", b"e"))

    assert received.size == 3
    assert names(tmp_path / "spool") == ["b"]


async def test_old_files_and_forgotten_parts_go_and_young_ones_stay(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    await spool.receive("old", pieces(b"x"))
    await spool.receive("young", pieces(b"x"))
    (tmp_path / "old.token.part").write_bytes(b"x")
    aged(tmp_path / "old", 25)
    aged(tmp_path / "old.token.part", 25)
    aged(tmp_path / "young", 23)

    assert spool.prune(timedelta(days=1)) == 2
    assert names(tmp_path) == ["young"]


def test_there_is_nothing_to_prune_before_the_first_file(tmp_path: Path) -> None:
    assert Spool(tmp_path / "spool").prune(timedelta(0)) == 0


async def test_a_disk_that_does_not_take_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("in the way")

    with pytest.raises(Unavailable) as caught:
        await Spool(tmp_path / "spool").receive("a", pieces(b"x"))
    assert caught.value.code == "spool"
