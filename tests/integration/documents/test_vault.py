"""The vault: nothing readable reaches the disk, and nothing that was changed, exchanged or cut off is opened."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.adapters.http.problems import TooLarge
from edge.adapters.http.vault import DocumentVault
from edge.adapters.sanitise import sealing
from edge.adapters.sanitise.sealing import PIECE, new_key, seal, sealed, unseal
from edge.domain.errors import NotFound, Unavailable

CANARY = b"CANARY-12345678Z " * 9000


def vault_in(folder: Path, limit: int = 20_000_000) -> DocumentVault:
    return DocumentVault(folder, limit=limit, sealed=sealing.sealed, seal=sealing.seal, unseal=sealing.unseal)


async def pieces(data: bytes, size: int) -> AsyncIterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]


async def streamed(data: bytes, size: int, key: str) -> bytes:
    return b"".join([part async for part in sealed(pieces(data, size), key, "doc")])


@given(st.integers(0, 3 * PIECE + 5), st.integers(1, 2 * PIECE))
def test_what_is_sealed_in_any_pieces_opens_again(length: int, size: int) -> None:
    data, key = os.urandom(length), new_key()

    assert unseal(asyncio.run(streamed(data, size, key)), key, "doc") == data


@pytest.mark.parametrize("change", ["bit", "cut", "swap", "name", "key", "head"])
def test_a_changed_file_is_not_opened(change: str) -> None:
    key, step = new_key(), PIECE + 16
    good = seal(os.urandom(3 * PIECE), key, "doc")
    head, body = good[:20], good[20:]
    broken = {
        "bit": good[:100] + bytes([good[100] ^ 1]) + good[101:],
        "cut": head + body[: 2 * step],
        "swap": head + body[step : 2 * step] + body[:step] + body[2 * step :],
        "head": b"O3D2" + good[4:],
    }.get(change, good)

    with pytest.raises(Unavailable):
        unseal(broken, new_key() if change == "key" else key, "other" if change == "name" else "doc")


def test_the_disk_never_holds_a_readable_byte_of_it(tmp_path: Path) -> None:
    vault, key, seen = vault_in(tmp_path), new_key(), []

    async def watched() -> AsyncIterator[bytes]:
        async for piece in pieces(CANARY, 7000):
            yield piece
            seen.extend(await asyncio.to_thread(lambda: [path.read_bytes() for path in tmp_path.iterdir()]))

    asyncio.run(vault.receive("doc", key, watched()))
    vault.replace("doc", key, CANARY + b"new")
    on_disk = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert vault.read("doc", key) == CANARY + b"new"
    assert any(seen)
    assert b"CANARY" not in on_disk + b"".join(seen)
    assert {oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()} == {"0o600"}


def test_what_is_too_large_or_broken_off_leaves_nothing(tmp_path: Path) -> None:
    vault = vault_in(tmp_path, limit=100_000)

    with pytest.raises(TooLarge):
        asyncio.run(vault.receive("doc", new_key(), pieces(bytes(400_000), 50_000)))

    assert list(tmp_path.iterdir()) == []
    with pytest.raises(NotFound):
        vault.read("doc", new_key())


def test_leftovers_go_and_what_is_wanted_stays(tmp_path: Path) -> None:
    vault, key = vault_in(tmp_path), new_key()
    for name in ("kept", "left", "fresh"):
        asyncio.run(vault.receive(name, key, pieces(b"x", 1)))
    (tmp_path / "left.abc.part").write_bytes(b"x")
    for name in ("kept", "left", "left.abc.part"):
        os.utime(tmp_path / name, (0, 0))

    gone = vault.keep_only({"kept"})

    assert gone == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fresh", "kept"]
    vault.wipe("kept")
    vault.wipe("kept")
