"""Ties the hands of this process before it looks at a stranger's file: limits, namespaces, a filter of system calls.

The filter is a list of what is allowed (seccomp-bpf, Linux 3.5): memory, the two pipes, threads of its own. No file can
be opened, no socket made, no program started, whatever the file does to the library that reads it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import struct
from collections.abc import Mapping
from types import MappingProxyType

# name -> (x86-64, arm64)
_ALLOWED: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "read": (0, 63),
        "write": (1, 64),
        "close": (3, 57),
        "fstat": (5, 80),
        "lseek": (8, 62),
        "mmap": (9, 222),
        "mprotect": (10, 226),
        "munmap": (11, 215),
        "brk": (12, 214),
        "rt_sigaction": (13, 134),
        "rt_sigprocmask": (14, 135),
        "rt_sigreturn": (15, 139),
        "sched_yield": (24, 124),
        "mremap": (25, 216),
        "madvise": (28, 233),
        "nanosleep": (35, 101),
        "getpid": (39, 172),
        "exit": (60, 93),
        "getrusage": (98, 165),
        "sysinfo": (99, 179),
        "sigaltstack": (131, 132),
        "gettid": (186, 178),
        "futex": (202, 98),
        "sched_getaffinity": (204, 123),
        "clock_gettime": (228, 113),
        "clock_nanosleep": (230, 115),
        "exit_group": (231, 94),
        "tgkill": (234, 131),
        "set_robust_list": (273, 99),
        "getrandom": (318, 278),
        "membarrier": (324, 283),
        "rseq": (334, 293),
    }
)
_CLONE, _CLONE3 = (56, 220), (435, 435)
_CLONE_THREAD = 0x0001_0000
_ARCH = {"x86_64": (0, 0xC000_003E), "aarch64": (1, 0xC000_00B7)}

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NR, _ARCH_AT, _FIRST_ARGUMENT = 0, 4, 16
_ALLOW, _REFUSE, _KILL = 0x7FFF_0000, 0x0005_0000, 0x8000_0000
_X32 = 0x4000_0000
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_NEW_USER, _NEW_NET, _NEW_IPC, _NEW_UTS = 0x1000_0000, 0x4000_0000, 0x0800_0000, 0x0400_0000


class _Program(ctypes.Structure):
    _fields_ = (("len", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def limit(*, memory: int, cpu_s: int) -> None:
    """Bound what this process may use: bytes of memory, seconds of computing; it can write no file."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def leave_the_network() -> bool:
    """Move into a network of its own with nobody in it; False where the machine does not let it (the filter holds)."""
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.unshare(_NEW_USER | _NEW_NET | _NEW_IPC | _NEW_UTS) == 0)


def shut() -> None:
    """Allow from now on only what drawing needs; raise ``OSError`` where the machine cannot be told so."""
    libc = ctypes.CDLL(None, use_errno=True)
    code = _filter(platform.machine())
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs")
    if libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


def _filter(machine: str) -> bytes:
    if machine not in _ARCH:
        raise OSError(errno.ENOSYS, f"no filter for {machine}")
    column, arch = _ARCH[machine]
    steps = [
        (_LOAD, 0, 0, _ARCH_AT),
        (_EQUAL, 1, 0, arch),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NR),
    ]
    if machine == "x86_64":  # the other calling convention has numbers of its own
        steps += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _KILL)]
    for numbers in _ALLOWED.values():
        steps += [(_EQUAL, 0, 1, numbers[column]), (_RETURN, 0, 0, _ALLOW)]
    # The flags of clone3 cannot be seen from here; without it the C library uses clone.
    steps += [(_EQUAL, 0, 1, _CLONE3[column]), (_RETURN, 0, 0, _REFUSE | errno.ENOSYS)]
    steps += [
        (_EQUAL, 0, 3, _CLONE[column]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_ANY_BIT, 0, 1, _CLONE_THREAD),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE | errno.EPERM),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def read_everything(handle: int) -> bytes:
    """Return what comes through a pipe until its end."""
    parts = []
    while part := os.read(handle, 1 << 20):
        parts.append(part)
    return b"".join(parts)
