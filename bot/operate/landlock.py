"""Landlock: what a process and its children may read, write, listen at and connect to, from then on and for good.

Linux offers it to every process since 5.13, without rights of any kind; ports since 6.7. What a kernel does not know is
left as it is (`version` says how much it knows). Structures and numbers: the kernel's documentation,
Documentation/userspace-api/landlock.rst, and include/uapi/linux/landlock.h.
"""

import ctypes
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446
"""Numbers of the system calls, the same on every architecture."""
_VERSION_FLAG = 1
_BENEATH, _PORT = 1, 2
_PR_SET_NO_NEW_PRIVS = 38

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REFER, _TRUNCATE, _IOCTL = 1 << 13, 1 << 14, 1 << 15
_ALL_OF_FIRST = (1 << 13) - 1
_READS = _EXECUTE | _READ_FILE | _READ_DIR
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL
_BIND, _CONNECT = 1 << 0, 1 << 1
PORTS_SINCE = 4


@dataclass(frozen=True, slots=True)
class Confinement:
    """`lists`: folders whose names may be seen; `reads`: files and folders to be read and run; `writes`: to be written
    as well; `listens`, `connects`: TCP ports. Paths that are not there are left out."""

    lists: tuple[Path, ...] = ()
    reads: tuple[Path, ...] = ()
    writes: tuple[Path, ...] = ()
    listens: tuple[int, ...] = ()
    connects: tuple[int, ...] = ()


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


class _Port(ctypes.Structure):
    _fields_ = (("allowed", ctypes.c_uint64), ("port", ctypes.c_uint64))


def version() -> int:
    """How much of it the kernel knows; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    with suppress(OSError):
        return _call(_CREATE, None, 0, _VERSION_FLAG)
    return 0


def restrict(confinement: Confinement) -> None:
    """Confine this process for good, as far as the kernel can. Raises OSError where it knows how and refuses."""
    known = version()
    if not known:
        return
    handled = _ALL_OF_FIRST | (_REFER if known >= 2 else 0) | (_TRUNCATE if known >= 3 else 0)
    handled |= _IOCTL if known >= 5 else 0
    ports = _BIND | _CONNECT if known >= PORTS_SINCE else 0
    asked = _Ruleset(handled, ports)
    size = ctypes.sizeof(asked) if ports else ctypes.sizeof(ctypes.c_uint64)
    ruleset = _call(_CREATE, ctypes.byref(asked), size, 0)
    try:
        _allow(ruleset, confinement.lists, _READ_DIR)
        _allow(ruleset, confinement.reads, _READS & handled)
        _allow(ruleset, confinement.writes, handled & ~_EXECUTE)
        if ports:
            _allow_ports(ruleset, confinement.listens, _BIND)
            _allow_ports(ruleset, confinement.connects, _CONNECT)
        kernel = ctypes.CDLL(None)
        kernel.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _call(_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, paths: Iterable[Path], rights: int) -> None:
    for path in paths:
        try:
            opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue  # what is not there needs no right
        try:
            rule = _Beneath(rights if path.is_dir() else rights & _OF_FILES, opened)
            _call(_ADD, ruleset, _BENEATH, ctypes.byref(rule), 0)
        finally:
            os.close(opened)


def _allow_ports(ruleset: int, ports: Iterable[int], right: int) -> None:
    for port in ports:
        rule = _Port(right, port)
        _call(_ADD, ruleset, _PORT, ctypes.byref(rule), 0)


def _call(number: int, *arguments: object) -> int:
    kernel = ctypes.CDLL(None, use_errno=True)
    result = int(kernel.syscall(ctypes.c_long(number), *arguments))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result
