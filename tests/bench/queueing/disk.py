"""A disk on which a flush takes as long as on an appliance, for every SQLite database that this process opens.

A virtual machine whose host caches answers a flush in microseconds: whoever measures there compares no durable servers.
So both sides of a bench get the same disk: the flush is carried out, and answered after *flush_ms* at the earliest. The
shim stands in SQLite's own table of file methods (https://www.sqlite.org/c3ref/io_methods.html) and needs no compiler.
"""

from __future__ import annotations

import ctypes
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_void_p
from pathlib import Path

APPLIANCE_FLUSH_MS = 4.0  # what WAL with FULL took on ext4 in the field study; SD cards take longer
_METHODS = 18  # function pointers of version 3

_Sync = CFUNCTYPE(c_int, c_void_p, c_int)


class _Io(Structure):
    _fields_ = (("version", c_int), ("methods", c_void_p * _METHODS))


_SYNC = 4  # xClose, xRead, xWrite, xTruncate, xSync
# The name is handed on as the address that it is: SQLite keeps it, and a copy of ours would be gone.
_Open = CFUNCTYPE(c_int, c_void_p, c_void_p, POINTER(POINTER(_Io)), c_int, c_void_p)


class _Vfs(Structure):
    _fields_ = (
        ("version", c_int),
        ("file_bytes", c_int),
        ("longest_path", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("open", c_void_p),
    )


_kept: list[object] = []  # what SQLite calls must not be collected


def slow(flush_ms: float) -> None:
    """Let every flush of databases opened from now on take *flush_ms* at least; once in a process."""
    library = ctypes.CDLL("libsqlite3.so.0")
    library.sqlite3_vfs_find.restype = POINTER(_Vfs)
    vfs = library.sqlite3_vfs_find(None).contents
    real_open, tables = _Open(vfs.open), {}

    def opened(place: int, name: int, file: object, flags: int, out: int) -> int:
        code = real_open(place, name, file, flags, out)
        pointer = file[0]  # type: ignore[index]
        if code == 0 and pointer:
            address = ctypes.addressof(pointer.contents)
            if address not in tables:
                tables[address] = _table(pointer.contents, flush_ms / 1000)
            file[0] = ctypes.pointer(tables[address])  # type: ignore[index]
        return int(code)

    callback = _Open(opened)
    _kept.extend((callback, tables, real_open))
    vfs.open = ctypes.cast(callback, c_void_p)


def _table(real: _Io, least_s: float) -> _Io:
    table = _Io(real.version, real.methods)
    real_sync = _Sync(real.methods[_SYNC])

    def sync(file: int, flags: int) -> int:
        begun = time.perf_counter()
        code = real_sync(file, flags)
        left = begun + least_s - time.perf_counter()
        if left > 0:
            time.sleep(left)
        return int(code)

    callback = _Sync(sync)
    _kept.extend((callback, real_sync))
    table.methods[_SYNC] = ctypes.cast(callback, c_void_p).value
    return table


def commit_ms(times: int = 60) -> float:
    """Return the median time of a durable commit of one small row in this process, in ms."""
    laps = []
    with (
        tempfile.TemporaryDirectory(prefix="o360-disk-") as folder,
        closing(sqlite3.connect(Path(folder) / "x.db", isolation_level=None)) as db,
    ):
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = full")
        db.execute("create table x (id integer primary key)")
        for _ in range(times):
            begun = time.perf_counter()
            db.execute("insert into x default values")
            laps.append((time.perf_counter() - begun) * 1000)
    return statistics.median(laps)
